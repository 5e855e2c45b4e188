"""The sender answers each point; the executive decides what is not adopted; the reviewer accepts or disputes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.reviews import clocking, mediums, queries, telling
from xiaobao_web.reviews.access import acts_for
from xiaobao_web.reviews.models import Answer, Duty, Opinion, Point, PointState, Review, ReviewState
from xiaobao_web.reviews.services import work
from xiaobao_web.reviews.services.aftermath import concluded
from xiaobao_web.reviews.services.drafting import lock, stopped_files


def _point(point: Point, state: str) -> tuple[Review, Point]:
    """Return the point and its review, both locked; raises Refused unless the review is in a state and this round."""
    review = lock(Review.objects.get(opinions__points=point.pk))
    row = Point.objects.select_for_update(of=("self",)).select_related("opinion").get(pk=point.pk)
    if review.state != state or row.opinion.round != review.round:
        raise Refused(_("当前状态为“%(state)s”，这条意见现在不能这样办理。") % {"state": review.get_state_display()})
    return review, row


@transaction.atomic
def answer_point(point: Point, *, by: Any, adopted: bool, text: str, version: Any = None) -> Answer:
    """Answer a point: adopted with a new version of the material, or not adopted with the reason.

    Until the answers are handed in it may be answered anew; the earlier answer stays on record.
    """
    review, row = _point(point, ReviewState.ANSWERING)
    require(by, "reviews.answer", review)
    text = text.strip()
    if not text:
        told = _("请写明怎样修改的。") if adopted else _("不采纳须写明理由。")
        raise BadValue(told, fields={"text": _("必填")})
    if version is not None and not review.materials.filter(material=version.material_id).exists():
        raise BadValue(_("修改后的版本不属于这件事项的材料。"), fields={"version": _("请重新选择")})
    if adopted and row.must and version is None and _same_version(review, row):
        raise BadValue(
            _("采纳“必须修改”的意见，请上传修改后的版本；在“材料”处上传新版本后即可选择。"),
            fields={"version": _("必填")},
        )
    row.answers.update(superseded=True)
    made = Answer.objects.create(point=row, adopted=adopted, text=text, version=version, by=by)
    row.state = PointState.ANSWERED
    row.save(update_fields=["state"])
    facts = {"order": row.order, "adopted": _("采纳") if adopted else _("不采纳"), "comment": text}
    journal.record("reviews.answered", by=by, on=review, facts=facts)
    return made


def _same_version(review: Review, point: Point) -> bool:
    """Tell whether the material a point is about has no newer version than the one it was found in."""
    found = point.finding
    if found is None:
        return False
    entry = review.materials.filter(material=found.version.material_id).first()
    return entry is not None and entry.version_id == found.version_id


def standing(review: Review) -> Any:
    """Return the standing answers of the round."""
    return Answer.objects.filter(
        point__opinion__review=review, point__opinion__round=review.round, superseded=False
    ).select_related("point")


@transaction.atomic
def hand_in_answers(review: Review, *, by: Any, comment: str = "") -> Review:
    """Hand in the answers: what is not adopted goes to the executive in charge of consumer protection first."""
    row = lock(review)
    stopped = stopped_files(row)
    if stopped:
        raise Refused(_("有文件未通过安全检查，不能提交：%s") % " ".join(stopped))
    given = list(standing(row))
    refused = [item for item in given if not item.adopted and item.approved is None]
    facts = {"adopted": sum(item.adopted for item in given), "refused": sum(not item.adopted for item in given)}
    to = ReviewState.ESCALATED if refused else ReviewState.CONFIRMING
    moved = states.move(row, "hand_in_answers", by=by, comment=comment, facts=facts, to=to)
    Point.objects.filter(pk__in=[item.point_id for item in refused]).update(state=PointState.ESCALATED)
    clocking.meet(moved, "answer")
    if refused:
        clocking.begin(moved, "executive")
        telling.waiting(moved, "reviews.approve_refusal", _("有不采纳的审查意见待您审批：%(title)s"))
    else:
        _to_confirm(moved)
    return moved


def _to_confirm(review: Review) -> None:
    clocking.begin(review, "confirm")
    telling.people(review, [review.reviewer], _("答复已提交，请确认：%(title)s"))


@transaction.atomic
def decide_refusal(point: Point, *, by: Any, approve: bool, note: str) -> Answer:
    """Decide as the executive whether a point may go unadopted; the last decision moves the review on."""
    review, row = _point(point, ReviewState.ESCALATED)
    require(by, "reviews.approve_refusal", review)
    if row.state != PointState.ESCALATED:
        raise Refused(_("这条意见不在等您审批。"))
    if not note.strip():
        raise BadValue(_("请写明审批意见。"), fields={"note": _("必填")})
    answer = row.answers.select_for_update().get(superseded=False)
    if by.pk == answer.by_id:
        raise Refused(_("答复由您提交，须由他人审批。"))
    giver = acts_for(by, review)
    answer.approved, answer.approved_by = approve, by
    answer.approved_for_id = giver if giver != by.pk else None
    answer.approved_at, answer.approval_note = timezone.now(), note.strip()
    answer.save()
    row.state = PointState.ANSWERED if approve else PointState.OPEN
    row.save(update_fields=["state"])
    if not approve:
        row.answers.update(superseded=True)
    decision = _("同意") if approve else _("不同意")
    if answer.approved_for is not None:
        decision = _("受%(giver)s委托，%(decision)s") % {"giver": answer.approved_for, "decision": decision}
    facts = {"order": row.order, "decision": decision, "comment": note.strip()}
    journal.record("reviews.refusal_decided", by=by, on=review, facts=facts)
    _after_refusals(review, by=by)
    return answer


def _after_refusals(review: Review, *, by: Any) -> None:
    points = Point.objects.filter(opinion__review=review, opinion__round=review.round)
    if points.filter(state=PointState.ESCALATED).exists():
        return
    back = points.filter(state=PointState.OPEN).exists()
    to = ReviewState.ANSWERING if back else ReviewState.CONFIRMING
    moved = states.move(review, "executive_decided", by=by, to=to)
    clocking.meet(moved, "executive")
    if back:
        clocking.begin(moved, "answer")
        telling.sender(moved, _("行领导不同意不采纳，请按意见修改后重新答复：%(title)s"))
    else:
        _to_confirm(moved)


@transaction.atomic
def confirm_answer(point: Point, *, by: Any, accept: bool, note: str = "") -> Answer:
    """Accept an answer, or not, as reviewer. What the executive let stand is accepted as it is."""
    review, row = _point(point, ReviewState.CONFIRMING)
    require(by, "reviews.confirm", review)
    answer = row.answers.select_for_update().get(superseded=False)
    if not accept and answer.approved:
        raise Refused(_("行领导已同意不采纳这条意见，不能再要求修改。"))
    if not accept and not note.strip():
        raise BadValue(_("请写明为什么不认可。"), fields={"note": _("必填")})
    answer.confirmed, answer.confirmed_by, answer.confirm_note = accept, by, note.strip()
    answer.save()
    row.state = PointState.SETTLED if accept else PointState.ANSWERED
    row.save(update_fields=["state"])
    told = _("认可") if accept else _("不认可")
    facts = {"order": row.order, "decision": told, "comment": note.strip()}
    journal.record("reviews.answer_confirmed", by=by, on=review, facts=facts)
    return answer


@transaction.atomic
def conclude(review: Review, *, by: Any, comment: str = "") -> Review:
    """Conclude when every answer is accepted and the new versions hold nothing new."""
    row = lock(review)
    if row.state == ReviewState.CONFIRMING:
        left, fresh = queries.open_findings(row), len(queries.wanting_point(row))
        if left:
            raise Refused(_("修改后的版本还有 %d 处机器发现未处理，请先在审查台处理。") % left)
        if fresh:
            raise Refused(_("修改后的版本仍有 %d 处问题没有落实，请转下一轮审查。") % fresh)
        told = " ".join(change.told for change in mediums.unconfirmed(row))
        if told:
            raise Refused(_("%s介质与审查时不同，请核对版面后在“确认答复”页写明理由并确认。") % told)
    moved = states.move(row, "conclude", by=by, comment=comment)
    clocking.meet(moved, "confirm")
    concluded(moved, by=by)
    return moved


@transaction.atomic
def confirm_medium(entry: Any, *, by: Any, reason: str) -> Any:
    """Confirm, with the reason, that a version of another medium than the reviewed one may be approved."""
    review = lock(entry.review)
    require(by, "reviews.confirm", review)
    if review.state != ReviewState.CONFIRMING:
        raise Refused(_("当前状态为“%s”，介质变化只在确认答复时确认。") % review.get_state_display())
    change = next((item for item in mediums.unconfirmed(review) if item.entry.pk == entry.pk), None)
    if change is None:
        raise Refused(_("这份材料的介质没有变化，或已经确认。"))
    if not reason.strip():
        raise BadValue(_("请写明为什么可以按另一种介质批准，例如版面已另行核对。"), fields={"reason": _("必填")})
    row = change.entry
    row.medium_version, row.medium_reason, row.medium_confirmed_by = row.version, reason.strip()[:300], by
    row.save(update_fields=["medium_version", "medium_reason", "medium_confirmed_by"])
    facts = {"told": change.told, "reason": row.medium_reason}
    journal.record("reviews.medium_confirmed", by=by, on=review, facts=facts)
    return row


@transaction.atomic
def dispute(review: Review, *, by: Any, comment: str) -> Review:
    """Go another round: points whose answer was not accepted are carried over with their history."""
    if not comment.strip():
        raise BadValue(_("请写明转下一轮的原因。"), fields={"comment": _("必填")})
    row = lock(review)
    before = row.opinion_now()
    carried = list(before.points.exclude(state=PointState.SETTLED)) if before else []
    if not carried and not queries.wanting_point(row) and not queries.open_findings(row):
        raise Refused(_("答复都已认可，新版本也没有新的问题，直接办结即可。"))
    facts = {"round": row.round + 1, "carried": len(carried)}
    moved = states.move(row, "dispute", by=by, comment=comment, facts=facts)
    opinion = Opinion.objects.create(review=moved, round=moved.round, written_by=by)
    for order, old in enumerate(carried, 1):
        Point.objects.create(
            opinion=opinion, order=order, finding=old.finding, text=old.text, required=old.required, basis=old.basis,
            severity=old.severity, must=old.must, carried_from=old,
        )  # fmt: skip
    clocking.meet(moved, "confirm")
    clocking.begin(moved, "first_review")
    if moved.reviewer is not None:
        work.open_assignment(moved, moved.reviewer, Duty.FIRST)
    telling.sender(moved, _("部分答复未被认可，进入下一轮审查：%(title)s"))
    return moved
