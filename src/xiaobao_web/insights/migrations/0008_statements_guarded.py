"""Frozen tables are append-only in the database itself: a version is neither changed nor removed, nor written over."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLE = "insights_statement"
VERBS = ("UPDATE", "DELETE")
SAME = "unit_id = NEW.unit_id AND year = NEW.year AND span = NEW.span AND version = NEW.version"


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'frozen statements are append-only'); END"
    # INSERT OR REPLACE takes a row away without the trigger that refuses to delete.
    written = f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR ({SAME}))"
    return [
        *(f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} {refuse}" for verb in VERBS),
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} {written} {refuse}",
    ]


def _postgresql() -> list[str]:
    function = (
        "CREATE FUNCTION insights_statements_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'frozen statements are append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION insights_statements_refuse()"
        for verb in VERBS
    ]
    return [function, *triggers]


def install(apps: Any, schema_editor: Any) -> None:
    """Make the triggers."""
    statements = _sqlite() if schema_editor.connection.vendor == "sqlite" else _postgresql()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for verb in (*VERBS, "REPLACE") if sqlite else VERBS:
        on = "" if sqlite else f" ON {TABLE}"
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb.lower()}{on}", params=None)
    if not sqlite:
        schema_editor.execute("DROP FUNCTION insights_statements_refuse()", params=None)


class Migration(migrations.Migration):
    """Refuse changes of what was frozen."""

    dependencies = [("insights", "0007_day_sums")]
    operations = [migrations.RunPython(install, remove)]
