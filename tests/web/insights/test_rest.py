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
