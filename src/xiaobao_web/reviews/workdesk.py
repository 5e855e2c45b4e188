"""What reviews put on the work-desk: whose turn it is, where what one sent is, what is late, how fast opinions come."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import desk
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.tallies import link
from xiaobao_web.reviews import figures, queries
from xiaobao_web.reviews.models import Lane, Reevaluation, Review, ReviewState
from xiaobao_web.reviews.states import OPEN

S = ReviewState
STEPS: dict[str, Any] = {
    S.DRAFT: gettext_lazy("填写并自评"),
    S.ASSESSED: gettext_lazy("部门签批"),
    S.SIGNED: gettext_lazy("提交送审"),
    S.SCREENING: gettext_lazy("等待机器审查"),
    S.FIRST_REVIEW: gettext_lazy("初审"),
    S.SECOND_REVIEW: gettext_lazy("复核"),
    S.COUNTERSIGN: gettext_lazy("法律会签"),
    S.ANSWERING: gettext_lazy("逐条答复"),
    S.ESCALATED: gettext_lazy("审批不采纳意见"),
    S.CONFIRMING: gettext_lazy("确认答复"),
    S.CONCLUDED: gettext_lazy("落实核验"),
}
"""What is to be done with a review in each state."""
OVERSEERS = frozenset({"sender_head", "liaison", "office", "executive", "auditor"})
"""Who is shown what others have late."""
RELATED = ("unit", "created_by", "reviewer", "second_reviewer")


def _item(row: Review, clock: Any, *, step: str, party: str) -> desk.Item:
    marks = ([gettext_lazy("加急")] if row.lane == Lane.URGENT else []) + (
        [gettext_lazy("高风险")] if row.high_risk else []
    )
    return desk.Item(
        title=row.title,
        url=row.get_absolute_url(),
        number=row.number,
        step=step,
        party=party,
        state=row,
        clock=clock,
        late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None,
        marks=tuple(marks),
    )


def _todo(row: Review, clock: Any) -> desk.Item:
    step = _("领取并初审") if row.state == S.FIRST_REVIEW and row.reviewer_id is None else str(STEPS[row.state])
    if row.state == S.DRAFT and row.returns:
        step = _("退回后修改")
    return _item(row, clock, step=step, party=f"{row.unit} {row.created_by}")


def _whereabouts(row: Review, clock: Any) -> desk.Item:
    holder = {
        S.ASSESSED: _("部门负责人"),
        S.SCREENING: _("机器"),
        S.FIRST_REVIEW: str(row.reviewer or _("待审查岗领取")),
        S.SECOND_REVIEW: str(row.second_reviewer or _("复核岗")),
        S.COUNTERSIGN: _("法律合规"),
        S.ESCALATED: _("分管行领导"),
        S.CONFIRMING: str(row.reviewer or _("审查岗")),
        S.CONCLUDED: str(row.reviewer or _("审查岗")),
    }.get(S(row.state), str(row.created_by))
    return _item(row, clock, step=str(STEPS[row.state]), party=holder)


def _rows(rows: QuerySet[Review]) -> QuerySet[Review]:
    return rows.select_related(*RELATED)


def waiting(user: Any) -> desk.Shelf | None:
    """Return the reviews whose next step is this person's."""
    if not holds(user, "reviews.view"):
        return None
    rows = _rows(queries.waiting_for(user))
    return desk.shelf_of(gettext_lazy("消保审查"), rows, link("reviews", view="waiting"), _todo)


def again(user: Any) -> desk.Shelf | None:
    """Return the re-evaluations that are this person's to do."""
    if not holds(user, "reviews.reevaluate"):
        return None
    rows = queries.reevaluations_waiting_for(user).select_related("review__unit")
    return desk.shelf_of(gettext_lazy("回溯评估"), rows, link("reevaluations", view="open"), _again)


def _again(row: Reevaluation, clock: Any) -> desk.Item:
    return desk.Item(
        title=row.review.title,
        url=row.get_absolute_url(),
        number=row.review.number,
        step=_("回溯评估"),
        party=f"{row.review.unit} · {row.trigger or row.get_kind_display()}"[:80],
        clock=clock,
        late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None,
    )


def samples(user: Any) -> desk.Shelf | None:
    """Return the branches' own reviews that this person may look at for the head office."""
    if not holds(user, "reviews.sample"):
        return None
    rows = _rows(queries.samples_waiting_for(user))
    return desk.shelf_of(gettext_lazy("分行自审抽查"), rows, link("reviews", view="sample"), _sample)


def _sample(row: Review, clock: Any) -> desk.Item:
    return _item(row, clock, step=_("总行抽查"), party=f"{row.unit} {row.reviewer or ''}".strip())


def sent(user: Any) -> desk.Shelf | None:
    """Return the reviews this person sent that are with somebody else now."""
    if not holds(user, "reviews.create"):
        return None
    with_others = [state for state in (*OPEN, S.CONCLUDED) if state not in (S.DRAFT, S.SIGNED, S.ANSWERING)]
    rows = _rows(queries.visible(user).filter(created_by=user, state__in=with_others))
    return desk.shelf_of(gettext_lazy("消保审查"), rows, link("reviews", view="mine"), _whereabouts)


def late(user: Any) -> desk.Shelf | None:
    """Return the late reviews that a person oversees."""
    if not OVERSEERS & user.roles_now() or not holds(user, "reviews.view"):
        return None
    rows = _rows(queries.visible(user).filter(state__in=(*OPEN, S.CONCLUDED)).exclude(created_by=user))
    rows = rows.exclude(pk__in=queries.waiting_for(user).values("pk"))
    return desk.shelf_of(gettext_lazy("消保审查"), rows, link("reviews", view="overdue"), _whereabouts, late_only=True)


def steps(user: Any) -> list[desk.Step]:
    """Return what one may begin with."""
    found = []
    if holds(user, "reviews.create"):
        hint = gettext_lazy("拖入海报、短信、合同，机器先读一遍，指出问题和改法，再由审查岗出意见。")
        found.append(desk.Step(gettext_lazy("送审一份材料"), hint, reverse("review_new"), "send", often=True))
    if holds(user, "reviews.guides"):
        hint = gettext_lazy("各类事项的常见风险点、判断方法和以往的例子。")
        found.append(desk.Step(gettext_lazy("看审查指引"), hint, reverse("review_guides"), "book"))
    return found


desk.provider("waiting", "reviews", waiting, 10)
desk.provider("waiting", "reevaluations", again, 14)
desk.provider("waiting", "samples", samples, 16)
desk.provider("sent", "reviews", sent, 10)
desk.provider("late", "reviews", late, 10)
desk.provider("charts", "reviews", figures.desk_chart, 10)
desk.provider("steps", "reviews", steps, 10)
