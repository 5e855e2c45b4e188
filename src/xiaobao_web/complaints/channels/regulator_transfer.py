"""Regulators' transfers that another system hands over: by a signed hook or by REST.

Transfers with their own number and day come by the page, its table and its operation (`services.transfer_sheets`),
which register them themselves. Who hands over (`source`: 信访局, 12378 …) decides whether a petition is proposed.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel, plain
from xiaobao_web.complaints.channels.transfer_table import source_of


@channel("regulator_transfer", hook=True)
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what was transferred, and by whom where that is said; raises BadValue with a sentence a field."""
    told = record.opened(raw)
    unfit = {"recording_url": _("录音地址只用于电话来件；转办件所附的录音请在登记后作为附件添加")}
    empty = _("转办件要有投诉内容（text）；只有转办单的请在“登记转办件”粘贴全文")
    found = record.arrival_of(told, unfit=unfit, empty=empty)
    if isinstance(told.get("source"), str) and (source := source_of(plain(told["source"]))):
        found.details["source"] = source
    return found
