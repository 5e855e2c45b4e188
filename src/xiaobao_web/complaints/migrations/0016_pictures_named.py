"""Pictures of letters' pages are named by a relation, so that purging knows them."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

AT_ONCE = 500


def name(apps: Any, schema_editor: Any) -> None:
    """Name the pictures of the letters there are."""
    scan = apps.get_model("complaints", "LetterScan")
    through = scan.pictures.through
    here = set(apps.get_model("kernel", "StoredFile").objects.values_list("pk", flat=True))
    rows = []
    for number, pages in scan.objects.values_list("pk", "pages").iterator(AT_ONCE):
        shown = {page.get("file") for page in pages} & here
        rows += [through(letterscan_id=number, storedfile_id=file) for file in shown]
    through.objects.bulk_create(rows, AT_ONCE, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0107_speed_units"), ("complaints", "0015_task_passed")]

    operations = [
        migrations.AddField(
            "letterscan", "pictures", models.ManyToManyField(blank=True, related_name="+", to="kernel.storedfile")
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
