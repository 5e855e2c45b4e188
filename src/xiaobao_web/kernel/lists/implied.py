"""Leave out of a list's conditions what its narrower ones imply: a branch's rows need not be of the whole bank as well.

What a person may see and the organisation a list is narrowed to often name the same column. Of two such conditions
PostgreSQL expects the product of their shares, a hundredth of the rows there are, and sorts them all for one page.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND, OR, WhereNode


def absorbed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the same rows without each condition that another implies by naming some of its members."""
    where = rows.query.where
    if where.connector != AND or where.negated:
        return rows
    named = [(condition, found) for condition in where.children if (found := _members(condition)) is not None]
    kept = []
    for condition in where.children:
        within = _alternatives(condition)
        narrower = [each for each, found in named if each is not condition and _implies(found, within)]
        if narrower:  # of two that imply each other the second stays
            named = [pair for pair in named if pair[0] is not condition]
        else:
            kept.append(condition)
    if len(kept) == len(where.children):
        return rows
    left: QuerySet[Any] = rows.all()
    left.query.where.children = [each.clone() if isinstance(each, WhereNode) else each for each in kept]
    return left


Members = tuple[Col, frozenset[Any]]


def _members(condition: Any) -> Members | None:
    """Return the column and the values that a condition lets it have; None for conditions of another kind."""
    if not isinstance(condition, In | Exact) or not isinstance(condition.lhs, Col):
        return None
    if not condition.rhs_is_direct_value():
        return None
    values = condition.rhs if isinstance(condition, In) else [condition.rhs]
    return condition.lhs, frozenset(values)


def _alternatives(condition: Any) -> list[Members]:
    """Return the columns and values any of which is enough for a condition to hold."""
    if isinstance(condition, WhereNode):
        if condition.negated or (condition.connector != OR and len(condition.children) > 1):
            return []
        return [found for each in condition.children for found in _alternatives(each)]
    found = _members(condition)
    return [found] if found is not None else []


def _implies(narrow: Members, within: list[Members]) -> bool:
    return any(narrow[0] == column and narrow[1] <= values for column, values in within)
