"""Official texts and hits in shadow over the interface: tried first, then imported; judged by who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from making import screened

from xiaobao_web.knowledge import drafting, shadow
from xiaobao_web.knowledge.models import NormEntry, RuleDraft

pytestmark = pytest.mark.django_db
BASE = "/api/knowledge"
LAW = "# 中华人民共和国广告法\n\n2021年4月29日 某次会议修正\n\n第二十五条 甲不得做这件事。\n\n第九条 这里是另一件事。\n"


def send(client: Any, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{BASE}{path}", body, content_type="application/json")


def test_a_text_is_tried_then_imported(bank: Any, client_of: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    legal = client_of("legal")
    tried = legal.post(f"{BASE}/texts", {"file": SimpleUploadedFile("广告法.txt", LAW.encode())})
    assert tried.status_code == 201, tried.json()
    row = tried.json()
    assert row["state"] == "examined"
    assert row["changes"] == [
        {"norm": "广告法", "title": "中华人民共和国广告法", "new": ["25", "9"], "changed": [], "same": 0}
    ]
    assert not (tmp_path / "home" / "laws" / "广告法.json").exists()
    assert [item["id"] for item in legal.get(f"{BASE}/texts").json()["items"]] == [row["id"]]
    assert send(client_of("submitter"), f"/texts/{row['id']}/steps", {"action": "confirm"}).status_code == 403
    assert send(legal, f"/texts/{row['id']}/steps", {"action": "confirm"}).json()["state"] == "confirmed"
    assert NormEntry.objects.get(key="广告法").has_text
    assert send(legal, f"/texts/{row['id']}/steps", {"action": "discard"}).status_code == 409
    assert legal.get(f"{BASE}/texts/{row['id']}").json()["confirmed_by"] == str(bank["legal"])
    assert legal.get(f"{BASE}/texts/999999").status_code == 404
    assert client_of("submitter").get(f"{BASE}/texts").status_code == 403


def test_hits_in_shadow_are_read_and_judged(bank: Any, client_of: Any, draft: RuleDraft) -> None:
    drafting.propose(draft, by=bank["reviewer"])
    drafting.trial(draft, by=bank["office"])
    shadow.run(screened(bank).pk)
    reviewer = client_of("reviewer")
    told = reviewer.get(f"{BASE}/drafts/{draft.number}/shadow").json()
    assert told["figures"]["hits"] == len(told["items"]) > 0
    hit = told["items"][0]
    assert send(reviewer, f"/shadow/{hit['id']}/judgement", {"judged": "maybe"}).status_code == 422
    assert send(reviewer, f"/shadow/{hit['id']}/judgement", {"judged": "wrong"}).json()["judged"] == "wrong"
    assert reviewer.get(f"{BASE}/drafts/{draft.number}/shadow").json()["figures"]["wrong"] == 1
    assert send(client_of("submitter"), f"/shadow/{hit['id']}/judgement", {"judged": "right"}).status_code in (403, 404)
    assert reviewer.get(f"{BASE}/drafts/none/shadow").status_code == 404
