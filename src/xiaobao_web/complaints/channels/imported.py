"""Rows of another system's table, taken in beside it day by day, and what a program imports over REST.

How complaints came in there and how they stand there is kept as that system says it. As they may have come in by any
way, every field is taken.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, channel, plain

OLD = ("old_state", "old_channel")
"""What another system calls the state and the channel of a row."""


@channel("import")
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a row says; raises BadValue with a sentence a field."""
    return arrival_of(record.opened(raw))


def arrival_of(told: dict[str, Any]) -> Arrival:
    """Return what a row says that is a record already; raises BadValue with a sentence a field."""
    found = record.arrival_of(told, empty=_("这一行没有投诉内容；补上后再导入"))
    found.details |= {name: plain(str(told.get(name) or "")) for name in OLD}
    return found
