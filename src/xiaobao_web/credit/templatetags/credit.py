"""How loan tables write figures: `{% load credit %}`, `|yuan`, `|rate`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from xiaobao.credit.rates import two

register = template.Library()


@register.filter
def yuan(amount: Decimal) -> str:
    """Return an amount with thousands separated and two decimals, without its unit."""
    return f"{amount:,.2f}"


@register.filter
def rate(percent: Decimal) -> str:
    """Return a rate in percent with two decimals, half up as notices print it."""
    return f"{two(percent)}%"
