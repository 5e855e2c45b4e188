"""A check tells when what became of the value was found later, on the case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0022_check_counts")]

    operations = [
        migrations.AddField(
            "fieldcheck", "corrected_at", models.DateTimeField(null=True, verbose_name="立案后更正时间")
        ),
    ]
