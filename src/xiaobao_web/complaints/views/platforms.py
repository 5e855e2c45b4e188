"""Pages where payment platforms are set up and tried; secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.forms.platform import FORMS
from xiaobao_web.complaints.models import ChannelCursor, Platform, PlatformReply, ReplyState
from xiaobao_web.complaints.services import platforms
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import Hidden, PlatformError

PLACES = {"url": "base", "fields": "fields_of"}


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Show the platforms, how far each has been read, and what went wrong last."""
    require(request.user, "complaints.set_platform")
    cursors = {row.name: row for row in ChannelCursor.objects.filter(name__startswith="platform:")}
    failed = PlatformReply.objects.exclude(state=ReplyState.SENT.value)
    waiting: dict[int, int] = {}
    for pk in failed.values_list("platform_id", flat=True)[:1000]:
        waiting[pk] = waiting.get(pk, 0) + 1
    rows = [
        {"platform": row, "cursor": cursors.get(f"platform:{row.code}"), "unsent": waiting.get(row.pk, 0)}
        for row in Platform.objects.select_related("unit")
    ]
    return render(request, "complaints/platforms.html", {"rows": rows})


@never_cache
@sensitive_post_parameters("key", "callback", "certificate")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set a platform up, change it, or ask it for its first page without keeping anything."""
    require(request.user, "complaints.set_platform")
    platform = Platform.objects.select_related("unit", "set_by").filter(pk=pk).first() if pk else None
    if pk and platform is None:
        raise Hidden(_("没有这个平台。"))
    if request.method == "POST" and platform is not None and request.POST.get("action") == "try":
        return _tried(request, platform)
    adapter = platform.adapter if platform is not None else request.GET.get("adapter", "http")
    form = FORMS.get(adapter, FORMS["http"])(request.POST if request.method == "POST" else None, platform=platform)
    if request.method == "POST" and form.is_valid():
        try:
            row = platforms.save(platform, by=request.user, **form.values())
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            _tell(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("complaint_platform", pk=row.pk)
    hook = reverse("complaint_platform_hook", args=[platform.code]) if platform else ""
    values = {
        "form": form, "platform": platform, "adapter": adapter,
        "hook": request.build_absolute_uri(hook) if hook else "",
        "cursor": platforms.cursor_of(platform) if platform else None,
        "events": journal.events_of(platform) if platform else None,
    }  # fmt: skip
    return render(request, "complaints/platform.html", values, status=422 if form.errors else 200)


def _tried(request: HttpRequest, platform: Platform) -> HttpResponse:
    try:
        count, names = platforms.tried(platform, by=request.user)
    except PlatformError as error:
        messages.error(request, _("没有连通：%s") % error.message)
    else:
        found = "、".join(names) or _("无")
        told = _("已连通，取到 %(count)d 件，认出的字段：%(names)s。没有登记任何来件。")
        messages.success(request, told % {"count": count, "names": found})
    return redirect("complaint_platform", pk=platform.pk)


def _tell(form: Any, error: PlatformError) -> None:
    fields = getattr(error, "fields", None) or {}
    for name, sentence in fields.items():
        place = PLACES.get(name, name)
        form.add_error(place if place in form.fields else None, sentence)
    if not fields:
        form.add_error(None, error.message)
