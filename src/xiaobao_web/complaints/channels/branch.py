"""Visits to a branch: what its system took down at the counter or in the hall; by a signed hook or by REST.

A visit is face to face unless the record says otherwise (a note left in the box for complaints), which counts where
twenty and more people complain together (投诉办法 29).
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("branch", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what was said at a branch; raises BadValue with a sentence a field."""
    told = {"face_to_face": True} | record.opened(raw)
    unfit = {"recording_url": _("录音地址只用于电话来件；现场录音录像请在登记后作为附件添加")}
    empty = _("网点来访要写明客户说了什么（text），或给出对话（turns）")
    return record.arrival_of(told, unfit=unfit, empty=empty)
