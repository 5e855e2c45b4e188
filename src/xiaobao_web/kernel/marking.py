"""A text with the words of its findings marked, as HTML that is safe to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString, mark_safe

LEVELS = ("high", "medium", "low")


def marked(text: str, spans: Iterable[Any]) -> SafeString:
    """Return escaped text with its spans inside `<mark>`; offsets count characters of `text`.

    A span is a mapping or an object with start, end and, optionally, severity and pk (or id). Where spans overlap,
    the pieces belong to all of them and take the gravest severity. Spans outside the text are cut to it.
    """
    cut = [item for item in (_cut(span, len(text)) for span in spans) if item is not None]
    edges = sorted({0, len(text), *(edge for start, end, _, _ in cut for edge in (start, end))})
    named: set[str] = set()
    out: list[str] = []
    for start, end in pairwise(edges):
        over = [item for item in cut if item[0] <= start and end <= item[1]]
        piece = escape(text[start:end])
        out.append(_mark(piece, over, named) if over else piece)
    return mark_safe("".join(out))


def _cut(span: Any, length: int) -> tuple[int, int, str, str] | None:
    def read(name: str) -> Any:
        return span.get(name) if isinstance(span, Mapping) else getattr(span, name, None)

    start, end = read("start"), read("end")
    if start is None or end is None:
        return None
    start, end = max(0, int(start)), min(length, int(end))
    severity = str(read("severity") or "medium")
    key = read("pk") or read("id") or ""
    return (start, end, severity if severity in LEVELS else "medium", str(key)) if start < end else None


def _mark(piece: str, over: list[tuple[int, int, str, str]], named: set[str]) -> str:
    level = min((item[2] for item in over), key=LEVELS.index)
    keys = [item[3] for item in over if item[3]]
    first = next((key for key in keys if key not in named), "")
    named.add(first)
    place = f' id="mark-{escape(first)}"' if first else ""
    findings = f' data-findings="{escape(" ".join(keys))}"' if keys else ""
    return f'<mark class="hit hit-{level}"{place}{findings}>{piece}</mark>'
