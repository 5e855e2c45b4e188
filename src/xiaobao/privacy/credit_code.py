"""Unified social credit codes: eighteen characters with the MOD 31 check of GB 32100-2015."""

from __future__ import annotations

from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source, bare

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CODE = Anchored(
    r"(?<![0-9A-Za-z])(?=([0-9A-Ya-y][0-9A-Ya-y](?:[ \-]?[0-9]){6}(?:[ \-]?[0-9A-Ya-y]){10})(?![0-9A-Za-z]))"
)
_CONTEXT = Anchored(r"信用代码|统一代码|税号|纳税人|机构代码|营业执照|注册号|代码证|(?i:uscc|tax)")
_REGISTRARS = frozenset(["1", "5", "9", "A", "N", "Y", "2", "3", "4", "6", "7", "8", "G"])


@recogniser("credit_code")
def find(source: Source) -> Iterator[Entity]:
    """Yield credit codes; one with a broken check counts where it is named so or holds letters as such codes do."""
    for match in _CODE.finditer(source.folded):
        start, end = match.span(1)
        code = bare(match[1]).upper()
        context = source.has_before(start, _CONTEXT, 20)
        valid = _is_valid(code)
        lettered = any(c.isalpha() for c in code[8:17]) and code[0] in "159AYN" and code[1] in "1239"
        if valid and code[0] in _REGISTRARS and (context or lettered or code[0] == "9"):
            score, why = 0.98, "十八位，校验码成立"
        elif (context or lettered) and not source.is_serial(start, end):
            score, why = 0.7, "形式与前文相符，校验码有误"
        else:
            continue
        yield Entity("credit_code", start, end, source.text[start:end], valid, score, why)


def check_character(first17: str) -> str:
    """Return the 18th character for the first 17 (GB 32100-2015); raise KeyError for one outside its alphabet."""
    total = sum(_VALUE[c] * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def _is_valid(code: str) -> bool:
    return all(c in _VALUE for c in code) and check_character(code[:17]) == code[17]
