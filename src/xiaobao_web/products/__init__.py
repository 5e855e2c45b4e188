"""What the institution sells: product master, price list and standard texts, imported as tables."""
