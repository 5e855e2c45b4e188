"""Whatever an issue's page can do, the interface can, through the same forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from xiaobao_web.findings import services

pytestmark = pytest.mark.django_db


def take(client: Any, number: str, verb: str, **values: Any) -> Any:
    return client.post(f"/api/issues/{number}/steps/{verb}", {"values": values}, content_type="application/json")


def entered(bank: Any) -> Any:
    unit, title = bank.units["branch"], "网点未公示投诉电话"
    return services.open_issue(by=bank["office"], unit=unit, source="self_check", title=title, severity="medium")


def test_an_issue_goes_from_assignment_to_its_close(bank, client_of):
    unit, owner = bank.units["branch"], bank["liaison"]
    issue = entered(bank)
    office = client_of("office")
    steps = {step["name"]: step for step in office.get(f"/api/issues/{issue.number}/steps").json()}
    assert steps["assign"]["allowed"]
    kinds = {field["name"]: field["kind"] for field in steps["assign"]["fields"]}
    assert kinds["owner"] == "reference"
    day = str(timezone.localdate() + timedelta(days=20))
    done = take(office, issue.number, "assign", unit=unit.pk, owner=owner.pk, due_on=day)
    assert done.status_code == 200, done.json()
    assert done.json()["state"] == "assigned"


def test_what_has_no_place_or_is_unknown_is_refused(bank, client_of):
    issue = entered(bank)
    office = client_of("office")
    assert take(office, issue.number, "close").status_code == 409
    assert take(office, issue.number, "burn").status_code == 404
    wrong = take(office, issue.number, "assign", owner=99_999_999)
    assert "owner" in wrong.json()["error"]["fields"]
    assert take(client_of("stranger"), issue.number, "assign").status_code in (403, 404)
