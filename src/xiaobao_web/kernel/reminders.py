"""Say in time that a deadline nears, to whoever holds the object.

    deadlines_owner("reviews.review", lambda review: [review.reviewer])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.notifications import notify

Owner = Callable[[Any], Iterable[Any]]
OWNERS: dict[str, Owner] = {}


def deadlines_owner(label: str, people: Owner, *, kind: str = "") -> None:
    """Say who holds the objects of a model (app.model) now, or one kind of their deadlines.

    Raises Undeclared when it was said before.
    """
    key = _key(label.lower(), kind)
    if key in OWNERS:
        raise Undeclared(f"{label} 的期限负责人声明了两次")
    OWNERS[key] = people


def _key(label: str, kind: str) -> str:
    return f"{label}:{kind}" if kind else label


def due_for_warning() -> models.QuerySet[Deadline]:
    """Return the open deadlines whose warning time has come and whose holder has not been told."""
    return Deadline.objects.filter(
        warn_at__lte=timezone.now(),
        warned_at__isnull=True,
        met_at__isnull=True,
        cancelled_at__isnull=True,
        subject_type__in=list(OWNERS),
    )


def warn(deadline: Deadline) -> int:
    """Tell whoever holds a deadline's object that it nears, once, and return how many people were told."""
    with transaction.atomic():
        if not due_for_warning().filter(pk=deadline.pk).update(warned_at=timezone.now()):
            return 0
        obj = apps.get_model(deadline.subject_type)._default_manager.filter(pk=deadline.subject_id).first()
        if obj is None:
            return 0
        owner = OWNERS.get(_key(deadline.subject_type, deadline.kind)) or OWNERS[deadline.subject_type]
        return len(notify(owner(obj), "deadline", _sentence(deadline, obj), on=obj))


def _sentence(deadline: Deadline, obj: models.Model) -> str:
    facts = {"label": deadline.label, "subject": str(obj), "day": _day(deadline)}
    if deadline.due_at < timezone.now():
        return _("“%(subject)s”的%(label)s已于%(day)s到期，尚未完成") % facts
    return _("“%(subject)s”的%(label)s将于%(day)s到期") % facts


def _day(deadline: Deadline) -> str:
    day = timezone.localtime(deadline.due_at)
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
