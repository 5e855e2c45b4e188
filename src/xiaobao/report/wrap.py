"""Lines of Chinese text on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

CLOSING = frozenset("，。；：、！？）》〉」』】〕”’…—％,.;:!?)]}%")
"""Signs that begin no line (GB/T 15834—2011, 5.1)."""
OPENING = frozenset("（《〈「『【〔“‘([{")
"""Signs that end no line (GB/T 15834—2011, 5.1)."""
_BACK = 24


class Wrapped:
    """A text broken as Chinese is: anywhere but inside a Latin word or a number, and with no sign out of place."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.divide(cuts(self.text.plain, options.max_width)):
            line.rstrip()
            line.no_wrap = True
            yield line

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(8, options.max_width), min(options.max_width, max(8, self.text.cell_len)))


def cuts(plain: str, width: int) -> list[int]:
    """Return where lines of at most `width` cells begin, the first one's 0 left out."""
    out: list[int] = []
    start = used = 0
    for i, char in enumerate(plain):
        used += cell_len(char)
        # A space at the end of a line takes no room: it is cut off.
        if used > width and i > start and char != " ":
            start = next((k for k in _backwards(i, start) if _may_part(plain[k - 1], plain[k])), i)
            out.append(start)
            used = cell_len(plain[start : i + 1])
    return out


def _backwards(i: int, start: int) -> Iterator[int]:
    return iter(range(i, max(start, i - _BACK), -1))


def _may_part(before: str, after: str) -> bool:
    if after in CLOSING or before in OPENING or after == " ":
        return False
    return before == " " or not (before.isascii() and after.isascii())
