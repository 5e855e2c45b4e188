"""What stands around every object over REST: comments, files, events, the inbox, search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from rest_answers import did

from xiaobao_web.findings import services
from xiaobao_web.kernel import files, notifications
from xiaobao_web.kernel.models import Event, StoredFile
from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.models.journal import EventPersonal

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
BAD = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def issue(bank: Any) -> Any:
    row = services.open_issue(source="audit", title="海报未撤", unit=bank.units["branch"], by=bank["office"])
    services.assign(row, owner=bank["liaison"], by=bank["office"], due_on=timezone.localdate() + timedelta(days=30))
    return row


def test_comments_are_said_answered_and_withdrawn(bank: Any, client_of: Any, issue: Any) -> None:
    office, liaison, path = client_of("office"), client_of("liaison"), f"/api/comments/findings.issue/{issue.pk}"
    said = did(office.post(path, {"body": "@王联络 请看"}, **JSON), 201)
    assert (said["withdrawn"], said["may_withdraw"], said["username"]) == (False, True, "office")
    assert notifications.of(bank["liaison"]).filter(kind="comment.mentioned").count() == 1
    answer = did(liaison.post(path, {"body": "收到", "parent": said["id"]}, **JSON), 201)
    assert [row["body"] for row in did(liaison.get(path))] == ["@王联络 请看", "收到"]
    assert (
        did(liaison.post(f"/api/comments/{said['id']}/withdrawal"), 403)["error"]["message"] == "评论只能由本人撤回。"
    )
    gone = did(office.post(f"/api/comments/{said['id']}/withdrawal"))
    assert (gone["body"], gone["withdrawn"], gone["may_withdraw"]) == ("", True, False)
    assert did(office.post(f"/api/comments/{said['id']}/withdrawal"), 409)
    assert did(liaison.get(path))[0]["body"] == ""
    assert "评论已由本人撤回" in liaison.get(f"/comments/findings.issue/{issue.pk}/").content.decode()
    assert "请看" not in liaison.get(f"/comments/findings.issue/{issue.pk}/").content.decode()
    assert "请看" not in str(list(Event.objects.values("facts", "changes")))
    assert "请看" in str(list(EventPersonal.objects.values("values"))), "only where it can be erased"
    assert Event.objects.filter(type="kernel.comment_withdrawn").count() == 1
    Comment.objects.filter(pk=answer["id"]).update(at=timezone.now() - timedelta(minutes=11))
    assert "10 分钟" in did(liaison.post(f"/api/comments/{answer['id']}/withdrawal"), 409)["error"]["message"]


def test_who_may_not_comment(bank: Any, client_of: Any, issue: Any) -> None:
    path, office = f"/api/comments/findings.issue/{issue.pk}", client_of("office")
    said = did(office.post(path, {"body": "请看"}, **JSON), 201)
    for name in ("other_branch", "stranger", "admin"):
        assert client_of(name).get(path).status_code == 404
        assert client_of(name).post(path, {"body": "x"}, **JSON).status_code == 404
        assert client_of(name).post(f"/api/comments/{said['id']}/withdrawal").status_code == 404
        assert client_of(name).get(f"{path}/people").status_code == 404
    assert Client().get(path).status_code == 401
    assert office.get("/api/comments/people.person/1").status_code == 404
    assert office.get(f"/api/comments/FINDINGS.Issue/{issue.pk}").status_code == 200
    assert office.get(f"/api/files/of/FINDINGS.Issue/{issue.pk}").status_code == 200
    assert office.get(f"/api/comments/findings.issue/{10**30}").status_code == 404
    assert office.post(path, {"body": " "}, **JSON).status_code == 422
    assert office.post(path, {"body": "x", "parent": 999_999}, **JSON).status_code == 404
    assert office.post(path, {"body": "x", "colour": "red"}, **JSON).status_code == 422
    people = did(office.get(f"{path}/people", {"q": "王"}))
    assert people == [{"name": "王联络", "username": "liaison", "unit": "江城分行"}]


def test_files_are_added_fetched_and_removed(bank: Any, client_of: Any, issue: Any) -> None:
    liaison, path = client_of("liaison"), f"/api/files/of/findings.issue/{issue.pk}"
    sent = [SimpleUploadedFile("说明.txt", "已撤下海报".encode()), SimpleUploadedFile("a.exe", b"MZ\x90" + b"\0" * 64)]
    made = did(liaison.post(path, {"file": sent, "purpose": "evidence", "note": "现场"}), 201)
    assert [(row["name"], row["purpose"], row["state"]) for row in made["added"]] == [("说明.txt", "evidence", "clean")]
    assert [row["name"] for row in made["refused"]] == ["a.exe"]
    number = made["added"][0]["id"]
    assert [row["id"] for row in did(client_of("office").get(path))] == [number]
    assert b"".join(liaison.get(f"/api/files/{number}").streaming_content).decode() == "已撤下海报"
    assert liaison.post(path, {"file": [sent[1]]}).status_code == 422
    assert liaison.post(path, {}).status_code == 422
    assert client_of("auditor").post(path, {"file": [SimpleUploadedFile("b.txt", b"b")]}).status_code == 403
    for name in ("other_branch", "stranger"):
        assert client_of(name).get(path).status_code == 404
        assert client_of(name).get(f"/api/files/{number}").status_code == 404
        assert client_of(name).delete(f"/api/files/{number}").status_code == 404
    assert liaison.get("/api/files/of/people.person/1").status_code == 404
    assert liaison.get("/api/files/of/no.such/1").status_code == 404
    assert client_of("auditor").delete(f"/api/files/{number}").status_code == 403
    assert liaison.delete(f"/api/files/{number}?reason=重复").status_code == 204
    assert liaison.get(f"/api/files/{number}").status_code == 404
    assert did(liaison.get(path)) == []


def test_a_stopped_file_is_told_scanned_and_ruled_on(bank: Any, client_of: Any, issue: Any) -> None:
    liaison, office = client_of("liaison"), client_of("office")
    path = f"/api/files/of/findings.issue/{issue.pk}"
    made = did(liaison.post(path, {"file": [SimpleUploadedFile("表.pdf", BAD)]}), 201)["added"][0]
    assert made["state"] == "blocked"
    assert liaison.get(f"/api/files/{made['id']}").status_code == 409
    stored = StoredFile.objects.get(sha256=made["sha256"])
    [row] = did(office.get("/api/files/unreleased"))["items"]
    assert (row["id"], row["names"], row["may_rule"]) == (stored.pk, ["表.pdf"], True)
    assert did(office.post(f"/api/files/unreleased/{stored.pk}/scan"))["state"] == "blocked"
    ruling = f"/api/files/unreleased/{stored.pk}/ruling"
    assert office.post(ruling, {"action": "release", "reason": " "}, **JSON).status_code == 422
    assert office.post(ruling, {"action": "burn", "reason": "x"}, **JSON).status_code == 422
    assert liaison.post(ruling, {"action": "release", "reason": "x"}, **JSON).status_code == 403
    assert liaison.get("/api/files/unreleased").status_code == 403
    assert liaison.post(f"/api/files/unreleased/{stored.pk}/scan").status_code == 403
    assert (
        office.post("/api/files/unreleased/999999/ruling", {"action": "reject", "reason": "x"}, **JSON).status_code
        == 404
    )
    told = did(office.post(ruling, {"action": "release", "reason": "已核对，无害"}, **JSON))
    assert (told["state"], told["ruled_by"]) == ("released", "韩消保")
    assert did(office.get("/api/files/unreleased"))["items"] == []
    assert [row["id"] for row in did(office.get("/api/files/unreleased", {"released": "true"}))["items"]] == [stored.pk]
    assert office.post(ruling, {"action": "reject", "reason": "x"}, **JSON).status_code == 409
    mine = files.store(SimpleUploadedFile("我的.pdf", BAD + b"\n"), name="我的.pdf", by=bank["office"])
    own = f"/api/files/unreleased/{mine.pk}/ruling"
    assert "他人" in did(office.post(own, {"action": "release", "reason": "x"}, **JSON), 403)["error"]["message"]


def test_what_happened_is_told_without_personal_values(bank: Any, client_of: Any, issue: Any) -> None:
    path = f"/api/events/findings.issue/{issue.pk}"
    client_of("office").post(f"/api/comments/findings.issue/{issue.pk}", {"body": "请看"}, **JSON)
    told = did(client_of("auditor").get(path))["items"]
    assert told[0]["type"] == "kernel.commented"
    assert any(row["type"] == "findings.assign" and "王联络" in str(row) for row in told)
    assert "请看" not in str(told)
    page = did(client_of("auditor").get(path, {"limit": 1}))
    assert did(client_of("auditor").get(path, {"limit": 1, "cursor": page["next"]}))["items"][0]["id"] < told[0]["id"]
    assert client_of("other_branch").get(path).status_code == 404
    assert client_of("auditor").get(f"/api/events/findings.issue/{2**70}").status_code == 404
    assert Client().get(path).status_code == 401


def test_the_inbox_is_ones_own(bank: Any, client_of: Any, issue: Any) -> None:
    liaison = client_of("liaison")
    told = did(liaison.get("/api/inbox"))
    assert told["unread"] == len(told["items"]) > 0
    number, group = told["items"][0]["id"], told["items"][0]["group"]
    assert client_of("office").post(f"/api/inbox/{number}/read").status_code == 404
    assert did(liaison.post(f"/api/inbox/{number}/read"))["read_at"] is not None
    assert number not in [row["id"] for row in did(liaison.get("/api/inbox", {"unread": "true"}))["items"]]
    assert did(liaison.get("/api/inbox", {"group": "nothing"}))["items"] == []
    notifications.notify([bank["liaison"]], "kernel.job", "甲")
    assert did(liaison.post("/api/inbox/read", {"group": "kernel"}, **JSON)) == {"count": 1}
    did(liaison.post("/api/inbox/read", {}, **JSON))
    assert did(liaison.get("/api/inbox"))["unread"] == 0
    assert group
    assert did(liaison.put("/api/inbox/mail", {"mail": "daily"}, **JSON)) == {"mail": "daily"}
    assert did(liaison.get("/api/inbox/mail")) == {"mail": "daily"}
    assert liaison.put("/api/inbox/mail", {"mail": "hourly"}, **JSON).status_code == 422
    assert did(client_of("stranger").get("/api/inbox"))["items"] == []
    assert Client().get("/api/inbox").status_code == 401


def test_search_finds_what_one_may_see(bank: Any, client_of: Any, issue: Any) -> None:
    office = client_of("office")
    [group] = did(office.get("/api/search", {"q": "海报未撤"}))["groups"]
    assert (group["kind"], group["hits"][0]["page"]) == ("findings.issue", f"/issues/{issue.pk}/")
    assert "海报未撤" in group["hits"][0]["title"]
    assert "<" not in group["hits"][0]["excerpt"]
    services.open_issue(source="audit", title="海报未撤二", unit=bank.units["branch"], by=bank["office"])
    first = did(office.get("/api/search", {"q": "海报未撤", "kind": "findings.issue", "limit": 1}))["groups"][0]
    after = {"q": "海报未撤", "kind": "findings.issue", "limit": 1, "cursor": first["next"]}
    assert did(office.get("/api/search", after))["groups"][0]["hits"][0]["page"] != first["hits"][0]["page"]
    assert did(client_of("other_branch").get("/api/search", {"q": "海报未撤"}))["groups"] == []
    assert did(client_of("stranger").get("/api/search", {"q": "海报未撤"}))["groups"] == []
    for wrong in ({}, {"q": "x", "kind": "no.such"}, {"q": "x", "cursor": "title:1"}, {"q": "x", "cursor": "text:x"}):
        assert office.get("/api/search", wrong).status_code == 422
    assert Client().get("/api/search", {"q": "x"}).status_code == 401
