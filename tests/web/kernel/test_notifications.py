"""Notices: who is told what, the inbox page, and e-mail by a real SMTP conversation."""

from __future__ import annotations

import asyncio
import email
import socket
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel import notifications, tasks
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import Notification

pytestmark = pytest.mark.django_db
PHONE = "13800138000"


def tell(person, title="“存款海报”待您审查", **values):
    return notifications.notify([person], "reviews.assigned", title, **values)[0]


def test_each_is_told_once_and_who_left_is_not(bank):
    bank["legal"].is_active = False
    rows = notifications.notify([bank["office"], bank["office"], bank["legal"], None], "reviews.x", "请看")
    assert [row.person for row in rows] == [bank["office"]]
    assert notifications.unread_count(bank["office"]) == 1
    assert notifications.unread_count(bank["legal"]) == 0


def test_the_inbox_shows_unread_first_by_group_and_nobody_elses(bank, client_of):
    old = tell(bank["office"], "读过的")
    notifications.mark_read(bank["office"], old.pk)
    tell(bank["office"], "先来的")
    notifications.notify([bank["office"]], "deadline", "快到期的")
    tell(bank["reviewer"], "别人的")
    page = client_of("office").get(reverse("inbox")).content.decode()
    assert page.index("快到期的") < page.index("先来的") < page.index("读过的")
    assert "别人的" not in page
    only = client_of("office").get(reverse("inbox"), {"kind": "deadline"}).content.decode()
    assert "快到期的" in only
    assert "先来的" not in only


def test_pages_hold_every_notice_once(bank, client_of):
    rows = [Notification(person=bank["office"], kind="reviews.x", title=f"第{n:03d}条") for n in range(120)]
    Notification.objects.bulk_create(rows)
    read = Notification.objects.order_by("pk").values_list("pk", flat=True)[:70]
    Notification.objects.filter(pk__in=list(read)).update(read_at=timezone.now())
    client, seen, address = client_of("office"), [], ""
    for _page in range(3):
        answer = client.get(reverse("inbox") + address)
        seen += [row.pk for row in answer.context["rows"]]
        address = answer.context["next"]
    assert address == ""
    assert len(seen) == len(set(seen)) == 120
    unread = set(notifications.of(bank["office"], unread=True).values_list("pk", flat=True))
    assert set(seen[:50]) == unread


def test_reading_is_ones_own_affair(bank, client_of):
    row = tell(bank["office"], url="/search/?q=1")
    assert client_of("reviewer").get(reverse("inbox_open", args=[row.pk])).status_code == 404
    assert client_of("reviewer").post(reverse("inbox_mark", args=[row.pk])).status_code == 404
    assert client_of("office").get(reverse("inbox_open", args=[row.pk])).url == "/search/?q=1"
    row.refresh_from_db()
    assert row.read_at is not None


def test_a_notice_never_leads_to_another_site(bank, client_of):
    row = tell(bank["office"], url="https://evil.example/")
    assert client_of("office").get(reverse("inbox_open", args=[row.pk])).url == reverse("inbox")


def test_all_of_a_group_are_marked_and_the_count_follows(bank, client_of):
    for kind in ("reviews.a", "reviews.b", "deadline"):
        notifications.notify([bank["office"]], kind, kind)
    client = client_of("office")
    assert "3" in client.get(reverse("inbox_count")).content.decode()
    client.post(reverse("inbox_mark_all"), {"kind": "reviews"})
    assert notifications.unread_count(bank["office"]) == 1
    client.post(reverse("inbox_mark_all"))
    assert "count-alert" not in client.get(reverse("inbox_count")).content.decode()
    assert client.get(reverse("inbox_mark_all")).status_code == 405


def test_how_one_wants_mail_is_kept(bank, client_of):
    client_of("office").post(reverse("inbox_mail"), {"mail": "now"})
    bank["office"].refresh_from_db()
    assert notifications.mail_choice(bank["office"]) == "now"
    assert client_of("office").post(reverse("inbox_mail"), {"mail": "hourly"}).status_code == 422
    with pytest.raises(BadValue):
        notifications.choose_mail(bank["office"], "x")


@pytest.mark.parametrize(("choice", "sent"), [("off", 0), ("daily", 0), ("now", 1)])
def test_a_notice_is_mailed_at_once_to_who_wants_that(bank, choice, sent, django_capture_on_commit_callbacks):
    notifications.choose_mail(bank["office"], choice)
    with django_capture_on_commit_callbacks(execute=True):
        row = tell(bank["office"], f"客户 {PHONE} 的单据待您审查", body="客户住在江城")
    assert len(mail.outbox) == sent
    if sent:
        letter = mail.outbox[0]
        text = letter.subject + letter.body
        assert PHONE not in text
        assert "江城" not in text
        assert reverse("inbox_open", args=[row.pk]) in letter.body
        tasks.mail_notice(row.pk)
        assert len(mail.outbox) == 1


def test_the_digest_holds_what_is_unread_and_was_not_mailed(bank, django_capture_on_commit_callbacks):
    for name in ("office", "reviewer", "legal"):
        for number in range(60 if name == "office" else 1):
            tell(bank[name], f"第{number}项")
    notifications.choose_mail(bank["legal"], "off")
    notifications.mark_all(bank["reviewer"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digests()
    assert [letter.to for letter in mail.outbox] == [["office@bank.example"]]
    assert "60 条未读" in mail.outbox[0].subject
    assert "另有 10 条" in mail.outbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digests()
    assert len(mail.outbox) == 1


class Box:
    """What an SMTP server took."""

    def __init__(self):
        self.letters = []
        self.answer = "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.letters.append((envelope, email.message_from_bytes(envelope.content, policy=default)))
        return self.answer


@pytest.fixture
def smtp(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port, loop=asyncio.new_event_loop())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", port, "消保 <xb@bank.example>"
    yield box
    controller.stop()


def test_a_real_server_takes_the_letter_and_a_refusal_is_tried_again(bank, smtp, django_capture_on_commit_callbacks):
    notifications.choose_mail(bank["office"], "now")
    smtp.answer = "451 greylisted"
    with django_capture_on_commit_callbacks(execute=True):
        row = tell(bank["office"], "“存款\n海报”待您审查")
    from xiaobao_web.kernel import jobs
    from xiaobao_web.kernel.models import JobRun

    run = JobRun.objects.get(key=f"notice:{row.pk}")
    assert (run.state, run.failures, smtp.letters) == ("waiting", 1, [])
    smtp.answer = "250 OK"
    JobRun.objects.update(next_at=timezone.now())
    jobs.send(run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    envelope, letter = smtp.letters[0]
    assert envelope.rcpt_tos == ["office@bank.example"]
    assert letter["Subject"] == "“存款 海报”待您审查"
    assert letter["Message-ID"] == f"<notice-{row.pk}@bank.example>"
    assert "/inbox/" in letter.get_content()
