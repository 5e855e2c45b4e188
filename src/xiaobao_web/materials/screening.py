"""Screen a version: read it, let the rulebook and the product's facts speak, keep the findings, tell who waits.

The work is done outside a transaction and written down in one: whoever is killed in the middle leaves nothing half
done, and whoever does it twice writes it once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Finding, FindingSource, Severity
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.models import ScanState
from xiaobao_web.materials import engine, reading
from xiaobao_web.materials.models import MaterialVersion, Reading, Screening, WorkState
from xiaobao_web.products import comparison

log = logging.getLogger(__name__)

Told = Callable[[Screening], None]
screened: list[Told] = []
"""Functions called with each screening that is done or has failed, in the transaction that says so."""
allowances: list[Callable[[MaterialVersion, list[Finding]], None]] = []
"""Functions that may mark new findings (allow-lists of units) before they are saved; none is ever removed."""
observers: list[Callable[[Screening, Reading], None]] = []
"""Functions called with each finished screening and its reading after it was committed (rules in shadow)."""

ATTEMPTS = 3


@dataclass
class _Outcome:
    """What a screening found, before it is written down."""

    rulebook: str
    verdict: str
    category: str
    inferred: dict[str, str]
    issues: list[dict[str, Any]]
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0


def on_screened(function: Told) -> Told:
    """Register a function to be told of each finished screening."""
    screened.append(function)
    return function


def run(number: int) -> Screening | None:
    """Do the screening of this id; nothing happens when it is done already or gone.

    Whatever goes wrong is noted and raised; the third time, or at once where a rule of ours says why, the screening
    has failed for good and people go on without it.
    """
    row = _begin(number)
    if row is None or _waits(row):
        return None
    if row.attempts > ATTEMPTS:
        return fail(row.pk, _("机器审查多次中断，材料可能过大或已损坏；请人工审查，或换一个文件后重试。"))
    try:
        outcome = _work(row)
        with transaction.atomic():
            finished = _finish(row.pk, outcome)
    except Exception as error:
        _stumble(row, error)
        raise
    if finished is not None:
        _observe(finished)
    return finished


def _begin(number: int) -> Screening | None:
    with transaction.atomic():
        row = Screening.objects.select_for_update().filter(pk=number).first()
        if row is None or row.state in (WorkState.DONE.value, WorkState.FAILED.value):
            return None
        row.state, row.started_at, row.attempts = WorkState.RUNNING.value, timezone.now(), row.attempts + 1
        row.save(update_fields=["state", "started_at", "attempts"])
    return Screening.objects.select_related("version__material__product", "version__stored", "version__reading").get(
        pk=number
    )


def _waits(row: Screening) -> bool:
    """Put a screening back whose file still waits for its safety check; the timetable takes it up again."""
    stored = row.version.stored
    if stored is None or stored.state != ScanState.WAITING:
        return False
    told = _("文件还在等待安全检查，完成后自动审查。")
    Screening.objects.filter(pk=row.pk).update(state=WorkState.QUEUED.value, attempts=row.attempts - 1, error=told)
    return True


def _work(row: Screening) -> _Outcome:
    began = time.monotonic()
    version = row.version
    read = reading.read(version)
    rulebook, screener = engine.screener(row.pack)
    scenario = str(row.pack.get("scenario", ""))
    verdict = screener.screen(reading.as_read(read, material=version.material, scenario=scenario))
    found = [_of_issue(version, row, issue) for issue in read.issues]
    turns = {p["anchor"]["turn"]: p["start"] for p in read.passages if p["anchor"].get("turn") is not None}
    found += [
        decisions.made_by_rule(
            item, version=version, screening=row, basis=engine.basis_of(item.basis), offset=turns.get(item.turn, 0)
        )
        for item in verdict.findings
    ]
    if version.material.product is not None:
        mismatches = comparison.compare(version.material.product, read.text, kind=version.material.kind)
        found += [_of_fact(version, row, item, read) for item in mismatches]
    for allow in allowances:
        allow(version, found)
    return _Outcome(
        rulebook, verdict.verdict, verdict.category, dict(verdict.inferred), list(read.issues), found,
        round(time.monotonic() - began, 3),
    )  # fmt: skip


def _of_issue(version: MaterialVersion, row: Screening, issue: dict[str, Any]) -> Finding:
    """Return what could not be read as a finding: never silence."""
    anchor = dict(issue.get("anchor") or {})
    box = anchor.get("box")
    rule = f"reading/{issue['code']}"
    return Finding(
        version=version, screening=row, source=FindingSource.READING, rule=rule,
        title=str(_("有内容未能读取，需人工核对")), severity=Severity.MEDIUM, machine_decision="review", confidence=1.0,
        anchor=anchor, message=issue["message"],
        boxes=[{"page": anchor.get("page", 1), "box": box, "scale": anchor.get("scale", 1.0)}] if box else [],
        remedy=str(_("请对照原件核对这一部分；看不清的，请送审人换清晰的文件或补充文字稿。")),
        fingerprint=decisions.fingerprint(FindingSource.READING, rule, issue["message"]),
    )  # fmt: skip


def _of_fact(version: MaterialVersion, row: Screening, found: comparison.Mismatch, read: Reading) -> Finding:
    covered = [
        item for item in read.passages
        if found.start is not None and found.end is not None
        and item["start"] < found.end and found.start < item["start"] + max(1, len(item["text"]))
    ]  # fmt: skip
    rule = f"fact/{found.fact}"
    return Finding(
        version=version, screening=row, source=FindingSource.FACT, rule=rule, title=found.title,
        severity=found.severity, machine_decision=found.decision, confidence=found.confidence,
        start=found.start, end=found.end, text=found.text, message=found.message, remedy=found.remedy, why=found.why,
        evidence=[{"kind": "fact", "text": found.expected, "start": None, "end": None, "note": found.source}],
        anchor=dict(covered[0]["anchor"]) if covered else {},
        boxes=[
            {"page": p["anchor"].get("page", 1), "box": p["anchor"]["box"], "scale": p["anchor"].get("scale", 1.0)}
            for p in covered if p["anchor"].get("box")
        ],
        fingerprint=decisions.fingerprint(FindingSource.FACT, rule, found.text, found.title),
    )  # fmt: skip


def _finish(number: int, outcome: _Outcome) -> Screening | None:
    row = Screening.objects.select_for_update().get(pk=number)
    if row.state == WorkState.DONE.value:
        return None
    decisions.keep(outcome.findings)
    row.state, row.finished_at, row.error = WorkState.DONE.value, timezone.now(), ""
    row.rulebook, row.verdict, row.category = outcome.rulebook, outcome.verdict, outcome.category
    row.inferred, row.issues, row.seconds = outcome.inferred, outcome.issues, outcome.seconds
    row.save()
    facts = {"findings": len(outcome.findings), "rulebook": outcome.rulebook, "verdict": outcome.verdict}
    journal.record("materials.screened", on=row.version, facts=facts)
    _tell(row)
    return row


def _tell(row: Screening) -> None:
    for function in screened:
        function(row)


def _stumble(row: Screening, error: Exception) -> None:
    """Note what went wrong; after the last attempt the screening has failed and people go on without it."""
    told = error.message if isinstance(error, PlatformError) else ""
    reason = told or _("机器审查出错（%(kind)s），材料与已填内容不受影响。") % {"kind": type(error).__name__}
    if row.attempts < ATTEMPTS and not told:
        Screening.objects.filter(pk=row.pk, state=WorkState.RUNNING.value).update(
            state=WorkState.QUEUED.value, error=reason
        )
        return
    fail(row.pk, reason)


def fail(number: int, reason: str) -> Screening | None:
    """Give a screening up for a reason and tell who waits: people review without the machine."""
    with transaction.atomic():
        row = Screening.objects.select_for_update().filter(pk=number).exclude(state=WorkState.DONE.value).first()
        if row is None or row.state == WorkState.FAILED.value:
            return None
        row.state, row.error, row.finished_at = WorkState.FAILED.value, reason, timezone.now()
        row.save(update_fields=["state", "error", "finished_at"])
        journal.record("materials.screening_failed", on=row.version, facts={"reason": reason})
        _tell(row)
    return row


def _observe(row: Screening) -> None:
    read = Reading.objects.filter(versions=row.version_id).first()
    if read is None:
        return
    for function in observers:
        try:
            function(row, read)
        except Exception:
            log.exception("observer of screening %s failed", row.pk)
