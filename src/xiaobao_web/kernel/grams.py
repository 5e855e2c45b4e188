"""Find text by any part of it through an index of pairs of characters, which PostgreSQL keeps by itself.

A model names the columns that are looked through (`text_index = ("number", "title")`), a migration makes the index
(`GramIndex`). Whatever holds some words holds all their pairs; the index tells the few rows that do, and whoever asks
looks again whether these hold the words themselves. SQLite reads its rows instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.migrations.operations.base import Operation
from django.db.models.expressions import RawSQL

CUT = re.compile(r"[^\x00-\x7f].|.[^\x00-\x7f]|[\x00-\x7f]{3}", re.DOTALL)
"""What a word must hold to be looked for by the index."""
FUNCTION = """
CREATE OR REPLACE FUNCTION xiaobao_grams(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
SELECT coalesce(array_agg(CASE WHEN ascii(x) | ascii(y) > 127 THEN x || y ELSE x || y || z END)
    FILTER (WHERE ascii(x) | ascii(y) > 127 OR z IS NOT NULL AND ascii(z) < 128), '{}')
FROM (SELECT string_to_array(value, NULL) AS marks) AS cut, unnest(marks, marks[2:], marks[3:]) AS run(x, y, z)
WHERE y IS NOT NULL
$$
"""
"""All pairs of characters next to each other, but of digits and letters, of which there are few, threes."""


def expression(columns: Sequence[str]) -> str:
    """Return what is indexed of some columns; a query must say the very same to be answered by the index."""
    joined = " || chr(10) || ".join(f"coalesce({column}, '')" for column in columns)
    return f"xiaobao_grams(upper({joined}))"


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of a model that an index knows, none where there is no index."""
    found: tuple[str, ...] = getattr(model, "text_index", ()) if connection.vendor == "postgresql" else ()
    return found


def told(model: type[models.Model], words: Sequence[str], most: int) -> list[Any] | None:
    """Return the keys of the rows that may hold all of some words, each somewhere in the model's columns.

    There are at most `most` and one more, which says that there are too many. None where no index tells.
    """
    query = holding(model, words)
    if query is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"{query.sql} LIMIT %s", (*query.params, most + 1))
        return [row[0] for row in cursor.fetchall()]


def expected(model: type[models.Model], words: Sequence[str]) -> int:
    """Return how many rows the planner believes to hold all of some words, from its statistics; 0 where none tell."""
    where = condition(model, words)
    if where is None:
        return 0
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} WHERE {where.sql}", where.params)
        plan = cursor.fetchone()[0]
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


def holding(model: type[models.Model], words: Sequence[str]) -> RawSQL | None:
    """Return a subquery for those keys, None where no index tells.

    Materialised, the index is used whatever the planner thinks, and no more rows are read than are asked for.
    """
    where = condition(model, words)
    if where is None:
        return None
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, str(model._meta.pk.column)))
    found = f"SELECT {key} FROM {table} WHERE {where.sql}"
    return RawSQL(f"WITH found AS MATERIALIZED ({found}) SELECT {key} FROM found", where.params)


def condition(model: type[models.Model], words: Sequence[str]) -> RawSQL | None:
    """Return the condition that a row may hold all of some words, as the index has it; None where no index tells."""
    columns, long = columns_of(model), [word for word in words if CUT.search(word)]
    if not columns or not long:
        return None
    table = connection.ops.quote_name(model._meta.db_table)
    indexed = expression([f"{table}.{connection.ops.quote_name(column)}" for column in columns])
    wanted = " || ".join(["xiaobao_grams(upper(%s))"] * len(long))
    return RawSQL(f"{indexed} @> ({wanted})", long, output_field=models.BooleanField())


class GramIndex(Operation):
    """Make the index of a model's columns on PostgreSQL; other databases have none."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, columns: Sequence[str]) -> None:
        self.model_name, self.columns = model_name, list(columns)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: models do not know the index."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it."""
        if schema_editor.connection.vendor == "postgresql":
            table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
            schema_editor.execute(
                f"CREATE INDEX IF NOT EXISTS {table}_grams ON {table} "
                f"USING gin ({expression(self.columns)}) WITH (fastupdate = off)"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take it away."""
        if schema_editor.connection.vendor == "postgresql":
            table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
            schema_editor.execute(f"DROP INDEX IF EXISTS {table}_grams")

    def describe(self) -> str:
        """Return what it does, in words."""
        return f"Index of pairs of characters of {self.model_name} ({', '.join(self.columns)})"
