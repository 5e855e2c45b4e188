"""The views of a list that everybody has as tabs: mine, my organisation's, late, all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.among import Among
from xiaobao_web.kernel.models import Deadline

Text = str | Promise
MINE, UNIT, OVERDUE, ALL = _("我的"), _("本机构"), _("逾期"), _("全部")
NOTHING_MINE = _("现在没有等您处理或由您经手的事项。")
Where = Callable[[Any, type[models.Model]], Q]


@dataclass(frozen=True)
class Tab:
    """A built-in view: its key in the URL, its label, and the condition for a person on a model."""

    key: str
    label: Text
    where: Where
    empty: Text = ""
    """What an empty page of it says; a sentence."""


def mine(*paths: str, label: Text = MINE, empty: Text = NOTHING_MINE) -> Tab:
    """Return the tab of rows that name the person at one of some paths."""

    def where(user: Any, _model: type[models.Model]) -> Q:
        condition = Q(pk__in=[])
        for path in paths:
            condition |= Q(**{path: user.pk})
        return condition

    return Tab("mine", label, where, empty)


def own_unit(path: str = "unit", *, label: Text = UNIT) -> Tab:
    """Return the tab of rows at or below the person's own organisation."""

    def where(user: Any, _model: type[models.Model]) -> Q:
        if user.unit_id is None:
            return Q(pk__in=[])
        organisations = apps.get_model("people", "Organisation")._default_manager
        below = organisations.filter(path__startswith=user.unit.path).values_list("pk", flat=True)
        return Q(**{f"{path}__in": list(below)})

    return Tab("unit", label, where, _("您所在机构还没有这样的事项。"))


def overdue(*, label: Text = OVERDUE) -> Tab:
    """Return the tab of rows with an open clock that has run out."""

    def where(_user: Any, model: type[models.Model]) -> Q:
        late = Deadline.objects.filter(
            subject_type=model._meta.label_lower,
            met_at__isnull=True,
            cancelled_at__isnull=True,
            due_at__lt=timezone.now(),
        )
        return Q(Among(F("pk"), late.values("subject_id")))

    return Tab("overdue", label, where, _("没有逾期事项。"))


def everything(*, label: Text = ALL) -> Tab:
    """Return the tab of all rows that the person may see."""
    return Tab("all", label, lambda _user, _model: Q())


def state_in(key: str, label: Text, *states: str, field: str = "state") -> Tab:
    """Return a tab of rows in some states."""
    return Tab(key, label, lambda _user, _model: Q(**{f"{field}__in": states}))
