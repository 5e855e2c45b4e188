"""Figures, findings and the work-desk over REST: the numbers of the pages, each with the rows behind it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook
from rest_answers import did

from xiaobao_web.findings import decisions
from xiaobao_web.findings import services as ledger
from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel.models import Event
from xiaobao_web.reviews import queries, services

pytestmark = pytest.mark.django_db
FIGURES = ("reviews", "rules", "issues")


def behind(client: Client, cell: dict[str, Any]) -> int:
    """Return how many rows a figure opens, by the list and query that it names."""
    rows = cell["rows"]
    return int(did(client.get(f"/api/lists/{rows['list']}/rows", {"query": rows["query"], "count": "true"}))["total"])


def test_each_number_of_reviews_opens_its_rows(bank: Any, client_of: Any, flow: Any) -> None:
    flow.issued()
    flow.submitted("本行网点五一营业安排。")
    office = client_of("office")
    told = did(office.get("/api/figures/reviews"))
    stats = {row["label"]: row["figure"] for row in told["stats"]}
    assert (stats["送审"]["value"], stats["出具意见"]["value"]) == (2, 1)
    assert behind(office, stats["送审"]) == 2
    assert behind(office, stats["出具意见"]) == 1
    assert stats["退回率"]["shown"] == "0.00%"
    for table in told["tables"]:
        for row in table["rows"]:
            for cell in row:
                if cell["rows"] and cell["kind"] == "number":
                    assert behind(office, cell) == cell["value"], (table["title"], cell)
    assert any(chart["key"] == "review-volume" and chart["rows"] for chart in told["charts"])
    health = next(t for t in did(office.get("/api/figures/rules"))["tables"] if t["title"] == "规则健康度")
    assert behind(office, health["rows"][0][1]) == health["rows"][0][1]["value"] > 0


def test_each_number_of_the_ledger_opens_its_rows(bank: Any, client_of: Any) -> None:
    for unit in ("branch", "branch", "retail"):
        ledger.open_issue(source="audit", title="海报未撤", unit=bank.units[unit], by=bank["office"])
    office = client_of("office")
    told = did(office.get("/api/figures/issues", {"period": "year"}))
    assert next(row["figure"]["value"] for row in told["stats"] if row["label"] == "新发现") == 3
    units = next(table for table in told["tables"] if table["title"] == "按责任机构")
    assert {row[0]["value"]: row[1]["value"] for row in units["rows"]} == {"江城分行": 2, "零售金融部": 1}
    assert all(behind(office, row[1]) == row[1]["value"] for row in units["rows"])
    mine = did(client_of("branch_head").get("/api/figures/issues"))
    assert next(row["figure"]["value"] for row in mine["stats"] if row["label"] == "新发现") == 2


def test_sheets_are_handed_out_and_journalled(bank: Any, client_of: Any) -> None:
    office = client_of("office")
    for name in ("reviews", "issues"):
        answer = office.get(f"/api/figures/{name}/sheet", {"from": "2026-01-01", "to": "2026-06-30"})
        assert answer.status_code == 200
        book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
        assert ["期间", "2026-01-01 至 2026-06-30"] in book.get_sheet_by_name("说明").to_python()
    assert Event.objects.filter(type="kernel.exported", actor=bank["office"]).count() == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "ever"}, {"from": "2026-01-01"}, {"to": "2026-01-01"}, {"from": "2026-02-01", "to": "2026-01-01"},
        {"from": "x", "to": "y"}, {"from": "0001-01-01", "to": "0001-01-02"},
        {"from": "2000-01-01", "to": "2099-01-01"},
        {"period": "year", "from": "2026-01-01", "to": "2026-02-01"}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_period_that_is_none_is_refused(bank: Any, client_of: Any, asked: dict[str, str]) -> None:
    office = client_of("office")
    for path in (*FIGURES, "reviews/sheet", "issues/sheet"):
        did(office.get(f"/api/figures/{path}", asked), 422)
    assert not Event.objects.filter(type="kernel.exported").exists()


def test_who_may_not_see_figures(bank: Any, client_of: Any) -> None:
    for path in (*FIGURES, "reviews/sheet", "issues/sheet"):
        for name in ("stranger", "admin", *(() if path.startswith("issues") else ("submitter",))):
            assert client_of(name).get(f"/api/figures/{path}").status_code == 403
        assert Client().get(f"/api/figures/{path}").status_code == 401


def test_the_desk_says_what_waits(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.submitted()
    told = did(client_of("reviewer").get("/api/desk"))
    assert told["answer"].startswith("等您办理 1 项")
    [item] = told["waiting"]["items"]
    assert (item["number"], item["step"], item["page"]) == (review.number, "领取并初审", f"/reviews/{review.pk}/")
    assert told["waiting"]["shelves"][0]["total"] == 1
    assert did(client_of("submitter").get("/api/desk"))["sent"]["total"] == 1
    assert did(client_of("stranger").get("/api/desk"))["waiting"]["total"] == 0
    assert Client().get("/api/desk").status_code == 401


def test_findings_are_listed_as_the_page_narrows_them(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.submitted()
    found = list(queries.findings_of(review).order_by("pk"))
    assert len(found) > 1
    office = client_of("office")
    told = did(office.get("/api/findings"))["items"]
    assert [row["id"] for row in told] == sorted((row.pk for row in found), reverse=True)
    row = next(row for row in told if row["id"] == found[0].pk)
    assert (row["review"], row["unit"], row["decision_name"]) == (review.number, "零售金融部", "待处理")
    assert row["basis"]
    first = did(office.get("/api/findings", {"limit": 1}))
    assert (
        did(office.get("/api/findings", {"limit": 1, "cursor": first["next"]}))["items"][0]["id"]
        < first["items"][0]["id"]
    )
    services.take(review, by=bank["reviewer"])
    decisions.accept(found[0], by=bank["reviewer"])
    for asked, wanted in (
        ({"decision": "accepted"}, [found[0].pk]),
        ({"decision": "accepted", "first": "false"}, []),
        ({"rule": found[0].rule, "title": found[0].title, "severity": found[0].severity, "source": "rule"}, None),
        ({"unit": "branch"}, []),
        ({"unit": "head", "submitter": "submitter", "review": review.number, "decision": "accepted"}, [found[0].pk]),
        ({"submitter": "colleague"}, []),
        ({"added_from": "2020-01-01", "added_to": "2020-01-02"}, []),
        ({"decided_from": "2020-01-01"}, [found[0].pk]),
        ({"q": found[0].title[:4], "decision": "accepted"}, [found[0].pk]),
    ):
        ids = [item["id"] for item in did(office.get("/api/findings", asked))["items"]]
        assert ids == wanted if wanted is not None else found[0].pk in ids, asked
    assert did(office.get(f"/api/findings/{found[0].pk}"))["decided_by"] == "褚审查"
    assert did(client_of("other_branch").get("/api/findings"))["items"] == []
    assert client_of("other_branch").get(f"/api/findings/{found[0].pk}").status_code == 404


def test_who_may_not_list_findings_and_what_is_wrong(bank: Any, client_of: Any) -> None:
    for path in ("/api/findings", "/api/findings/1"):
        assert client_of("stranger").get(path).status_code == 403
        assert client_of("admin").get(path).status_code == 403
        assert Client().get(path).status_code == 401
    office = client_of("office")
    assert office.get("/api/findings/999999").status_code == 404
    for asked in ({"decision": "maybe"}, {"unit": "nowhere"}, {"added_from": "x"}, {"added_to": "9999-12-31"},
                  {"limit": 0}, {"cursor": "x"}, {"colour": "red"}):  # fmt: skip
        assert office.get("/api/findings", asked).status_code == 422, asked


def test_queries_of_findings_do_not_grow(bank: Any, client_of: Any, flow: Any) -> None:
    office = client_of("office")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            did(office.get("/api/findings"))
        return len(seen)

    flow.submitted()
    asked()
    few = asked()
    flow.submitted("稳赚不赔，保本保息。")
    assert Finding.objects.count() > 3
    assert asked() == few <= 8
