"""Sums of money; off by default, for those who publish texts in which sums would identify people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_NUMBER = r"[0-9]{1,15}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,4})?"
_CHINESE = "[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]{1,16}"
_UNIT = "(?:元整?|圆整?|块钱?|人民币|美元|美金|港币|港元|欧元|日元|英镑|角|分钱)"
_SUM = re.compile(
    rf"(?:人民币|RMB|CNY|USD|HKD|[¥$€£]) ?{_NUMBER} ?(?:万亿|[千百万亿wWkK])?{_UNIT}?"
    rf"|(?<![0-9.]){_NUMBER} ?(?:万亿|[千百万亿wWkK]){{0,2}}(?:多|余)?{_UNIT}"
    rf"|{_CHINESE}(?:多|余)?{_UNIT}(?:[一二三四五六七八九零壹贰叁肆伍陆柒捌玖]角)?(?:[一二三四五六七八九壹贰叁肆伍陆柒捌玖]分)?"
)


@recogniser("amount")
def find(source: Source) -> Iterator[Entity]:
    """Yield sums of money with their unit or sign."""
    for match in _SUM.finditer(source.folded):
        start, end = match.span()
        yield Entity("amount", start, end, source.text[start:end], None, 0.8, "带货币单位的数额")
