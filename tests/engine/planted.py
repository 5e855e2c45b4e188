"""The faults planted in the samples, as samples/README.md lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
_FAULT = re.compile(r"\| ([A-Z]{2}-\d\d(?:, [A-Z]{2}-\d\d)*) \| (.+) \|$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: the sample, the families it belongs to, its words (None for what is missing or hidden)."""

    sample: str
    families: tuple[str, ...]
    words: str | None


def faults() -> list[Fault]:
    """Return every row of the tables; a row that ends with a full-width bracket describes, it does not quote."""
    out, sample = [], ""
    for line in (SAMPLES / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sample = line.split()[1]
        elif row := _FAULT.match(line):
            out.append(Fault(sample, tuple(row[1].split(", ")), None if row[2].endswith("）") else row[2]))
    return out
