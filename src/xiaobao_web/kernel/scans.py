"""Decide whether a stored file may be handed out: structural scan, then ClamAV where it is configured."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import blobs, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.scanning import Kind, kind_named, scan
from xiaobao_web.kernel.scanning.clamav import Unable, Unreachable, examine
from xiaobao_web.kernel.scanning.outcome import Unfinished

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decision:
    """What scanning says: the state, the reason people read, and all remarks."""

    state: str
    reason: str = ""
    remarks: list[dict[str, Any]] = field(default_factory=list)


def decide(path: Path, kind: Kind) -> Decision:
    """Scan bytes on disk and say whether they may be handed out; never raises for bad content."""
    try:
        with open(path, "rb") as file:
            outcome = scan(file, kind)
            remarks = [remark.plain() for remark in outcome.remarks]
            if outcome.blocked:
                return Decision(ScanState.BLOCKED, outcome.reason()[:500], remarks)
            if settings.CLAMAV_SOCKET:
                verdict = examine(file, settings.CLAMAV_SOCKET)
                if not verdict.clean:
                    found = _("查出病毒或恶意代码：%(name)s") % {"name": verdict.found}
                    virus = {"code": "virus", "message": found, "place": "", "blocks": True}
                    return Decision(ScanState.BLOCKED, found[:500], [*remarks, virus])
        return Decision(ScanState.CLEAN, "", remarks)
    except Unreachable:
        return Decision(ScanState.WAITING, _("病毒扫描服务暂时连接不上，恢复后自动检查"))
    except (Unfinished, Unable) as error:
        return Decision(ScanState.FAILED, str(error)[:500])
    except Exception:
        # The edge of a reader: hostile content must end in a recorded failure, never in a released file.
        log.exception("scan failed for %s", path.name)
        return Decision(ScanState.FAILED, _("检查程序遇到无法处理的内容"))


def rescan(stored: StoredFile) -> StoredFile:
    """Scan a stored file again and return its row; the scan itself runs outside any transaction of its own."""
    decision = decide(blobs.path_of(stored.sha256), kind_named(stored.media_type))
    with transaction.atomic():
        row = StoredFile.objects.select_for_update().get(pk=stored.pk)
        if row.purged_at is None:
            put(row, decision)
    return row


def put(row: StoredFile, decision: Decision) -> None:
    """Write a decision to a row; a change from what was released to blocked is an event.

    A person's release stands unless a virus is found.
    """
    before = row.state
    infected = any(remark.get("code") == "virus" for remark in decision.remarks)
    if before == ScanState.RELEASED and not infected:
        return  # a person has seen what the structural scan says and released it anyway
    row.state, row.reason, row.remarks = decision.state, decision.reason, decision.remarks
    row.scanned_at, row.attempts = timezone.now(), F("attempts") + 1
    row.save(update_fields=["state", "reason", "remarks", "scanned_at", "attempts"])
    row.refresh_from_db()
    if row.state != before and row.state in (ScanState.BLOCKED, ScanState.FAILED):
        facts = {"sha256": row.sha256, "reason": row.reason}
        journal.record("kernel.file_blocked", on=row, facts=facts, changes={"state": [before, row.state]})


def rescan_by(stored: StoredFile, *, by: Any) -> StoredFile:
    """Scan a file again on a person's request."""
    require(by, "kernel.files")
    row = rescan(stored)
    facts = {"state": row.get_state_display(), "reason": row.reason}
    journal.record("kernel.file_rescanned", by=by, on=row, facts=facts)
    return row


def scan_waiting(*, limit: int = 200) -> tuple[int, int]:
    """Scan the files that wait, oldest first; return how many are decided and how many still wait.

    The first one the ClamAV daemon cannot be asked about ends the run: the others would wait for it too.
    """
    decided = 0
    waiting = StoredFile.objects.filter(state=ScanState.WAITING, purged_at__isnull=True).order_by("pk")
    for row in list(waiting[:limit]):
        if rescan(row).state == ScanState.WAITING:
            break
        decided += 1
    return decided, waiting.count()
