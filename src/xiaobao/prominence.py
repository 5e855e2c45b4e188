"""How large a statement is shown beside the claim it qualifies."""

from __future__ import annotations

from dataclasses import dataclass

from xiaobao.model import Material, Passage

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prominence:
    """How a place is shown: size in points (documents) or pixels (images, web pages), None where unknown.

    rank is the share of the text on the same page whose print is smaller, 0..1 (0: nothing is smaller);
    relative is the size divided by the median size of that text; marks as in Passage.
    """

    size: float | None
    rank: float | None
    relative: float | None
    marks: frozenset[str]


def prominence(material: Material, offset: int) -> Prominence:
    """Return how the text at a code-point offset of the material is shown, beside the rest of its page."""
    if not material.passages:
        return Prominence(None, None, None, frozenset())
    here = material.passages[material.passage_at(offset)]
    if here.size is None:
        return Prominence(None, None, None, here.marks)
    sizes = sorted((p.size, len(p.text)) for p in material.passages if p.size is not None and _same_page(p, here))
    total = sum(count for _, count in sizes)
    smaller = sum(count for size, count in sizes if size < here.size * 0.98)
    middle = _median(sizes, total)
    return Prominence(here.size, smaller / total, here.size / middle if middle else None, here.marks)


def relative_size(material: Material, required: Span, claim: Span) -> float | None:
    """Return the size of a required statement divided by the size of the claim it qualifies.

    Spans are code points of the material's text. The smallest part of the statement and the largest of the claim
    count, for a statement is as plain as its least readable line. None where a size is not known or the two are
    measured in different units (a picture within a document).
    """
    small = _passages(material, required)
    large = _passages(material, claim)
    if not small or not large or any(p.size is None for p in small + large):
        return None
    if len({p.anchor.part == "image" for p in small + large}) > 1:
        return None
    least = min(p.size or 0.0 for p in small)
    most = max(p.size or 0.0 for p in large)
    return least / most if most > 0 else None


def unseen(material: Material) -> tuple[Span, ...]:
    """Return the stretches of a material's text that a file holds but no eye sees: hidden, or as pale as its ground.

    Spans are code points, end exclusive, in order. What a picture or a scan shows was seen, however pale it is.
    """
    return tuple(
        (start, start + len(p.text))
        for p, start in zip(material.passages, material.starts, strict=True)
        if p.anchor.part == "hidden" or ("pale" in p.marks and p.confidence == 1.0)
    )


def _passages(material: Material, span: Span) -> list[Passage]:
    if not material.passages or span[1] <= span[0]:
        return []
    first, last = material.passage_at(span[0]), material.passage_at(span[1] - 1)
    return list(material.passages[first : last + 1])


def _same_page(a: Passage, b: Passage) -> bool:
    one, two = a.anchor, b.anchor
    return (one.member, one.page, one.slide, one.part == "image") == (
        two.member,
        two.page,
        two.slide,
        two.part == "image",
    )


def _median(sizes: list[tuple[float, int]], total: int) -> float:
    seen = 0
    for size, count in sizes:
        seen += count
        if seen * 2 >= total:
            return size
    return 0.0
