"""Wording: clauses of a material against the standard texts of its product, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiaobao_web.products.mismatch import Mismatch
from xiaobao_web.products.models import Product, StandardText

AGREEMENT = "agreement"
SHORTEST = 12
"""Characters of a clause that is compared; shorter ones are headings and labels."""
ALIKE, SAME = 0.78, 0.995
"""A clause as like as this to a standard one is meant to be it; from SAME on it is it."""
WHOLE = 0.5
"""Share of a standard text's clauses that a document must hold to be that text: then missing ones are told too."""
MOST = 20
_CUT = re.compile(r"[^。；;！!？?]+[。；;！!？?]*")
_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百\d]+[条款章节]|[（(]?[一二三四五六七八九十\d]{1,3}[、.．）)])\s*"
)
_FIGURES = frozenset("0123456789.%一二三四五六七八九十百千万")
_KEPT = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff%.％]")


@dataclass(frozen=True)
class Clause:
    """A clause with its place; `words` is what is compared."""

    text: str
    start: int
    end: int
    words: str


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a text that are long enough to compare; lines broken by the page belong together."""
    out = []
    for match in _CUT.finditer(text):
        number = _NUMBERING.match(match.group())
        start = match.start() + (number.end() if number else len(match.group()) - len(match.group().lstrip()))
        body = text[start : match.end()].rstrip()
        words = _KEPT.sub("", body)
        if len(words) >= SHORTEST:
            out.append(Clause(body, start, start + len(body), words))
    return out


def compare(product: Product, text: str, *, kind: str = "") -> list[Mismatch]:
    """Return the clauses worded otherwise than, or missing from, the product's standard texts."""
    own = clauses(text)
    if not own:
        return []
    out: list[Mismatch] = []
    for standard in product.texts.all():
        out += _against(standard, own, text, kind)
    return out[:MOST]


def _against(standard: StandardText, own: list[Clause], text: str, kind: str) -> Iterator[Mismatch]:
    from rapidfuzz import fuzz, process

    wanted = clauses(standard.text)
    said = [clause.words for clause in own]
    matches: list[tuple[Clause, Clause | None, float]] = []
    for clause in wanted:
        best = process.extractOne(clause.words, said, scorer=fuzz.ratio, score_cutoff=ALIKE * 100)
        matches.append((clause, own[best[2]] if best else None, best[1] / 100 if best else 0.0))
    held = sum(1 for _c, found, _l in matches if found is not None)
    short = len(wanted) <= 2
    if not wanted or (held / len(wanted) < WHOLE and not short):
        return
    taken = {found.start for _c, found, likeness in matches if found is not None and likeness >= SAME}
    for clause, found, likeness in matches:
        if found is not None and likeness < SAME and found.start not in taken:
            yield _changed(standard, clause, found)
        elif found is None and kind == AGREEMENT and not short and clause.words not in _KEPT.sub("", text):
            yield _missing(standard, clause)


def _changed(standard: StandardText, clause: Clause, found: Clause) -> Mismatch:
    old, new = _difference(clause.text, found.text)
    return Mismatch(
        fact="wording",
        title=_("与标准文本不一致"),
        text=found.text,
        said=found.text,
        expected=clause.text,
        source=_named(standard),
        start=found.start,
        end=found.end,
        decision="review",
        confidence=0.8,
        message=_("与《%(title)s》相比，“%(old)s”写成了“%(new)s”。标准文本：%(text)s")
        % {"title": standard.title, "old": old or _("（无）"), "new": new or _("（删去）"), "text": clause.text},
        remedy=clause.text,
        why=_("这一条与标准文本的同一条相近而不相同。"),
    )


def _missing(standard: StandardText, clause: Clause) -> Mismatch:
    return Mismatch(
        fact="clause_missing",
        title=_("缺少标准文本的条款"),
        text="",
        said="",
        expected=clause.text,
        source=_named(standard),
        decision="review",
        confidence=0.7,
        message=_("《%(title)s》中的这一条在材料里没有找到：%(text)s") % {"title": standard.title, "text": clause.text},
        remedy=clause.text,
        why=_("材料的其他条款与这份标准文本一致，唯独缺少这一条。"),
    )


def _named(standard: StandardText) -> str:
    return f"{standard.title} {standard.version}".strip()


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the differing middle of two clauses; figures are told whole."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    while head and old[head - 1] in _FIGURES:
        head -= 1
    while tail and old[len(old) - tail] in _FIGURES:
        tail -= 1
    return old[head : len(old) - tail], new[head : len(new) - tail]
