"""Who may reckon what loans cost, and keep what was reckoned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare

UNITS = dict.fromkeys(("submitter", "sender_head", "liaison", "service"), Reach.UNIT)
ANYWHERE = ("reviewer", "second_reviewer", "legal", "office", "complaints")
WATCHERS = ("inspector", "monitor", "executive", "auditor")

declare("credit.view", _("贷款综合成本"), {**UNITS, **dict.fromkeys((*ANYWHERE, *WATCHERS), Reach.ALL)})
declare("credit.save", _("保存成本测算"), {**UNITS, **dict.fromkeys(ANYWHERE, Reach.ALL)})
