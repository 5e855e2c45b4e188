"""Sentences and clauses of normalised text, as spans of normalised offsets.

A sentence ends after 。 ! ? ; (with closing quotes and brackets). A line end is one only where the line before it
ends with punctuation or is empty, or the next line opens a list item or a heading; elsewhere a line end is the
page's (or the recogniser's) and does not split. A full stop in ASCII ends a sentence only between Latin words;
so decimal points, list numbers, host names and thousands separators never split.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xiaobao.text.normalise import Normalised

_CLOSERS = "”)】》」』〕\"'\\]"
_ENDED = re.compile(f"[。!?;…][。!?;…{_CLOSERS}]*")
_CLAUSE_ENDED = re.compile(f"[。!?;…,:][。!?;…,:{_CLOSERS}]*")
"""End marks and the closers that follow them."""
_LINE_CLOSED = frozenset("。!?;…,:、”)】")
_ITEM = re.compile(
    r"(?:\(?[0-9]{1,2}(?:[.、)](?![0-9])|\s)|\(?[一二三四五六七八九十]{1,3}[、.)]|第[一二三四五六七八九十百0-9]{1,4}[条章节款项部]"
    r"|[a-z][.、)]|【|注:|备注|风险提示|温馨提示|特别提示|重要提示)"
)
_INSIDE_TOKEN = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))|(?<=[0-9]):(?=[0-9]{2})|(?<=[a-z]):(?=//)")
_LATIN_STOP = re.compile(r"(?<=[a-z]{2})\.(?= )")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of normalised text, end exclusive."""

    start: int
    end: int


def _hard_breaks(normal: Normalised) -> list[int]:
    """Return the breaks that the author, and not the width of the page, put there."""
    out, text = [], normal.text
    breaks = np.array(normal.breaks, dtype=np.int64)
    gaps = zip(normal.ends[breaks - 1].tolist(), normal.starts[breaks].tolist(), strict=True)
    for at, (start, end) in zip(normal.breaks, gaps, strict=True):
        before = text[at - 1] if text[at - 1] != " " else text[max(0, at - 2)]
        apart = end - start > 1 and normal.source.count("\n", start, end) > 1
        if apart or before in _LINE_CLOSED or _ITEM.match(text, at):
            out.append(at)
    return out


def _spans(text: str, cuts: set[int]) -> list[Span]:
    """Return the stretches between cuts without blanks at their edges; empty ones are left out."""
    out, begin = [], 0
    for cut in sorted(cuts | {len(text)}):
        start, end = begin, cut
        while start < end and text[start] == " ":
            start += 1
        while start < end and text[end - 1] == " ":
            end -= 1
        if start < end:
            out.append(Span(start, end))
        begin = cut
    return out


def sentences(normal: Normalised) -> list[Span]:
    """Return the sentences in order; together they hold every character but blanks at the edges."""
    cuts = {m.end() for m in _ENDED.finditer(normal.text)} | set(_hard_breaks(normal))
    cuts.update(m.end() for m in _LATIN_STOP.finditer(normal.text))
    return _spans(normal.text, cuts)


def clauses(normal: Normalised) -> list[Span]:
    """Return the clauses in order: sentences cut further at , : and at every break."""
    cuts = {m.end() for m in _CLAUSE_ENDED.finditer(_INSIDE_TOKEN.sub("\x00", normal.text))} | set(normal.breaks)
    cuts.update(m.end() for m in _LATIN_STOP.finditer(normal.text))
    return _spans(normal.text, cuts)


@lru_cache(maxsize=16)
def _clause_edges(normal: Normalised) -> tuple[list[int], list[int]]:
    """Keep the clauses of the texts at hand: a document is asked once for every hit in it."""
    spans = clauses(normal)
    return [s.start for s in spans], [s.end for s in spans]


def clause_at(normal: Normalised, start: int, end: int) -> tuple[int, int]:
    """Return the smallest stretch of whole clauses that covers a span; breaks inside the span do not cut it."""
    starts, ends = _clause_edges(normal)
    if not starts:
        return start, end
    first = max(0, bisect_right(starts, start) - 1)
    last = min(len(ends) - 1, bisect_left(ends, max(end, start + 1)))
    return min(start, starts[first]), max(end, ends[last])
