"""Who may decide findings, and who may do what with issues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare

REVIEWING = {
    "reviewer": Reach.UNIT,
    "second_reviewer": Reach.UNIT,
    "legal": Reach.ALL,
    "office": Reach.UNIT,
    "inspector": Reach.UNIT,
    "liaison": Reach.UNIT,
}


def sent_it(user: Any, obj: Any) -> str | None:
    """Four eyes: nobody decides on what they handed in themselves."""
    version = getattr(obj, "version", None) or obj
    material = getattr(version, "material", None)
    if user.pk in (getattr(version, "added_by_id", None), getattr(material, "created_by_id", None)):
        return _g("材料由您提交，须由他人审查。")
    return None


declare("findings.decide", _("处理机器发现"), REVIEWING, when=sent_it)
declare("findings.add", _("手工添加意见"), REVIEWING, when=sent_it)

EVERYWHERE = {"office": Reach.ALL, "auditor": Reach.ALL, "executive": Reach.ALL}
UNIT_EYES = {
    "sender_head": Reach.UNIT,
    "liaison": Reach.UNIT,
    "reviewer": Reach.ALL,
    "second_reviewer": Reach.ALL,
    "legal": Reach.ALL,
    "inspector": Reach.ALL,
    "complaints": Reach.ALL,
    "monitor": Reach.ALL,
    "submitter": Reach.OWN,
    "service": Reach.OWN,
}
FINDERS = {
    "office": Reach.ALL,
    "auditor": Reach.ALL,
    "reviewer": Reach.ALL,
    "second_reviewer": Reach.ALL,
    "inspector": Reach.ALL,
    "complaints": Reach.ALL,
    "monitor": Reach.ALL,
    "liaison": Reach.UNIT,
}
MENDERS = {
    "sender_head": Reach.UNIT,
    "liaison": Reach.UNIT,
    "submitter": Reach.OWN,
    "service": Reach.OWN,
    "office": Reach.OWN,
}
CHECKERS = {"office": Reach.ALL, "auditor": Reach.ALL, "reviewer": Reach.ALL}


def owns_it(user: Any, obj: Any) -> str | None:
    """The owner, or the head of the unit, puts it right."""
    if obj.owner_id == user.pk or {"sender_head", "liaison"} & user.roles_now():
        return None
    return _g("这项问题由%(name)s负责整改。") % {"name": obj.owner or obj.unit}


def checks_anothers_work(user: Any, obj: Any) -> str | None:
    """Four eyes: whoever owns the issue or handed in its outcome does not strike it off."""
    if user.pk in (obj.owner_id, obj.handed_in_by_id):
        return _g("整改由您负责或提交，须由他人验证销号。")
    return None


declare("findings.view", _("查看问题台账"), {**UNIT_EYES, **EVERYWHERE})
declare("findings.open_issue", _("登记问题"), FINDERS)
declare("findings.assign", _("派发问题"), {"office": Reach.ALL, "auditor": Reach.ALL, "reviewer": Reach.ALL})
declare("findings.plan_out", _("提交整改计划"), MENDERS, when=owns_it)
declare("findings.hand_in", _("提交整改结果"), MENDERS, when=owns_it)
declare("findings.ask_extension", _("申请延期"), MENDERS, when=owns_it)
declare("findings.decide_extension", _("审批延期"), {"office": Reach.ALL}, when=checks_anothers_work)
declare("findings.send_back", _("退回整改"), CHECKERS, when=checks_anothers_work)
declare("findings.close", _("验证销号"), CHECKERS, when=checks_anothers_work)
declare("findings.void", _("作废问题"), {"office": Reach.ALL})
declare("findings.hold_accountable", _("登记问责"), {"office": Reach.ALL, "auditor": Reach.ALL})
declare("findings.give_notice", _("发出问题通报"), {"office": Reach.ALL})
declare("findings.receive_notice", _("提交通报回执"), {"sender_head": Reach.UNIT, "liaison": Reach.UNIT})
declare("findings.import", _("导入旧问题"), {"office": Reach.ALL, "auditor": Reach.ALL})
