"""Insights over REST: the same rows, the same rights, the same answers as on the pages."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from xiaobao_web.insights import services
from xiaobao_web.insights.models import EarlyWarning

pytestmark = pytest.mark.django_db
BASE = "/api/insights"


@pytest.fixture
def raised(weeks):
    cache.clear()
    weeks.usual(weeks=4, a_day=8)
    weeks.topic()
    services.look()
    return EarlyWarning.objects.get()


def test_a_warning_is_listed_answered_and_closed(raised, bank, client_of):
    client = client_of("liaison")
    rows = client.get(f"{BASE}/warnings", {"waiting": "true", "state": "raised"}).json()["items"]
    assert [row["number"] for row in rows] == [raised.number]
    assert client.get(f"{BASE}/warnings", {"stat": "raised"}).status_code == 422
    assert len(client.get(f"{BASE}/warnings/{raised.pk}").json()["series"]) == 28
    assert client.post(f"{BASE}/warnings/{raised.pk}/acknowledge").json()["state"] == "acknowledged"
    step = {"data": {"measure": "短"}, "content_type": "application/json"}
    assert client.post(f"{BASE}/warnings/{raised.pk}/act", **step).status_code == 422
    step["data"] = {"measure": "回退到上一版本并公告"}
    assert client.post(f"{BASE}/warnings/{raised.pk}/act", **step).json()["measure"] == "回退到上一版本并公告"
    step["data"] = {"conclusion": "版本缺陷，已修复发布"}
    assert client.post(f"{BASE}/warnings/{raised.pk}/close", **step).status_code == 403
    answer = client_of("complaints").post(f"{BASE}/warnings/{raised.pk}/close", **step)
    assert (answer.json()["state"], answer.json()["false_alarm"]) == ("closed", False)
    assert client_of("sender_head").get(f"{BASE}/warnings/{raised.pk}").status_code == 404
    assert client_of("submitter").get(f"{BASE}/warnings").status_code == 403


def test_figures_are_those_of_the_pages(raised, bank, client_of):
    client = client_of("office")
    days = {"first": "2026-05-01", "last": "2026-05-20"}
    words = client.get(f"{BASE}/words", days).json()
    assert words["complaints"] == 27
    assert any("闪退" in row[0] for row in words["hottest"]["rows"])
    clusters = client.get(f"{BASE}/clusters", days).json()
    assert clusters[0]["size"] >= 5
    assert clusters[0]["examples"][0].startswith("TST")
    tables = client.get(f"{BASE}/statistics", days).json()
    assert tables[0]["rows"][0] == ["收到投诉", 27]
    services.set_base(unit=bank.units["branch"], year=2026, by=bank["office"], outlets=10, customers=27_000,
                      province="湖北")  # fmt: skip
    province, branch = client.get(f"{BASE}/places", {**days, "measure": "customers"}).json()
    assert province["rows"] == [["湖北", 27, 10, 2700.0, 27000, 10.0]]
    assert branch["rows"][0][:2] == ["江城分行", 27]
    assert client.get(f"{BASE}/words", {"period": "nonsense"}).status_code == 422
    assert client_of("submitter").get(f"{BASE}/words").status_code == 403


def test_the_graph_is_that_of_the_page(weeks, client_of):
    case = weeks.case(timezone.now(), "年费", "branch")
    found = client_of("office").get(f"{BASE}/graph/{case.pk}").json()
    assert [node["id"] for node in found["nodes"]] == [f"case:{case.pk}"]
    assert found["edges"] == []
    assert client_of("other_branch").get(f"{BASE}/graph/{case.pk}").status_code == 404


@pytest.mark.parametrize("days", [{"first": "2026-01-01"}, {"first": "2026-02-01", "last": "2026-01-01"},
                                  {"first": "0001-01-01", "last": "9999-12-31"}])  # fmt: skip
def test_days_that_are_no_period_are_refused_not_passed_over(days, client_of):
    answer = client_of("office").get(f"{BASE}/statistics", days)
    assert answer.status_code == 422
    assert "与 last 一起给出" in answer.json()["error"]["fields"]["first"]


def sent(client, address: str, data=None, method: str = "post"):
    return getattr(client, method)(f"{BASE}/{address}", data or {}, content_type="application/json")


def test_one_step_from_a_warning_and_from_a_complaint(raised, bank, client_of):
    office = client_of("office")
    first = sent(office, f"warnings/{raised.pk}/steps/issue").json()
    assert sent(office, f"warnings/{raised.pk}/steps/issue").json() == first
    assert first["numbers"][0].startswith("WT")
    assert sent(office, f"warnings/{raised.pk}/steps/inspection").status_code == 201
    assert sent(office, f"warnings/{raised.pk}/steps/rule").json()["url"].startswith("/")
    told = sent(office, f"warnings/{raised.pk}/steps/reevaluate")
    assert told.status_code == 409
    assert "无从回溯" in told.json()["error"]["message"]
    assert sent(office, f"warnings/{raised.pk}/steps/other").status_code == 422
    assert sent(client_of("auditor"), f"warnings/{raised.pk}/steps/issue").status_code == 403
    assert sent(client_of("sender_head"), f"warnings/{raised.pk}/steps/issue").status_code == 404
    case = raised_case(raised)
    made = sent(office, f"graph/{case}/steps/inspection").json()
    assert made["numbers"][0].startswith("WT")
    assert sent(client_of("other_branch"), f"graph/{case}/steps/inspection").status_code == 404
    assert sent(office, "warnings/look").status_code == 202
    assert sent(client_of("liaison"), "warnings/look").status_code == 403


def raised_case(raised) -> int:
    from xiaobao_web.complaints.models import Contact

    return Contact.objects.get(pk=raised.examples[0]).case_id


def test_a_cause_is_removed_and_concluded(raised, client_of):
    client = client_of("liaison")
    body = {"title": "没有回归测试", "unit": "branch", "owner": "liaison", "cause": "系统与渠道故障",
            "whys": ["登录闪退", "- 没有旧机型测试"], "warning": raised.pk}  # fmt: skip
    for name, wrong in (("unit", "nowhere"), ("owner", "nobody"), ("cause", "没有这个原因"), ("whys", [])):
        answer = sent(client, "rectifications", {**body, name: wrong})
        assert answer.status_code == 422
        assert name in answer.json()["error"]["fields"]
    made = sent(client, "rectifications", body).json()
    assert (made["warning"], made["whys"]) == (raised.number, [[0, "登录闪退"], [1, "没有旧机型测试"]])
    at = f"rectifications/{made['id']}"
    measure = {"kind": "preventive", "text": "发布清单加入机型覆盖", "owner": "liaison", "due_on": "2026-06-01"}
    assert sent(client, f"{at}/measures", {**measure, "due_on": "2020-01-01"}).status_code == 422
    (added,) = sent(client, f"{at}/measures", measure).json()["measures"]
    assert sent(client, f"{at}/finish").status_code in (409, 422)
    done = sent(client, f"{at}/measures/{added['id']}/done", {"proof": "清单已修订"}).json()
    assert done["measures"][0]["done_on"] == "2026-05-20"
    finished = sent(client, f"{at}/finish").json()
    assert (finished["state"], finished["effect"]["verdict"]) == ("done", "unknown")
    told = sent(client_of("complaints"), f"{at}/conclude", {"conclusion": "已经看不到了", "proven": True})
    assert told.status_code == 409
    again = sent(client_of("complaints"), f"{at}/conclude", {"conclusion": "样本不足，继续", "proven": False}).json()
    assert again["state"] == "open"
    rows = client.get(f"{BASE}/rectifications", {"state": "open"}).json()["items"]
    assert [row["number"] for row in rows] == [made["number"]]
    assert client_of("sender_head").get(f"{BASE}/{at}").status_code == 404
    assert sent(client_of("auditor"), "rectifications", body).status_code == 403


def test_figures_open_their_complaints_and_come_as_workbooks(raised, bank, client_of):
    client = client_of("office")
    days = {"first": "2026-05-01", "last": "2026-05-20"}
    table = client.get(f"{BASE}/map", days).json()
    assert table["rows"] == [["江城分行", 27, 27]]
    found = client.get(f"{BASE}/rows", {**days, "unit": bank.units["branch"].pk, "limit": 5}).json()
    assert (found["n"], len(found["table"]["rows"]), found["told"]) == (27, 5, ["机构：江城分行"])
    of_warning = client.get(f"{BASE}/rows", {**days, "warning": raised.pk}).json()
    assert of_warning["n"] >= 20
    phrase = client.get(f"{BASE}/words", days).json()["hottest"]["rows"][0]
    assert client.get(f"{BASE}/rows", {**days, "words": phrase[0]}).json()["n"] == phrase[1]
    assert client.get(f"{BASE}/control", {"period": "days90"}).json()["table"]["rows"][-1][1] >= 0
    assert client_of("other_branch").get(f"{BASE}/rows", days).status_code == 403
    assert client_of("sender_head").get(f"{BASE}/rows", {**days, "warning": raised.pk}).json()["n"] == 0
    for name in ("words", "clusters", "places", "map", "control", "rows"):
        answer = client.get(f"{BASE}/sheets/{name}", days)
        assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert client.get(f"{BASE}/sheets/other", days).status_code == 422
    for name in ("sheet", "bulletin"):
        assert client.get(f"{BASE}/statistics/{name}", days).status_code == 200
    assert client_of("submitter").get(f"{BASE}/sheets/map", days).status_code == 403


def test_statistics_are_frozen_and_their_bases_registered(raised, client_of):
    client = client_of("office")
    base = {"unit": "branch", "year": 2026, "outlets": 12, "customers": 34_000, "province": "湖北"}
    assert sent(client, "bases", {**base, "province": "月球"}, "put").status_code == 422
    assert sent(client, "bases", base, "put").json()["outlets"] == 12
    assert [row["unit_code"] for row in client.get(f"{BASE}/bases").json()] == ["branch"]
    made = sent(client, "statements", {"year": 2025, "span": "year"})
    assert made.status_code == 201
    row = made.json()
    assert client.get(f"{BASE}/statements").json()["items"][0]["id"] == row["id"]
    assert client.get(f"{BASE}/statements/{row['id']}").json()["tables"] == row["tables"]
    got = client.get(f"{BASE}/statements/{row['id']}/sheet")
    assert got.status_code == 200
    assert b"".join(got.streaming_content)
    assert sent(client, "statements", {"year": 2099, "span": "year"}).status_code == 422
    assert sent(client_of("liaison"), "statements", {"year": 2025, "span": "year"}).status_code == 403
