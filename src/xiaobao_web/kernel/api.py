"""Background work over the REST interface: how far what one asked for has come, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from xiaobao_web.kernel import jobs, schedule, worker
from xiaobao_web.kernel.access import holds, require
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models import JobRun
from xiaobao_web.kernel.models.jobs import RunState, Schedule, WorkerLease
from xiaobao_web.kernel.rest import Paged, find, page_of

PREFIX = "/jobs"
router = Router(tags=["后台任务"])


class JobOut(Schema):
    """A piece of background work; `result` is what it gave, `reason` why it failed."""

    id: int
    title: str
    state: str
    state_name: str
    done: int
    total: int
    note: str
    reason: str
    result: Any
    finished_at: datetime | None


class JobPage(Schema):
    """A page of background work; `next` is the cursor of the page after."""

    items: list[JobOut]
    next: str | None


class JobQuery(Paged):
    """Which background work."""

    state: RunState | None = None


class WorkerOut(Schema):
    """A worker, and whether it said lately that it is alive."""

    name: str
    queues: str
    started_at: datetime
    beat_at: datetime
    alive: bool


class TimedOut(Schema):
    """A periodic job: its times as a cron expression in Beijing time, when it ran last and runs next."""

    title: str
    cron: str
    last_at: datetime | None
    next_at: datetime | None


class HealthOut(Schema):
    """Who works, and what is done by the clock."""

    workers: list[WorkerOut]
    timetable: list[TimedOut]


def shown(run: JobRun) -> dict[str, Any]:
    """Return a piece of work as it stands now."""
    names = ("title", "state", "done", "total", "note", "reason", "result", "finished_at")
    out = {name: getattr(run, name) for name in names}
    return {**out, "id": run.pk, "state_name": run.get_state_display()}


@router.get("/{int:pk}", response=JobOut, summary="一项后台任务")
def show_job(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return how far one piece of work is, to its asker and to administrators."""
    user: Any = request.user
    row = JobRun.objects.filter(pk=min(pk, 2**53)).first()
    if row is None or (row.by_id != user.pk and not holds(user, "kernel.jobs")):
        raise Hidden(_("没有找到这项任务，或它不是您发起的。"))
    return shown(row)


@router.get("", response=JobPage, summary="后台任务")
def list_jobs(request: HttpRequest, query: Query[JobQuery]) -> dict[str, Any]:
    """Return what waits, runs, was done and failed, the newest first; for administrators."""
    require(request.user, "kernel.jobs")
    rows = JobRun.objects.defer("traceback")
    rows = rows.filter(state=query.state.value) if query.state else rows
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=shown)


@router.get("/health", response=HealthOut, summary="工作进程与时间表")
def show_health(request: HttpRequest) -> dict[str, Any]:
    """Return the workers that said they are alive, and the timetable of periodic jobs; for administrators."""
    require(request.user, "kernel.jobs")
    here, timed = worker.alive(), {row.name: row for row in Schedule.objects.all()}
    names = ("name", "queues", "started_at", "beat_at")
    leases = WorkerLease.objects.order_by("-beat_at")[:20]
    return {
        "workers": [{**{name: getattr(row, name) for name in names}, "alive": row.name in here} for row in leases],
        "timetable": [
            {"title": str(item.job.title), "cron": item.cron, "last_at": getattr(timed.get(name), "last_at", None),
             "next_at": getattr(timed.get(name), "next_at", None)}
            for name, item in sorted(schedule.TIMED.items())
        ],
    }  # fmt: skip


@router.post("/{int:pk}/retry", response=JobOut, summary="重试失败的任务")
def retry_job(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Let a failed piece of work be tried anew; 409 for one that has not failed."""
    require(request.user, "kernel.jobs")
    return shown(jobs.retry(find(JobRun.objects.all(), pk=pk), by=request.user))
