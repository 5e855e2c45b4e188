"""Words that speak for a class: read from cues.yaml, met in a text, with their places as evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("cues.yaml")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of the lexicon: the kind of class, the class, and the pattern."""

    kind: str
    label: str
    pattern: re.Pattern[str]


@cache
def cues() -> tuple[Cue, ...]:
    """Return every cue in the order of the file; that order is the order of the model's features."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Cue(kind, label, re.compile(pattern, re.IGNORECASE))
        for kind, labels in data.items()
        for label, patterns in labels.items()
        for pattern in patterns
    )


def met(plain: str) -> list[tuple[int, int, int]]:
    """Return (number of the cue, start, end) of the first hit of each cue that a plain text meets."""
    out = []
    for number, cue in enumerate(cues()):
        match = cue.pattern.search(plain)
        if match is not None and match.end() > match.start():
            out.append((number, match.start(), match.end()))
    return out
