"""Indexes of pairs of characters for the words looked for in lists (PostgreSQL)."""

from django.db import migrations

from xiaobao_web.kernel.grams import GramIndex


class Migration(migrations.Migration):
    """Make the indexes."""

    dependencies = [("findings", "0003_list_indexes"), ("kernel", "0103_speed_grams")]
    operations = [
        GramIndex("finding", ["title", "text", "rule"]),
        GramIndex("issue", ["number", "title", "source_name"]),
    ]
