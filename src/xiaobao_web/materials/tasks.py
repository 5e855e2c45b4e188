"""Background work on material: reading, screening, and taking up again what was left lying."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel import retention
from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.models.jobs import JobRun, RunState
from xiaobao_web.kernel.releases import after_release
from xiaobao_web.kernel.schedule import every
from xiaobao_web.materials import reading, registry, screening, services
from xiaobao_web.materials.models import MaterialVersion, Screening, WorkState

retention.purges(str(_("不再使用的读取结果")), reading.forget)
PATIENCE = timedelta(minutes=1)
"""How old an open screening is before the timetable looks after it."""
AT_ONCE = 200


def _read_released(stored: StoredFile) -> None:
    services.read_released(stored)


if _read_released not in after_release:
    after_release.append(_read_released)


@job(queue="screening", title=_("读取材料"))
def read_version(version_id: int) -> int | None:
    """Read a version, so that its screening finds it read; one whose file waits for its check is read later."""
    version = MaterialVersion.objects.select_related("stored", "reading").filter(pk=version_id).first()
    if version is None or (version.stored is not None and not version.stored.released):
        return None
    made = reading.read(version)
    registry.learn(version)
    return made.pk


@job(queue="screening", title=_("机器审查"), retries=screening.ATTEMPTS)
def screen_version(screening_id: int) -> str:
    """Do one screening."""
    row = screening.run(screening_id)
    return row.state if row is not None else ""


@every("* * * * *", title=_("接续中断的机器审查"), queue="screening")
def resume() -> int:
    """Take up screenings that no work is under way for, give up those whose work failed; return how many were moved."""
    now, moved = timezone.now(), 0
    rows = Screening.objects.filter(
        state__in=[WorkState.QUEUED.value, WorkState.RUNNING.value], requested_at__lt=now - PATIENCE
    ).select_related("version__stored")
    for row in rows.order_by("pk")[:AT_ONCE]:
        stored = row.version.stored
        if stored is not None and stored.state == ScanState.WAITING:
            continue
        work = JobRun.objects.filter(name=screen_version.name, arguments__args=[row.pk]).order_by("-pk").first()
        if work is not None and work.state in (RunState.WAITING.value, RunState.RUNNING.value):
            continue
        moved += 1
        if work is not None and work.state == RunState.FAILED.value:
            screening.fail(row.pk, row.error or work.reason or _g("机器审查没有完成，请人工审查。"))
        else:
            screen_version.using(key=f"screening:{row.pk}:{now:%Y%m%d%H%M}").enqueue(row.pk)
    return moved


@every("15 7 * * *", title=_("台账到期提醒与过期"))
def watch_registry() -> str:
    """Remind of approvals that expire soon, and expire those past their validity."""
    reminded, expired = registry.remind_and_expire()
    placements = registry.remind_of_placements()
    told = {"r": reminded, "e": expired, "p": placements}
    return _g("提醒 %(r)d 份，过期 %(e)d 份，提醒投放 %(p)d 处") % told
