"""Who may read the rulebook, draft rules, try them, publish them, and set phrases aside."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare, role_labels

ALL = Reach.ALL
AUTHORS = {"reviewer": ALL, "second_reviewer": ALL, "legal": ALL, "office": ALL}
PUBLISHERS = {"second_reviewer": ALL, "legal": ALL, "office": ALL}
WATCHERS = {**AUTHORS, "inspector": ALL, "executive": ALL, "auditor": ALL}


def wrote_it(user: Any, obj: Any) -> str | None:
    """Four eyes: who drafted or changed a rule does not put it into force."""
    if user.pk in (obj.created_by_id, getattr(obj, "changed_by_id", None)):
        return _g("草稿由您起草或修改，按双人复核要求须由他人批准。")
    return None


def asked_for_it(user: Any, obj: Any) -> str | None:
    """Four eyes: who asks for an allow-list entry does not approve it."""
    if user.pk == obj.created_by_id:
        return _g("白名单由您申请，按双人复核要求须由他人批准。")
    return None


declare("knowledge.view", _("查看规则与法规"), dict.fromkeys(role_labels(), ALL))
declare("knowledge.drafts", _("查看规则草稿"), WATCHERS)
declare("knowledge.draft", _("起草与测试规则"), AUTHORS)
declare("knowledge.propose", _("提请批准规则"), AUTHORS)
declare("knowledge.discard", _("放弃规则草稿"), AUTHORS)
declare("knowledge.trial", _("让规则试运行"), PUBLISHERS, when=wrote_it)
declare("knowledge.send_back", _("退回规则草稿"), PUBLISHERS)
declare("knowledge.publish", _("批准发布规则"), PUBLISHERS, when=wrote_it)
declare("knowledge.judge", _("判断试运行命中"), AUTHORS)
declare("knowledge.reconsiderations", _("查看回溯提议"), WATCHERS)
declare("knowledge.reconsider", _("确认回溯提议"), {"office": ALL})
declare("knowledge.import_texts", _("导入官方文本"), {"office": ALL, "legal": ALL})
declare("knowledge.allow", _("申请白名单"), {**AUTHORS, "liaison": Reach.UNIT})
declare("knowledge.approve_allow", _("批准白名单"), PUBLISHERS, when=asked_for_it)
declare("knowledge.refuse_allow", _("不批准白名单"), PUBLISHERS, when=asked_for_it)
declare("knowledge.withdraw_allow", _("撤销白名单"), {**AUTHORS, "liaison": Reach.UNIT})
