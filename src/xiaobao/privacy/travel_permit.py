"""Travel permits between the mainland, Hong Kong, Macao and Taiwan."""

from __future__ import annotations

from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_FORM = Anchored(
    r"(?<![0-9A-Za-z])(?:[HMhm] ?[0-9]{8}(?:[0-9]{2})?|[CcWw](?:[0-9]{8}|[A-Za-z][0-9]{7})|[LlTt][0-9]{8}"
    r"|[0-9]{10}|[0-9]{8})"
    r"(?:\([0-9A-Z]{1,2}\))?(?![0-9A-Za-z]|\.[0-9])"
)
_CONTEXT = Anchored(r"通行证|回乡证|台胞证|台湾居民|港澳居民|港澳台|往来港澳|来往内地|来往大陆")


@recogniser("travel_permit")
def find(source: Source) -> Iterator[Entity]:
    """Yield permit numbers that the words around name, and H or M with ten digits by themselves."""
    for match in _FORM.finditer(source.folded):
        start, end = match.span()
        named = source.has_before(start, _CONTEXT) or _CONTEXT.search(source.after(end, 8)) is not None
        alone = match[0][0] in "HM" and len(match[0]) == 11
        if source.is_money(start, end) or not (named or (alone and not source.is_serial(start, end))):
            continue
        why = "前后文称通行证件" if named else "通行证号形式"
        yield Entity("travel_permit", start, end, source.text[start:end], None, 0.9 if named else 0.5, why)
