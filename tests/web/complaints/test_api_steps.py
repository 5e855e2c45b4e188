"""Whatever a case's page can do, the interface can: each step says what it asks and is checked by the page's form."""

from __future__ import annotations

from typing import Any

import pytest

from xiaobao_web.complaints.models import Case

pytestmark = pytest.mark.django_db


def take(client: Any, case: Case, verb: str, **values: Any) -> Any:
    return client.post(f"/api/complaints/{case.pk}/steps/{verb}", {"values": values}, content_type="application/json")


def test_a_case_is_accepted_assigned_and_recorded(flow, bank, client_of):
    case, chief = flow.opened(), client_of("complaints")
    steps = {step["name"]: step for step in chief.get(f"/api/complaints/{case.pk}/steps").json()}
    assert steps["accept"]["allowed"]
    assert take(chief, case, "accept").json()["state"] == "accepted"
    steps = {step["name"]: step for step in chief.get(f"/api/complaints/{case.pk}/steps").json()}
    asked = {field["name"]: field for field in steps["assign"]["fields"]}
    assert asked["handler"]["kind"] == "reference"
    assert take(chief, case, "assign", handler=bank["liaison"].pk).json()["state"] == "handling"
    done = take(client_of("liaison"), case, "investigate", kind="call", text="已联系", at="2026-03-02T01:30:00Z")
    assert done.status_code == 200, done.json()
    assert case.records.get().at.isoformat() == "2026-03-02T01:30:00+00:00"


def test_a_step_tells_what_is_wrong_with_it(flow, client_of):
    case = flow.handled()
    liaison = client_of("liaison")
    bare = take(liaison, case, "investigate", kind="call")
    assert bare.status_code == 422
    assert set(bare.json()["error"]["fields"]) == {"text"}
    unknown = take(liaison, case, "investigate", kind="call", text="已联系", wat=1)
    assert unknown.json()["error"]["fields"] == {"wat": "没有这个字段"}
    assert take(liaison, case, "accept").status_code == 409
    assert take(liaison, case, "burn").status_code == 404
    assert take(client_of("other_branch"), case, "accept").status_code in (403, 404)
    assert take(client_of("office"), case, "investigate", kind="call", text="代为联系").status_code == 409


def test_yes_and_no_and_lists_are_taken(flow, client_of):
    case = flow.handled()
    liaison = client_of("liaison")
    given = {"kind": "agent", "name": "周一", "documents": ["授权委托书原件", "受托人身份证明", "受托人有效联系方式"]}
    assert take(liaison, case, "add_party", **given).status_code == 200
    assert take(client_of("complaints"), case, "set_confidential", confidential=True).status_code == 200
    case.refresh_from_db()
    assert case.confidential
    assert case.parties.get().documents == given["documents"]
