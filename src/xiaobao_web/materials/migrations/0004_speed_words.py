"""Indexes of pairs of characters for the words looked for in lists (PostgreSQL)."""

from django.db import migrations

from xiaobao_web.kernel.grams import GramIndex


class Migration(migrations.Migration):
    """Make the indexes."""

    dependencies = [("materials", "0003_rule_packs"), ("kernel", "0103_speed_grams")]
    operations = [
        GramIndex("material", ["title"]),
        GramIndex("approvedmaterial", ["number", "title"]),
    ]
