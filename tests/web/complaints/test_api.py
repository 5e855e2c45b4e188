"""Complaints over REST: a contact of another system is one contact, cases are masked, clocks are told day by day."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Contact

pytestmark = pytest.mark.django_db
GIVEN = {"source_system": "客服系统", "source_number": "KF-1", "text": "分期没说手续费", "phone": "13800001234"}


def post(browser: Client, url: str, body: dict[str, Any]) -> Any:
    return browser.post(url, body, content_type="application/json")


def test_the_number_of_another_system_is_registered_once(flow, client_of):
    browser = client_of("liaison")
    first = post(browser, "/api/complaints/contacts", GIVEN)
    again = post(browser, "/api/complaints/contacts", GIVEN)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert Contact.objects.count() == 1
    assert post(browser, "/api/complaints/contacts", {**GIVEN, "colour": "red"}).status_code == 422
    assert post(browser, "/api/complaints/contacts", {**GIVEN, "source_number": "2", "unit": "x"}).status_code == 422
    assert post(client_of("submitter"), "/api/complaints/contacts", GIVEN).status_code == 403


def test_a_contact_tells_its_case(flow, bank, client_of):
    browser = client_of("liaison")
    made = post(browser, "/api/complaints/contacts", GIVEN).json()
    row = services.screen_kind(Contact.objects.get(), by=bank["liaison"], kind="complaint", unit=bank.units["branch"])
    assert browser.get(f"/api/complaints/contacts/{made['id']}").json()["case"] == row.case.number
    found = browser.get("/api/complaints", {"source_number": "KF-1"}).json()["items"]
    assert [item["number"] for item in found] == [row.case.number]


def test_cases_are_listed_masked_and_only_ones_own(flow, client_of):
    case = flow.handled()
    told = client_of("liaison").get("/api/complaints")
    assert [item["number"] for item in told.json()["items"]] == [case.number]
    assert (
        "周可欣" not in told.content.decode() + client_of("liaison").get(f"/api/complaints/{case.pk}").content.decode()
    )
    assert client_of("stranger").get("/api/complaints").status_code == 403
    assert client_of("service").get(f"/api/complaints/{case.pk}").status_code == 404
    assert client_of("liaison").get("/api/complaints", {"stat": "open"}).status_code == 422
    flow.later(days=20)
    late = client_of("liaison").get("/api/complaints", {"overdue": "true"}).json()["items"]
    assert [item["number"] for item in late] == [case.number]


def test_clocks_come_with_article_and_days(flow, client_of):
    case = flow.opened()
    clock = client_of("liaison").get(f"/api/complaints/{case.pk}/clocks").json()[0]
    assert clock["due"] == "2026-03-17"
    assert "第18条" in clock["basis"][0]
    assert clock["replay"][-1]["counted"] == 15


def test_a_telephone_system_writes_the_record(flow, client_of):
    case = flow.handled()
    url = f"/api/complaints/{case.pk}/records"
    assert post(client_of("liaison"), url, {"kind": "call", "text": "已联系"}).status_code == 201
    assert post(client_of("complaints"), url, {"kind": "call", "text": "不是经办人"}).status_code == 403
    assert post(client_of("liaison"), url, {"kind": "facts", "text": "不行"}).status_code == 422
