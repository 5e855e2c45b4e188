"""Who may see, add, screen and approve material, and keep its placements."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import Reach, declare, require, scope, visible_to
from xiaobao_web.kernel.errors import Forbidden

EVERYBODY = (
    "submitter", "sender_head", "liaison", "reviewer", "second_reviewer", "legal", "office", "inspector", "complaints",
    "monitor", "service", "executive", "auditor", "admin",
)  # fmt: skip
SENDING = {"submitter": Reach.UNIT, "sender_head": Reach.UNIT, "liaison": Reach.UNIT}
OVERSEEING = {
    "reviewer": Reach.UNIT, "second_reviewer": Reach.UNIT, "legal": Reach.ALL, "office": Reach.UNIT,
    "inspector": Reach.UNIT, "executive": Reach.ALL, "auditor": Reach.ALL,
}  # fmt: skip
DECIDING = {"reviewer": Reach.UNIT, "second_reviewer": Reach.UNIT, "office": Reach.UNIT, "liaison": Reach.UNIT}

PLACING = ("materials.placed", "materials.removed")


def added_it(user: Any, obj: Any) -> str | None:
    """Four eyes: nobody approves what they handed in themselves."""
    material = getattr(obj, "material", None)
    if user.pk in (getattr(obj, "added_by_id", None), getattr(material, "created_by_id", None)):
        return _g("材料由您提交，须由他人批准。")
    return None


def require_for_unit(user: Any, permission: str, unit: Any) -> None:
    """Return when a person has a permission over an organisation, for something not made yet; raises Forbidden."""
    require(user, permission)
    where = scope(user, permission)
    if not where.everywhere and unit.pk not in where.units:
        raise Forbidden(_g("“%(unit)s”不在您的办理范围内，请由该机构的人员办理。") % {"unit": unit})


declare("materials.view", _("查看材料"), {**SENDING, **OVERSEEING})
declare("materials.add", _("提交材料"), {**SENDING, "office": Reach.UNIT, "reviewer": Reach.UNIT})
declare("materials.screen", _("机器审查材料"), {**SENDING, **DECIDING})
declare("materials.check", _("查询材料是否批准、即时自查文字"), dict.fromkeys(EVERYBODY, Reach.ALL))
declare("materials.registry", _("查看营销宣传台账"), {**{role: Reach.ALL for role in EVERYBODY if role != "admin"}})
declare(
    "materials.placements", _("查看投放记录"),
    {**SENDING, **OVERSEEING, "complaints": Reach.UNIT, "monitor": Reach.UNIT, "service": Reach.UNIT},
)  # fmt: skip
declare("materials.approve", _("登记批准材料"), DECIDING, when=added_it)
declare("materials.withdraw_approval", _("撤回批准"), DECIDING)
declare("materials.place", _("登记投放"), {**SENDING, "office": Reach.UNIT, "reviewer": Reach.UNIT})
declare("materials.remove_placement", _("登记下线"), {**SENDING, "office": Reach.UNIT, "reviewer": Reach.UNIT})


def events_of_placing(user: Any, events: Any) -> list[Any]:
    """Return events of an entry without those that tell who placed it or took it down beyond a person's reach."""
    where = scope(user, "materials.placements")
    return [
        event
        for event in events
        if event.type not in PLACING
        or where.everywhere
        or event.actor_id == user.pk
        or (event.actor is not None and event.actor.unit_id in where.units)
    ]


def _sees_placement(user: Any, number: int) -> bool:
    from xiaobao_web.materials.models import Placement

    return visible_to(user, Placement.objects.filter(pk=number), "materials.placements").exists()


files.guard("materials.placement", _sees_placement)
