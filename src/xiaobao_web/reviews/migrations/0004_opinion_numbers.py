"""The numbers of a review's opinions stand in the review, so that words are looked for in one row and one index."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from xiaobao_web.kernel.grams import GramIndex


def _copy(apps: Any, schema_editor: Any) -> None:
    joined = "string_agg(number, ' ' ORDER BY round)"
    if schema_editor.connection.vendor == "sqlite":
        joined = "group_concat(number, ' ')"
    told = f"SELECT {joined} FROM reviews_opinion o WHERE o.review_id = reviews_review.id AND o.number <> ''"
    schema_editor.execute(f"UPDATE reviews_review SET opinion_numbers = coalesce(({told}), '')")


def _keep(apps: Any, schema_editor: Any) -> None:
    """Leave the numbers in the opinions, where they are too."""


class Migration(migrations.Migration):
    """Copy the numbers; the index knows them beside the review's own words."""

    dependencies = [("reviews", "0003_speed_words")]
    operations = [
        migrations.AddField(
            "review",
            "opinion_numbers",
            models.TextField(blank=True, default="", verbose_name="意见书编号"),
            preserve_default=False,
        ),
        migrations.RunPython(_copy, _keep),
        migrations.RunSQL("DROP INDEX IF EXISTS reviews_opinion_grams", migrations.RunSQL.noop),
        migrations.RunSQL("DROP INDEX IF EXISTS reviews_review_grams", migrations.RunSQL.noop),
        GramIndex("review", ["number", "title", "external_ref", "opinion_numbers"]),
    ]
