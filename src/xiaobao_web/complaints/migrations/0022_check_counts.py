"""What became of the machine's values, counted by day; the triggers that count are made after the migration."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

TABLE = "complaints_fieldcheck"
COUNTS = ("kept", "changed", "cleared", "added", "empty", "sure", "sure_right", "likely", "likely_right", "doubtful",
          "doubtful_right")  # fmt: skip


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers that would write into the table that goes."""
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{verb}_counted", params=None)
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_counted ON {TABLE}", params=None)
    schema_editor.execute("DROP FUNCTION IF EXISTS complaints_checks_note()", params=None)


class Migration(migrations.Migration):
    """Make the table of counts."""

    dependencies = [("complaints", "0021_whose_term")]
    operations = [
        migrations.CreateModel(
            name="CheckCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("field", models.CharField(max_length=30)),
                ("channel", models.CharField(max_length=30)),
                *((name, models.IntegerField(default=0)) for name in COUNTS),
            ],
            options={
                "verbose_name": "填单核对汇总",
                "verbose_name_plural": "填单核对汇总",
                "indexes": [models.Index(fields=["day", "field", "channel"], name="check_counts_by_day")],
            },
        ),
        migrations.AddIndex("fieldcheck", models.Index(fields=["field", "at"], name="checks_of_a_field")),
        migrations.RunPython(migrations.RunPython.noop, remove),
    ]
