"""Bank card and account numbers: issuer prefix, length and the Luhn check (ISO/IEC 7812-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import GAP, Source, bare, well_grouped

_RUN = Anchored(rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?=([1-9](?:{GAP}[0-9]){{11,21}})(?![0-9A-Za-z]|\.[0-9]))")
_CONTEXT = Anchored(
    r"卡号|账号|帐号|账户|帐户|银行卡|储蓄卡|信用卡|借记卡|贷记卡|工资卡|社保卡|附属卡|主卡|卡片|存折|打到|转到|转给|汇到|打款|卡[:是为]?\"?$"
    r"|(?i:card|acc(?:oun)?t|bank)"
)
_IDENTITY = Anchored("身份证|证件号")
_ISSUERS = (
    ("62", range(16, 20)),
    ("81", range(16, 20)),
    ("4", (13, 16)),
    *((str(p), (16,)) for p in (51, 52, 53, 54, 55, 35, 60, 68, 69, 90, 94, 95, 96, 98, 99)),
    ("34", (15,)),
    ("37", (15,)),
    ("36", (14,)),
    ("9", (16, 17, 18, 19)),
    ("60", (16, 17, 18, 19)),
)

_PREFIXES = tuple(prefix for prefix, _ in _ISSUERS)
_FIRST = frozenset(prefix[0] for prefix in _PREFIXES)


@recogniser("bank_card")
def find(source: Source) -> Iterator[Entity]:
    """Yield card numbers by prefix and Luhn, and any account number that the words before call so."""
    for view in source.views:
        done = 0
        for match in _RUN.finditer(view):
            start = match.start(1)
            if start < done:
                continue
            context = source.has_before(start, _CONTEXT)
            if not context and match[1][0] not in _FIRST:
                continue
            for length in _lengths(match[1]):
                entity = _judge(source, start, match[1][:length], context)
                if entity is not None:
                    yield entity
                    done = entity.end
                    break


def luhn(number: str) -> bool:
    """Tell whether a string of digits meets the Luhn check (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _lengths(run: str) -> Iterator[int]:
    """Yield the lengths at which a run may end: all of it, then at gaps after three digits or more, longest first."""
    yield len(run)
    for gap in reversed([m.end() for m in re.finditer(r"[0-9]{3}(?=[^0-9])", run)]):
        if len(bare(run[:gap])) >= 12:
            yield gap


def _judge(source: Source, start: int, shown: str, context: bool) -> Entity | None:
    end, number = start + len(shown), bare(shown)
    issued = number.startswith(_PREFIXES) and any(number.startswith(p) and len(number) in n for p, n in _ISSUERS)
    if not (issued or context) or not well_grouped(shown):
        return None
    if source.is_serial(start, end) or source.is_money(start, end):
        return None
    if not context and source.has_before(start, _IDENTITY, 10):
        return None
    valid: bool | None = luhn(number)
    if issued and valid:
        score, why = 0.9, "发卡行标识与长度相符，校验位成立"
    elif issued and (context or number.startswith("62")):
        score, why = 0.65, "发卡行标识与长度相符，校验位有误"
    elif context:
        score, why, valid = 0.6, "前文称卡号或账号", True if valid else None
    else:
        return None
    if not valid and not context and {" ", "-"} <= set(source.folded[start:end]):
        # Two numbers that stand side by side, as a telephone and a hot line do.
        return None
    return Entity("bank_card", start, end, source.text[start:end], valid, score + 0.08 * context, why)
