"""What a case's clocks run by cannot be changed behind the platform's back, on whichever database."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from xiaobao_web.complaints.models import Case, CaseEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    ["UPDATE complaints_caseevent SET kind = 'withdrawn'", "DELETE FROM complaints_caseevent"],
)
def test_an_event_of_a_case_is_neither_changed_nor_removed(flow, statement):
    case = flow.opened()
    before = list(CaseEvent.objects.values())
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(CaseEvent.objects.filter(case=case).values()) == before


def test_a_case_that_has_events_is_not_deleted(flow):
    case = flow.opened()
    with pytest.raises(ProtectedError), transaction.atomic():
        case.delete()
    assert Case.objects.filter(pk=case.pk).exists()
