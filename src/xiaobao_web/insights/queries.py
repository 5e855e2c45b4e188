"""What is asked of insights: which warnings a person may see, which wait for that person."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from xiaobao_web.insights.models import EarlyWarning, WarningState
from xiaobao_web.kernel.access import holds, visible_to


def visible(user: Any) -> QuerySet[EarlyWarning]:
    """Return the warnings a person may see."""
    return visible_to(user, EarlyWarning.objects.all(), "insights.view")


def waiting_for(user: Any) -> QuerySet[EarlyWarning]:
    """Return the warnings that wait for this person: raised and within reach, or acknowledged and this person's."""
    if not holds(user, "insights.acknowledge"):
        return EarlyWarning.objects.none()
    raised = visible_to(user, EarlyWarning.objects.filter(state=WarningState.RAISED), "insights.acknowledge")
    own = EarlyWarning.objects.filter(acknowledged_by=user, state__in=(WarningState.ACKNOWLEDGED, WarningState.ACTING))
    return EarlyWarning.objects.filter(pk__in=[*raised.values_list("pk", flat=True)[:200],
                                               *own.values_list("pk", flat=True)[:200]])  # fmt: skip
