"""Landline numbers: area code, seven or eight digits, extension; public hotlines (95…, 96…, 400, 12…) are no one's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_EXTENSION = r"(?: ?(?:转|分机|ext\.?|-) ?[0-9]{1,6})?"
_FULL = Anchored(
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])(?:\+?86[ \-]?)?(?:\(0(?:10|2[0-9]|[3-9][0-9]{2})\) ?"
    r"|0(?:10|2[0-9]|[3-9][0-9]{2})[ \-]{0,3})"
    rf"[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION}(?![0-9A-Za-z]|\.[0-9])"
)
_LOCAL = Anchored(
    r"(?:座机|固话|固定电话|家庭电话|家里电话|单位电话|办公电话|公司电话|宅电|住宅电话|传真|电话号码|联系电话|电话|(?i:tel|fax))"
    rf"[号码是为: ]{{0,4}}([2-8][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION})(?![0-9A-Za-z\-]|\.[0-9]|元|次|分|秒)"
)
_HOTLINE = re.compile(r"(?:400|800)[ \-]?[0-9]")


@recogniser("landline")
def find(source: Source) -> Iterator[Entity]:
    """Yield landline numbers with area code, and local ones where the words before call them a telephone."""
    for view in source.views:
        for match in _FULL.finditer(view):
            start, end = match.span()
            if not source.is_serial(start, end) and not source.is_money(start, end):
                yield Entity("landline", start, end, source.text[start:end], None, 0.9, "区号加七到八位固定电话")
        for match in _LOCAL.finditer(view):
            start, end = match.span(1)
            if not _HOTLINE.match(match[1]):
                yield Entity("landline", start, end, source.text[start:end], None, 0.75, "前文称电话的本地号码")
