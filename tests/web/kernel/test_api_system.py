"""Looking after the platform over REST: background work, endpoints of events and their messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_answers import did

from xiaobao_web.kernel.models import JobRun
from xiaobao_web.kernel.models.webhook import Delivery, Endpoint

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
HOOK = {"name": "OA", "url": "https://8.8.8.8/hook", "event_types": ["reviews.*"]}


def test_the_backlog_is_the_administrators(bank: Any, client_of: Any) -> None:
    admin = client_of("admin")
    failed = JobRun.objects.create(name="no.such", title="导出", queue="default", state="failed", by=bank["office"])
    JobRun.objects.create(name="no.such", title="别的", queue="default", state="done")
    told = did(admin.get("/api/jobs", {"state": "failed"}))["items"]
    assert [(row["id"], row["state"]) for row in told] == [(failed.pk, "failed")]
    assert len(did(admin.get("/api/jobs"))["items"]) == 2
    page = did(admin.get("/api/jobs", {"limit": 1}))
    assert did(admin.get("/api/jobs", {"limit": 1, "cursor": page["next"]}))["next"] is None
    assert {"workers", "timetable"} == set(did(admin.get("/api/jobs/health")))
    assert did(admin.get("/api/jobs/health"))["timetable"]
    assert admin.get("/api/jobs", {"state": "sad"}).status_code == 422
    for path in ("/api/jobs", "/api/jobs/health"):
        assert client_of("office").get(path).status_code == 403
        assert client_of("stranger").get(path).status_code == 403
        assert Client().get(path).status_code == 401
    assert client_of("office").post(f"/api/jobs/{failed.pk}/retry").status_code == 403
    assert admin.post("/api/jobs/999999/retry").status_code == 404
    did(admin.post(f"/api/jobs/{failed.pk}/retry"))
    assert JobRun.objects.get(pk=failed.pk).failures <= 1


def test_endpoints_are_registered_changed_tried_and_renewed(bank: Any, client_of: Any) -> None:
    admin = client_of("admin")
    made = did(admin.post("/api/webhooks", HOOK, **JSON), 201)
    assert made["secret"].startswith("whsec_")
    told = did(admin.get("/api/webhooks"))
    assert [row["id"] for row in told["items"]] == [made["id"]]
    assert "reviews.submit" in told["events"]
    assert "secret" not in told["items"][0]
    path = f"/api/webhooks/{made['id']}"
    changed = did(admin.patch(path, {"active": False}, **JSON))
    assert (changed["active"], changed["name"], changed["url"]) == (False, "OA", HOOK["url"])
    assert did(admin.get(path))["active"] is False
    assert did(admin.post(f"{path}/secret"))["secret"] != made["secret"]
    sent = did(admin.post(f"{path}/ping"), 202)
    assert [row["id"] for row in did(admin.get(f"{path}/messages"))["items"]] == [sent["id"]]
    assert did(admin.get(f"/api/webhooks/messages/{sent['id']}"))["payload"]["type"] == sent["type"]
    Delivery.objects.update(state="failed")
    assert did(admin.post(f"/api/webhooks/messages/{sent['id']}/again"), 202)["id"] == sent["id"]
    Delivery.objects.update(state="waiting")
    assert admin.post(f"/api/webhooks/messages/{sent['id']}/again").status_code == 409


def test_a_bad_endpoint_is_refused(bank: Any, client_of: Any) -> None:
    admin = client_of("admin")
    for wrong in (
        {"url": "ftp://8.8.8.8/hook"}, {"url": "https://127.0.0.1/hook"}, {"event_types": ["no.such.event"]},
        {"event_types": []}, {"name": ""}, {"url": "https://" + "a" * 400}, {"colour": "red"},
    ):  # fmt: skip
        assert admin.post("/api/webhooks", {**HOOK, **wrong}, **JSON).status_code == 422, wrong
    assert not Endpoint.objects.exists()
    did(admin.post("/api/webhooks", HOOK, **JSON), 201)
    assert admin.post("/api/webhooks", HOOK, **JSON).status_code == 422


def test_endpoints_are_the_administrators(bank: Any, client_of: Any) -> None:
    made = did(client_of("admin").post("/api/webhooks", HOOK, **JSON), 201)
    path = f"/api/webhooks/{made['id']}"
    sent = did(client_of("admin").post(f"{path}/ping"), 202)
    message = f"/api/webhooks/messages/{sent['id']}"
    for name in ("office", "stranger"):
        client = client_of(name)
        reads = [client.get(item) for item in ("/api/webhooks", path, f"{path}/messages", message)]
        steps = [client.post(item) for item in (f"{path}/secret", f"{path}/ping", f"{message}/again")]
        changes = [client.post("/api/webhooks", HOOK, **JSON), client.patch(path, {"active": False}, **JSON)]
        assert {answer.status_code for answer in reads + steps + changes} == {403}
    for item in ("/api/webhooks/999999", "/api/webhooks/messages/999999"):
        assert client_of("admin").get(item).status_code == 404
    assert Client().get("/api/webhooks").status_code == 401
