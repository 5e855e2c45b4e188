"""Complaints: one case from the first word to the proven remedy."""
