"""Letters: the words of a letter that another system has read; by a signed hook or by REST.

Scans that are still to be read come by the page for letters (`services.scans`), which registers them itself.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("letter", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a letter says; raises BadValue with a sentence a field."""
    unfit = {
        "recording_url": _("录音地址只用于电话来件；随信寄来的录音请在登记后作为附件添加"),
        "face_to_face": _("来信不是面谈；当面递交并面谈的请按网点来访（branch）登记"),
    }
    empty = _("来信要有全文（text）；还没有文字的扫描件请在“来信登记”上传，由平台识别")
    return record.arrival_of(record.opened(raw), unfit=unfit, empty=empty)
