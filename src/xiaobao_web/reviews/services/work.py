"""Who works on a review: take, assign, transfer, review in parallel, return; hand-over of posts."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.people.models import Role
from xiaobao_web.reviews import clocking, data, telling
from xiaobao_web.reviews.access import stood_for
from xiaobao_web.reviews.models import Assignment, Duty, ReturnRecord, Review, ReviewState
from xiaobao_web.reviews.services.drafting import lock
from xiaobao_web.reviews.states import OPEN

DUTY_FIELD: dict[str, str] = {Duty.FIRST: "reviewer", Duty.SECOND: "second_reviewer"}
DUTY_PERMISSION: dict[str, str] = {
    Duty.FIRST: "reviews.finish_first",
    Duty.SECOND: "reviews.agree",
    Duty.LEGAL: "reviews.countersign",
    Duty.PARALLEL: "reviews.parallel",
    Duty.SAMPLE: "reviews.sample",
}


def _fit(review: Review, person: Any, duty: str) -> None:
    """Return when a person may do a duty on a review; raises BadValue with the reason."""
    field = DUTY_FIELD.get(duty)
    before = getattr(review, field) if field else None
    if field:
        setattr(review, field, None)  # who has it now does not keep another from having it
    answer = can(person, DUTY_PERMISSION[duty], review)
    if field:
        setattr(review, field, before)
    if not answer and not (duty == Duty.PARALLEL and _may_join(review, person)):
        raise BadValue(_("不能分派给%(name)s：%(reason)s") % {"name": person, "reason": answer.reason})


def _may_join(review: Review, person: Any) -> bool:
    """Tell whether a person may review in parallel: no part in the request, and a post that reviews anywhere."""
    from xiaobao_web.kernel.access import holds
    from xiaobao_web.reviews.access import reviews_anothers

    return holds(person, "reviews.parallel") and reviews_anothers(person, review) is None


def open_assignment(review: Review, person: Any, duty: str) -> Assignment:
    """Return a person's open duty of the round, made when there is none."""
    row, _made = Assignment.objects.get_or_create(
        review=review, person=person, duty=duty, round=review.round, done_at=None
    )
    return row


@transaction.atomic
def take(review: Review, *, by: Any) -> Review:
    """Take a first review oneself: an unassigned one, or that of somebody one stands in for."""
    row = lock(review)
    require(by, "reviews.take", row)
    if row.state != ReviewState.FIRST_REVIEW:
        raise Refused(_("只有“初审中”的事项可以领取。"))
    if row.reviewer_id is not None and row.reviewer_id not in stood_for(by, Role.REVIEWER):
        raise Refused(_("这件事项已由%s领取。") % row.reviewer)
    return _give(row, by, Duty.FIRST, by=by)


@transaction.atomic
def assign(review: Review, person: Any, *, by: Any, duty: str = Duty.FIRST) -> Review:
    """Assign the first, second, legal or sampling duty to a person who may do it."""
    row = lock(review)
    require(by, "reviews.assign", row)
    _require_open(row, duty)
    _fit(row, person, duty)
    return _give(row, person, duty, by=by)


def _require_open(review: Review, duty: str) -> None:
    if duty == Duty.SAMPLE:
        return
    if review.state not in OPEN:
        raise Refused(_("当前状态为“%s”，不需要再分派。") % review.get_state_display())


def _give(review: Review, person: Any, duty: str, *, by: Any) -> Review:
    field = DUTY_FIELD.get(duty)
    before = None
    if field and getattr(review, f"{field}_id") not in (None, person.pk):
        before = getattr(review, field)
        Assignment.objects.filter(
            review=review, duty=duty, person_id=getattr(review, f"{field}_id"), done_at__isnull=True
        ).update(done_at=timezone.now(), transferred_to=person)
    if field:
        setattr(review, field, person)
        review.save(update_fields=[field])
    open_assignment(review, person, duty)
    if person.pk == by.pk:
        label = Duty(duty).label
        facts = {"duty": _("%(duty)s（受%(giver)s委托）") % {"duty": label, "giver": before} if before else label}
        journal.record("reviews.taken", by=by, on=review, facts=facts)
        telling.people(review, [before], _("受您委托的人员已接办：%(title)s"), "reviews.news")
        return review
    journal.record("reviews.assigned", by=by, on=review, facts={"person": person, "duty": Duty(duty).label})
    telling.people(review, [person], _("分派给您：%(title)s"))
    return review


@transaction.atomic
def transfer(review: Review, person: Any, *, by: Any, reason: str, duty: str = Duty.FIRST) -> Review:
    """Give one's duty to another person who may do it, with the reason."""
    row = lock(review)
    require(by, "reviews.transfer", row)
    _require_open(row, duty)
    if not reason.strip():
        raise BadValue(_("请写明转办的原因。"), fields={"reason": _("必填")})
    field = DUTY_FIELD.get(duty)
    holder = getattr(row, f"{field}_id") if field else None
    if holder not in (None, by.pk) and not can(by, "reviews.assign", row):
        raise Refused(_("只能转办您自己的事项；他人的事项由消保办分派。"))
    _fit(row, person, duty)
    Assignment.objects.filter(review=row, duty=duty, done_at__isnull=True).exclude(person=person).update(
        done_at=timezone.now(), transferred_to=person
    )
    if field:
        setattr(row, field, person)
        row.save(update_fields=[field])
    open_assignment(row, person, duty)
    facts = {"person": person, "duty": Duty(duty).label, "reason": reason.strip()}
    journal.record("reviews.transferred", by=by, on=row, facts=facts)
    telling.people(row, [person], _("转办给您：%(title)s"))
    return row


@transaction.atomic
def invite(review: Review, person: Any, *, by: Any) -> Assignment:
    """Ask another reviewer for an opinion in parallel."""
    row = lock(review)
    require(by, "reviews.invite", row)
    if row.state != ReviewState.FIRST_REVIEW:
        raise Refused(_("只有“初审中”的事项可以邀请并行审查。"))
    _fit(row, person, Duty.PARALLEL)
    made = open_assignment(row, person, Duty.PARALLEL)
    journal.record("reviews.invited", by=by, on=row, facts={"person": person})
    telling.people(row, [person], _("请您并行审查：%(title)s"))
    return made


@transaction.atomic
def uninvite(review: Review, person: Any, *, by: Any) -> Assignment:
    """Take an invitation back that nobody has answered, so that the first review need not wait for who is away."""
    row = lock(review)
    require(by, "reviews.invite", row)
    if row.reviewer_id != by.pk and not can(by, "reviews.assign", row):
        raise Refused(_("并行审查的邀请由初审人或消保办撤回。"))
    asked = Assignment.objects.select_for_update().filter(
        review=row, person=person, duty=Duty.PARALLEL, done_at__isnull=True
    ).first()  # fmt: skip
    if asked is None:
        raise Refused(_("%s没有待提交的并行审查意见，不需要撤回。") % person)
    asked.done_at = timezone.now()
    asked.save(update_fields=["done_at"])
    journal.record("reviews.uninvited", by=by, on=row, facts={"person": person})
    telling.people(row, [person], _("不再需要您并行审查：%(title)s"), "reviews.news")
    return asked


@transaction.atomic
def answer_parallel(review: Review, *, by: Any, agrees: bool, note: str) -> Assignment:
    """Hand in one's parallel opinion."""
    row = lock(review)
    require(by, "reviews.parallel", row)
    mine = Assignment.objects.select_for_update().filter(
        review=row, person=by, duty=Duty.PARALLEL, done_at__isnull=True
    ).first()  # fmt: skip
    if mine is None:
        raise Refused(_("没有等您提交的并行审查。"))
    if not note.strip():
        raise BadValue(_("请写明意见。"), fields={"note": _("必填")})
    mine.agrees, mine.note, mine.done_at = agrees, note.strip(), timezone.now()
    mine.save()
    journal.record("reviews.parallel_done", by=by, on=row, facts={"agrees": agrees, "comment": mine.note})
    telling.people(row, [row.reviewer], _("并行审查意见已提交：%(title)s"), "reviews.news")
    return mine


@transaction.atomic
def return_to_sender(review: Review, *, by: Any, reason: str, detail: str) -> Review:
    """Return a request that is not ready to be reviewed: the kind of reason and what to do, both kept and counted."""
    row = lock(review)
    known = [item for item in data.return_reasons() if item.code == reason and row.state in item.stages]
    if not known:
        raise BadValue(_("请选择退回原因。"), fields={"reason": _("请选择")})
    if not detail.strip():
        raise BadValue(_("请写明缺什么、怎样补，送审人才能改。"), fields={"detail": _("必填")})
    before = row.state
    facts = {"reason": known[0].label}
    moved = states.move(row, "return_to_sender", by=by, comment=detail.strip(), facts=facts, reason=reason)
    ReturnRecord.objects.create(review=moved, from_state=before, reason=reason, detail=detail.strip(), by=by)
    clocking.cancel(moved)
    finish_duties(moved, by=by, agrees=False, note=detail.strip())
    asked = Assignment.objects.filter(review=moved, duty=Duty.PARALLEL, done_at__isnull=True)
    asked.update(done_at=timezone.now())  # there is nothing to review until it comes back changed
    telling.sender(moved, _("送审被退回，请补正后重新提交：%(title)s"))
    return moved


def finish_duties(review: Review, *, by: Any, agrees: bool, note: str = "", duty: str = "") -> None:
    """Close a person's open duties of a review (one kind, or all) and count the minutes of reviewing."""
    mine = Assignment.objects.filter(review=review, person=by, done_at__isnull=True).exclude(duty=Duty.PARALLEL)
    if duty:
        mine = mine.filter(duty=duty)
    mine.update(done_at=timezone.now(), agrees=agrees, note=note)
    count_minutes(review)


def count_minutes(review: Review) -> int:
    """Count the active minutes of all duties into the review and return them."""
    seconds = sum(Assignment.objects.filter(review=review).values_list("seconds", flat=True))
    review.minutes = math.ceil(seconds / 60)
    Review.objects.filter(pk=review.pk).update(minutes=review.minutes)
    return review.minutes


@transaction.atomic
def hand_over(*, giver: Any, receiver: Any, by: Any) -> int:
    """Move a person's open reviews to the receiver when posts are handed over; return how many moved.

    Where four eyes forbid it (the receiver sent the request, or did the other duty), the office assigns the duty anew.
    """
    moved = 0
    for row in list(Assignment.objects.select_for_update().filter(person=giver, done_at__isnull=True)):
        review = lock(row.review)
        row.done_at, row.transferred_to = timezone.now(), receiver
        row.save(update_fields=["done_at", "transferred_to"])
        field = DUTY_FIELD.get(row.duty)
        fits = _clear_of(review, receiver, row.duty)
        if field:
            setattr(review, field, receiver if fits else None)
            review.save(update_fields=[field])
        if fits:
            open_assignment(review, receiver, row.duty)
        journal.record(
            "reviews.handed_over", by=by, on=review, facts={"receiver": receiver if fits else _("消保办待分派")}
        )
        moved += 1
    mine = Review.objects.filter(created_by=giver, state__in=OPEN)
    for review in mine:
        journal.record("reviews.handed_over", by=by, on=review, facts={"receiver": receiver})
        telling.people(review, [receiver], _("岗位交接给您的送审：%(title)s"))
        moved += 1
    return moved


def _clear_of(review: Review, person: Any, duty: str) -> bool:
    from xiaobao_web.reviews.access import is_sender

    others = {
        Duty.FIRST: (review.second_reviewer_id,),
        Duty.SECOND: (review.reviewer_id,),
        Duty.LEGAL: (review.reviewer_id, review.second_reviewer_id),
    }.get(Duty(duty), ())
    return not is_sender(person, review) and person.pk not in others
