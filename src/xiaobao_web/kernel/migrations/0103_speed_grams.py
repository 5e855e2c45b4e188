"""The function that cuts text into pairs of characters, for the indexes of `kernel.grams` (PostgreSQL)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from xiaobao_web.kernel.grams import FUNCTION


def _make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)


def _drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS xiaobao_grams(text)")


class Migration(migrations.Migration):
    """Make the function."""

    dependencies = [("kernel", "0102_releases")]
    operations = [migrations.RunPython(_make, _drop)]
