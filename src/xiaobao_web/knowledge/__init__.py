"""Rulebook and law register to browse, propose, test, backtest and publish."""
