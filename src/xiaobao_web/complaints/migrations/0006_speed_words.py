"""Indexes of pairs of characters for the words looked for in lists (PostgreSQL)."""

from django.db import migrations

from xiaobao_web.kernel.grams import GramIndex


class Migration(migrations.Migration):
    """Make the indexes."""

    dependencies = [("complaints", "0005_channels"), ("kernel", "0103_speed_grams")]
    operations = [
        GramIndex("case", ["number", "title", "product_name"]),
        GramIndex("contact", ["number", "subject", "source_number"]),
    ]
