"""The reviews' walker, for figures of what was really decided."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location("reviews_flow", Path(__file__).parents[1] / "reviews" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_reviews = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_reviews)


@pytest.fixture
def flow(bank: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """Return the walker of tests/web/reviews."""
    return _reviews.Flow(bank, django_capture_on_commit_callbacks)
