"""Measure `screen` on our own held-out texts, which neither the rules' authors nor the training have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation import screening


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures with the judge and by rules alone."""
    return screening.evaluate(path)
