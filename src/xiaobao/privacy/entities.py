"""What a recogniser finds, the closed list of kinds, and the registry one decorated function joins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from xiaobao.errors import UsageError
from xiaobao.privacy.source import Source

KINDS: Final[dict[str, str]] = {
    "id_card": "身份证号",
    "credit_code": "统一社会信用代码",
    "bank_card": "银行卡号",
    "mobile": "手机号",
    "landline": "固定电话",
    "travel_permit": "通行证号",
    "passport": "护照号",
    "plate": "车牌号",
    "email": "邮箱",
    "social_account": "社交账号",
    "address": "地址",
    "organisation": "单位",
    "person": "姓名",
    "amount": "金额",
}
"""Every kind with the label readers see, in the order in which kinds win an overlap of equal length and vote."""

OFF_BY_DEFAULT: Final = frozenset({"amount"})


class Entity(NamedTuple):
    """A piece of personal data: code points start to end (exclusive) of the original text.

    valid is the vote of a checksum: True met, False broken, None where the kind has none; score is 0..1;
    why says in Chinese what made it count.
    """

    kind: str
    start: int
    end: int
    text: str
    valid: bool | None
    score: float
    why: str

    def as_dict(self) -> dict[str, object]:
        """Return the interface shape: kind, start, end, text, valid."""
        return {"kind": self.kind, "start": self.start, "end": self.end, "text": self.text, "valid": self.valid}


Recogniser = Callable[[Source], Iterable[Entity]]
_registry: dict[str, Recogniser] = {}


def recogniser(kind: str) -> Callable[[Recogniser], Recogniser]:
    """Register a function as the recogniser of a kind of the closed list."""
    if kind not in KINDS:
        raise UsageError(f"没有“{kind}”这一类个人信息")

    def register(function: Recogniser) -> Recogniser:
        _registry[kind] = function
        return function

    return register


def registered() -> dict[str, Recogniser]:
    """Return the recognisers by kind."""
    return dict(_registry)


def chosen(kinds: Iterable[str] | None) -> Iterator[str]:
    """Yield the kinds to look for: those named, or all but those off by default; an unknown one raises UsageError."""
    if kinds is None:
        yield from (kind for kind in KINDS if kind not in OFF_BY_DEFAULT)
        return
    wanted = list(kinds)
    for kind in wanted:
        if kind not in KINDS:
            raise UsageError(f"没有“{kind}”这一类个人信息，可选：{'、'.join(KINDS)}", code="usage.kind")
    yield from (kind for kind in KINDS if kind in wanted)
