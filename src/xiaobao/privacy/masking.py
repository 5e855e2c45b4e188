"""Hide personal data: partly, by label, or by placeholders that can be turned back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from xiaobao.errors import UsageError
from xiaobao.privacy.entities import KINDS, Entity
from xiaobao.privacy.recognise import recognise
from xiaobao.privacy.surnames import COMPOUND

Style = Literal["partial", "label", "placeholder"]
STYLES: tuple[str, ...] = get_args(Style)

_PLACEHOLDER = re.compile(r"⟦([A-Z_]+)_([0-9]+)⟧")
_SPACE = re.compile(r"[\s\-.·•()（）\u200b-\u200d\ufeff\ufe0f\u20e3]")


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text, the entities of the original (offsets in the original), and placeholder → original text."""

    text: str
    entities: tuple[Entity, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)


def mask(text: str, kinds: Iterable[str] | None = None, style: str = "partial") -> Masked:
    """Return a text with its personal data hidden; style is partial (138****5678), label (【手机号】) or placeholder.

    Placeholders (⟦MOBILE_1⟧) are the same for the same words, differ from any the text holds, and come with the
    mapping `unmask` needs. An unknown kind or style raises UsageError.
    """
    if style not in STYLES:
        raise UsageError(f"没有“{style}”这种遮盖方式，可选：{'、'.join(STYLES)}", code="usage.style")
    entities = recognise(text, kinds)
    mapping: dict[str, str] = {}
    replace = {"partial": partial, "label": _label}.get(style) or _placeholders(text, mapping)
    parts: list[str] = []
    at = 0
    add = parts.append
    shown: dict[tuple[str, str], str] = {}
    for entity in entities:
        kind, start, end, words = entity[:4]
        instead = shown.get((kind, words))
        if instead is None:
            instead = shown[kind, words] = replace(entity)
        if at < start:
            add(text[at:start])
        add(instead)
        at = end
    parts.append(text[at:])
    return Masked("".join(parts), tuple(entities), mapping)


def unmask(text: str, mapping: Mapping[str, str]) -> str:
    """Return a text with the placeholders of a mapping turned back; placeholders it does not know stay."""
    return _PLACEHOLDER.sub(lambda m: mapping.get(m[0], m[0]), text)


def partial(entity: Entity) -> str:
    """Return an entity's text with its telling part as asterisks, gaps kept, as JR/T 0171 shows masked data."""
    text = entity.text
    if entity.kind == "email":
        name, at, host = text.partition("@")
        return f"{name[:1]}***{at}{host}" if at else _stars(text, 1, 0)
    if entity.kind == "person":
        head = 2 if text[:2] in COMPOUND else 1
        return _stars(text, head if len(text) > head else 0, 0)
    if entity.kind == "address":
        return text[: _district_end(text)] + "****"
    if entity.kind == "amount":
        return re.sub(
            r"[0-9０-９零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟.,，]+", "***", text, count=1
        )
    if entity.kind == "mobile":
        return _stars(text, len(_SPACE.sub("", text)) - 8, 4)
    head, tail = _SHOWN[entity.kind]
    telling = len(_SPACE.sub("", text))
    while head + tail > max(0, telling * 3 // 5):
        head, tail = (head - 1, tail) if head > tail else (head, tail - 1)
    return _stars(text, head, tail)


_SHOWN: dict[str, tuple[int, int]] = {
    "id_card": (6, 4),
    "credit_code": (4, 4),
    "bank_card": (4, 4),
    "landline": (4, 2),
    "travel_permit": (2, 2),
    "passport": (2, 2),
    "plate": (2, 2),
    "social_account": (2, 1),
    "organisation": (2, 2),
}


def _stars(text: str, head: int, tail: int) -> str:
    """Return the text with all but `head` first and `tail` last telling characters starred."""
    if _SPACE.search(text) is None:
        shown = max(head, 0)
        hide = max(0, len(text) - tail - shown)
        return text[:shown] + "*" * hide + text[shown + hide :]
    places = [i for i, c in enumerate(text) if not _SPACE.match(c)]
    hidden = set(places[max(head, 0) : len(places) - tail])
    return "".join("*" if i in hidden else c for i, c in enumerate(text))


def _district_end(text: str) -> int:
    """Return the length of the part of an address that may stay: to its district, else its city, else province."""
    match = re.match(r".{2,8}?(?:省|自治区|市)(?:.{1,6}?(?:市|州|盟|地区))?(?:.{1,6}?(?:区|县|旗))?", text, re.S)
    return match.end() if match and match.end() < len(text) else 0


def _label(entity: Entity) -> str:
    return f"【{KINDS[entity.kind]}】"


def _placeholders(text: str, mapping: dict[str, str]) -> Callable[[Entity], str]:
    taken = {m[0] for m in _PLACEHOLDER.finditer(text)}
    given: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}

    def replace(entity: Entity) -> str:
        key = (entity.kind, entity.text)
        if key not in given:
            while True:
                counts[entity.kind] = counts.get(entity.kind, 0) + 1
                name = f"⟦{entity.kind.upper()}_{counts[entity.kind]}⟧"
                if name not in taken:
                    break
            given[key] = name
            mapping[name] = entity.text
        return given[key]

    return replace
