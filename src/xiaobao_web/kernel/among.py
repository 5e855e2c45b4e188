"""The condition that a row is among those of a subquery, so written that PostgreSQL may answer it by an index."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func, QuerySet, Subquery


class Among(Func):
    """Tell whether a value is among the single column of a queryset; neither may be null.

    Joined to other conditions by OR, PostgreSQL hashes `IN (SELECT ...)` and then reads the whole table; the array of
    the same rows is fetched first and looked up like any other value.
    """

    arity = 2
    template = "%(expressions)s"
    arg_joiner = " IN "
    output_field = BooleanField()

    def __init__(self, value: Any, rows: QuerySet[Any, Any] | Subquery, **extra: Any) -> None:
        super().__init__(value, rows if isinstance(rows, Subquery) else Subquery(rows), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return the condition with the rows as an array."""
        return self.as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY", **extra)
