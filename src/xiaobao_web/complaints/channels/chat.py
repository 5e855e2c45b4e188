"""Chats: the online service hands a conversation over turn by turn, or as one text; again where it goes on.

It comes by a signed hook or by REST. A voice message belongs into the turns as words.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("chat", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what was written in a chat; raises BadValue with a sentence a field."""
    unfit = {
        "recording_url": _("录音地址只用于电话来件；语音消息请转成文字放进对话（turns），通话请按电话（call）登记"),
        "face_to_face": _("在线客服不是面谈；当面提出的请按网点来访（branch）登记"),
    }
    empty = _("在线客服的来件要有逐轮对话（turns）或全文（text）；会话没有文字的不要移交")
    return record.arrival_of(record.opened(raw), unfit=unfit, empty=empty)
