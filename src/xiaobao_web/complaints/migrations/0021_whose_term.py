"""Deadlines that were kept as the institution's although an authority must do it are on record as theirs.

A term of an authority (消法条例 46, 征信业条例 26) is counted against nobody here: neither as late nor as met.
"""

from typing import Any

from django.db import migrations
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, Now

OF_TRACK = {
    "consumer_authority": ("statutory.respond", "statutory.notify", "statutory.mediate"),
    "credit_objection": ("statutory.review_decide_by",),
}


def give_back(apps: Any, schema_editor: Any) -> None:
    """Rename the deadlines of authorities, and end those that still ran."""
    Deadline, Case = apps.get_model("kernel", "Deadline"), apps.get_model("complaints", "Case")
    theirs = Q()
    for track, kinds in OF_TRACK.items():
        theirs |= Q(kind__in=[f"{kind}@{track}" for kind in kinds])
        theirs |= Q(kind__in=kinds, subject_id__in=Case.objects.filter(track=track).order_by().values("pk"))
    rows = Deadline.objects.filter(theirs, subject_type="complaints.case")
    rows.update(kind=Concat(Value("theirs."), F("kind")), cancelled_at=Coalesce(F("cancelled_at"), Now()))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0019_report_enclosures"), ("kernel", "0106_speed_clocks")]

    operations = [migrations.RunPython(give_back, migrations.RunPython.noop)]
