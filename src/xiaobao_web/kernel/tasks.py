"""The kernel's own background work."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from xiaobao_web.kernel import files, mail, notifications, pace, reminders, retention, scans, webhooks
from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.models.jobs import JobRun, RunState
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.kernel.schedule import every

KEPT = timedelta(days=180)
"""How long finished work, and with it the keys that name it, is kept."""
MESSAGES_KEPT = timedelta(days=1)


@job(queue="outbox", title=_("发送通知邮件"))
def mail_notice(pk: int) -> None:
    """Send one notice by e-mail, unless it was read or sent meanwhile."""
    row = Notification.objects.select_related("person").filter(pk=pk, read_at=None, mailed_at=None).first()
    if row is None or not row.person.email or not row.person.is_active:
        return
    mail.send_notice(row)
    Notification.objects.filter(pk=pk).update(mailed_at=timezone.now())


@every("30 8 * * *", title=_("发送每日通知汇总"))
def digests() -> int:
    """Ask for the digest of everybody who wants one and has unread notices that were not mailed."""
    waiting = Notification.objects.filter(read_at=None, mailed_at=None).order_by().values("person")
    asked = 0
    for person in get_user_model().objects.filter(pk__in=waiting, is_active=True).exclude(email="").iterator():
        if notifications.mail_choice(person) == "daily":
            mail_digest.using(key=f"digest:{person.pk}:{timezone.localdate():%Y%m%d}").enqueue(person.pk)
            asked += 1
    return asked


@job(queue="outbox", title=_("发送一人的通知汇总"))
def mail_digest(person_id: int) -> int:
    """Send a person what is unread and was not mailed, and return how many notices that were."""
    person = get_user_model().objects.get(pk=person_id)
    rows = list(notifications.of(person, unread=True).filter(mailed_at=None)[:500])
    if rows and person.email and person.is_active:
        mail.send_digest(person, rows)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=timezone.now())
    return len(rows)


@every("*/10 * * * *", title=_("期限提醒"))
def warn_deadlines() -> int:
    """Tell whoever holds a deadline that nears, and return how many people were told."""
    return sum(reminders.warn(deadline) for deadline in reminders.due_for_warning().order_by("due_at")[:2000])


@job(queue="outbox", title=_("推送事件"))
def deliver(pk: int) -> None:
    """Make one attempt to deliver a webhook message."""
    webhooks.attempt(pk)


@every("40 3 * * *", title=_("清理到期资料"))
def purge() -> dict[str, int]:
    """Purge what retention no longer asks for, and return how much of each kind."""
    return retention.purge()


@every("25 * * * *", title=_("清理访问次数"))
def sweep_paces() -> int:
    """Drop the counts of tries whose time is over, and return how many."""
    return pace.sweep()


@every("10 4 * * *", title=_("整理任务记录"))
def tidy() -> int:
    """Drop records of finished work that nobody needs, and return how many."""
    now = timezone.now()
    messages, _kinds = DBTaskResult.objects.finished().filter(finished_at__lt=now - MESSAGES_KEPT).delete()
    old = Q(state=RunState.DONE.value, finished_at__lt=now - KEPT)
    runs, _kinds = JobRun.objects.filter(old).delete()
    return messages + runs


@every("* * * * *", title=_("检查等待放行的文件"))
def scan_waiting_files() -> dict[str, int]:
    """Scan the files that wait, as when the daemon was away, and return how many are decided and still wait."""
    decided, waiting = scans.scan_waiting()
    return {"decided": decided, "waiting": waiting}


@every("20 4 * * *", title=_("清扫残留文件"))
def sweep_files() -> int:
    """Remove bytes that dead processes left, and return how many files that were."""
    return files.sweep()


retention.purges(str(_("附件")), files.purge_due)
