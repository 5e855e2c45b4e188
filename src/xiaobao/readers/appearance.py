"""How text is shown: colours, contrast, and the marks tiny and pale."""

from __future__ import annotations

import re

Rgb = tuple[int, int, int]

TINY_POINTS = 6.0
"""Print below this many points counts as tiny in documents (Chinese six-point type is 小六 and smaller)."""
TINY_PIXELS = 9.0
"""Print below this many CSS pixels counts as tiny on web pages."""
PALE_CONTRAST = 2.0
"""Text with less contrast than this to its ground counts as pale (WCAG 2.2 asks 4.5 of normal, 3 of large text)."""

_NAMES: dict[str, Rgb] = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211), "whitesmoke": (245, 245, 245), "gold": (255, 215, 0),
    "gainsboro": (220, 220, 220), "snow": (255, 250, 250), "ivory": (255, 255, 240), "orange": (255, 165, 0),
    "navy": (0, 0, 128), "maroon": (128, 0, 0), "purple": (128, 0, 128), "darkgray": (169, 169, 169),
    "lightyellow": (255, 255, 224), "pink": (255, 192, 203), "brown": (165, 42, 42), "crimson": (220, 20, 60),
}  # fmt: skip
_HEX = re.compile(r"#?([0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})$")
_RGB = re.compile(r"rgba?\(\s*([\d.]{1,8}%?)[\s,]+([\d.]{1,8}%?)[\s,]+([\d.]{1,8}%?)(?:[\s,/]+([\d.]{1,8}%?))?\s*\)$")


def colour(text: str) -> Rgb | None:
    """Return a CSS or office colour as red, green, blue 0..255; None where it is automatic, transparent or unknown."""
    text = text.strip().lower()
    if text in _NAMES:
        return _NAMES[text]
    if match := _HEX.match(text):
        digits = match[1]
        if len(digits) < 6:
            digits = "".join(ch * 2 for ch in digits)
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if match := _RGB.match(text):
        if match[4] is not None and _share(match[4], 1.0) < 0.05:
            return None
        red, green, blue = (min(255, round(_share(part, 255.0) * 255)) for part in match.groups()[:3])
        return red, green, blue
    return None


def _share(text: str, whole: float) -> float:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text) / whole
    except ValueError:
        return 0.0


def luminance(rgb: Rgb) -> float:
    """Return the relative luminance of a colour, 0..1 (WCAG 2.2, relative luminance)."""
    parts = [value / 255 for value in rgb]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: Rgb, ground: Rgb) -> float:
    """Return the contrast ratio of two colours, 1..21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_pale(text: Rgb | None, ground: Rgb | None) -> bool:
    """Tell whether text hardly differs from its ground; unknown colours are black on white."""
    return contrast(text or (0, 0, 0), ground or (255, 255, 255)) < PALE_CONTRAST
