"""Conditions of a list that narrower ones imply are left out; all others stay."""

from __future__ import annotations

import pytest
from django.db.models import F, Q

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel.among import Listed
from xiaobao_web.kernel.lists.implied import absorbed

pytestmark = pytest.mark.django_db
WIDE, NARROW = [1, 2, 3], [2, 3]
SEEN = Q(unit__in=WIDE) | Q(owner=7) | Q(Listed(F("pk"), [1]))
"""What a person sees: what organisations have, and what names the person."""


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (SEEN, Q(unit__in=NARROW), Q(unit__in=NARROW)),
        (SEEN, Q(unit__in=WIDE), Q(unit__in=WIDE)),
        (SEEN, Q(unit=2), Q(unit=2)),
        (SEEN, Q(owner=7), Q(owner=7)),
        (Q(unit__in=WIDE), Q(unit__in=NARROW), Q(unit__in=NARROW)),
        (Q(unit__in=NARROW), Q(unit__in=WIDE), Q(unit__in=NARROW)),
        (Q(unit__in=WIDE), Q(unit__in=WIDE), Q(unit__in=WIDE)),
        (SEEN, Q(unit__in=NARROW, state="planned"), Q(unit__in=NARROW, state="planned")),
        (Q(owner__unit__in=WIDE), Q(owner__unit__in=NARROW), Q(owner__unit__in=NARROW)),
    ],
    ids=str,
)
def test_what_a_narrower_condition_implies_is_left_out(first, second, left):
    found = absorbed(Issue.objects.filter(first).filter(second))
    assert str(found.query) == str(Issue.objects.filter(left).query)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SEEN, Q(unit__in=[3, 4])),
        (SEEN, Q(state__in=NARROW)),
        (SEEN, ~Q(unit__in=NARROW)),
        (~SEEN, Q(unit__in=NARROW)),
        (~Q(unit__in=WIDE), Q(unit__in=NARROW)),
        (SEEN, Q(unit__in=NARROW) | Q(owner=8)),
        (Q(unit__in=WIDE, owner=7) | Q(owner=9), Q(unit__in=NARROW)),
        (Q(unit__in=WIDE), Q(owner__unit__in=NARROW)),
    ],
    ids=str,
)
def test_what_is_not_implied_stays(first, second):
    rows = Issue.objects.filter(first).filter(second)
    assert str(absorbed(rows).query) == str(rows.query)


def test_the_queryset_given_stays_as_it_is():
    rows = Issue.objects.filter(SEEN).filter(unit__in=NARROW)
    before = str(rows.query)
    assert str(absorbed(rows).query) != before
    assert str(rows.query) == before
