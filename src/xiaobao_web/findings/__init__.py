"""What was found and what was done about it: findings on materials, and the rectification ledger."""
