"""Over REST every number of the statistics has the list of the complaints it counts, with the page's rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from rest_answers import did

from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel.models import Deadline

pytestmark = pytest.mark.django_db
AT = "/api/insights/cases"


@pytest.fixture
def figures(weeks):
    """Make complaints of all kinds: closed in time and late, at fault, without region, left out of the statistics."""
    cache.clear()
    for day, unit, state, fault, region in (
        (20, "branch", "closed", "full", "江城市"), (19, "branch", "closed", "none", ""),
        (18, "branch_two", "handling", "", ""), (17, "branch_two", "merged", "", ""),
        (16, "branch", "declined", "", "江城市"), (15, "branch", "handling", "", "江城市"),
    ):  # fmt: skip
        case = weeks.case(timezone.now() - timedelta(days=day), "年费", unit)
        Case.objects.filter(pk=case.pk).update(state=state, fault=fault, region=region, customer_name="宋安宁")
        at = timezone.now() - timedelta(days=2)
        if day != 19:
            Deadline.objects.create(
                subject_type="complaints.case", subject_id=case.pk, kind="statutory.notify", label="告知",
                started_at=at, due_at=at, warn_at=at,
            )  # fmt: skip
    today = timezone.localdate()
    return {"first": str(today - timedelta(days=29)), "last": str(today)}


def walked(client, asked: dict[str, str]) -> list[dict]:
    """Return the whole list, two at a time."""
    items, cursor = [], ""
    while True:
        page = did(client.get(AT, {**asked, "limit": 2, "cursor": cursor}))
        items += page["items"]
        if page["next"] is None:
            assert page["n"] == len(items)
            return items
        assert len(page["items"]) == 2
        cursor = page["next"]


@pytest.mark.parametrize(("who", "total"), [("office", 4), ("liaison", 3), ("auditor", 4)])
def test_every_number_has_the_list_of_the_complaints_it_counts(figures, client_of, who, total):
    client = client_of(who)
    tables = did(client.get("/api/insights/statistics", figures))
    assert tables[0]["rows"][0] == ["收到投诉", total]
    asked = 0
    for table in tables:
        for row, opens in zip(table["rows"], table["opens"], strict=True):
            for value, query in zip(row, opens, strict=True):
                if query is None:
                    continue
                asked += 1
                items = walked(client, query)
                assert len({item["number"] for item in items}) == len(items) == value, (table["title"], row, query)
    assert asked > 20
    numbers = [row[0] for row in tables[0]["rows"] if isinstance(row[1], int) and row[1]]
    assert numbers == [row[0] for row, opens in zip(tables[0]["rows"], tables[0]["opens"], strict=True) if opens[1]]


def test_the_columns_are_those_of_the_list_and_the_complainant_is_masked(figures, client_of):
    client = client_of("office")
    page = did(client.get(AT, {**figures, "figure": "total"}))
    listed = {row["number"]: row for row in did(client.get("/api/complaints"))["items"]}
    assert page["items"] == [listed[row["number"]] for row in page["items"]]
    assert {row["customer"] for row in page["items"]} == {"宋**"}
    assert page["told"] == ["计入统计的"]
    assert [row["id"] for row in page["items"]] == sorted((row["id"] for row in page["items"]), reverse=True)


def test_it_counts_as_the_page_does(figures, client_of):
    client = client_of("office")
    address = {"from": figures["first"], "to": figures["last"]}
    for asked in ({"figure": "missed"}, {"region": "未填"}, {"channel": "web", "figure": "closed"},
                  {"track": "direct", "figure": "fault"}, {"cause": "没有这一类"}, {"words": "年费"}):  # fmt: skip
        page = client.get(reverse("insight_rows"), {**address, **asked})
        assert len(walked(client, {**figures, **asked})) == page.context["n"], asked


def test_rights_are_those_of_the_page(figures, client_of):
    for who in ("submitter", "service", "stranger", "admin", "office", "liaison"):
        page = client_of(who).get(reverse("insight_rows"), {"figure": "total"}).status_code
        assert client_of(who).get(AT, {**figures, "figure": "total"}).status_code == page, who
    mine = walked(client_of("liaison"), {**figures, "figure": "total"})
    assert {row["unit"] for row in mine} == {"江城分行"}


@pytest.mark.parametrize("asked", [
    {"figure": "all"}, {"colour": "red"}, {"channel": "pigeon"}, {"cursor": "nonsense"}, {"limit": "9999"},
    {"first": "2026-05-02"}, {"period": "days30"},
])  # fmt: skip
def test_what_nobody_declared_is_refused(figures, client_of, asked):
    office = client_of("office")
    assert office.get(AT, {"period": "days90"}).status_code == 200
    assert office.get(AT, {"period": "days90", **asked}).status_code == 422
