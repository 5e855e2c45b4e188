"""What people are told: in the inbox at once, by e-mail as each has chosen.

    notify([person], "reviews.assigned", _("“存款海报”待您审查"), on=review)

The word before the dot is the kind's group; it reads as the app's name in the inbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Count
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import kept
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models.notification import Notification

GROUPS: dict[str, str | Promise] = {
    "deadline": gettext_lazy("期限提醒"),
    "comment": gettext_lazy("评论与提到"),
    "kernel": gettext_lazy("系统"),
}
MAIL_CHOICES: dict[str, str | Promise] = {
    "off": gettext_lazy("不发邮件"),
    "now": gettext_lazy("每条立即发送"),
    "daily": gettext_lazy("每天一封汇总"),
}


def notify(
    people: Iterable[Any],
    kind: str,
    title: str | Promise,
    *,
    on: models.Model | None = None,
    url: str = "",
    body: str = "",
) -> list[Notification]:
    """Tell people something, each once, inactive ones left out; without a url the object's own page is linked."""
    from xiaobao_web.kernel.tasks import mail_notice

    link = url or _page_of(on)
    told = {person.pk: person for person in people if person is not None and person.is_active}
    subject = (on._meta.label_lower, str(on.pk)) if on is not None else ("", "")
    rows = [
        Notification(
            person=person,
            kind=kind,
            title=str(title)[:200],
            body=body,
            url=link[:300],
            subject_type=subject[0],
            subject_id=subject[1],
        )
        for person in told.values()
    ]
    with transaction.atomic():
        Notification.objects.bulk_create(rows)
        for row in rows:
            if mail_choice(row.person) == "now" and row.person.email:
                mail_notice.using(key=f"notice:{row.pk}").enqueue(row.pk)
    return rows


def _page_of(on: models.Model | None) -> str:
    page = getattr(on, "get_absolute_url", None)
    if page is None:
        return ""
    try:
        return str(page())
    except NoReverseMatch:
        return ""


def of(person: Any, *, group: str = "", unread: bool = False) -> models.QuerySet[Notification]:
    """Return a person's notices, newest first; of one group, unread ones only."""
    rows = Notification.objects.filter(person=person).order_by("-pk")
    if group:
        rows = rows.filter(models.Q(kind=group) | models.Q(kind__startswith=f"{group}."))
    return rows.filter(read_at__isnull=True) if unread else rows


def veiled(rows: Iterable[Notification]) -> list[Notification]:
    """Return notices that know what of them is not told any more: a query or two for them all."""
    found = list(rows)
    kept.veil(found, names=True)
    return found


def told(row: Notification) -> str:
    """Return the title of a notice; what it names and came to be confidential since is called as it is now."""
    now = kept.of(row, names=True)
    return now.told(row.title) if now is not None else row.title


def unread_count(person: Any) -> int:
    """Return how many notices a person has not read; one query."""
    return of(person, unread=True).count() if getattr(person, "pk", None) else 0


unread = unread_count


def groups_of(person: Any) -> list[tuple[str, str, int]]:
    """Return the groups of a person's notices: name, label, how many unread."""
    totals: dict[str, int] = {}
    counted = Notification.objects.filter(person=person).order_by().values("kind")
    for line in counted.annotate(new=Count("pk", filter=models.Q(read_at__isnull=True))):
        name = line["kind"].partition(".")[0]
        totals[name] = totals.get(name, 0) + line["new"]
    return [(name, group_label(name), new) for name, new in sorted(totals.items())]


def group_label(kind: str) -> str:
    """Return what the group of a kind is called."""
    name = kind.partition(".")[0]
    if name in GROUPS:
        return str(GROUPS[name])
    return str(apps.get_app_config(name).verbose_name) if name in apps.app_configs else _("其他")


def mark_read(person: Any, pk: int) -> Notification | None:
    """Mark one of a person's notices as read and return it, None when it is not theirs."""
    row = Notification.objects.filter(person=person, pk=pk).first()
    if row is not None and row.read_at is None:
        row.read_at = timezone.now()
        row.save(update_fields=["read_at"])
    return row


def mark_all(person: Any, *, group: str = "") -> int:
    """Mark all of a person's notices (of a group) as read and return how many were not."""
    return of(person, group=group, unread=True).update(read_at=timezone.now())


def mail_choice(person: Any) -> str:
    """Return how a person wants notices by e-mail: off, now or daily."""
    chosen = (person.settings or {}).get("mail")
    return chosen if chosen in MAIL_CHOICES else settings.MAIL_DEFAULT


def choose_mail(person: Any, choice: str) -> None:
    """Keep how a person wants notices by e-mail; raises BadValue."""
    if choice not in MAIL_CHOICES:
        raise BadValue(_("请选择邮件提醒的方式。"), fields={"mail": _("请选择")})
    with transaction.atomic():
        row = get_user_model().objects.select_for_update().get(pk=person.pk)
        row.settings = {**(row.settings or {}), "mail": choice}
        row.save(update_fields=["settings"])
    person.settings = row.settings
