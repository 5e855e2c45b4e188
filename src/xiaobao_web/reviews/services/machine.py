"""The machine reads first: start its screenings, go on when they are done or have failed, never wait for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.materials import services as materials
from xiaobao_web.materials.models import Screening, WorkState
from xiaobao_web.reviews import clocking, data, queries, telling
from xiaobao_web.reviews.models import Review, ReviewState
from xiaobao_web.reviews.services import lanes
from xiaobao_web.reviews.services.drafting import lock, questions_of, stopped_files

OVER = (WorkState.DONE, WorkState.FAILED)


@transaction.atomic
def submit(review: Review, *, by: Any, comment: str = "") -> Review:
    """Submit a signed request: its materials are screened, then people review; idempotent after a crash."""
    row = lock(review)
    require(by, "reviews.submit", row)
    found = stopped_files(row)
    if found:
        raise Refused(_("有文件未通过安全检查，不能提交：%s") % " ".join(found))
    lanes.check_variant(row)
    facts = {"lane": row.get_lane_display()}
    moved = states.move(row, "submit", by=by, comment=comment, facts=facts, at=timezone.now())
    known = materials.screening_states([entry.version_id for entry in moved.materials.all()])
    for entry in moved.materials.select_related("version"):
        before, pack = known.get(entry.version_id), data.rule_pack(moved.subject)
        if before is None or before.state == WorkState.FAILED or before.pack != pack:
            materials.screen(entry.version, pack=pack)
    return go_on(moved)


def screenings_of(review: Review) -> list[Screening | None]:
    """Return the newest screening of each material's version that counts; None where there is none."""
    rows = [entry.version_id for entry in review.materials.all()]
    newest = materials.screening_states(rows)
    return [newest.get(number) for number in rows]


def go_on(review: Review) -> Review:
    """Move a review whose screenings are all done, failed or too late on to the first review; else leave it."""
    with transaction.atomic():
        row = lock(review)
        if row.state != ReviewState.SCREENING:
            return row
        found = screenings_of(row)
        patience = timedelta(minutes=data.clocks().screening_minutes)
        late = row.submitted_at is not None and timezone.now() - row.submitted_at > patience
        if not late and any(item is None or item.state not in OVER for item in found):
            return row
        lanes.inherit_decisions(row)
        done = sum(1 for item in found if item is not None and item.state == WorkState.DONE)
        reasons = risk_reasons(row)
        facts = {"done": done, "failed": len(found) - done}
        moved = states.move(row, "screened", by=None, facts=facts, high_risk=bool(reasons), reasons=reasons)
        clocking.begin(moved, "first_review")
        _to_reviewer(moved)
    return moved


def _to_reviewer(review: Review) -> None:
    if review.reviewer is not None:
        telling.people(review, [review.reviewer], _("待您初审：%(title)s"))
    else:
        telling.waiting(review, "reviews.take", _("有新的送审待领取：%(title)s"))


def risk_reasons(review: Review) -> list[str]:
    """Return why a review is one of high risk, each a sentence; empty when it is not."""
    terms = data.settings().high_risk
    out: list[str] = []
    if data.packs()[review.subject].second:
        out.append(_("“%s”类事项一律复核。") % review.get_subject_display())
    high = queries.findings_of(review).filter(severity="high").exclude(machine_decision="review").count()
    if high >= terms.high_findings:
        out.append(_("机器审查发现高严重度问题 %d 处。") % high)
    special = [word for word in terms.audiences if word in review.audience]
    if special:
        out.append(_("面向特殊群体：%s。") % "、".join(special))
    if review.product is not None and review.product.risk_grade in terms.product_grades:
        out.append(_("产品风险等级为 %s。") % review.product.risk_grade)
    answers = review.assessment.answers
    for question in questions_of(review):
        if question.risk is not None and answers.get(question.id, {}).get("answer") == question.risk.answer:
            out.append(_("自评提示：%s。") % question.risk.reason)
    return out


def on_screening(screening: Screening) -> None:
    """Look at the reviews that waited for a screening which has ended; called in its transaction."""
    rows = Review.objects.filter(state=ReviewState.SCREENING, materials__version=screening.version_id)
    for row in rows:
        go_on(row)


def sweep() -> int:
    """Move on what no callback reached (a killed worker, a screening that hangs); return how many moved."""
    moved = 0
    for row in Review.objects.filter(state=ReviewState.SCREENING).order_by("pk")[:500]:
        moved += go_on(row).state != ReviewState.SCREENING
    return moved
