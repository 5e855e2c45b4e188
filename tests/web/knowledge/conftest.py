"""A draft of a rule, made through the services."""

from __future__ import annotations

from typing import Any

import pytest
from making import RULE, TEXT

from xiaobao_web.knowledge import drafting
from xiaobao_web.knowledge.models import RuleDraft


@pytest.fixture
def draft(bank: Any) -> RuleDraft:
    """Return a draft of a new rule by the reviewer."""
    return drafting.start(RULE, text=TEXT, note="限时说法投诉较多", by=bank["reviewer"])
