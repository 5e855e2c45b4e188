"""Figures: each number opens its rows."""
