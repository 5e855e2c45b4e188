"""How a Word run looks: size, weight, colour and hiddenness through its chain of styles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from xiaobao.readers.package import W

DEFAULT_POINTS = 10.5
"""Size of Chinese body text (五号) where a document names none."""
_ON = ("", "1", "true", "on")


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a run: size in points, colour and ground as RRGGBB or empty."""

    size: float = DEFAULT_POINTS
    bold: bool = False
    struck: bool = False
    hidden: bool = False
    colour: str = ""
    ground: str = ""


class Styles:
    """The styles of one document."""

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Any] = {}
        self._default = Look()
        self._cache: dict[str, Look] = {}
        self._normal: str | None = None
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._default = applied(Look(size=10.0), defaults)
        for style in root.iter(f"{W}style"):
            key = style.get(f"{W}styleId")
            if key:
                self._styles[key] = style
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                    self._normal = key

    def paragraph(self, key: str | None) -> Look:
        """Return the look that a paragraph style gives; the default style's where key is None or unknown."""
        return self._of(key if key in self._styles else self._normal)

    def run(self, properties: Any | None, base: Look) -> Look:
        """Return the look of a run within a paragraph."""
        if properties is None:
            return base
        style = properties.find(f"{W}rStyle")
        if style is not None:
            for item in reversed(self._chain(style.get(f"{W}val"))):
                base = applied(base, item.find(f"{W}rPr"))
        return applied(base, properties)

    def _of(self, key: str | None) -> Look:
        if key is None:
            return self._default
        if key not in self._cache:
            look = self._default
            for item in reversed(self._chain(key)):
                look = applied(look, item.find(f"{W}rPr"))
            self._cache[key] = look
        return self._cache[key]

    def _chain(self, key: str | None) -> list[Any]:
        out: list[Any] = []
        seen: set[str] = set()
        while key and key in self._styles and key not in seen and len(out) < 32:
            seen.add(key)
            style = self._styles[key]
            out.append(style)
            parent = style.find(f"{W}basedOn")
            key = parent.get(f"{W}val") if parent is not None else None
        return out


def applied(look: Look, properties: Any | None) -> Look:
    """Return a look with run properties laid over it."""
    if properties is None:
        return look
    for item in properties:
        value = item.get(f"{W}val")
        if item.tag == f"{W}sz":
            look = replace(look, size=_points(value, look.size))
        elif item.tag == f"{W}b":
            look = replace(look, bold=(value or "") in _ON)
        elif item.tag in (f"{W}strike", f"{W}dstrike"):
            look = replace(look, struck=(value or "") in _ON)
        elif item.tag in (f"{W}vanish", f"{W}webHidden"):
            look = replace(look, hidden=(item.tag == f"{W}vanish" and (value or "") in _ON) or look.hidden)
        elif item.tag == f"{W}color":
            look = replace(look, colour="" if value in (None, "auto") else str(value))
        elif item.tag == f"{W}shd":
            fill = item.get(f"{W}fill")
            look = replace(look, ground="" if fill in (None, "auto") else str(fill))
        elif item.tag == f"{W}highlight":
            look = replace(look, ground=str(value or ""))
    return look


def _points(value: str | None, default: float) -> float:
    try:
        half = float(value or "")
    except ValueError:
        return default
    return half / 2 if 0 < half < 4000 else default
