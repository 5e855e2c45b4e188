"""Words are looked for without regard to case, whichever way the database is asked; ids of a subquery are found."""

from __future__ import annotations

import pytest
from django.db.models import F, Q

from xiaobao_web.kernel.among import Among
from xiaobao_web.kernel.lists.reading import containing
from xiaobao_web.people.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> None:
    for number, name in enumerate(("Yj2026-001234", "稳享A款100%_收益", "yj2025-001234", "薪易贷")):
        Organisation.objects.create(name=name, code=f"c{number}", kind="head_office", path=f"/{900 + number}/")


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("001234", "c0 c2"), ("YJ2026", "c0"), ("yj", "c0 c2"), ("J2", "c0 c2"), ("-0012", "c0 c2"), ("稳享a款1", "c1"),
        ("享", "c1"), ("100%_", "c1"), ("0%0", ""), ("易贷", "c3"), ("2026x", ""), ("C3", "c3"), ("贷稳", ""),
    ],
)  # fmt: skip
def test_finds_by_any_part(names: None, word: str, codes: str) -> None:
    found = Organisation.objects.filter(containing(("name", "code"), word), code__startswith="c", path__startswith="/9")
    assert sorted(found.values_list("code", flat=True)) == codes.split()


def test_among_joins_with_other_conditions(names: None) -> None:
    those = Organisation.objects.filter(code__in=("c0", "c2")).values("pk")
    among, rows = Among(F("pk"), those), Organisation.objects.filter(path__startswith="/9")
    assert set(rows.filter(Q(among) | Q(code="c3")).values_list("code", flat=True)) == {"c0", "c2", "c3"}
    assert set(rows.exclude(Q(among)).values_list("code", flat=True)) == {"c1", "c3"}
