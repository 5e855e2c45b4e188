from typing import Any

from django.db import migrations, models


def past(apps: Any, schema_editor: Any) -> None:
    """Whatever was launched before has been compared."""
    rows = apps.get_model("reviews", "Verification").objects.filter(launched_version__isnull=False)
    rows.update(compared_at=models.F("at"))


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0006_spent_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="verification",
            name="compared_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="比对时间"),
        ),
        migrations.AddField(
            model_name="verification",
            name="fault",
            field=models.CharField(blank=True, max_length=300, verbose_name="没有比对的原因"),
        ),
        migrations.RunPython(past, migrations.RunPython.noop),
    ]
