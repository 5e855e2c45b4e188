"""A longer term counts no more when the term itself begins anew."""

from typing import Any

from django.db import migrations, models


def mark(apps: Any, schema_editor: Any) -> None:
    """Mark what was asked before the term of its case last began anew."""
    Extension = apps.get_model("complaints", "Extension")
    CaseEvent = apps.get_model("complaints", "CaseEvent")
    began = CaseEvent.objects.filter(
        case=models.OuterRef("case"), kind__in=["new_facts", "reopened"], at__gt=models.OuterRef("asked_at")
    )
    Extension.objects.filter(models.Exists(began)).update(over=True)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0012_reply_tries")]

    operations = [
        migrations.AddField(
            model_name="extension",
            name="over",
            field=models.BooleanField(default=False, editable=False, verbose_name="已随期限重新计算失效"),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="extension", name="one_extension_a_kind"),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("approved__isnull", True), ("approved", True), _connector="OR"), ("over", False)
                ),
                fields=("case", "kind"),
                name="one_extension_a_kind",
            ),
        ),
    ]
