"""The process that does background work: tasks, the timetable, and the sweep of what gone workers left."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult

from xiaobao_web.kernel import jobs, schedule
from xiaobao_web.kernel.models.jobs import JobRun, RunState, WorkerLease

logger = logging.getLogger(__name__)
UNHEARD = timedelta(seconds=5)
"""How long a waiting piece of work may be without a message in the queue before it is sent again."""
AT_ONCE = 500
FORGOTTEN = timedelta(hours=1)


def lease() -> timedelta:
    """Return how long a worker may be silent before it counts as gone."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def alive(now: datetime | None = None) -> set[str]:
    """Return the names of the workers that said lately that they are alive."""
    since = (now or timezone.now()) - lease()
    return set(WorkerLease.objects.filter(beat_at__gte=since).values_list("name", flat=True))


def sweep() -> int:
    """Give on what gone workers left, send what the queue never heard of, and return how many pieces of work moved."""
    now = timezone.now()
    here = alive(now)
    moved = _give_on(here, now) + _send_unheard(here, now)
    WorkerLease.objects.filter(beat_at__lt=now - FORGOTTEN).delete()
    return moved


def _give_on(here: set[str], now: datetime) -> int:
    rows = JobRun.objects.filter(state=RunState.RUNNING.value).exclude(worker__in=here)
    moved = 0
    for run in rows.filter(started_at__lt=now - lease())[:AT_ONCE]:
        found = jobs.JOBS.get(run.name)
        logger.warning("job %s (%s) was left by worker %s", run.pk, run.name, run.worker or "?")
        jobs.count_failure(
            run, reason=_("执行中断：工作进程已不在。"), trace="", retries=found.retries if found else 0, pause=False
        )
        moved += 1
    return moved


def _send_unheard(here: set[str], now: datetime) -> int:
    _bury(here, now)
    rows = JobRun.objects.filter(state=RunState.WAITING.value, next_at__lte=now - UNHEARD).order_by("next_at")[:AT_ONCE]
    waiting = list(rows)
    known = {str(UUID(run.message)) for run in waiting if _is_uuid(run.message)}
    open_states = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    found = DBTaskResult.objects.filter(id__in=known, status__in=open_states).values_list("id", flat=True)
    heard = {str(pk) for pk in found}
    unheard = [run for run in waiting if not _is_uuid(run.message) or str(UUID(run.message)) not in heard]
    for run in unheard:
        jobs.send(run.pk)
    return len(unheard)


def _bury(here: set[str], now: datetime) -> None:
    """Close the queue's messages that gone workers had taken; the work itself is given on by its own row."""
    for message in DBTaskResult.objects.running().filter(started_at__lt=now - lease())[:AT_ONCE]:
        if message.worker_ids and message.worker_ids[-1] in here:
            continue
        gone = {"status": TaskResultStatus.FAILED, "finished_at": now, "exception_class_path": "", "traceback": ""}
        DBTaskResult.objects.filter(pk=message.pk, status=TaskResultStatus.RUNNING).update(**gone)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class Worker(TaskWorker):
    """A worker with a lease, a timetable and a broom; it ends its task before it ends."""

    def __init__(self, *, queues: list[str], batch: bool = False, interval: float = 1.0) -> None:
        super().__init__(
            queue_names=queues,
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.ending = threading.Event()
        self.lease_seconds = float(settings.JOB_LEASE_SECONDS)

    def run(self) -> None:
        """Work until told to end, or (batch) until nothing waits."""
        jobs.WORKER.name = self.worker_id
        self.beat()
        threads = [self._repeat(self.beat, self.lease_seconds / 6, "beat")]
        if self.batch:
            self.keep()
        else:
            threads.append(self._repeat(self.keep, min(5.0, self.lease_seconds / 2), "keep"))
        try:
            super().run()
        finally:
            self.ending.set()
            for thread in threads:
                thread.join(timeout=5)
            WorkerLease.objects.filter(name=self.worker_id).delete()
            jobs.WORKER.name = ""

    def beat(self) -> None:
        """Say that this worker is alive."""
        values = {"host": socket.gethostname()[:100], "pid": os.getpid(), "queues": ",".join(self.queue_names)[:200]}
        WorkerLease.objects.update_or_create(name=self.worker_id, defaults={**values, "beat_at": timezone.now()})

    def keep(self) -> None:
        """Start what the timetable says, and sweep."""
        schedule.tick()
        sweep()

    def _repeat(self, act: Callable[[], None], seconds: float, name: str) -> threading.Thread:
        thread = threading.Thread(target=self._loop, args=(act, seconds), name=name, daemon=True)
        thread.start()
        return thread

    def _loop(self, act: Callable[[], None], seconds: float) -> None:
        while not self.ending.is_set():
            try:
                act()
            except Exception:
                logger.exception("the worker's %s failed and is tried again", act.__name__)
            finally:
                close_old_connections()
            self.ending.wait(seconds)
        connection.close()
