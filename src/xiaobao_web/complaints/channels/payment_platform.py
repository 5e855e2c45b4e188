"""Payment platforms: complaints that a platform forwards, fetched, called back (`platforms`) or handed over by a hook.

The platform's order and the state there are read into the words, behind what the customer says.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel, plain

LONGEST = 80
"""Characters of an order or a state."""


@channel("payment_platform", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a customer told a platform; raises BadValue with a sentence a field."""
    told = record.opened(raw)
    unfit = {
        "recording_url": _("录音地址只用于电话来件；平台转来的凭证请在登记后作为附件添加"),
        "face_to_face": _("平台转来的投诉不是面谈；当面提出的请按网点来访（branch）登记"),
    }
    found = record.arrival_of(told, unfit=unfit, empty=_("平台没有给出投诉内容（text）；没有内容的请写明平台上的事由"))
    for name, label in (("order", _("订单号")), ("state", _("平台状态"))):
        line = f"{label}：{said}" if (said := _said(told.get(name))) else ""
        if line and found.text and line not in found.text.split("\n"):  # what was kept earlier has them in its words
            found.text = f"{found.text}\n{line}"
    return found


def _said(value: Any) -> str:
    """Return a platform's own word or number, empty for anything else."""
    usable = isinstance(value, str | int) and not isinstance(value, bool)
    return plain(str(value)).strip()[:LONGEST] if usable else ""
