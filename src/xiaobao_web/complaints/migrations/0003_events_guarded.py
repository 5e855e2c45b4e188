"""What a case's clocks run by is append-only in the database itself: events are neither changed nor removed."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = "complaints_caseevent"
VERBS = ("UPDATE", "DELETE")


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, 'the events of a case are append-only'); END"
        for verb in VERBS
    ]


def _postgresql() -> list[str]:
    function = (
        "CREATE FUNCTION complaints_events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the events of a case are append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION complaints_events_refuse()"
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
    on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for verb in VERBS:
        schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb.lower()}{on}", params=None)
    if on:
        schema_editor.execute("DROP FUNCTION complaints_events_refuse()", params=None)


class Migration(migrations.Migration):
    """Refuse changes of the events; a case that has any is not deleted."""

    dependencies = [("complaints", "0002_intake")]
    operations = [
        migrations.AlterField(
            model_name="caseevent",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clock_events",
                to="complaints.case",
                verbose_name="投诉",
            ),
        ),
        migrations.RunPython(install, remove),
    ]
