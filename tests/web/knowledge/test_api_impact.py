"""What rests on an article, how a rule does, and where a comparison differs, over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from making import screened

from xiaobao_web.knowledge import backtesting
from xiaobao_web.knowledge.models import Backtest, BacktestChange, RuleDraft

pytestmark = pytest.mark.django_db
BASE, RULE = "/api/knowledge", "wealth/principal_guarantee"


def test_an_article_tells_what_rests_on_it(bank: Any, client_of: Any) -> None:
    office = client_of("office")
    told = office.get(f"{BASE}/laws/广告法/articles/25").json()
    assert (told["reference"], told["paraphrase"] != "") == ("广告法#25", True)
    assert RULE in {row["rule"] for row in told["rules"]}
    assert {"subject", "kind", "text"} == set(told["asked"][0])
    item = office.get(f"{BASE}/laws/广告法/articles/25(一)").json()
    assert item["reference"] == "广告法#25(一)"
    for wrong in ("laws/广告法/articles/9999", "laws/无此法/articles/1", "laws/广告法/articles/x"):
        assert office.get(f"{BASE}/{wrong}").status_code == 404, wrong
    assert client_of("stranger").get(f"{BASE}/laws/广告法/articles/25").status_code == 403
    assert Client().get(f"{BASE}/laws/广告法/articles/25").status_code == 401


def test_a_rule_tells_how_it_does(bank: Any, client_of: Any) -> None:
    told = client_of("submitter").get(f"{BASE}/health/{RULE}").json()
    assert (told["accepted"], told["dismissed"], told["precision"], told["interval"]) == (0, 0, None, None)
    for wrong in ("health/wealth/no_such_rule", "health/x", "health/A B"):
        assert client_of("submitter").get(f"{BASE}/{wrong}").status_code == 404
    assert client_of("stranger").get(f"{BASE}/health/{RULE}").status_code == 403
    assert Client().get(f"{BASE}/health/{RULE}").status_code == 401


def test_a_comparison_tells_where_it_differs(
    bank: Any, client_of: Any, draft: RuleDraft, django_capture_on_commit_callbacks: Any
) -> None:
    version = screened(bank).version
    with django_capture_on_commit_callbacks(execute=True):
        row = backtesting.ask(draft, wanted=10, by=bank["reviewer"])
    BacktestChange.objects.filter(backtest=row).delete()
    for kind in ("new", "new", "lost"):
        BacktestChange.objects.create(
            backtest=row, version=version, kind=kind, rule=draft.rule, title="限时", text="仅限今日"
        )
    reviewer, path = client_of("reviewer"), f"{BASE}/backtests/{row.pk}"
    told = reviewer.get(path, {"kind": "new", "limit": 1}).json()
    assert (told["backtest"]["draft"], told["items"][0]["text"]) == (draft.number, "仅限今日")
    assert len(reviewer.get(path, {"kind": "new", "cursor": told["next"]}).json()["items"]) == 1
    assert [item["kind"] for item in reviewer.get(path).json()["items"]] == ["lost", "new", "new"]
    assert reviewer.get(path, {"kind": "odd"}).status_code == 422
    assert reviewer.get(f"{BASE}/backtests/999999").status_code == 404
    assert client_of("submitter").get(path).status_code == 403
    assert Client().get(path).status_code == 401
    assert Backtest.objects.count() == 1
