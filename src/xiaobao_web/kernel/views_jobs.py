"""The backlog of background work, and how far one piece of it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.kernel import jobs, schedule, worker
from xiaobao_web.kernel.access import holds, require
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models.jobs import JobRun, RunState, Schedule, WorkerLease
from xiaobao_web.kernel.requests import row_key

PER_PAGE = 50
LATE_MINUTES = 10
"""A wait longer than this shows red."""


def _require(request: HttpRequest) -> None:
    user: Any = request.user
    require(user, "kernel.jobs")


@require_GET
def backlog(request: HttpRequest) -> HttpResponse:
    """Show what waits, runs and failed, how old the oldest is, the workers and the timetable."""
    _require(request)
    state = request.GET.get("state", "")
    state = state if state in RunState.values else ""
    rows = JobRun.objects.select_related("by__unit").order_by("-pk")
    rows = rows.filter(state=state) if state else rows
    below = row_key(request.GET.get("after", ""))
    if below:
        rows = rows.filter(pk__lt=below)
    page = list(rows.defer("traceback", "result")[: PER_PAGE + 1])
    more = page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None
    context = {
        "rows": page[:PER_PAGE],
        "next": f"?state={state}&after={more}" if more else "",
        "first": f"?state={state}" if below else "",
        **_totals(state),
        "workers": _workers(),
        "timetable": _timetable(),
    }
    template = "kernel/_backlog.html" if request.headers.get("HX-Request") else "kernel/backlog.html"
    return render(request, template, context)


def _totals(state: str) -> dict[str, Any]:
    counted = JobRun.objects.order_by().values("state").annotate(n=Count("pk"))
    numbers = dict.fromkeys(RunState.values, 0) | {line["state"]: line["n"] for line in counted}
    now = timezone.now()
    waiting = JobRun.objects.filter(state=RunState.WAITING.value, next_at__lte=now)
    due = waiting.aggregate(oldest=Min("next_at"))["oldest"]
    minutes = int((now - due).total_seconds() // 60) if due else None
    url = reverse("jobs")
    tabs = [{"label": _("全部"), "url": url, "current": not state, "count": ""}]
    for member in RunState:
        tabs.append(
            {
                "label": member.label,
                "url": f"{url}?state={member.value}",
                "current": state == member.value,
                "count": numbers[member.value] if member is not RunState.DONE else "",
            }
        )
    return {"numbers": numbers, "oldest": minutes, "late": (minutes or 0) >= LATE_MINUTES, "tabs": tabs}


def _workers() -> list[dict[str, Any]]:
    here = worker.alive()
    rows = WorkerLease.objects.order_by("-beat_at")[:20]
    return [{"row": row, "alive": row.name in here} for row in rows]


def _timetable() -> list[dict[str, Any]]:
    rows = {row.name: row for row in Schedule.objects.all()}
    timed = schedule.TIMED.items()
    lines = [{"title": item.job.title, "cron": item.cron, "row": rows.get(name)} for name, item in timed]
    return sorted(lines, key=lambda line: str(line["title"]))


@require_GET
def show_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far one piece of work is, in a fragment that asks again until it is over, to its asker and admins."""
    user: Any = request.user
    row = JobRun.objects.filter(pk=pk).first()
    if row is None or (row.by_id != user.pk and not holds(user, "kernel.jobs")):
        raise Hidden(_("没有找到这项任务，或它不是您发起的。"))
    admin = holds(user, "kernel.jobs")
    template = "kernel/_job.html" if request.headers.get("HX-Request") else "kernel/job.html"
    return render(request, template, {"run": row, "looks_after": admin})


@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed piece of work be tried anew."""
    _require(request)
    row = JobRun.objects.filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有找到这项任务。"))
    jobs.retry(row, by=request.user)
    messages.success(request, _("“%(title)s”已重新排队。") % {"title": row.title})
    return redirect("jobs")
