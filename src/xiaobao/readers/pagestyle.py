"""The part of CSS that decides whether and how text is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from xiaobao.readers.appearance import Rgb, colour
from xiaobao.readers.draft import Draft

RULES = 3_000
CHARACTERS = 500_000
_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_LENGTH = re.compile(r"^(-?[\d.]{1,12})\s*(px|pt|em|rem|%|vw|vh|mm|cm|in)?$")
_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_TAG_SIZES = {
    "h1": 2.0,
    "h2": 1.5,
    "h3": 1.17,
    "h5": 0.83,
    "h6": 0.67,
    "small": 0.83,
    "sub": 0.83,
    "sup": 0.83,
    "big": 1.2,
}
_FONT_SIZES = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_PIXELS = {"px": 1.0, "": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
Declared = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """How text at a place of the page is shown: size in CSS pixels, colours, whether it is seen at all."""

    size: float = 16.0
    colour: Rgb | None = None
    ground: Rgb | None = None
    opacity: float = 1.0
    bold: bool = False
    struck: bool = False
    hidden: bool = False
    invisible: bool = False
    on_picture: bool = False
    keeps_space: bool = False


class Rules:
    """The style rules of a page, matched to its elements."""

    def __init__(self, tree: Any, draft: Draft) -> None:
        self._by_node: dict[int, list[tuple[tuple[int, int, int, int], Declared]]] = {}
        order = budget = 0
        for style in tree.css("style"):
            text = (style.text() or "")[: max(0, CHARACTERS - budget)]
            budget += len(text)
            for selector, body in _blocks(text):
                declared = declarations(body)
                order += 1
                if order > RULES or not declared:
                    continue
                draft.tick()
                self._match(tree, selector, declared, order)

    def _match(self, tree: Any, selector: str, declared: Declared, order: int) -> None:
        for part in selector.split(",")[:50]:
            part = part.strip()
            if not part or ":" in part or len(part) > 200:
                continue
            weight = (
                part.count("#"),
                part.count(".") + part.count("["),
                len(re.findall(r"(?:^|[\s>+~])[a-z]", part)),
                order,
            )
            try:
                nodes = tree.css(part)
            except (ValueError, RuntimeError):
                continue
            for node in nodes:
                self._by_node.setdefault(node.mem_id, []).append((weight, declared))

    def of(self, node: Any) -> Declared:
        """Return what the rules and the element itself declare, the strongest last."""
        out: Declared = {}
        for _, declared in sorted(self._by_node.get(node.mem_id, ()), key=lambda item: item[0]):
            out |= declared
        inline = node.attributes.get("style")
        return out | declarations(inline) if inline else out


def _blocks(text: str) -> list[tuple[str, str]]:
    """Return selectors and bodies; rules for print only are left out, other conditions are taken as met."""
    text = _COMMENT.sub("", text).replace("<!--", "").replace("-->", "")
    out: list[tuple[str, str]] = []
    skip = depth = 0
    at = 0
    while at < len(text):
        opened, closed = text.find("{", at), text.find("}", at)
        if opened < 0 and closed < 0:
            break
        if closed >= 0 and (opened < 0 or closed < opened):
            depth = max(0, depth - 1)
            skip = skip if depth >= skip else 0
            at = closed + 1
            continue
        head = text[at:opened].rpartition(";")[2].strip()
        if head.startswith("@"):
            depth += 1
            if not head.startswith(("@media", "@supports", "@layer")) or "print" in head:
                skip = skip or depth
            at = opened + 1
            continue
        end = text.find("}", opened)
        end = len(text) if end < 0 else end
        if not skip:
            out.append((head, text[opened + 1 : end]))
        at = end + 1
    return out


def declarations(text: str) -> Declared:
    """Return the declarations of a rule's body, names and values in lower case."""
    out: Declared = {}
    for item in text[:5_000].split(";"):
        name, mark, value = item.partition(":")
        if mark:
            out[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return out


def styled(node: Any, tag: str, shown: Shown, rules: Rules) -> Shown:
    """Return how an element is shown within a parent that is shown so."""
    declared = rules.of(node)
    given = node.attributes
    shown = _by_tag(tag, given, shown)
    if declared:
        shown = _declared(declared, shown)
    if "hidden" in given or (tag == "input" and (given.get("type") or "").lower() == "hidden"):
        shown = replace(shown, hidden=True)
    return shown


def _by_tag(tag: str, given: Any, shown: Shown) -> Shown:
    if tag in _TAG_SIZES:
        base = 16.0 if tag[0] == "h" else shown.size
        shown = replace(shown, size=base * _TAG_SIZES[tag])
    if tag in ("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"):
        shown = replace(shown, bold=True)
    elif tag in ("s", "del", "strike"):
        shown = replace(shown, struck=True)
    elif tag in ("pre", "textarea"):
        shown = replace(shown, keeps_space=True)
    elif tag == "font":
        size, ink = given.get("size") or "", colour(given.get("color") or "")
        shown = replace(shown, size=_FONT_SIZES.get(size, shown.size), colour=ink or shown.colour)
    if ground := colour(given.get("bgcolor") or ""):
        shown = replace(shown, ground=ground, on_picture=False)
    return shown


def _declared(declared: Declared, shown: Shown) -> Shown:
    if size := declared.get("font-size") or _font_size(declared.get("font", "")):
        shown = replace(shown, size=_pixels(size, shown.size))
    if "color" in declared:
        ink = declared["color"]
        shown = replace(shown, colour=colour(ink) or shown.colour, invisible=_is_clear(ink))
    for name in ("background-color", "background"):
        shown = _on_ground(declared.get(name, ""), shown)
    if declared.get("background-image", "none") != "none":
        shown = replace(shown, on_picture=True)
    if "font-weight" in declared:
        shown = replace(shown, bold=declared["font-weight"] in ("bold", "bolder", "600", "700", "800", "900"))
    if "line-through" in declared.get("text-decoration", declared.get("text-decoration-line", "")):
        shown = replace(shown, struck=True)
    if declared.get("white-space", "").startswith("pre"):
        shown = replace(shown, keeps_space=True)
    opacity = _number(declared.get("opacity"), 1.0)
    shown = replace(shown, opacity=shown.opacity * max(0.0, min(1.0, opacity)))
    return replace(shown, hidden=_is_hidden(declared, shown))


def _on_ground(value: str, shown: Shown) -> Shown:
    if not value:
        return shown
    if "url(" in value or "gradient" in value:
        return replace(shown, on_picture=True)
    ground = colour(value) or next((c for c in map(colour, value.split()[:8]) if c is not None), None)
    return replace(shown, ground=ground, on_picture=False) if ground is not None else shown


def _is_hidden(declared: Declared, shown: Shown) -> bool:
    if shown.hidden and declared.get("visibility") != "visible":
        return True
    if declared.get("display") == "none" or declared.get("visibility") in ("hidden", "collapse"):
        return True
    if shown.opacity < 0.02 or shown.size <= 0.5 or shown.invisible:
        return True
    far = any(_pixels(declared.get(name, "0"), 0.0) <= -900 for name in ("text-indent", "left", "top", "margin-left"))
    flat = any(declared.get(name, "") in ("0", "0px") for name in ("height", "max-height", "width"))
    cut = declared.get("clip", "").startswith("rect(0") or declared.get("clip-path", "").startswith("inset(50%")
    return far or cut or (flat and declared.get("overflow") == "hidden")


def _is_clear(ink: str) -> bool:
    return ink == "transparent" or bool(re.match(r"rgba\([^)]{0,40},\s*0(?:\.0+)?\s*\)$", ink))


def _font_size(font: str) -> str:
    for part in font.split()[:8]:
        size = part.partition("/")[0]
        if _LENGTH.match(size) and not size.isdigit():
            return size
    return ""


def _pixels(text: str, base: float) -> float:
    if text in _SIZES:
        return _SIZES[text]
    if text in ("smaller", "larger"):
        return base * (0.83 if text == "smaller" else 1.2)
    match = _LENGTH.match(text)
    if match is None:
        return base
    value, unit = _number(match[1], 0.0), match[2] or ""
    if unit in _PIXELS:
        return value * _PIXELS[unit]
    return (
        value * base if unit == "em" else value * 16 if unit == "rem" else value * base / 100 if unit == "%" else base
    )


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default
