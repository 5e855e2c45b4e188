"""Background work over the REST interface: how far what one asked for has come, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models import JobRun

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
