"""The frozen values every part of the engine speaks: material, passages, citations, findings, verdicts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Severity = Literal["high", "medium", "low"]
Decision = Literal["violation", "review", "clear"]
Confidence = Literal["T", "Q", "S", "M"]
"""How well a fact of law is known: T own text read, Q quoted, S secondary, M memory."""

Box = tuple[float, float, float, float]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a passage stands in its material; absent facts are None.

    page and slide count from 1; box is (x0, y0, x1, y1) in page pixels at `scale` pixels per point
    (images: scale 1, pixels of the image as given); start and end are seconds; turn counts from 0;
    member is the path inside an archive; part names a special place (footnote, textbox, alt, comment,
    header, inserted, deleted, hidden).
    """

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    cell: str | None = None
    paragraph: int | None = None
    box: Box | None = None
    scale: float | None = None
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    turn: int | None = None
    member: str | None = None
    part: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the facts that are present, boxes and times rounded to two decimals."""
        out: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if value is None:
                continue
            if name == "box":
                value = [round(v, 2) for v in value]
            elif isinstance(value, float):
                value = round(value, 3)
            out[name] = value
        return out


@dataclass(frozen=True, slots=True)
class Passage:
    """One readable piece of a material: a line, a paragraph, a cell, a turn.

    size is the character height in the units of the page (points for documents, pixels for images),
    None where unknown; confidence is the reader's own, 0..1; marks are facts about how it is shown
    (tiny, pale, hidden, bold, struck, vertical).
    """

    text: str
    anchor: Anchor = Anchor()
    confidence: float = 1.0
    size: float | None = None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageImage:
    """A picture of one page, PNG bytes, with its pixel size and its scale in pixels per point."""

    page: int
    png: bytes
    width: int
    height: int
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ReadingIssue:
    """Something that could not be read: a finding, never silence."""

    code: str
    message: str
    anchor: Anchor = Anchor()


@dataclass(frozen=True)
class Material:
    """What an institution says or receives: anchored passages plus the facts known about it.

    `text` joins the passages with line feeds; offsets of findings count code points in it.
    For dialogues each turn is one passage with anchor.turn set.
    """

    id: str
    passages: tuple[Passage, ...]
    media_type: str = "text/plain"
    scenario: str | None = None
    role: str | None = None
    product: str | None = None
    channel: str | None = None
    at: str | None = None
    pages: tuple[PageImage, ...] = ()
    issues: tuple[ReadingIssue, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """Return all passages joined with line feeds."""
        return "\n".join(p.text for p in self.passages)

    @cached_property
    def starts(self) -> list[int]:
        """Return the offset in `text` at which each passage begins."""
        out, at = [], 0
        for p in self.passages:
            out.append(at)
            at += len(p.text) + 1
        return out

    @property
    def is_dialogue(self) -> bool:
        """Tell whether the passages are turns of a conversation; an archive is none, whatever lies in it."""
        first = self.passages[0].anchor if self.passages else Anchor()
        return first.turn is not None and first.member is None

    def passage_at(self, offset: int) -> int:
        """Return the index of the passage that holds a code-point offset of `text`."""
        return max(0, bisect_right(self.starts, offset) - 1)


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of a norm, with how well it is known and the paraphrase to show."""

    norm: str
    article: str
    confidence: Confidence
    title: str = ""
    paraphrase: str = ""
    text: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the interface shape: norm, article, confidence."""
        return {"norm": self.norm, "article": self.article, "confidence": self.confidence}

    def __str__(self) -> str:
        name = f"《{self.title or self.norm}》"
        if self.article in ("", "*"):
            return name
        number, _, item = self.article.partition("(")
        tail = f"第（{item.rstrip(')')}）项" if item else ""
        base, zhi, more = number.partition("之")
        return f"{name}第{base}条{zhi}{more}{tail}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing in the context that made a finding count or not: what it is and where it stands."""

    kind: str
    text: str
    start: int | None = None
    end: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that met a material: which words, where, under which article, what to do instead, how sure.

    start and end are code points of the material's text (of the turn for dialogues), end exclusive;
    both are None for an omission. decision is this finding's own; confidence is 0..1.
    """

    rule: str
    version: int
    title: str
    category: str
    severity: Severity
    decision: Decision
    confidence: float
    start: int | None
    end: int | None
    text: str
    anchor: Anchor
    basis: tuple[Citation, ...]
    message: str
    remedy: str
    why: str
    turn: int | None = None
    evidence: tuple[Evidence, ...] = ()
    rights: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    boxes: tuple[Anchor, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of a finding."""
        return {
            "rule": self.rule,
            "version": self.version,
            "title": self.title,
            "category": self.category,
            "severity": self.severity,
            "decision": self.decision,
            "confidence": round(self.confidence, 3),
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "turn": self.turn,
            "anchor": self.anchor.as_dict(),
            "basis": [c.as_dict() for c in self.basis],
            "message": self.message,
            "remedy": self.remedy,
            "why": self.why,
            "rights": list(self.rights),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What screening says of one material."""

    id: str
    verdict: Decision
    category: str
    findings: tuple[Finding, ...]
    inferred: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[ReadingIssue, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of `xiaobao screen`."""
        out: dict[str, Any] = {
            "id": self.id,
            "verdict": self.verdict,
            "category": self.category,
            "findings": [f.as_dict() for f in self.findings],
        }
        if self.inferred:
            out["inferred"] = dict(self.inferred)
        if self.issues:
            out["issues"] = [{"code": i.code, "message": i.message, "anchor": i.anchor.as_dict()} for i in self.issues]
        if self.extra:
            out["extra"] = dict(self.extra)
        return out
