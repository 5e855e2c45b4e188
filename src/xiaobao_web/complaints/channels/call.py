"""Telephone calls: the telephone system hands over the turns of a call, its words, or where its recording is.

It comes by a signed hook or by REST. A call without words is registered at once, its recording fetched afterwards.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("call", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what was said in a call; raises BadValue with a sentence a field."""
    unfit = {"face_to_face": _("电话来件不是面谈；当面提出的请按网点来访（branch）登记")}
    empty = _("电话来件要有对话（turns）、文字（text）或录音地址（recording_url），至少一项")
    return record.arrival_of(record.opened(raw), unfit=unfit, empty=empty)
