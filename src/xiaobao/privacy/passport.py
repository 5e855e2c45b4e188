"""Passport numbers: Chinese ones by their letters, foreign ones where the words around call them passports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_EDGE = r"(?<![0-9A-Za-z])"
_CHINESE = Anchored(
    rf"{_EDGE}(?:[EGeg] ?[0-9]{{8}}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{{7}}|[DdSsPp][Ee][0-9]{{7}})(?![0-9A-Za-z])"
)
_ANY = re.compile(rf"{_EDGE}(?:[A-Za-z]{{1,2}} ?[0-9]{{6,9}}|[0-9]{{8,9}})(?![0-9A-Za-z])")
_CONTEXT = re.compile(r"护照|(?i:passport)")
_PERMIT = re.compile(r"通行证|台胞证|回乡证")


@recogniser("passport")
def find(source: Source) -> Iterator[Entity]:
    """Yield passport numbers; without the word for passport only the unmistakable Chinese forms count."""
    for match in _CHINESE.finditer(source.folded):
        start, end = match.span()
        near = _is_named(source, start, end)
        if near or not (source.is_serial(start, end) or source.is_money(start, end)):
            why = "中国护照号形式" + ("，前后文称护照" if near else "")
            yield Entity("passport", start, end, source.text[start:end], None, 0.95 if near else 0.6, why)
    for mention in _CONTEXT.finditer(source.folded):
        for match in _ANY.finditer(source.folded, mention.end(), mention.end() + 30):
            start, end = match.span()
            if _is_named(source, start, end) and not source.is_money(start, end):
                yield Entity("passport", start, end, source.text[start:end], None, 0.85, "前文称护照")


def _is_named(source: Source, start: int, end: int) -> bool:
    before = source.before(start, 14)
    named, other = before.rfind("护照"), max((m.end() for m in _PERMIT.finditer(before)), default=-1)
    if _CONTEXT.search(before):
        return named > other or other < 0
    return _CONTEXT.match(source.after(end, 8).lstrip("的 ()")) is not None
