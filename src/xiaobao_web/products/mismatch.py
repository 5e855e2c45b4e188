"""A statement of a material that contradicts a fact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mismatch:
    """What the material says, what the product's record says, where, and what to write instead.

    start and end are offsets in the material's text; both None where something is missing.
    """

    fact: str
    title: str
    text: str
    said: str
    expected: str
    source: str
    message: str
    remedy: str
    why: str
    start: int | None = None
    end: int | None = None
    severity: str = "medium"
    decision: str = "violation"
    confidence: float = 0.95
