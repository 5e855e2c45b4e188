"""Mobile numbers of the mainland: eleven digits from 13 to 19, with or without +86, split, full width or spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import GAP, Source, bare, well_grouped

_NUMBER = Anchored(
    rf"(?<![0-9])(?<![0-9]\.)(?:(?:\+|00)?\(?\+?86\)?[ \-]{{0,2}}|0)?"
    rf"(?=(1{GAP}[3-9](?:{GAP}[0-9]){{9}})(?![0-9]|\.[0-9]|[A-Za-z]))"
)
_PAUSED = Anchored(
    r"(?<![0-9])(?<![0-9][,，、.])(?=(1[3-9][0-9][,，、] ?[0-9]{4}[,，、]? ?[0-9]{4}|1[3-9][0-9]{5}[,，、] ?[0-9]{4})"
    r"(?![0-9]|[,，、.] ?[0-9]))"
)
"""As it is dictated, with a comma for each breath: 幺三五，八八八六，七七二一."""
_CONTEXT = Anchored(r"手机|电话|号码|联系|致电|回电|来电|拨打|短信|(?i:tel|mobile|phone|call|mob)")
_LATIN_BEFORE = re.compile(r"[A-Za-z]$")
_LATIN_LABEL = re.compile(r"(?i:tel|mobile|phone|call|mob|cell|no|m|t|vx|wx|v|qq)$")


@recogniser("mobile")
def find(source: Source) -> Iterator[Entity]:
    """Yield mobile numbers; serial numbers and sums of money that look alike are left."""
    for view in source.views:
        for match in _NUMBER.finditer(view):
            entity = _judge(source, match.start(), match.start(1), match.end(1), match[1])
            if entity is not None:
                yield entity
        for match in _PAUSED.finditer(view):
            start, end = match.span(1)
            shown = source.text[start:end]
            if source.has_before(start, _CONTEXT) or shown[0] == "幺":
                yield Entity("mobile", start, end, shown, None, 0.85, "分段念出的十一位手机号")


def _judge(source: Source, whole: int, start: int, end: int, shown: str) -> Entity | None:
    context = source.has_before(whole, _CONTEXT)
    before = source.before(whole, 12)
    if _LATIN_BEFORE.search(before) and not _LATIN_LABEL.search(before):
        return None
    if source.is_money(start, end) and not context:
        return None
    if source.is_serial(whole, end) or not (well_grouped(shown) or (context and len(bare(shown)) == 11)):
        return None
    if source.text[whole:start] == "0":
        whole = start
    why = "十一位手机号段" + ("，前文称电话" if context else "")
    return Entity("mobile", whole, end, source.text[whole:end], None, 0.95 if context else 0.8, why)
