"""Pictures of pages are named by a relation, so that purging knows them."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

AT_ONCE = 500


def name(apps: Any, schema_editor: Any) -> None:
    """Name the pictures of the readings there are."""
    reading = apps.get_model("materials", "Reading")
    through = reading.pictures.through
    here = set(apps.get_model("kernel", "StoredFile").objects.values_list("pk", flat=True))
    rows = []
    for number, pages in reading.objects.exclude(pages=[]).values_list("pk", "pages").iterator(AT_ONCE):
        rows += [through(reading_id=number, storedfile_id=file) for file in {page["file"] for page in pages} & here]
        if len(rows) >= AT_ONCE:
            through.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    through.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0107_speed_units"), ("materials", "0006_figure_indexes")]

    operations = [
        migrations.AddField(
            "reading", "pictures", models.ManyToManyField(blank=True, related_name="+", to="kernel.storedfile")
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
