"""Periodic jobs by cron expressions in Beijing time; each moment is started once, however many workers run.

    @every("*/5 * * * *", title=_("期限提醒"))
    def warn_deadlines() -> None: …
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.jobs import JOBS, RETRIES, Job, job
from xiaobao_web.kernel.models.jobs import JobRun, RunState, Schedule

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Timed:
    """A job and the times it starts at."""

    cron: str
    job: Job[[]]


TIMED: dict[str, Timed] = {}


def every(
    cron: str, *, title: str | Promise, queue: str = "default", retries: int = RETRIES, atomic: bool = False
) -> Callable[[Callable[[], Any]], Job[[]]]:
    """Declare a function without arguments as a job that starts by a cron expression; raises Undeclared."""
    following(cron, timezone.now())

    def declare(function: Callable[[], Any]) -> Job[[]]:
        made = job(queue=queue, title=title, retries=retries, atomic=atomic)(function)
        TIMED[made.name] = Timed(cron, made)
        return made

    return declare


def following(cron: str, after: datetime) -> datetime:
    """Return the first moment of a cron expression after another, in UTC."""
    try:
        return next(CronSim(cron, after.astimezone(BEIJING))).astimezone(UTC)
    except CronSimError as error:
        raise Undeclared(f"时间表写错了：{cron}") from error


def tick(now: datetime | None = None) -> list[JobRun]:
    """Start what is due and return it. Moments missed while no worker ran are made up for by one start.

    A job whose last start is not over yet is passed over.
    """
    now = now or timezone.now()
    rows = {row.name: row for row in Schedule.objects.all()}
    out = []
    for name, timed in TIMED.items():
        row = rows.get(name)
        if row is None or row.cron != timed.cron:
            first = {"cron": timed.cron, "next_at": following(timed.cron, now)}
            Schedule.objects.update_or_create(name=name, defaults=first)
        elif row.next_at <= now and (run := _start(name, timed, now)):
            out.append(run)
    for name in rows.keys() - TIMED.keys():
        if name not in JOBS:
            Schedule.objects.filter(name=name).delete()
    return out


def _start(name: str, timed: Timed, now: datetime) -> JobRun | None:
    with transaction.atomic():
        row = Schedule.objects.select_for_update().filter(name=name, next_at__lte=now).first()
        if row is None:
            return None
        moment, row.next_at, row.last_at = row.next_at, following(timed.cron, now), now
        row.save(update_fields=["next_at", "last_at"])
        open_states = [RunState.WAITING.value, RunState.RUNNING.value]
        if JobRun.objects.filter(name=name, state__in=open_states).exists():
            return None
        return timed.job.using(key=f"at {moment:%Y-%m-%dT%H:%M}Z").enqueue()
