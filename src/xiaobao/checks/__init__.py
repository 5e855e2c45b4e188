"""The kinds of check a rule may combine: one module a kind, found through one registry."""

from xiaobao.checks.base import Check, Hit, Option, Parser, Pattern, kinds, pattern_for

__all__ = ["Check", "Hit", "Option", "Parser", "Pattern", "kinds", "pattern_for"]
