"""The journal is append-only in the database itself: events are neither changed nor removed.

Personal values may be deleted, not changed: that is erasure, and the event keeps their salted digest.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

REFUSED = (("kernel_event", "UPDATE"), ("kernel_event", "DELETE"), ("kernel_eventpersonal", "UPDATE"))


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        for table, verb in REFUSED
    ]


def _postgresql() -> list[str]:
    function = (
        "CREATE FUNCTION kernel_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION kernel_journal_refuse()"
        for table, verb in REFUSED
    ]
    return [function, *triggers]


def install(apps: Any, schema_editor: Any) -> None:
    """Make the triggers."""
    statements = _sqlite() if schema_editor.connection.vendor == "sqlite" else _postgresql()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON {table}"
    for table, verb in REFUSED:
        schema_editor.execute(f"DROP TRIGGER {table}_no_{verb.lower()}{on.format(table=table)}", params=None)
    if on:
        schema_editor.execute("DROP FUNCTION kernel_journal_refuse()", params=None)


class Migration(migrations.Migration):
    """Refuse changes of the journal."""

    dependencies = [("kernel", "0002_initial")]
    operations = [migrations.RunPython(install, remove)]
