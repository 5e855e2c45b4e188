"""The rows of lists over REST: what the page shows under an address, with its rights, its filters, its order."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from xiaobao_web.findings import services
from xiaobao_web.kernel.lists.page import LISTS

pytestmark = pytest.mark.django_db


def rows(client: Client, name: str = "issues", status: int = 200, **asked: Any) -> Any:
    answer = client.get(f"/api/lists/{name}/rows", asked)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.json()


def enter(bank: Any, count: int, unit: str = "branch", **values: Any) -> None:
    for n in range(count):
        services.open_issue(source="audit", title=f"问题 {n}", unit=bank.units[unit], by=bank["office"], **values)


def test_rows_are_those_of_the_page_in_its_order_page_by_page(bank: Any, client_of: Any) -> None:
    enter(bank, 5)
    office = client_of("office")
    query = urlencode({"view": "all", "sort": "number"})
    first = rows(office, query=query, limit=3, count=True)
    assert (len(first["items"]), first["total"], first["more"]) == (3, 5, False)
    second = rows(office, query=query, limit=3, cursor=first["next"])
    assert second["next"] is None
    assert second["total"] is None
    numbers = [row["values"]["number"] for row in first["items"] + second["items"]]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 5
    row = first["items"][0]
    assert row["page"] == f"/issues/{row['id']}/"
    assert (row["values"]["unit"], row["values"]["severity"]) == ("江城分行", "中")
    assert "raised_by" not in row["values"]
    told = rows(office, query=query, columns="title,raised_by,found_on")["items"][0]["values"]
    assert list(told) == ["title", "raised_by", "found_on"]
    assert told["raised_by"] == "韩消保"
    assert len(told["found_on"]) == len("2026-01-01")


def test_filters_words_and_views_narrow(bank: Any, client_of: Any) -> None:
    enter(bank, 2)
    services.open_issue(source="audit", title="海报未撤", unit=bank.units["retail"], by=bank["office"], severity="high")
    office = client_of("office")
    for query in (
        {"view": "all", "severity": "high"},
        {"view": "all", "q": "海报"},
        {"view": "all", "unit": bank.units["retail"].pk},
    ):
        found = rows(office, query=urlencode(query))
        assert [row["values"]["title"] for row in found["items"]] == ["海报未撤"]
    assert "程度：高" in rows(office, query="view=all&severity=high")["conditions"].replace("严重程度", "程度")
    assert rows(office, query="view=overdue")["items"] == []
    assert len(rows(client_of("branch_head"), query="view=all")["items"]) == 2, "only what lies in one's reach"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"query": "view=all&colour=red"}, "colour"),
        ({"query": "view=nowhere"}, "没有这个视图"),
        ({"query": "a&" * 1000}, "条件太多"),
        ({"query": "view=all&unit=" + "9" * 30}, "不符合要求"),
        ({"query": "sort=title"}, "不能按这一列排序"),
        ({"query": "view=all&severity=huge"}, "不符合要求"),
        ({"query": "view=all&found_from=yesterday"}, "不符合要求"),
        ({"columns": "title,secret"}, "secret"),
        ({"cursor": "rubbish"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_not_known_is_told_instead_of_passed_over(
    bank: Any, client_of: Any, asked: dict[str, str], told: str
) -> None:
    assert told in rows(client_of("office"), status=422, **asked)["error"]["message"]


def test_who_may_not(bank: Any, client_of: Any) -> None:
    rows(client_of("stranger"), status=403)
    rows(client_of("admin"), "reviews", status=403)
    rows(client_of("office"), "nowhere", status=404)
    rows(client_of("office"), "journal", status=403)
    assert Client().get("/api/lists/issues/rows").status_code == 401
    assert client_of("office").post("/api/lists/issues/rows").status_code == 405


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("laws", "key", "\ud800"),
        ("laws", "key", "a\x00b"),
        ("findings", "added_at", "0001-01-01T00:00:00+14:00"),
        ("findings", "added_at", "9999-12-31T23:59:59-14:00"),
        ("laws", "rules", float("inf")),
        ("laws", "rules", 10**30),
    ],
)
def test_a_spoilt_cursor_is_told_and_a_page_begins_anew(client_of: Any, name: str, column: str, value: Any) -> None:
    office, view = client_of("office"), LISTS[name]
    order = next(c for c in view.columns if c.key == column).order_path
    word = base64.urlsafe_b64encode(json.dumps([order, False, value, 1]).encode()).decode().rstrip("=")
    told = rows(office, name, query=urlencode({"sort": column}), cursor=word, status=422)
    assert "cursor" in told["error"]["message"]
    page = {"laws": "/knowledge/laws/"}.get(name)
    if page is not None:
        assert office.get(page, {"sort": column, "after": word}).status_code == 200


def test_the_journal_is_the_auditors(bank: Any, client_of: Any) -> None:
    enter(bank, 1)
    found = rows(client_of("auditor"), "journal", query="view=people&app=findings", limit=1)
    assert "登记" in found["items"][0]["values"]["sentence"]


def test_lists_are_told_with_what_their_query_may_say(bank: Any, client_of: Any) -> None:
    told = {row["name"]: row for row in client_of("office").get("/api/lists").json()}
    assert {"issues", "reviews", "findings", "registry", "placements"} <= set(told)
    assert "journal" not in told
    issues = told["issues"]
    assert {"key": "all", "label": "全部"} in issues["views"]
    severity = next(item for item in issues["filters"] if item["name"] == "severity")
    assert ["high", "高"] in severity["choices"]
    assert {"key": "raised_by", "label": "登记人", "kind": "person", "sortable": False, "usual": False} in issues[
        "columns"
    ]
    assert client_of("stranger").get("/api/lists").json() == []
    assert Client().get("/api/lists").status_code == 401


def test_every_list_answers_and_queries_do_not_grow_with_rows(bank: Any, client_of: Any) -> None:
    def asked(name: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            rows(office, name, query="view=all" if any(tab.key == "all" for tab in LISTS[name].tabs) else "")
        return len(seen)

    office = client_of("office")
    names = [row["name"] for row in office.get("/api/lists").json()]
    assert len(names) > 10
    for name in names:
        asked(name)
    enter(bank, 2)
    few = asked("issues")
    enter(bank, 9, unit="retail")
    assert asked("issues") == few
    assert few <= 12


def test_an_export_is_deleted_by_its_owner(bank: Any, client_of: Any, django_capture_on_commit_callbacks: Any) -> None:
    office = client_of("office")
    with django_capture_on_commit_callbacks(execute=True):
        made = office.post("/api/lists/issues/exports", {"query": "view=all"}, content_type="application/json").json()
    assert client_of("reviewer").delete(f"/api/lists/exports/{made['id']}").status_code == 404
    assert office.delete(f"/api/lists/exports/{made['id']}").status_code == 204
    assert office.get("/api/lists/exports").json() == []
    assert office.delete(f"/api/lists/exports/{made['id']}").status_code == 404
