"""The ledger's own limits, from data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel


class Limits(BaseModel):
    """Terms in working days unless said otherwise."""

    terms: dict[str, int]
    assign_days: int
    plan_days: int
    verify_days: int
    most_extensions: int
    longest_extension: int
    repeat_months: int
    receipt_days: int


@cache
def limits() -> Limits:
    """Return the limits of `ledger.yaml`."""
    return Limits(**yaml.safe_load((Path(__file__).parent / "ledger.yaml").read_text(encoding="utf-8")))
