"""Which business types the handlers are good at: set by who answers for them, used when cases are given out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from xiaobao_web.complaints.data import business_types
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, holders, require, visible_to
from xiaobao_web.kernel.errors import BadValue

SETTING = "complaint_types"


def of(person: Any) -> list[str]:
    """Return the business types a person is good at."""
    return list((person.settings or {}).get(SETTING, []))


@dataclass(frozen=True)
class Handler:
    """Somebody who may handle complaints: what they are good at, what they have, whether one may set it."""

    person: Any
    types: list[str]
    load: int
    changeable: bool


def handlers(user: Any) -> list[Handler]:
    """Return who may handle complaints in a person's units, by unit and name."""
    rows = visible_to(user, holders("complaints.handle").select_related("unit"), "complaints.skills")
    people = list(rows.order_by("unit__path", "name", "pk"))
    counted = Case.objects.filter(handler__in=people, state__in=OPEN).order_by().values("handler")
    load = dict(counted.annotate(n=Count("pk")).values_list("handler", "n"))
    return [Handler(p, of(p), load.get(p.pk, 0), bool(can(user, "complaints.set_skills", p))) for p in people]


@transaction.atomic
def set_skills(person: Any, *, by: Any, types: Sequence[str]) -> Any:
    """Say which business types a handler is good at; raises BadValue for a type there is not."""
    require(by, "complaints.set_skills", person)
    known = [name for name, _label in business_types()]
    unknown = [name for name in types if name not in known]
    if unknown:
        raise BadValue(_("没有这个业务类别：%s。") % "、".join(unknown), fields={"types": _("请另选")})
    row = get_user_model().objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not holders("complaints.handle").filter(pk=row.pk).exists():
        raise BadValue(_("%s 没有经办投诉的岗位。") % row)
    before, after = of(row), [name for name in known if name in types]
    if before == after:
        return row
    row.settings = {**(row.settings or {}), SETTING: after}
    row.save(update_fields=["settings"])
    facts = {"types": "、".join(after) or _("无")}
    journal.record("complaints.skills_set", by=by, on=row, facts=facts, changes={SETTING: [before, after]})
    return row
