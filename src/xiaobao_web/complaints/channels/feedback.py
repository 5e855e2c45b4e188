"""The feedback box: what citizens have to say on the public pages without calling it a complaint.

The box is of no kind of its own: what a person ticks is only proposed, praise as a suggestion; where nothing is
ticked the words alone decide, so that a complaint in the box is found. Programs hand another site's box over by REST.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel

KINDS = {"praise": "suggestion"}
"""What may be ticked that is no kind of contact, and as which it is proposed."""


@channel("feedback")
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a person has to say, and as what; raises BadValue with a sentence a field."""
    told = record.opened(raw)
    if isinstance(told.get("kind"), str):
        told["kind"] = KINDS.get(told["kind"], told["kind"])
    unfit = {
        "recording_url": _("意见反馈不带录音地址；请把录音作为附件上传，电话来件请按电话（call）登记"),
        "face_to_face": _("意见反馈不是面谈；当面提出的请按网点来访（branch）登记"),
    }
    return record.arrival_of(told, unfit=unfit, empty=_("请写明想说什么（text）"))
