"""Write very many rows into tables without their secondary indexes, and make the indexes afterwards (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = %s AND NOT EXISTS (
    SELECT 1 FROM pg_constraint WHERE conindid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass
)
"""
"""The indexes of a table that no constraint needs."""


@contextmanager
def bare(*tables: type[models.Model]) -> Iterator[None]:
    """Let rows be written while the indexes are gone and no trigger runs: whoever writes answers for their keys."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        made: dict[str, str] = {}
        for model in tables:
            cursor.execute(INDEXES, [model._meta.db_table])
            made |= dict(cursor.fetchall())
        cursor.execute("SET session_replication_role = replica")
        for name in made:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in made.values():
            cursor.execute(statement)
