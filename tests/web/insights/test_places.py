"""Complaints by place: provinces and branches, rates where bases are known, and the rows behind each figure."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.insights import listening, places, services
from xiaobao_web.insights.models import Seat
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.periods import preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def year():
    cache.clear()
    return preset("days365")


@pytest.fixture
def placed(weeks, bank):
    for unit, number in (("branch", 6), ("branch_two", 3), ("retail", 2)):
        for _ in range(number):
            weeks.case(timezone.now(), "年费", unit)
    office = bank["office"]
    services.set_base(unit=bank.units["branch"], year=2026, by=office, outlets=30, customers=20_000, province="湖北")
    services.set_base(unit=bank.units["branch_two"], year=2026, by=office, outlets=None, customers=60_000,
                      province="山东")  # fmt: skip
    return weeks


def _map(user, year, **given):
    return places.places(listening.cases_of(user, year), year, **{"measure": "count", **given})


def test_every_province_has_one_tile():
    spots = [(row.column, row.row) for row in places.provinces().values()]
    assert len(spots) == len(set(spots)) == len({row.short for row in places.provinces().values()}) == 34


def test_complaints_are_counted_where_their_branch_is(placed, bank, year):
    found = _map(bank["office"], year)
    tiles = {tile.name: tile for tile in found.tiles if tile.url}
    assert {name: tile.shown for name, tile in tiles.items()} == {"湖北": "6", "山东": "3"}
    assert (tiles["湖北"].tone, tiles["山东"].tone) == (5, 3)
    assert found.nowhere == 2
    assert "湖北最多" in found.answer
    rates = {row[0].value: (row[3].value, row[5].value) for row in found.by_province.rows}
    assert rates == {"湖北": (200.0, 3.0), "山东": (None, 0.5)}
    assert _map(bank["office"], year, measure="outlets").answer.startswith("湖北")


def test_a_branch_sees_its_own_province_alone(placed, bank, year):
    found = _map(bank["liaison"], year)
    assert [tile.name for tile in found.tiles if tile.shown not in ("", "0")] == ["湖北"]
    assert found.nowhere == 0


def test_a_tile_leads_to_its_branches_and_their_rows(placed, bank, year, client_of):
    page = client_of("office").get(reverse("insight_places"), {"province": "湖北", "period": "days365"})
    body = page.content.decode()
    assert 'aria-current="true"' in body
    assert "江城分行" in body
    rows = client_of("office").get(reverse("insight_rows"), {"province": "湖北", "period": "days365"}).content.decode()
    assert "6 件投诉" in rows
    unit = bank.units["branch_two"].pk
    rows = client_of("office").get(reverse("insight_rows"), {"within": unit, "period": "days365"}).content.decode()
    assert "3 件投诉" in rows
    for nonsense in ({"province": "火星", "measure": "x"}, {"within": "9" * 11}, {"within": "²"}):
        assert client_of("office").get(reverse("insight_places"), nonsense).status_code == 200


def test_without_seats_it_says_so(weeks, bank, year):
    weeks.case(timezone.now(), "年费", "branch")
    assert "没有登记" in _map(bank["office"], year).answer
    with pytest.raises(BadValue):
        services.set_base(unit=bank.units["branch"], year=2026, by=bank["office"], outlets=1, customers=1,
                          province="火星")  # fmt: skip
    assert not Seat.objects.exists()


def test_a_branch_is_told_nothing_of_others(placed, client_of, bank):
    client = client_of("liaison")
    shown = client.get(reverse("insight_places"), {"period": "days365"}).content.decode()
    assert "江城分行" in shown
    assert "海州分行" not in shown
    _provinces, branches = client.get("/api/insights/places", {"period": "days365"}).json()
    assert [row[0] for row in branches["rows"]] == ["江城分行"]
    bases = client_of("office").get(reverse("insight_bases")).content.decode()
    assert "60,000" in bases
