"""Old ledgers, evidence and notices over REST, each with its refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiaobao_web.findings import services
from xiaobao_web.findings.models import Issue

pytestmark = pytest.mark.django_db
LEDGER = "问题,来源,责任机构\n网点未公示投诉电话,{source},{unit}\n,{source},{unit}\n"


def upload(client: Any, text: str, **values: Any) -> Any:
    file = SimpleUploadedFile("旧台账.csv", text.encode())
    return client.post("/api/issues/tables/import", {"file": file, **values})


def test_an_old_ledger_is_tried_then_taken_in(bank: Any, client_of: Any) -> None:
    source = Issue._meta.get_field("source").choices[0][1]
    text, office = LEDGER.format(source=source, unit=bank.units["branch"].name), client_of("office")
    tried = upload(office, text, dry_run="true").json()
    assert (tried["made"], [row["row"] for row in tried["faults"]]) == (1, [3])
    assert not Issue.objects.exists()
    assert upload(office, text).json()["made"] == 1
    assert upload(office, text).json() | {"faults": []} == tried | {
        "made": 0,
        "kept": 1,
        "dry_run": False,
        "faults": [],
    }
    assert Issue.objects.count() == 1
    assert upload(client_of("submitter"), text).status_code == 403
    assert upload(office, "甲,乙\n1,2\n").status_code == 422


def test_evidence_and_notices(bank: Any, client_of: Any) -> None:
    office, liaison = client_of("office"), client_of("liaison")
    issue = services.open_issue(
        by=bank["office"], unit=bank["liaison"].unit, owner=bank["liaison"], source="self_check", title="未公示电话",
        severity="medium",
    )  # fmt: skip
    path = f"/api/issues/{issue.number}/evidence"
    kept = liaison.post(path, {"evidence": SimpleUploadedFile("照片说明.txt", "已公示".encode())})
    assert kept.status_code == 201, kept.json()
    assert kept.json()[0]["name"] == "照片说明.txt"
    assert client_of("executive").post(path, {"evidence": SimpleUploadedFile("a.txt", b"a")}).status_code == 403
    assert client_of("stranger").post(path, {"evidence": SimpleUploadedFile("a.txt", b"a")}).status_code in (403, 404)
    body = {"notice": "消保通〔2026〕9号", "issues": [issue.number]}
    send = {"content_type": "application/json"}
    assert liaison.post("/api/issue-notices", body, **send).status_code == 403
    assert office.post("/api/issue-notices", body | {"issues": ["WT0"]}, **send).status_code == 422
    assert office.post("/api/issue-notices", body, **send).json() == {"count": 1}
    assert office.post("/api/issue-notices", body, **send).status_code == 409
    row = liaison.get("/api/issue-notices").json()["items"][0]
    assert row["issues"] == [issue.number]
    letter = liaison.get(f"/api/issue-notices/{row['id']}/document")
    assert b"".join(letter.streaming_content).startswith(b"PK")
    receipt = f"/api/issue-notices/{row['id']}/receipt"
    assert liaison.post(receipt, {"receipt": "收"}, **send).status_code == 422
    assert liaison.post(receipt, {"receipt": "已收悉，按期整改。"}, **send).json()["received_at"]
    assert liaison.post(receipt, {"receipt": "已收悉，按期整改。"}, **send).status_code == 409
