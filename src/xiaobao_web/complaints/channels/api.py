"""The interface for any system that names no channel of its own: one contact or many by REST.

What it has may have been a call, a chat or a visit, so every field is taken.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("api")
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a system hands over; raises BadValue with a sentence a field."""
    empty = _("要有文字（text）、对话（turns）或录音地址（recording_url），至少一项")
    return record.arrival_of(record.opened(raw), empty=empty)
