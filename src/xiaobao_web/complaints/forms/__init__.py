"""The forms of contacts and cases."""
