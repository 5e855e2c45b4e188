"""Families of wordings that bear on what a customer asks for: read from asks.yaml, met clause by clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("asks.yaml")
REPORTED = 0.3
"""What a wording counts for in a clause that tells what the other side said or did not do."""
LATE = 0.55
"""Share of the clauses after which the end of a complaint begins, where wishes stand."""
_CUT = re.compile(r"[,，。!！?？;；\n]|\s{2,}|(?<=[一-龥])\s(?=[一-龥\d])")
_OTHERS_SAID = re.compile(
    r"(?:他|她|他们|客服|银行|平台|对方|经理|柜员|坐席|小[一-龥]|工作人员|业务员|答复|回复|电话里|人家|网点|支行|那边"
    r"|那位)[^,，。]{0,6}(?:说|称|讲|答应|承诺|表示|告诉|告知|回复|答复|让我|叫我|一句)"
    r"|你们[^,，。]{0,4}(?:说|称|答应|承诺|回复)"
    r"|(?:已|刚|之前|上次|当时|曾)[^,，。]{0,4}(?:退|取消|解除|道歉|恢复|申请|报)"
    r"|^(?:不|没|未|拒绝|无法)"
)
_WISH = re.compile(
    r"请|要求|要(?!是|不是|么|紧|点)|给我|给(?:他|她|老人|我们|个|一)|麻烦|必须|希望|恳请|恳求|诉求|求|望|盼"
    r"|能不能|能否|可否|可不可以|应当|应该|应由|(?<=[你们我他她行司台就还都也])得|把|将|别|不要|不许|不准|不得|想(?!到|不到|起)"
    r"|赶紧|赶快|尽快|马上|立即|立刻|快点|顺便|至少|就|只要|帮|让|叫|不然|同意|行不|好不|好伐|吧$"
    r"|^(?:退|赔|删|改|撤|停|恢复|道歉|取消|处理|补|免|解)"
)


@cache
def families() -> tuple[re.Pattern[str], ...]:
    """Return every family in the order of the file; that order is the order of the model's features."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))

    def whole(pattern: str) -> str:
        return re.sub(r"<(\w+)>", lambda match: str(data["fragments"][match[1]]), pattern)

    return tuple(re.compile(whole(p)) for patterns in data["families"].values() for p in patterns)


def met(plain: str) -> NDArray[np.float32]:
    """Return for each family how far it is met anywhere (0, REPORTED or 1), whether at the end, whether in a wish."""
    clauses = _clauses(plain)
    starts = [start for start, _ in clauses]
    reported = [_OTHERS_SAID.search(plain[start:end]) is not None for start, end in clauses]
    late = int(len(clauses) * LATE)
    anywhere = np.zeros(len(families()), dtype=np.float32)
    at_end = np.zeros(len(families()), dtype=np.float32)
    wished = np.zeros(len(families()), dtype=np.float32)
    wishes = [
        not r and _WISH.search(plain[a:b].strip()) is not None for r, (a, b) in zip(reported, clauses, strict=True)
    ]
    for number, family in enumerate(families()):
        for match in family.finditer(plain):
            clause = max(0, bisect_right(starts, match.start()) - 1)
            if not clauses or reported[clause]:
                anywhere[number] = max(anywhere[number], REPORTED)
                continue
            anywhere[number] = 1.0
            if wishes[clause]:
                wished[number] = 1.0
            if clause >= late:
                at_end[number] = 1.0
    return np.concatenate([anywhere, at_end, wished])


def _clauses(plain: str) -> list[tuple[int, int]]:
    out, at = [], 0
    for match in _CUT.finditer(plain):
        if plain[at : match.end()].strip():
            out.append((at, match.end()))
        at = match.end()
    if plain[at:].strip():
        out.append((at, len(plain)))
    return out
