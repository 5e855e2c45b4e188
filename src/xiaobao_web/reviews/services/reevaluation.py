"""Look again at what was approved (回溯评估): yearly, when complaints arrive, when the law changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.materials import registry
from xiaobao_web.materials import services as materials
from xiaobao_web.materials.models import ApprovedState, Screening, WorkState
from xiaobao_web.reviews import data, telling
from xiaobao_web.reviews.models import Outcome, Reevaluation, ReevaluationKind, Review, ReviewState
from xiaobao_web.reviews.services.drafting import create

DONE = (ReviewState.CONCLUDED, ReviewState.ARCHIVED)
AT_ONCE = 500


def concluded_of(*, product: Any = None, material: Any = None) -> Any:
    """Return the concluded reviews of a product or a material, the newest first."""
    condition = Q(pk__in=[])
    if product is not None:
        condition |= Q(product=product)
    if material is not None:
        condition |= Q(materials__material=material)
    return Review.objects.filter(condition, state__in=DONE).distinct().order_by("-pk")


@transaction.atomic
def open_reevaluation(review: Review, *, kind: str, trigger: str, by: Any = None) -> Reevaluation:
    """Open a re-evaluation of a concluded review and screen its materials with today's rulebook.

    One that is still open is returned, the trigger added to it.
    """
    if by is not None:
        require(by, "reviews.reevaluate", review)
    row = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if row.state not in DONE:
        raise Refused(_("只有已办结的事项可以回溯评估，当前状态为“%s”。") % row.get_state_display())
    known = row.reevaluations.select_for_update().filter(done_at__isnull=True).first()
    if known is not None:
        if trigger and trigger not in known.trigger:
            known.trigger = f"{known.trigger}；{trigger}"[:300]
            known.save(update_fields=["trigger"])
        return known
    days = data.clocks().days("reevaluate", row.lane)
    due = deadlines.calendar().add_working_days(timezone.localdate(), days).date
    first: Screening | None = None
    for entry in row.materials.select_related("version"):
        asked = materials.screen(entry.version, pack=data.rule_pack(row.subject))
        first = first or asked
    made = Reevaluation.objects.create(review=row, kind=kind, trigger=trigger[:300], due_on=due, screening=first)
    label = ReevaluationKind(kind).label
    journal.record("reviews.reevaluation_opened", by=by, on=row, facts={"kind": label, "trigger": trigger})
    deadlines.start(
        made, "reevaluate", label=data.clocks().label("reevaluate"), basis=data.clocks().basis, working_days=days
    )
    telling.people(row, telling.in_charge_again(made), _("请回溯评估：%(title)s"))
    return made


def trigger_reevaluation(
    *, product: Any = None, material: Any = None, reason: str, kind: str = ReevaluationKind.COMPLAINT, by: Any = None
) -> list[Reevaluation]:
    """Open a re-evaluation of each concluded review of a product or a material; for other apps (complaints, laws)."""
    if product is None and material is None:
        raise BadValue(_("请指明产品或材料。"))
    rows = concluded_of(product=product, material=material)[:AT_ONCE]
    return [open_reevaluation(row, kind=kind, trigger=reason, by=by) for row in rows]


def due_for_reevaluation(today: date | None = None) -> Any:
    """Return the reviews whose approval still holds and that nobody looked at for the months the data says."""
    today = today or timezone.localdate()
    before = timezone.now() - timedelta(days=round(data.clocks().periodic_months * 30.44))
    rows = Review.objects.filter(
        state__in=DONE, concluded_at__lt=before, approvals__state=ApprovedState.VALID.value
    ).exclude(reevaluations__done_at__gte=before)
    return rows.exclude(reevaluations__done_at__isnull=True, reevaluations__isnull=False).distinct().order_by("pk")


def open_periodic(today: date | None = None) -> int:
    """Open the yearly re-evaluations that are due; return how many were opened."""
    opened = 0
    for row in due_for_reevaluation(today)[:AT_ONCE]:
        open_reevaluation(
            row, kind=ReevaluationKind.PERIODIC, trigger=_("距上次审查满 %d 个月") % data.clocks().periodic_months
        )
        opened += 1
    return opened


def new_findings(row: Reevaluation) -> list[Finding]:
    """Return what today's rulebook finds in the materials that the review's own screening did not."""
    out: list[Finding] = []
    for entry in row.review.materials.all():
        runs = list(
            Screening.objects.filter(version=entry.version_id, state=WorkState.DONE)
            .order_by("-pk")
            .values_list("pk", flat=True)[:2]
        )
        if len(runs) < 2:
            continue
        known = set(Finding.objects.filter(screening=runs[1]).values_list("fingerprint", flat=True))
        found = (
            Finding.objects.filter(screening=runs[0]).exclude(fingerprint__in=known).select_related("version__material")
        )
        out += list(found)
    return out


@transaction.atomic
def finish_reevaluation(row: Reevaluation, *, by: Any, conclusion: str, note: str) -> Reevaluation:
    """Conclude a re-evaluation: keep, change (a new draft for the sender), or withdraw the approvals."""
    again = Reevaluation.objects.select_for_update(of=("self",)).select_related("review__unit").get(pk=row.pk)
    require(by, "reviews.reevaluate", again.review)
    if again.done_at is not None:
        raise Refused(_("这次回溯评估已有结论。"))
    if conclusion not in Outcome.values:
        raise BadValue(_("请选择结论。"), fields={"conclusion": _("请选择")})
    if not note.strip():
        raise BadValue(_("请写明评估情况。"), fields={"note": _("必填")})
    again.conclusion, again.note, again.by, again.done_at = conclusion, note.strip(), by, timezone.now()
    again.save()
    deadlines.meet(again, "reevaluate")
    review = again.review
    label = Outcome(conclusion).label
    journal.record("reviews.reevaluated", by=by, on=review, facts={"conclusion": label, "comment": again.note})
    if conclusion == Outcome.WITHDRAW:
        for approval in review.approvals.filter(state=ApprovedState.VALID.value):
            registry.withdraw(approval, by=by, reason=_("回溯评估结论：停止使用。%s") % again.note[:200])
        telling.sender(review, _("回溯评估结论为停止使用，请立即下线：%(title)s"))
    elif conclusion == Outcome.CHANGE:
        telling.sender(review, _("回溯评估要求修改后重新送审：%(title)s"))
    return again


def has_ended(review: Review) -> bool:
    """Tell whether a new request may follow: nobody works on it any more, or a re-evaluation ended its use."""
    if review.state in (ReviewState.ARCHIVED, ReviewState.REJECTED, ReviewState.WITHDRAWN):
        return True
    over = (Outcome.CHANGE, Outcome.WITHDRAW)
    return review.state == ReviewState.CONCLUDED and review.reevaluations.filter(conclusion__in=over).exists()


def follow_up(review: Review, *, by: Any) -> Review:
    """Make a new draft from a review that has ended, linked to it."""
    if not has_ended(review):
        told = _("当前状态为“%s”，还在办理；办完、不予通过、撤回或回溯评估要求修改、停用的，才能按原事项新建送审。")
        raise Refused(told % review.get_state_display())
    return create(
        by=by, title=review.title, subject=review.subject, unit=review.unit, product=review.product,
        channels=list(review.channels), audience=review.audience, summary=review.summary, parent=review,
    )  # fmt: skip
