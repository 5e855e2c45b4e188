"""Organisations, staff, posts and delegations over REST: made, changed, ended, each by whoever may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_answers import did

from xiaobao_web.people.models import Person

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def today(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_an_organisation_is_made_changed_and_closed(bank: Any, client_of: Any) -> None:
    admin, head = client_of("admin"), bank.units["head"].pk
    values = {"name": "湖山分行", "code": "hs", "kind": "branch", "parent": head, "executive": bank["executive"].pk}
    made = did(admin.post("/api/organisations", values, **JSON), 201)
    assert (made["code"], made["parent"], made["active"]) == ("hs", head, True)
    path = f"/api/organisations/{made['id']}"
    changed = did(admin.patch(path, {"name": "湖山一级分行"}, **JSON))
    assert (changed["name"], changed["code"], changed["parent"]) == ("湖山一级分行", "hs", head)
    assert did(admin.patch(path, {"active": False}, **JSON))["active"] is False
    assert did(admin.patch(path, {"active": True}, **JSON))["active"] is True
    assert admin.post("/api/organisations", values, **JSON).status_code == 422
    assert admin.patch(path, {"parent": made["id"]}, **JSON).status_code == 422
    assert admin.patch(path, {"parent": 999_999}, **JSON).status_code == 422
    assert admin.patch(path, {"kind": "moon"}, **JSON).status_code == 422
    branch = f"/api/organisations/{bank.units['branch'].pk}"
    assert admin.patch(branch, {"active": False}, **JSON).status_code == 409
    assert admin.patch("/api/organisations/999999", {"name": "x"}, **JSON).status_code == 404
    for name, status in (("office", 403), ("stranger", 403)):
        assert client_of(name).post("/api/organisations", values, **JSON).status_code == status
        assert client_of(name).patch(path, {"name": "x"}, **JSON).status_code == status
    assert Client().post("/api/organisations", values, **JSON).status_code == 401


def test_a_person_is_made_changed_and_stopped(bank: Any, client_of: Any) -> None:
    admin = client_of("admin")
    values = {"username": "new.one", "name": "卫新人", "unit": bank.units["branch"].pk, "email": "n@bank.example"}
    made = did(admin.post("/api/people", values, **JSON), 201)
    assert (made["name"], made["unit_name"], made["active"]) == ("卫新人", "江城分行", True)
    row = Person.objects.get(pk=made["id"])
    assert not row.has_usable_password()
    path = f"/api/people/{made['id']}"
    changed = did(admin.patch(path, {"title": "经理"}, **JSON))
    assert (changed["title"], changed["active"], changed["unit"]) == ("经理", True, values["unit"])
    row.refresh_from_db()
    assert row.email == "n@bank.example"
    assert did(admin.patch(path, {"is_active": False}, **JSON))["active"] is False
    for wrong in ({"username": "new.one"}, {"username": "两 字"}, {"username": "b", "email": "none"},
                  {"username": "b", "password": "short"}, {"username": "b", "unit": 999_999}):  # fmt: skip
        assert admin.post("/api/people", {**values, **wrong}, **JSON).status_code == 422, wrong
    assert admin.patch(f"/api/people/{bank['admin'].pk}", {"is_active": False}, **JSON).status_code == 409
    assert admin.patch("/api/people/999999", {"title": "x"}, **JSON).status_code == 404
    for name in ("office", "stranger"):
        assert client_of(name).post("/api/people", values, **JSON).status_code == 403
        assert client_of(name).patch(path, {"title": "x"}, **JSON).status_code == 403


def test_posts_are_given_told_and_ended(bank: Any, client_of: Any) -> None:
    admin, path = client_of("admin"), f"/api/people/{bank['colleague'].pk}/posts"
    given = did(admin.post(path, {"role": "liaison", "organisation": bank.units["retail"].pk}, **JSON), 201)
    assert (given["role_name"], given["organisation_name"], given["since"]) == ("兼职消保联络员", "零售金融部", today())
    assert admin.post(path, {"role": "liaison", "organisation": bank.units["retail"].pk}, **JSON).status_code == 409
    assert admin.post(path, {"role": "king", "organisation": bank.units["retail"].pk}, **JSON).status_code == 422
    assert {row["role"] for row in did(client_of("auditor").get(path))} == {"liaison", "submitter"}
    assert client_of("stranger").get(path).status_code == 403
    assert client_of("office").post(path, {"role": "legal", "organisation": 1}, **JSON).status_code == 403
    assert client_of("office").post(f"/api/posts/{given['id']}/relief").status_code == 403
    assert did(admin.post(f"/api/posts/{given['id']}/relief"))["until"] == today(-1)
    assert admin.post("/api/posts/999999/relief").status_code == 404


def test_posts_and_work_are_handed_over(bank: Any, client_of: Any) -> None:
    giver, receiver = bank["submitter"], bank["colleague"]
    path = f"/api/people/{giver.pk}/hand-over"
    values = {"receiver": receiver.pk, "posts": [giver.posts.get().pk]}
    assert client_of("submitter").post(path, values, **JSON).status_code == 403
    assert client_of("stranger").post(path, values, **JSON).status_code == 403
    office = client_of("office")
    assert office.post(path, {**values, "receiver": giver.pk}, **JSON).status_code == 422
    assert office.post(path, {**values, "posts": [bank["legal"].posts.get().pk]}, **JSON).status_code == 422
    assert office.post(path, {**values, "posts": []}, **JSON).status_code == 422
    assert did(office.post(path, values, **JSON)) == {"posts": 1, "items": 0}
    assert office.post("/api/people/999999/hand-over", values, **JSON).status_code == 404


def test_leave_cover_is_given_and_taken_back(bank: Any, client_of: Any) -> None:
    sender, other = client_of("submitter"), client_of("colleague")
    values = {"receiver": bank["colleague"].pk, "since": today(), "until": today(5), "reason": "年休假"}
    made = did(sender.post("/api/delegations", values, **JSON), 201)
    assert (made["giver_name"], made["receiver_name"], made["role"]) == ("周送审", "吴同事", "")
    assert [row["id"] for row in did(other.get("/api/delegations"))] == [made["id"]]
    assert did(client_of("legal").get("/api/delegations")) == []
    for wrong in ({"receiver": bank["submitter"].pk}, {"until": today(-2)}, {"reason": " "}, {"role": "legal"},
                  {"since": "soon"}):  # fmt: skip
        assert sender.post("/api/delegations", {**values, **wrong}, **JSON).status_code == 422, wrong
    assert other.post(f"/api/delegations/{made['id']}/revocation").status_code == 403
    assert client_of("legal").post(f"/api/delegations/{made['id']}/revocation").status_code == 404
    assert did(sender.post(f"/api/delegations/{made['id']}/revocation"))["revoked_at"]
    assert sender.post(f"/api/delegations/{made['id']}/revocation").status_code == 409
    assert client_of("stranger").get("/api/delegations").status_code == 403
    assert client_of("stranger").post("/api/delegations", values, **JSON).status_code == 403
    assert Client().get("/api/delegations").status_code == 401
