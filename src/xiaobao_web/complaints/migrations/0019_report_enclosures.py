"""What goes with a feedback report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0018_track_of_recordings")]

    operations = [
        migrations.AddField(
            "regulatortransfer", "enclosed", models.JSONField(blank=True, default=list, verbose_name="附件")
        ),
    ]
