"""Notices by e-mail: a title and the way back, nothing personal; people read the rest after signing in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.privacy import mask
from xiaobao_web.kernel import notifications
from xiaobao_web.kernel.models.notification import Notification

LISTED = 50
"""How many titles a digest lists; the rest is a number."""


def send_notice(notice: Notification) -> None:
    """Send one notice to its person."""
    text = _("%(title)s\n\n查看：%(link)s")
    title = _plain(notifications.told(notice))
    body = text % {"title": title, "link": _link(notice)} + _foot()
    _send(notice.person, title, body, f"notice-{notice.pk}")


def send_digest(person: Any, notices: Sequence[Notification]) -> None:
    """Send a person the titles of what is unread, the newest first."""
    listed = notifications.veiled(notices[:LISTED])
    lines = [f"· {_plain(notifications.told(notice))}\n  {_link(notice)}" for notice in listed]
    more = len(notices) - LISTED
    if more > 0:
        lines.append(_("· 另有 %(n)d 条，请在收件箱中查看") % {"n": more})
    inbox = urljoin(settings.SITE_URL, reverse("inbox"))
    text = _("您有 %(n)d 条未读通知：\n\n%(lines)s\n\n收件箱：%(inbox)s")
    body = text % {"n": len(notices), "lines": "\n".join(lines), "inbox": inbox} + _foot()
    subject = _("消保平台：%(n)d 条未读通知") % {"n": len(notices)}
    _send(person, subject, body, f"digest-{person.pk}-{timezone.localdate():%Y%m%d}")


def _send(person: Any, subject: str, body: str, name: str) -> None:
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    # The same notice sent twice after a crash has the same number, so that mail programs show it once.
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], headers=headers).send()


def _plain(title: str) -> str:
    return mask(re.sub(r"\s+", " ", title)).text


def _link(notice: Notification) -> str:
    return urljoin(settings.SITE_URL, reverse("inbox_open", args=[notice.pk]))


def _foot() -> str:
    platform = _("%(institution)s 消费者权益保护平台") % {"institution": settings.INSTITUTION}
    return f"\n\n— {platform}\n" + _("本邮件由系统发出，请勿回复。可在收件箱中修改邮件提醒方式。")
