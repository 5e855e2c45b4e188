"""The journal as auditors read it, and the erasing of personal values that the law asks for."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from xiaobao_web.findings.services import open_issue
from xiaobao_web.kernel import exports, files, journal
from xiaobao_web.kernel.models import EventPersonal
from xiaobao_web.people import services

pytestmark = pytest.mark.django_db


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("journal"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_auditors_read_everything_that_happened_and_nobody_else(bank: Any, client_of: Callable[[str], Client]) -> None:
    services.change_person(person=bank["submitter"], by=bank["admin"], title="高级经理", phone="13800138000")
    issue = open_issue(source="self_check", title="海报缺少提示", unit=bank.units["branch"], by=bank["office"])
    auditor = client_of("auditor")
    shown = page(auditor)
    assert "高级经理" in shown
    assert issue.get_absolute_url() in shown
    assert "13800138000" not in shown
    stored = files.store(
        SimpleUploadedFile("张三投诉录音.txt", "内容".encode()), name="张三投诉录音.txt", by=bank["office"]
    )
    files.attach(issue, stored, name="张三投诉录音.txt", purpose="evidence", by=bank["office"])
    assert "张三投诉录音" not in page(auditor)
    for name in ("admin", "office", "submitter", "stranger"):
        assert client_of(name).get(reverse("journal")).status_code == 403
    assert "高级经理" in page(auditor, actor=str(bank["admin"].pk))
    assert "高级经理" not in page(auditor, actor=str(bank["office"].pk))
    assert "高级经理" in page(auditor, app="people", q=bank["submitter"].name)
    assert "高级经理" not in page(auditor, app="reviews")


def test_the_number_of_queries_does_not_grow_with_events(bank: Any, client_of: Callable[[str], Client]) -> None:
    auditor = client_of("auditor")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(auditor)
        return len(captured)

    page(auditor)
    few = count()
    for number in range(30):
        services.change_person(person=bank["submitter"], by=bank["admin"], title=f"职务{number}")
    assert count() == few


def test_it_goes_into_a_sheet_and_that_is_an_event(
    bank: Any, client_of: Callable[[str], Client], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = exports.ask(list_name="journal", query="", by=bank["auditor"], chosen=[])
    made.refresh_from_db()
    assert made.state == "ready"
    assert "导出" in page(client_of("auditor"), view="exports")


def test_personal_values_are_erased_by_an_administrator_and_the_chain_stays_sound(bank: Any) -> None:
    person = services.make_person(
        username="leaver", name="离职", unit=bank.units["retail"], by=bank["admin"], phone="13800138000"
    )
    subject, told = f"people.person:{person.pk}", StringIO()
    before = EventPersonal.objects.count()
    call_command("erase_personal", subject, reason="本人申请", by="admin", stdout=told)
    assert "加 --yes 删除" in told.getvalue()
    assert EventPersonal.objects.count() == before
    for wrong in ({"by": "office"}, {"by": "nobody"}, {"reason": " "}):
        with pytest.raises(CommandError):
            call_command("erase_personal", subject, **{"reason": "本人申请", "by": "admin", "yes": True, **wrong})
    with pytest.raises(CommandError, match="应写作"):
        call_command("erase_personal", "leaver", reason="本人申请", by="admin", yes=True)
    call_command("erase_personal", subject, reason="本人申请", by="admin", yes=True, stdout=told)
    assert "已删除 1 条" in told.getvalue()
    assert EventPersonal.objects.count() == before - 1
    found = journal.verify()
    assert (found.sound, found.erased) == (True, 1)


def test_changes_are_told_in_the_words_of_the_form(bank: Any) -> None:
    from xiaobao_web.reviews import services as reviews

    review = reviews.create(by=bank["submitter"], title="海报", subject="marketing")
    reviews.edit(review, by=bank["submitter"], lane="urgent", urgent_reason="档期", channels=["网点", "短信"])
    told = journal.changes_of(journal.events_of(review).filter(type="reviews.edited").get())
    assert ("通道", "普通", "加急") in told
    assert ("加急理由", "空", "档期") in told
    assert ("拟用渠道", "空", "网点、短信") in told
    event = journal.record("kernel.purged", changes={"整改期限": [None, "2026-12-01"], "state": ["a", "b"]})
    assert journal.changes_of(event) == [("整改期限", "空", "2026-12-01")]
