"""Frozen tables cannot be changed behind the platform's back, on whichever database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from xiaobao_web.insights import services
from xiaobao_web.insights.models import Statement

pytestmark = pytest.mark.django_db
ALL = "id, year, span, version, unit_id, tables, note, sheet_id, made_by_id, made_at"


@pytest.fixture
def frozen(weeks, bank):
    for day in (1, 2, 3):
        weeks.case(timezone.now() - timedelta(days=day), "年费", "branch")
    return services.freeze(year=2026, span="h1", by=bank["office"])


def refused(statement):
    before = list(Statement.objects.values())
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Statement.objects.values()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE insights_statement SET total = 0",
        "UPDATE insights_statement SET tables = '[]', made_at = made_at",
        "DELETE FROM insights_statement",
        "DELETE FROM insights_statement WHERE version = 1",
    ],
)
def test_a_frozen_statement_is_neither_changed_nor_removed(frozen, statement):
    refused(statement)


@pytest.mark.parametrize("columns", [ALL, ALL.replace("id, ", "", 1)])
def test_a_frozen_statement_is_not_written_over(frozen, columns):
    if connection.vendor != "sqlite":
        pytest.skip("no other database replaces rows by an insert")
    refused(f"INSERT OR REPLACE INTO insights_statement ({columns}, total) SELECT {columns}, 0 FROM insights_statement")


def test_nor_by_the_platform_itself(frozen):
    frozen.total = 0
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        frozen.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Statement.objects.filter(pk=frozen.pk).delete()
    assert Statement.objects.get(pk=frozen.pk).total == 3


def test_the_next_version_is_frozen_as_ever(frozen, bank):
    again = services.freeze(year=2026, span="h1", by=bank["office"])
    assert (frozen.version, again.version) == (1, 2)
