"""Identity card numbers: 18 characters with the MOD 11-2 check of GB 11643-1999, and the old 15 digits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import GAP, Source, bare, well_grouped

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    str(code)
    for codes in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91))
    for code in range(codes[0], codes[1] + 1)
)
_EDGE = r"(?<![0-9A-Za-z])(?<![0-9]\.)"
_LONG = Anchored(rf"{_EDGE}(?=([1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx×])(?![0-9A-Za-z]))")
_SHORT = Anchored(rf"{_EDGE}(?=([1-9](?:{GAP}[0-9]){{14}})(?![0-9A-Za-z]|\.[0-9]))")
_CONTEXT = Anchored(r"身份|证件|公民号码|证号|(?i:id ?card|id[_ ]?no|idnum|certno|idcard)")


@recogniser("id_card")
def find(source: Source) -> Iterator[Entity]:
    """Yield identity card numbers; a broken checksum still counts where region and birth date are plausible."""
    for view in source.views:
        for match in _LONG.finditer(view):
            yield from _long(source, match.start(1), match.end(1), match[1])
        done = 0
        for match in _SHORT.finditer(view):
            # Of digits set apart each may begin a number: of those that overlap the first is enough.
            for entity in _short(source, match.start(1), match.end(1), match[1]) if match.start(1) >= done else ():
                yield entity
                done = entity.end


def check_character(first17: str) -> str:
    """Return the 18th character for the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def _long(source: Source, start: int, end: int, shown: str) -> Iterator[Entity]:
    number = bare(shown).upper().replace("×", "X")
    region = number[:2] in _PROVINCES
    born = _is_date(number[6:14])
    context = source.has_before(start, _CONTEXT)
    if not (context or (born and region)):
        return
    if not context and not well_grouped(shown):
        return
    valid = check_character(number[:17]) == number[17]
    if not well_grouped(shown) and not (context and valid):
        return
    if valid and born and region:
        score, why = 0.99, "十八位，校验码、出生日期与地区码都成立"
    elif context and (born or valid):
        score, why = 0.85, "前文称身份证件，校验码或日期有误"
    elif born and region and not source.is_serial(start, end):
        score, why = 0.6, "十八位，日期与地区码成立，校验码有误"
    elif context and not source.is_serial(start, end):
        score, why = 0.6, "前文称身份证件，但校验码与日期都不成立"
    else:
        return
    yield Entity("id_card", start, end, source.text[start:end], valid, score, why)


def _short(source: Source, start: int, end: int, shown: str) -> Iterator[Entity]:
    number = bare(shown)
    if number[:2] not in _PROVINCES or not _is_date("19" + number[6:12]) or not well_grouped(shown):
        return
    if source.is_serial(start, end) or source.is_money(start, end):
        return
    context = source.has_before(start, _CONTEXT)
    score = 0.9 if context else 0.5
    why = "十五位旧号，日期与地区码成立" + ("，前文称身份证件" if context else "")
    yield Entity("id_card", start, end, source.text[start:end], None, score, why)


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    if not (year >= 1900 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    try:
        return year <= date.today().year and date(year, month, day) is not None
    except ValueError:
        return False
