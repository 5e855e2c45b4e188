"""Every field of the engine's ticket has its place on a case; what the tickets of earlier ones say is taken over."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

FIELDS = {"institution_branch": "institution", "staff_mentioned": "staff", "amounts": "amounts",
          "event_dates": "event_dates"}  # fmt: skip
AT_ONCE = 500


def fill(apps: Any, schema_editor: Any) -> None:
    """Take over what the ticket of each case says."""
    case = apps.get_model("complaints", "Case")
    rows, names = [], list(FIELDS.values())
    for row in case.objects.exclude(ticket={}).only("pk", "ticket", *names).iterator(AT_ONCE):
        told = row.ticket.get("ticket") or row.ticket.get("fields") or {}
        found = {column: told[name] for name, column in FIELDS.items() if told.get(name)}
        if not found:
            continue
        for column, value in found.items():
            setattr(row, column, value[:120] if isinstance(value, str) else value)
        rows.append(row)
        if len(rows) == AT_ONCE:
            case.objects.bulk_update(rows, names)
            rows = []
    if rows:
        case.objects.bulk_update(rows, names)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0013_extension_over")]

    operations = [
        migrations.AddField("case", "institution",
                            models.CharField(blank=True, default="", max_length=120, verbose_name="所称机构"),
                            preserve_default=False),
        migrations.AddField("case", "staff",
                            models.CharField(blank=True, default="", max_length=120, verbose_name="涉及员工"),
                            preserve_default=False),
        migrations.AddField("case", "amounts", models.JSONField(blank=True, default=list, verbose_name="金额明细")),
        migrations.AddField("case", "event_dates", models.JSONField(blank=True, default=list, verbose_name="发生日期")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]  # fmt: skip
