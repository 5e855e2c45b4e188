"""What a loan really costs: calculator, statement, saved costings, and the public calculator."""
