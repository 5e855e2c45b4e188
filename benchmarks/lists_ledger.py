"""What hangs on the benchmark's reviews beside them: a material with a version, its screening, a finding, an issue."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from xiaobao_web.findings.models import Decision, Finding, Issue, IssueSource, IssueState, Severity
from xiaobao_web.materials.models import Material, MaterialKind, MaterialVersion, Screening, WorkState
from xiaobao_web.reviews.models import Review

if TYPE_CHECKING:
    from lists_data import Institution

SEED = 20260102
CHUNK = 2000
RULES = 180
OFFENCES = (
    "承诺保本保收益", "隐瞒风险等级", "费用未明示", "诱导借贷", "夸大过往业绩", "默认勾选授权", "未标明广告主体",
    "以赠品促销存款", "混淆存款与理财", "缺少风险提示", "年化利率未标明", "限制退保权利",
)  # fmt: skip
STATES = (IssueState.CLOSED,) * 189 + (
    IssueState.OPEN, IssueState.ASSIGNED, IssueState.ASSIGNED, IssueState.RECTIFYING, IssueState.RECTIFYING,
    IssueState.RECTIFYING, IssueState.RECTIFYING, IssueState.SUBMITTED, IssueState.SUBMITTED, IssueState.VOID,
    IssueState.VOID,
)  # fmt: skip
"""Of two hundred issues, how many stand in each state: as many open as of reviews."""


TABLES = (Material, MaterialVersion, Screening, Finding, Issue)


def fill(bank: Institution, reviews: list[Review]) -> None:
    """Make one of each for each review, with the review's own id."""
    dice, now = random.Random(SEED), timezone.now()
    for model, make in (
        (Material, _material), (MaterialVersion, _version), (Screening, _screening), (Finding, _finding),
        (Issue, _issue),
    ):  # fmt: skip
        rows = [make(bank, dice, row, row.submitted_at or now) for row in reviews]
        model._default_manager.bulk_create(rows, batch_size=CHUNK)
    # Both are set by the table itself on insertion.
    for finding in Finding.objects.filter(decided_at__isnull=False).only("decided_at"):
        Finding.objects.filter(pk=finding.pk).update(added_at=finding.decided_at)


def multiply(copy: Callable[..., None], top: int, copies: int, first: int) -> None:
    """Copy them as the reviews were copied: `copy` is `lists_data._copy`."""

    def place(column: str) -> str:
        return f"{top} + (r.{column} - 1) * {copies} + s.k + 1"

    where = f"r.id <= {first}"
    for model, owners in (
        (Material, ()), (MaterialVersion, ("material_id",)), (Screening, ("version_id",)),
        (Finding, ("version_id", "screening_id", "review_id")), (Issue, ("finding_id", "source_id")),
    ):  # fmt: skip
        changed = {name: place(name) for name in ("id", *owners)}
        if model is Issue:
            changed["number"] = f"r.number || '-{top}-' || s.k"
        copy(model, copies, where, changed)


def _material(_bank: Institution, dice: random.Random, row: Review, _sent: Any) -> Material:
    kind = dice.choice(MaterialKind.values)
    return Material(pk=row.pk, title=row.title, kind=kind, unit_id=row.unit_id, created_by_id=row.created_by_id)


def _version(_bank: Institution, _dice: random.Random, row: Review, _sent: Any) -> MaterialVersion:
    return MaterialVersion(
        pk=row.pk, material_id=row.pk, number=1, name=f"{row.title}.docx", text=row.summary, sha256=f"{row.pk:064x}",
        added_by_id=row.created_by_id,
    )  # fmt: skip


def _screening(_bank: Institution, _dice: random.Random, row: Review, sent: Any) -> Screening:
    return Screening(
        pk=row.pk, version_id=row.pk, state=WorkState.DONE, requested_by_id=row.created_by_id, finished_at=sent,
        verdict="violation",
    )  # fmt: skip


def _finding(_bank: Institution, dice: random.Random, row: Review, sent: Any) -> Finding:
    decision = dice.choice((Decision.ACCEPTED,) * 7 + (Decision.DISMISSED,) * 3) if row.opinion_at else Decision.OPEN
    number = dice.randrange(RULES)
    return Finding(
        pk=row.pk, version_id=row.pk, screening_id=row.pk, review_id=row.pk, rule=f"general.offence_{number}",
        rule_version=1, title=OFFENCES[number % len(OFFENCES)], severity=dice.choice(Severity.values), start=0, end=9,
        text=f"{row.title}，收益稳稳拿", message="说法与条款不符。", remedy="删去该说法。",
        fingerprint=f"{row.pk:064x}", decision=decision, decided_by_id=row.reviewer_id if row.opinion_at else None,
        decided_at=sent + timedelta(days=2) if row.opinion_at else None,
    )  # fmt: skip


def _issue(bank: Institution, dice: random.Random, row: Review, sent: Any) -> Issue:
    state, found = dice.choice(STATES), sent.date()
    due, unit = found + timedelta(days=30), dice.choice(bank.units)
    if state not in (IssueState.CLOSED, IssueState.VOID):
        found = timezone.localdate() - timedelta(days=dice.randrange(45))
        due = found + timedelta(days=30)
    closed = sent + timedelta(days=dice.randrange(5, 40)) if state == IssueState.CLOSED else None
    return Issue(
        pk=row.pk, number=f"WT{found.year}-{row.pk:06d}", title=f"{row.title}未按意见修改",
        source=dice.choice(IssueSource.values), source_label="reviews.review", source_id=row.pk, source_name=row.title,
        finding_id=row.pk, severity=dice.choice(Severity.values), unit=unit, owner=bank.heads[unit.pk],
        raised_by=bank.staff["office"][0], found_on=found, due_on=due, state=state, closed_at=closed,
        verified_by=bank.staff["office"][1] if closed else None,
    )  # fmt: skip
