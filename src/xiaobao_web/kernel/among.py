"""The conditions that a row is among those of a subquery or of a list, so written that an index may answer them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Func, QuerySet, Subquery, Value


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


class Listed(Func):
    """Tell whether a whole number is among some: thousands are handed over as one value, where IN names each."""

    arity = 2
    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, value: Any, keys: Iterable[int], **extra: Any) -> None:
        super().__init__(value, Value(json.dumps([int(key) for key in keys])), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return the condition on an array."""
        sql, values = self.as_sql(compiler, connection, arg_joiner=" = ANY(", template="%(expressions)s::bigint[])")
        return sql, [f"{{{str(item)[1:-1]}}}" for item in values]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return the condition on a list's members."""
        return self.as_sql(
            compiler, connection, arg_joiner=" IN (SELECT value FROM json_each(", template="%(expressions)s))"
        )
