"""Provinces, prefectures and some well-known places, as they stand at the beginning of addresses and names."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

REGIONS: Final = frozenset(files(__package__).joinpath("regions.txt").read_text(encoding="utf-8").split())
"""Short names without 省, 市 and the like."""
