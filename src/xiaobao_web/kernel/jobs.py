"""Work in the background: declared once, written down with the change that asks for it, done once in effect.

    @job(queue="exports", title=_("导出清单"))
    def export(export_id: int) -> None: …

    export.using(key=f"export:{row.pk}", by=person).enqueue(row.pk)

`enqueue` writes a row in the caller's transaction: rolled back, nothing was asked for; committed, it is done even if
the process dies before the queue hears of it (the sweep sends it). A key names a piece of work for ever: the same key
gives the same row. A worker claims the row under a fence; one that lost its lease can no longer finish it. A job must
bear being done again after a crash, unless it is `atomic`: then its work and its end are one transaction (short jobs
that only touch the database).
"""

from __future__ import annotations

import json
import logging
import random
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_tasks import task, task_backends

from xiaobao.errors import XiaobaoError
from xiaobao.privacy import mask
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import PlatformError, Refused, Undeclared
from xiaobao_web.kernel.models.jobs import JobRun, RunState

logger = logging.getLogger(__name__)
P = ParamSpec("P")

RETRIES = 3
BACK_OFF = (10, 60, 600)
"""Seconds before the first, second and every later try again; up to a tenth is added at random."""
TOLD_EVERY = 0.5
TRACE_KEPT = 6000


class Superseded(Exception):
    """Say inside a job that its lease was lost and another worker has the work."""


@dataclass(frozen=True)
class Job(Generic[P]):
    """A declared kind of work; `using` gives it the key, the asker and the earliest time of one piece."""

    function: Callable[P, Any]
    name: str
    title: str | Promise
    queue: str
    retries: int
    atomic: bool
    key: str = ""
    by: Any = None
    after: datetime | None = None

    def using(self, *, key: str = "", by: Any = None, after: datetime | None = None) -> Job[P]:
        """Return the job for one piece of work: the key that names it, who asks, not before when."""
        return replace(self, key=key, by=by, after=after)

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> JobRun:
        """Write the piece of work down and return its row; a key that is known returns its row, a failed one anew."""
        arguments = json.loads(json.dumps({"args": args, "kwargs": kwargs}))
        values = {
            "title": str(self.title)[:120],
            "queue": self.queue,
            "arguments": arguments,
            "by": self.by,
            "next_at": self.after or timezone.now(),
        }
        with transaction.atomic():
            if self.key:
                run, made = JobRun.objects.get_or_create(name=self.name, key=self.key, defaults=values)
                if not made and run.state == RunState.FAILED.value:
                    _again(run)
                    made = True
            else:
                run, made = JobRun.objects.create(name=self.name, **values), True
            if made:
                transaction.on_commit(lambda: send(run.pk))
        return run

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Do the work now, in this process."""
        return self.function(*args, **kwargs)


JOBS: dict[str, Job[...]] = {}


def job(
    *, queue: str = "default", title: str | Promise, retries: int = RETRIES, atomic: bool = False
) -> Callable[[Callable[P, Any]], Job[P]]:
    """Declare a function as a job; its arguments are plain JSON values. Raises Undeclared when the name was taken."""

    def declare(function: Callable[P, Any]) -> Job[P]:
        name = f"{function.__module__}.{function.__qualname__}"
        if name in JOBS:
            raise Undeclared(f"后台任务 {name} 声明了两次")
        made = Job(function, name, title, queue, retries, atomic)
        JOBS[name] = made
        return made

    return declare


def send(pk: int) -> None:
    """Tell the queue of a waiting piece of work; one told twice is done once."""
    run = JobRun.objects.filter(pk=pk, state=RunState.WAITING.value).first()
    if run is None:
        return
    backend = task_backends["default"]
    later = run.next_at if run.next_at > timezone.now() else None
    if later is not None and not backend.supports_defer:
        return  # the sweep sends it when it is due
    queue = run.queue if not backend.queues or run.queue in backend.queues else "default"
    message = perform.using(queue_name=queue, run_after=later).enqueue(run.pk)
    JobRun.objects.filter(pk=pk, fence=run.fence).update(sent_at=timezone.now(), message=str(message.id))


@task()
def perform(pk: int) -> None:
    """Claim a piece of work and do it; nothing happens where another has it or it is not due."""
    run = _claim(pk)
    if run is None:
        return
    with _running(run):
        try:
            _execute(run)
        except Superseded:
            logger.warning("job %s (%s) was given on while it ran; its end is dropped", run.pk, run.name)
        except Exception as error:
            failed(run, error)
        except BaseException:
            _release(run)
            raise


@dataclass
class _Worker:
    name: str = ""


WORKER = _Worker()
"""Which worker this process is; no name where tasks run inside the process that asks for them."""


@dataclass
class _Current:
    run: JobRun
    told: float = 0.0


_current: ContextVar[_Current | None] = ContextVar("job", default=None)


@contextmanager
def _running(run: JobRun) -> Iterator[None]:
    token = _current.set(_Current(run))
    try:
        yield
    finally:
        _current.reset(token)


def progress(done: int, total: int, note: str = "") -> None:
    """Tell how far the job that runs now has come; told twice a second at most. Raises Superseded when it was given on.

    In an atomic job nobody sees it before the end. Outside a job nothing happens.
    """
    current = _current.get()
    if current is None:
        return
    now = time.monotonic()
    if now - current.told < TOLD_EVERY and done < total:
        return
    current.told = now
    values = {"done": max(0, done), "total": max(0, total), "note": note[:200]}
    if not _mine(current.run).update(**values):
        raise Superseded


def _mine(run: JobRun) -> Any:
    return JobRun.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING.value)


def _claim(pk: int) -> JobRun | None:
    now = timezone.now()
    with transaction.atomic():
        rows = JobRun.objects.select_for_update().filter(pk=pk, state=RunState.WAITING.value, next_at__lte=now)
        run = rows.first()
        if run is None:
            return None
        run.state, run.worker, run.fence = RunState.RUNNING.value, WORKER.name, run.fence + 1
        run.started_at, run.finished_at, run.reason, run.traceback = now, None, "", ""
        run.save(update_fields=["state", "worker", "fence", "started_at", "finished_at", "reason", "traceback"])
    return run


def _execute(run: JobRun) -> None:
    found = JOBS.get(run.name)
    if found is None:
        raise Undeclared(_("这项后台任务在本版本中已不存在。"))
    args, kwargs = run.arguments["args"], run.arguments["kwargs"]
    if found.atomic:
        with transaction.atomic():
            _finish(run, found.function(*args, **kwargs))
    else:
        _finish(run, found.function(*args, **kwargs))


def _finish(run: JobRun, result: Any) -> None:
    plain = json.loads(json.dumps(result, ensure_ascii=False, default=str))
    values = {"state": RunState.DONE.value, "finished_at": timezone.now(), "result": plain}
    if not _mine(run).update(**values):
        raise Superseded


def _release(run: JobRun) -> None:
    """Put a piece of work back that was cut short by the end of its process, uncounted."""
    if _mine(run).update(state=RunState.WAITING.value, worker="", next_at=timezone.now(), message=""):
        logger.info("job %s (%s) was cut short and waits again", run.pk, run.name)


def failed(run: JobRun, error: Exception) -> None:
    """Write a failure down: try again later, or give up and journal it. What a rule refuses is not tried again."""
    found = JOBS.get(run.name)
    retries = found.retries if found is not None and not isinstance(error, PlatformError) else 0
    trace = "".join(traceback.format_exception(error))[-TRACE_KEPT:]
    logger.warning("job %s (%s) failed: %s", run.pk, run.name, type(error).__name__, exc_info=error)
    count_failure(run, reason=_reason(error), trace=mask(trace).text, retries=retries)


def count_failure(run: JobRun, *, reason: str, trace: str, retries: int, pause: bool = True) -> None:
    """Count a failure of a claimed piece of work: waiting again with back-off, or failed for good and journalled."""
    again = run.failures < retries
    now = timezone.now()
    values: dict[str, Any] = {"failures": run.failures + 1, "reason": reason[:300], "traceback": trace, "worker": ""}
    if again:
        seconds = BACK_OFF[min(run.failures, len(BACK_OFF) - 1)] * random.uniform(1, 1.1) if pause else 0
        values |= {"state": RunState.WAITING.value, "next_at": now + timedelta(seconds=seconds), "message": ""}
    else:
        values |= {"state": RunState.FAILED.value, "finished_at": now}
    with transaction.atomic():
        if not _mine(run).update(**values):
            return
        if again:
            transaction.on_commit(lambda: send(run.pk))
            return
        run.refresh_from_db()
        facts = {"job": run.name, "reason": run.reason, "times": run.failures}
        journal.record("kernel.job_failed", on=run, facts=facts)
        _tell(run)


def _tell(run: JobRun) -> None:
    from xiaobao_web.kernel.notifications import notify

    if run.by is not None:
        title = _("“%(title)s”没有完成：%(reason)s") % {"title": run.title, "reason": run.reason}
        notify([run.by], "kernel.job", title)


def _reason(error: Exception) -> str:
    if isinstance(error, PlatformError | XiaobaoError):
        return mask(str(error.message)).text
    return _("程序出错（%(kind)s），请联系系统管理员。") % {"kind": type(error).__name__}


def _again(run: JobRun) -> None:
    run.state, run.failures, run.next_at, run.finished_at = RunState.WAITING.value, 0, timezone.now(), None
    run.message, run.done, run.total, run.note = "", 0, 0, ""
    run.save(update_fields=["state", "failures", "next_at", "finished_at", "message", "done", "total", "note"])


def retry(run: JobRun, *, by: Any) -> JobRun:
    """Let a failed piece of work be tried anew; raises Forbidden, or Refused when it has not failed."""
    require(by, "kernel.jobs")
    with transaction.atomic():
        row = JobRun.objects.select_for_update().get(pk=run.pk)
        if row.state != RunState.FAILED.value:
            raise Refused(_("这项任务没有失败，不需要重试。"))
        _again(row)
        journal.record("kernel.job_retried", by=by, on=row, facts={"job": row.name})
        transaction.on_commit(lambda: send(row.pk))
    return row
