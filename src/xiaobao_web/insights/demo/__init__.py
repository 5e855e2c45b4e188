"""What the demonstration shows of insights."""
