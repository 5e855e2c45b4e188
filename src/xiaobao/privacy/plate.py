"""Vehicle plates of GA 36: ordinary, new-energy, police, trailer, learner, Hong Kong and Macao, embassy."""

from __future__ import annotations

from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "A-HJ-NP-Za-hj-np-z"
_GAP = r"[ ·•.\-]{0,2}"
_PLATE = Anchored(
    rf"(?:[{_PROVINCES}]{_GAP}[{_LETTER}]{_GAP}"
    rf"(?:[A-HJKa-hjk][{_LETTER}0-9][0-9]{{4}}|[0-9]{{5}}[A-HJKa-hjk]|[{_LETTER}0-9]{{5}}|[{_LETTER}0-9]{{4}}[挂学警港澳试超])"
    r"|使 ?[0-9]{6}|[0-9]{6}使)(?![0-9A-Za-z])"
)


@recogniser("plate")
def find(source: Source) -> Iterator[Entity]:
    """Yield vehicle plates that hold at least two digits."""
    for match in _PLATE.finditer(source.folded):
        start, end = match.span()
        if sum(c.isdigit() for c in match[0]) >= 2 and not source.is_money(start, end):
            yield Entity("plate", start, end, source.text[start:end], None, 0.85, "机动车号牌形式")
