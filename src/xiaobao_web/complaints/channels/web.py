"""The form for complaints: what citizens type on the public pages, and add there to what they handed in before.

Programs hand the form of another site over by REST. Nobody speaks here, on a line or to a face.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel


@channel("web")
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a form says; raises BadValue with a sentence a field."""
    unfit = {
        "recording_url": _("网上提交不带录音地址；请把录音作为附件上传，电话来件请按电话（call）登记"),
        "face_to_face": _("网上提交不是面谈；当面提出的请按网点来访（branch）登记"),
    }
    return record.arrival_of(record.opened(raw), unfit=unfit, empty=_("请写明投诉什么（text）"))
