"""The inbox: what a person was told, unread first, and how they want it by e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.kernel import notifications
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.kernel.requests import row_key

PER_PAGE = 50


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show a person's notices, of one group or all, unread ones first."""
    group, after = request.GET.get("kind", ""), request.GET.get("after", "")
    rows, following = _page(request.user, group, after)
    groups = notifications.groups_of(request.user)
    context = {
        "rows": rows,
        "group": group,
        "next": f"?kind={group}&after={following}" if following else "",
        "first": f"?kind={group}" if after else "",
        "tabs": _tabs(groups, group),
        "unread": sum(new for name, _label, new in groups if group in ("", name)),
        "mail": notifications.mail_choice(request.user),
        "choices": notifications.MAIL_CHOICES.items(),
    }
    return render(request, "kernel/inbox.html", context)


def _tabs(groups: list[tuple[str, str, int]], group: str) -> list[dict[str, Any]]:
    url = reverse("inbox")
    total = sum(new for _name, _label, new in groups)
    tabs = [{"label": _("全部"), "url": url, "current": not group, "count": total or ""}]
    for name, label, new in groups:
        tabs.append({"label": label, "url": f"{url}?kind={name}", "current": name == group, "count": new or ""})
    return tabs


def _page(person: Any, group: str, after: str) -> tuple[list[Notification], str]:
    """Return a page of notices, unread before read, and the mark after its last (empty at the end)."""
    part, _dash, number = after.partition("-")
    below = row_key(number) or None
    rows: list[Notification] = []
    for name, is_read in (("new", False), ("read", True)):
        if part == "read" and not is_read:
            continue
        found = notifications.of(person, group=group).filter(read_at__isnull=not is_read)
        if below is not None and part == name:
            found = found.filter(pk__lt=below)
        rows += found[: PER_PAGE + 1 - len(rows)]
    if len(rows) <= PER_PAGE:
        return notifications.veiled(rows), ""
    last = rows[PER_PAGE - 1]
    return notifications.veiled(rows[:PER_PAGE]), f"{'read' if last.read_at else 'new'}-{last.pk}"


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Return the unread count that the page's frame asks for every minute."""
    return render(request, "kernel/_inbox_count.html", {"inbox_count": notifications.unread_count(request.user)})


@require_GET
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    row = notifications.mark_read(request.user, pk)
    if row is None:
        raise Hidden(_("没有找到这条通知，或它不是发给您的。"))
    if row.url and url_has_allowed_host_and_scheme(row.url, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(row.url)
    return redirect("inbox")


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read."""
    row = notifications.mark_read(request.user, pk)
    if row is None:
        raise Hidden(_("没有找到这条通知，或它不是发给您的。"))
    if request.headers.get("HX-Request"):
        return render(request, "kernel/_notice.html", {"row": row})
    return redirect("inbox")


@require_POST
def mark_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices (of a group) as read."""
    group = request.POST.get("kind", "")
    number = notifications.mark_all(request.user, group=group)
    messages.success(request, _("已把 %(n)d 条通知标为已读。") % {"n": number})
    return redirect(f"{reverse('inbox')}?kind={group}" if group.isidentifier() else "inbox")


@require_POST
def mail_settings(request: HttpRequest) -> HttpResponse:
    """Keep how a person wants notices by e-mail."""
    notifications.choose_mail(request.user, request.POST.get("mail", ""))
    messages.success(request, _("邮件提醒方式已保存。"))
    return redirect("inbox")
