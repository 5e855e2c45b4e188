"""Indexes of pairs of characters for the words looked for in lists (PostgreSQL)."""

from django.db import migrations

from xiaobao_web.kernel.grams import GramIndex


class Migration(migrations.Migration):
    """Make the indexes."""

    dependencies = [("reviews", "0002_flow_completed"), ("kernel", "0103_speed_grams")]
    operations = [
        GramIndex("review", ["number", "title", "external_ref"]),
        GramIndex("opinion", ["number"]),
    ]
