"""Families of wordings that bear on what a customer asks for: read from asks.yaml, met clause by clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
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
    r"|能不能|能否|可否|可不可以|应当|应该|应由|(?<=[你们我他她行司台就还都也])得|把|将|别|不要|不许|不准|不得"
    r"|想(?!到|不到|起)"
    r"|赶紧|赶快|尽快|马上|立即|立刻|快点|顺便|至少|就|只要|帮|让|叫|不然|同意|行不|好不|好伐|吧$"
    r"|^(?:退|赔|删|改|撤|停|恢复|道歉|取消|处理|补|免|解)"
)

_REFUSED = re.compile(
    r"(?:我|咱|俺|也|又|都|倒|并|可|根本|从来|压根)?不是(?:想|要|来|求|图|为了?|非要|跟你们要|逼|为难|冲着|说要"
    r"|让你们|叫你们|嫌)"
    r"|(?:我|也|都|倒|并|就|可|钱|一分|什么)不(?:想|要(?!紧|是|再)|求|图|指望|稀罕|打算|准备|为了?|差|在乎|计较|追究"
    r"|跟你们要|缺|需要|惦记)"
    r"|(?:没|没有|从没|并没|无意)(?:想|要|打算|说要|指望|让你们|叫你们)|(?:不用|不必|用不着|犯不着|不需要|无需"
    r"|谈不上|轮不到|犯不上)(?:再)?"
    r"|(?:算了|免了|作罢|就不提|不追究|不计较|不要紧|不麻烦|也行|随你们|无所谓)|(?:先|暂时|眼下)不(?:要|想|求|说|急)"
    r"|不能再?答应|不接受|不同意"
)
"""A clause that says what is not wished: 我不是要退, 钱我不跟你们要, 道歉就不用了."""

_ASKING = re.compile(r"[?？]|吗$|呢$|什么|为何|凭")


@cache
def families() -> tuple[re.Pattern[str], ...]:
    """Return every family in the order of the file; that order is the order of the model's features."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))

    def whole(pattern: str) -> str:
        return re.sub(r"<(\w+)>", lambda match: str(data["fragments"][match[1]]), pattern)

    return tuple(re.compile(whole(p)) for patterns in data["families"].values() for p in patterns)


def met(plain: str) -> NDArray[np.float32]:
    """Return for each family how far it is met anywhere (0, REPORTED or 1), then at the end, in a wish, refused."""
    clauses = _clauses(plain)
    starts = [start for start, _ in clauses]
    reported = [_OTHERS_SAID.search(plain[start:end]) is not None for start, end in clauses]
    late = int(len(clauses) * LATE)
    anywhere = np.zeros(len(families()), dtype=np.float32)
    at_end = np.zeros(len(families()), dtype=np.float32)
    wished = np.zeros(len(families()), dtype=np.float32)
    refused = np.zeros(len(families()), dtype=np.float32)
    denied = [_REFUSED.search(plain[a:b]) is not None for a, b in clauses]
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
            if denied[clause]:
                refused[number] = 1.0
                continue
            if wishes[clause]:
                wished[number] = 1.0
            if clause >= late:
                at_end[number] = 1.0
    return np.concatenate([anywhere, at_end, wished, refused])


def met_in(plain: str, starts: Sequence[int]) -> NDArray[np.float32]:
    """Return for each clause that begins at one of the ascending starts which families begin in it (columns)."""
    out = np.zeros((len(starts), len(families())), dtype=np.float32)
    for number, family in enumerate(families()):
        for match in family.finditer(plain):
            clause = bisect_right(starts, match.start()) - 1
            if clause >= 0:
                out[clause, number] = 1.0
    return out


def kind(clause: str) -> tuple[bool, bool, bool]:
    """Tell whether a clause tells what the other side said or did, whether it wishes, whether it says what is not."""
    return tuple(p.search(clause) is not None for p in (_OTHERS_SAID, _WISH, _REFUSED))  # type: ignore[return-value]


def asks_back(clause: str) -> bool:
    """Tell whether a clause asks something."""
    return _ASKING.search(clause) is not None


def _clauses(plain: str) -> list[tuple[int, int]]:
    out, at = [], 0
    for match in _CUT.finditer(plain):
        if plain[at : match.end()].strip():
            out.append((at, match.end()))
        at = match.end()
    if plain[at:].strip():
        out.append((at, len(plain)))
    return out
