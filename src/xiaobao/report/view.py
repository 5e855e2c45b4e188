"""What a report shows of each result: findings numbered in reading order, texts cut where they are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from xiaobao.batch import readable
from xiaobao.model import SEVERITIES, Anchor, Box, Decision, Finding, Material, Passage, ReadingIssue, Severity
from xiaobao.report import words
from xiaobao.report.session import Result

AROUND = 40
"""Characters of context shown before and after the words of a finding."""
NEAR = 2
"""Passages shown before and after one with a finding, where the rest of a long text is left out."""
MOST = 300
"""Findings of one material shown at most."""
LONG = 60
"""A text of more passages than this is shown only around its findings."""
_BETWEEN_WORDS = re.compile(r"(?<=[A-Za-z,.])\n(?=[A-Za-z])")


@dataclass(frozen=True)
class Piece:
    """Some text in a row with the numbers of the findings it belongs to; `first` and `last`: those that begin, end."""

    text: str
    numbers: tuple[int, ...] = ()
    severity: Severity | None = None
    strong: bool = False
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A cited article: its name, what it says, and how well that is known; `own` tells our words from the law's."""

    name: str
    text: str
    known: str
    own: bool


@dataclass(frozen=True)
class Mark:
    """A box on a page: page from 1 (pictures: 1), edges in the page's own units.

    begins, ends: nothing of its line stands before, after it.
    """

    page: int
    box: Box
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True)
class Shown:
    """One finding as a report shows it; number counts from 1 within its material."""

    number: int
    finding: Finding
    place: str
    quote: tuple[Piece, ...]
    clauses: tuple[Clause, ...]
    confidence: str
    marks: tuple[Mark, ...]
    start: int | None
    end: int | None
    hits: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    """Why it counts, without the articles: they are listed beside it."""
    same: int | None = None
    """The number of the first finding of the same rule, whose law and remedy are the same."""

    @property
    def page(self) -> int | None:
        """Return the page of the first box; None without one."""
        return self.marks[0].page if self.marks else None


@dataclass(frozen=True)
class Block:
    """A passage as a report shows it, or a gap: how many passages were left out here."""

    label: str = ""
    side: str = ""
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Item:
    """One material with all that a report says of it."""

    number: int
    name: str
    kind: str
    decision: Decision | None
    category: str
    findings: tuple[Shown, ...] = ()
    issues: tuple[ReadingIssue, ...] = ()
    inferred: str = ""
    error: str = ""
    result: Result | None = field(default=None, compare=False)

    @property
    def word(self) -> str:
        """Return the verdict in a word."""
        return words.VERDICTS[self.decision] if self.decision else words.UNREADABLE

    def count(self, severity: Severity) -> int:
        """Return how many findings are of a severity."""
        return sum(s.finding.severity == severity for s in self.findings)


def item(result: Result, number: int) -> Item:
    """Return the view of one result."""
    if result.material is None or result.verdict is None:
        message = result.error.message if result.error else "没有结果"
        return Item(number, readable(str(result.id)), "", None, "", error=readable(message), result=result)
    material, verdict = result.material, result.verdict
    found = _merged(verdict.findings, material)
    first: dict[str, int] = {}
    for i, finding in enumerate(found, 1):
        first.setdefault(finding.rule, i)
    return Item(
        number,
        readable(str(result.id)),
        words.kind(material),
        verdict.verdict,
        words.category(verdict.category) if verdict.category else "",
        tuple(_shown(f, i, first[f.rule], material) for i, f in enumerate(found, 1)),
        verdict.issues,
        words.inferred(dict(verdict.inferred)),
        result=result,
    )


def limited(view: Item) -> tuple[Item, str]:
    """Return a material with no more findings than a report can carry, and a sentence on those left out."""
    over = len(view.findings) - MOST
    if over <= 0:
        return view, ""
    return replace(view, findings=view.findings[:MOST]), f"问题较多，只列出前 {MOST} 处，另有 {over} 处见 jsonl 结果。"


def span(finding: Finding, material: Material) -> tuple[int, int] | None:
    """Return a finding's words as code points of the material's whole text; None for an omission."""
    if finding.start is None or finding.end is None:
        return None
    offset = _offset(finding, material)
    return finding.start + offset, finding.end + offset


def _offset(finding: Finding, material: Material) -> int:
    """Return where the turn of a finding begins; 0 where offsets count from the beginning already."""
    if finding.turn is None or not material.is_dialogue or finding.turn >= len(material.passages):
        return 0
    return material.starts[finding.turn]


def _merged(findings: Iterable[Finding], material: Material) -> list[Finding]:
    """Return findings in reading order, omissions last; of overlapping ones of one rule the widest stays."""
    keyed = [(span(f, material), f) for f in findings]
    placed = sorted(((s, f) for s, f in keyed if s is not None), key=lambda p: (p[0][0], -p[0][1]))
    out: list[tuple[tuple[int, int], Finding]] = []
    for here, finding in placed:
        twin = next((k for k in out if k[1].rule == finding.rule and here[0] < k[0][1] and k[0][0] < here[1]), None)
        if twin is None:
            out.append((here, finding))
    omitted: dict[tuple[str, str | None], Finding] = {}
    for finding in (f for s, f in keyed if s is None):
        omitted.setdefault((finding.rule, finding.anchor.member), finding)
    return [f for _, f in out] + list(omitted.values())


def _shown(finding: Finding, number: int, first: int, material: Material) -> Shown:
    here = span(finding, material)
    offset = _offset(finding, material)
    hits = tuple(
        (e.start + offset, e.end + offset)
        for e in finding.evidence
        if e.kind == "words" and e.start is not None and e.end is not None and here is not None
    )
    place = words.place(material, finding.anchor) if here is not None or finding.turn is not None else ""
    return Shown(
        number,
        finding,
        place or ("全文" if here is None else ""),
        _quote(finding, number, here, hits, material),
        tuple(
            Clause(words.clause(c), c.text or c.paraphrase, words.BASIS_WORDS[c.confidence], not c.text)
            for c in finding.basis
        ),
        words.confidence(finding),
        tuple(_marks(here, material)) if here is not None else (),
        here[0] if here else None,
        here[1] if here else None,
        hits,
        words.reason(finding),
        None if first == number else first,
    )


def _quote(
    finding: Finding, number: int, here: tuple[int, int] | None, hits: Sequence[tuple[int, int]], material: Material
) -> tuple[Piece, ...]:
    """Return the words in their context: the rest of their passages, at most AROUND characters on each side."""
    if here is None:
        return ()
    text = material.text
    first = material.starts[material.passage_at(here[0])]
    index = material.passage_at(max(here[0], here[1] - 1))
    last = material.starts[index] + len(material.passages[index].text)
    low, high = max(first, here[0] - AROUND), min(last, here[1] + AROUND)
    pieces = cut(text, low, high, [(here[0], here[1], number, finding.severity)], hits)
    if low > first:
        pieces.insert(0, Piece("…"))
    if high < last:
        pieces.append(Piece("…"))
    if material.passages[index].anchor.box is None:
        return tuple(pieces)
    # The lines of a page end where the paper does, not where the sentence does.
    gap = "" if "pdf" in material.media_type else " "
    return tuple(replace(piece, text=_BETWEEN_WORDS.sub(" ", piece.text).replace("\n", gap)) for piece in pieces)


Span = tuple[int, int, int, Severity]
"""From, to, the number of the finding, its severity."""


def cut(text: str, low: int, high: int, spans: Sequence[Span], hits: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """Cut text[low:high] at the ends of spans and of hits; a piece in several spans carries all their numbers."""
    near = [s for s in spans if s[0] < high and s[1] > low]
    edges = {low, high}
    for start, end in [(s[0], s[1]) for s in near] + list(hits):
        edges |= {point for point in (start, end) if low < point < high}
    ordered = sorted(edges)
    out = []
    for start, end in pairwise(ordered):
        over = [s for s in near if s[0] <= start and end <= s[1]]
        severity = min((s[3] for s in over), key=SEVERITIES.index, default=None)
        strong = any(s <= start and end <= e for s, e in hits)
        first, last = (tuple(s[2] for s in over if s[i] == point) for i, point in ((0, start), (1, end)))
        out.append(Piece(text[start:end], tuple(s[2] for s in over), severity, strong, first, last))
    return out


def blocks(found: Sequence[Shown], material: Material) -> list[Block]:
    """Return the passages of a text with their marks; of a long one only those around findings, with the gaps.

    The cells of a row of a table make one block.
    """
    spans = [(s.start, s.end, s.number, s.finding.severity) for s in found if s.start is not None and s.end is not None]
    hits = [h for s in found for h in s.hits]
    keep = _kept(spans, material)
    out: list[Block] = []
    before = ""
    for label, members in _grouped(material):
        if not keep & set(members):
            skipped = out[-1].skipped if out and out[-1].skipped else 0
            out = [*(out[:-1] if skipped else out), Block(skipped=skipped + len(members))]
            continue
        pieces: list[Piece] = []
        for i in members:
            start = material.starts[i]
            pieces += [Piece("　｜　")] if pieces else []
            pieces += cut(material.text, start, start + len(material.passages[i].text), spans, hits)
        first = material.passages[members[0]]
        # The number of every paragraph would only disturb; it is given where there is something to find.
        plain = first.anchor == Anchor(paragraph=first.anchor.paragraph) and not any(p.numbers for p in pieces)
        out.append(Block("" if plain or label == before else label, _side(first), tuple(pieces)))
        before = label
    return out


def _grouped(material: Material) -> list[tuple[str, list[int]]]:
    """Return what is shown together: the cells of a row, else each passage alone, with where it stands."""
    out: list[tuple[str, list[int]]] = []
    last: tuple[str | None, ...] = ()
    for i, passage in enumerate(material.passages):
        anchor = passage.anchor
        row = anchor.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if anchor.cell else None
        here = (anchor.member, anchor.sheet, row)
        if row and here == last:
            out[-1][1].append(i)
            continue
        label = words.place(material, anchor)
        if row:
            label = f"{anchor.sheet}　第 {row} 行" if anchor.sheet else f"第 {row} 行"
        out.append((label, [i]))
        last = here
    return out


def _kept(spans: Sequence[Span], material: Material) -> set[int]:
    count = len(material.passages)
    if count <= LONG:
        return set(range(count))
    keep = set(range(min(count, 3))) if not spans else set()
    for start, end, _, _ in spans:
        first, last = material.passage_at(start), material.passage_at(max(start, end - 1))
        near = 0 if material.passages[first].anchor.cell else NEAR
        keep |= set(range(max(0, first - near), min(count, last + near + 1)))
    return keep


def _side(passage: Passage) -> str:
    if passage.anchor.turn is None:
        return ""
    return "customer" if passage.anchor.speaker == "customer" else "agent"


def _marks(here: tuple[int, int], material: Material) -> Iterable[Mark]:
    """Yield the boxes of the words on their pages: each line's box, narrowed to the words it shares in."""
    start, end = here
    for i in range(material.passage_at(start), material.passage_at(max(start, end - 1)) + 1):
        passage, begin = material.passages[i], material.starts[i]
        anchor = passage.anchor
        if anchor.box is None or anchor.slide is not None or anchor.member is not None or anchor.part is not None:
            continue
        low, high = max(0, start - begin), min(len(passage.text), end - begin)
        if low < high:
            yield Mark(anchor.page or 1, narrowed(passage, anchor, low, high), low == 0, high == len(passage.text))


def narrowed(passage: Passage, anchor: Anchor, low: int, high: int) -> Box:
    """Return the part of a line's box that its characters low..high take, half-width letters counting half."""
    assert anchor.box is not None
    x0, y0, x1, y1 = anchor.box
    if "\n" in passage.text or x1 - x0 < y1 - y0:
        return anchor.box
    widths = [0.55 if c.isascii() else 1.0 for c in passage.text]
    total = sum(widths) or 1.0
    left, right = sum(widths[:low]) / total, sum(widths[:high]) / total
    return x0 + (x1 - x0) * left, y0, x0 + (x1 - x0) * right, y1
