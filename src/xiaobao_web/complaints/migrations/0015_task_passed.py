"""How often a unit's task went on to another unit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0014_ticket_places")]

    operations = [
        migrations.AddField("task", "passed", models.PositiveIntegerField(default=0, verbose_name="转交次数")),
    ]
