"""A pause that still lasts moves the day on: what is shown today counts it up to today."""

from __future__ import annotations

import pytest

from xiaobao_web.complaints import clocking, services
from xiaobao_web.kernel import deadlines

pytestmark = pytest.mark.django_db


def test_an_open_pause_counts_to_today(flow):
    case = flow.handled()
    case = services.suspend(case, by=case.handler, reason="送司法鉴定，已书面告知")
    before = max(row.due_at for row in deadlines.of(case).filter(kind__startswith="statutory."))
    flow.later(days=6)
    clocking.refresh(case)
    after = max(row.due_at for row in deadlines.of(case).filter(kind__startswith="statutory."))
    assert (after - before).days == 6
