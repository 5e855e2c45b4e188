"""What a person can do with a review on its case page: the moves, and the pages where a step is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import states
from xiaobao_web.kernel.access import can
from xiaobao_web.reviews import mediums, queries, services
from xiaobao_web.reviews.models import Duty, Lane, Review, ReviewState

S = ReviewState
PLAIN: dict[str, Callable[..., Any]] = {
    "finish_assessment": services.finish_assessment,
    "sign": services.sign,
    "return_by_head": services.return_by_head,
    "recall": services.recall,
    "submit": services.submit,
    "agree": services.agree,
    "send_back_first": services.send_back_first,
    "countersign": services.countersign,
    "object_legal": services.object_legal,
    "hand_in_answers": services.hand_in_answers,
    "conclude": services.conclude,
    "dispute": services.dispute,
    "archive": services.archive,
    "withdraw": services.withdraw,
}
"""Moves that take a comment and nothing else."""
ELSEWHERE = {"return_to_sender", "finish_first", "screened", "executive_decided"}
"""Moves with a form or a page of their own."""
PAGES: dict[str, tuple[str, Any, str]] = {
    S.DRAFT: ("review_edit", gettext_lazy("继续填写"), "reviews.edit"),
    S.FIRST_REVIEW: ("review_opinion", gettext_lazy("拟写审查意见"), "reviews.write_opinion"),
    S.ANSWERING: ("review_answers", gettext_lazy("逐条答复"), "reviews.answer"),
    S.ESCALATED: ("review_refusals", gettext_lazy("审批不采纳意见"), "reviews.approve_refusal"),
    S.CONFIRMING: ("review_confirm", gettext_lazy("确认答复"), "reviews.confirm"),
    S.CONCLUDED: ("review_verify", gettext_lazy("落实核验"), "reviews.verify"),
}
"""The page on which a state's step is done, its label and its permission."""


@dataclass(frozen=True)
class Verb:
    """An action as the component c-actions shows it; with a url it is a link."""

    name: str
    label: str
    allowed: bool
    reason: str = ""
    primary: bool = False
    danger: bool = False
    url: str = ""
    confirm: str = ""


def of(review: Review, user: Any) -> list[Verb]:
    """Return the moves of a review that take a comment, impossible ones with their reason."""
    out = []
    for action in states.actions(review, user):
        if action.name in ELSEWHERE:
            continue
        reason = action.reason
        if action.name == "finish_assessment" and not reason:
            reason = " ".join(services.obstacles(review))
        if action.name in ("submit", "hand_in_answers") and not reason:
            reason = " ".join(services.stopped_files(review))
        if action.name == "conclude" and not reason:
            reason = " ".join(change.told for change in mediums.unconfirmed(review))
        out.append(Verb(action.name, action.label, not reason, reason, action.primary, action.danger))
    return out


def next_page(review: Review, user: Any) -> Verb | None:
    """Return the page where the state's step is done, as the primary action; None where there is none."""
    found = PAGES.get(review.state)
    if found is None:
        return None
    name, label, permission = found
    answer = can(user, permission, review)
    return Verb(name, str(label), bool(answer), answer.reason, True, url=reverse(name, args=[review.pk]))


def desk(review: Review) -> str:
    """Return the address of the reading desk, empty where there is none."""
    try:
        return reverse("review_desk", args=[review.pk])
    except NoReverseMatch:
        return ""


def may(review: Review, user: Any) -> dict[str, bool]:
    """Return which further forms the case page shows a person."""
    first = review.state == S.FIRST_REVIEW
    mine = review.assignments.filter(person=user, duty=Duty.PARALLEL, done_at__isnull=True).exists()
    return {
        "take": queries.may_take(user, review),
        "assign": review.state in (S.FIRST_REVIEW, S.SECOND_REVIEW, S.COUNTERSIGN, S.SCREENING)
        and bool(can(user, "reviews.assign", review)),
        "transfer": (first and review.reviewer_id == user.pk)
        or (review.state == S.SECOND_REVIEW and review.second_reviewer_id == user.pk),
        "invite": first and review.reviewer_id == user.pk,
        "uninvite": first and (review.reviewer_id == user.pk or bool(can(user, "reviews.assign", review))),
        "parallel": mine,
        "return_to_sender": review.state in (S.FIRST_REVIEW, S.SECOND_REVIEW)
        and bool(can(user, "reviews.return_to_sender", review)),
        "sample": review.sampled
        and not review.assignments.filter(duty=Duty.SAMPLE, done_at__isnull=False).exists()
        and bool(can(user, "reviews.sample", review)),
        "hold": bool(can(user, "reviews.hold", review)),
        "reevaluate": review.state in (S.CONCLUDED, S.ARCHIVED) and bool(can(user, "reviews.reevaluate", review)),
        "follow_up": services.has_ended(review) and bool(can(user, "reviews.edit", review)),
    }


def lane_note(review: Review) -> str:
    """Return what is special about a review's lane."""
    if review.lane == Lane.URGENT:
        return _("加急：%s") % review.urgent_reason
    if review.lane == Lane.TEMPLATE and review.template is not None:
        return _("母版 %s 的变体，只审可变字段") % review.template.number
    return str(review.get_lane_display())
