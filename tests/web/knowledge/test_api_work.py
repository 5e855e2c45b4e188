"""Whatever the pages of the rulebook can do, the interface can: draft to release, allow-lists, reconsiderations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from making import RULE, TEXT

from xiaobao_web.knowledge import backtesting
from xiaobao_web.knowledge.models import RuleDraft, RuleVersion

pytestmark = pytest.mark.django_db
BASE = "/api/knowledge"


def send(client: Any, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(client, method)(f"{BASE}{path}", body, content_type="application/json")


def begun(client: Any) -> str:
    answer = send(client, "/drafts", {"rule": RULE, "yaml": TEXT, "note": "监管通报"})
    assert answer.status_code == 201, answer.json()
    return answer.json()["number"]


def test_a_draft_goes_from_text_to_release(bank, client_of):
    author, other = client_of("reviewer"), client_of("office")
    number = begun(author)
    row = RuleDraft.objects.get(number=number)
    changed = {"yaml": row.yaml + "\n", "note": "写清一些", "seen": row.digest}
    assert send(author, f"/drafts/{number}", changed, "put").json()["note"] == "写清一些"
    stale = send(author, f"/drafts/{number}", {**changed, "note": "旧的", "yaml": row.yaml}, "put")
    assert stale.status_code == 409
    assert send(author, f"/drafts/{number}/steps", {"action": "propose"}).json()["state"] == "proposed"
    early = send(other, f"/drafts/{number}/steps", {"action": "publish"})
    assert early.status_code == 409
    assert "回测" in early.json()["error"]["message"]
    asked = send(other, f"/drafts/{number}/backtests", {"wanted": 50})
    assert asked.status_code == 201
    backtesting.run(asked.json()["id"])
    listed = other.get(f"{BASE}/drafts/{number}/backtests").json()
    assert listed[0]["draft"] == number
    assert listed[0]["state"] == "done"
    assert send(author, f"/drafts/{number}/steps", {"action": "publish"}).status_code == 403
    assert send(other, f"/drafts/{number}/steps", {"action": "publish"}).json()["state"] == "published"
    released = other.get(f"{BASE}/releases", {"current": "true"}).json()["items"][0]
    assert (released["draft"], released["published_by"]) == (number, str(bank["office"]))
    assert RuleVersion.objects.get().rule == released["rule"]
    asked = send(author, "/retirements", {"rule": released["rule"], "reason": "不再需要"})
    assert asked.json()["kind"] == "retire"


def test_a_draft_is_sent_back_with_a_reason_and_discarded(client_of):
    author, other = client_of("reviewer"), client_of("office")
    number = begun(author)
    send(author, f"/drafts/{number}/steps", {"action": "propose"})
    bare = send(other, f"/drafts/{number}/steps", {"action": "send_back"})
    assert bare.json()["error"]["fields"] == {"reason": "必填"}
    back = send(other, f"/drafts/{number}/steps", {"action": "send_back", "reason": "缺反例"})
    assert back.json()["state"] == "draft"
    assert send(author, f"/drafts/{number}/steps", {"action": "discard"}).json()["state"] == "discarded"
    assert send(author, f"/drafts/{number}/steps", {"action": "burn"}).status_code == 422
    assert send(client_of("submitter"), f"/drafts/{number}/steps", {"action": "discard"}).status_code == 403


def test_an_allowance_is_asked_and_approved_by_another(client_of):
    day = str(timezone.localdate() + timedelta(days=30))
    given = {"phrase": "存款保险保障本金", "reason": "官方标语", "expires_on": day, "category": "other"}
    asked = send(client_of("reviewer"), "/allow", given)
    assert asked.status_code == 201, asked.json()
    step = f"/allow/{asked.json()['id']}/steps"
    assert send(client_of("reviewer"), step, {"action": "approve"}).status_code == 403
    assert send(client_of("office"), step, {"action": "approve"}).json()["state"] == "active"
    assert send(client_of("office"), step, {"action": "withdraw", "reason": "标语已改"}).status_code == 200
    wrong = send(client_of("reviewer"), "/allow", {**given, "phrase": "存款保险保障本息", "unit": "火星"})
    assert wrong.json()["error"]["fields"] == {"unit": "不存在"}


def test_reconsiderations_are_listed_and_unknown_ones_hidden(client_of):
    office = client_of("office")
    assert office.get(f"{BASE}/reconsiderations").json() == {"items": [], "next": None}
    assert office.get(f"{BASE}/reconsiderations/HS2026-99999").status_code == 404
    given = {"action": "dismiss", "note": "无关"}
    assert send(office, "/reconsiderations/HS2026-99999/decision", given).status_code == 404
    assert client_of("submitter").get(f"{BASE}/reconsiderations").status_code == 403
