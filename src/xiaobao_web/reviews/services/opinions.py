"""The opinion of a round: written from the findings, agreed, countersigned, issued with a number and in Word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.reviews import clocking, data, queries, telling
from xiaobao_web.reviews.models import Conclusion, Duty, Opinion, Point, Review, ReviewState
from xiaobao_web.reviews.services import lanes, work
from xiaobao_web.reviews.services.drafting import lock

SEVERITIES = ("high", "medium", "low")


@transaction.atomic
def draft_opinion(review: Review, *, by: Any) -> Opinion:
    """Return the round's opinion, begun when there is none, with a point for each accepted finding that has none."""
    row = lock(review)
    require(by, "reviews.write_opinion", row)
    _require_first(row)
    opinion, _made = Opinion.objects.get_or_create(review=row, round=row.round, defaults={"written_by": by})
    for order, found in enumerate(queries.wanting_point(row), opinion.points.count() + 1):
        Point.objects.create(opinion=opinion, order=order, finding=found, **point_of(found))
    opinion.points.filter(finding__decision=Decision.DISMISSED, carried_from=None).delete()
    return opinion


def point_of(found: Finding) -> dict[str, Any]:
    """Return what a point says that is made of a finding."""
    words = _("“%s”：") % found.text[:120] if found.text else ""
    return {
        "text": f"{found.title}。{words}{found.message}".strip(),
        "required": found.remedy,
        "basis": found.basis,
        "severity": found.severity,
        "must": found.severity != "low" and found.source != FindingSource.READING,
    }


def _require_first(review: Review) -> None:
    if review.state != ReviewState.FIRST_REVIEW:
        raise Refused(_("当前状态为“%(state)s”，审查意见只在初审时拟写。") % {"state": review.get_state_display()})


@transaction.atomic
def write_opinion(
    review: Review, *, by: Any, conclusion: str, text: str, points: Sequence[Mapping[str, Any]] | None = None
) -> Opinion:
    """Keep the opinion's conclusion, its wording and, when given, all its points in order.

    A point is {"id"?, "text", "required", "severity", "must", "references": [..]}; ones left out are removed, new ones
    have no id. Raises BadValue for an unknown article.
    """
    row = lock(review)
    opinion = draft_opinion(row, by=by) if not row.opinions.filter(round=row.round).exists() else None
    require(by, "reviews.write_opinion", row)
    _require_first(row)
    opinion = opinion or Opinion.objects.select_for_update().get(review=row, round=row.round)
    if conclusion and conclusion not in Conclusion.values:
        raise BadValue(_("结论只能是：通过、修改后通过、不予通过。"), fields={"conclusion": _("请选择")})
    opinion.conclusion, opinion.text = conclusion, text.strip()
    opinion.save(update_fields=["conclusion", "text"])
    if points is not None:
        _put_points(opinion, points)
    label = opinion.get_conclusion_display() or _("未定")
    facts = {"conclusion": label, "points": opinion.points.count()}
    journal.record("reviews.opinion_written", by=by, on=row, facts=facts)
    return opinion


def _put_points(opinion: Opinion, points: Sequence[Mapping[str, Any]]) -> None:
    known = {item.pk: item for item in opinion.points.all()}
    kept = set()
    for order, given in enumerate(points, 1):
        text = str(given.get("text", "")).strip()
        if not text:
            raise BadValue(_("第 %d 条意见没有内容，请填写或删除。") % order, fields={f"points.{order}": _("必填")})
        severity = str(given.get("severity", "medium"))
        if severity not in SEVERITIES:
            raise BadValue(_("第 %d 条的严重程度应为高、中、低。") % order)
        number = given.get("id")
        point = known.get(int(number)) if number else Point(opinion=opinion)
        if point is None:
            raise BadValue(_("第 %d 条意见不属于这份意见书，请刷新后重试。") % order)
        point.order, point.text, point.severity = order, text, severity
        point.required = str(given.get("required", "")).strip()
        point.must = bool(given.get("must", severity != "low"))
        if "references" in given:
            point.basis = articles(given["references"])
        point.save()
        kept.add(point.pk)
    opinion.points.exclude(pk__in=kept).delete()


def articles(references: Sequence[str]) -> list[dict[str, str]]:
    """Return articles as points keep them; raises BadValue that says what is near a wrong one."""
    from xiaobao.errors import LawError

    try:
        return [data.clause(item.strip()) for item in references if item.strip()]
    except LawError as error:
        raise BadValue(error.message, fields={"references": error.message}) from error


def unfinished(review: Review) -> list[str]:
    """Return what keeps a first review from being finished, each a sentence."""
    out = []
    left = queries.open_findings(review)
    if left:
        out.append(_("还有 %d 处机器发现未处理，请逐条采纳或不采纳。") % left)
    opinion = review.opinion_now()
    if opinion is None or not opinion.conclusion:
        out.append(_("还没有写审查结论。"))
        return out
    must = opinion.points.filter(must=True).count()
    if opinion.conclusion == Conclusion.PASS and must:
        out.append(_("结论为“通过”，但有 %d 条必须修改的意见；请改为“修改后通过”或调整意见。") % must)
    if opinion.conclusion == Conclusion.CHANGE and not opinion.points.exists():
        out.append(_("结论为“修改后通过”，请至少写一条意见。"))
    if opinion.conclusion == Conclusion.REJECT and not opinion.text and not opinion.points.exists():
        out.append(_("结论为“不予通过”，请写明理由。"))
    missing = len(queries.wanting_point(review))
    if missing:
        out.append(_("有 %d 处已采纳的发现没有写入意见，请更新意见。") % missing)
    waiting = review.assignments.filter(duty=Duty.PARALLEL, done_at__isnull=True, round=review.round).count()
    if waiting:
        out.append(_("还有 %d 位并行审查人没有提交意见。") % waiting)
    return out


def _issued_state(opinion: Opinion) -> str:
    if opinion.conclusion == Conclusion.REJECT:
        return ReviewState.REJECTED
    return ReviewState.ANSWERING if opinion.points.exists() else ReviewState.CONCLUDED


@transaction.atomic
def finish_first(review: Review, *, by: Any, comment: str = "") -> Review:
    """Finish the first review: high risk to a second reviewer, then legal where configured, then out."""
    row = lock(review)
    require(by, "reviews.finish_first", row)
    _require_first(row)
    found = unfinished(row)
    if found:
        raise Refused(" ".join(found))
    opinion = Opinion.objects.get(review=row, round=row.round)
    if row.high_risk:
        to: str = ReviewState.SECOND_REVIEW
    elif row.needs_legal:
        to = ReviewState.COUNTERSIGN
    else:
        to = _issued_state(opinion)
    facts = {"conclusion": opinion.get_conclusion_display()}
    moved = states.move(row, "finish_first", by=by, comment=comment, facts=facts, to=to)
    clocking.meet(moved, "first_review")
    work.finish_duties(moved, by=by, agrees=True, note=comment, duty=Duty.FIRST)
    return _arrive(moved, opinion, by=by)


def _arrive(review: Review, opinion: Opinion, *, by: Any) -> Review:
    """Start the clock of the next stage and tell its people, or issue the opinion."""
    if review.state == ReviewState.SECOND_REVIEW:
        clocking.begin(review, "second_review")
        telling.waiting(review, "reviews.agree", _("待复核：%(title)s"))
        return review
    if review.state == ReviewState.COUNTERSIGN:
        clocking.begin(review, "countersign")
        telling.waiting(review, "reviews.countersign", _("待法律会签：%(title)s"))
        return review
    return issue(review, opinion, by=by)


@transaction.atomic
def agree(review: Review, *, by: Any, comment: str = "") -> Review:
    """Agree as second reviewer."""
    row = lock(review)
    opinion = row.opinion_now()
    if row.state != ReviewState.SECOND_REVIEW or opinion is None:
        raise Refused(_("当前状态为“%s”，不在复核环节。") % row.get_state_display())
    to = ReviewState.COUNTERSIGN if row.needs_legal else _issued_state(opinion)
    moved = states.move(row, "agree", by=by, comment=comment, to=to)
    clocking.meet(moved, "second_review")
    work.open_assignment(moved, by, Duty.SECOND)
    work.finish_duties(moved, by=by, agrees=True, note=comment, duty=Duty.SECOND)
    return _arrive(moved, opinion, by=by)


@transaction.atomic
def send_back_first(review: Review, *, by: Any, comment: str) -> Review:
    """Send back to the first reviewer with what to look at again."""
    if not comment.strip():
        raise BadValue(_("请写明要重新审查什么。"), fields={"comment": _("必填")})
    moved = states.move(review, "send_back_first", by=by, comment=comment)
    work.open_assignment(moved, by, Duty.SECOND)
    work.finish_duties(moved, by=by, agrees=False, note=comment, duty=Duty.SECOND)
    return _back(moved, "second_review")


@transaction.atomic
def countersign(review: Review, *, by: Any, comment: str = "") -> Review:
    """Countersign as legal; the opinion goes out."""
    row = lock(review)
    opinion = row.opinion_now()
    if row.state != ReviewState.COUNTERSIGN or opinion is None:
        raise Refused(_("当前状态为“%s”，不在会签环节。") % row.get_state_display())
    moved = states.move(row, "countersign", by=by, comment=comment, to=_issued_state(opinion))
    clocking.meet(moved, "countersign")
    work.open_assignment(moved, by, Duty.LEGAL)
    work.finish_duties(moved, by=by, agrees=True, note=comment, duty=Duty.LEGAL)
    return _arrive(moved, opinion, by=by)


@transaction.atomic
def object_legal(review: Review, *, by: Any, comment: str) -> Review:
    """Object as legal: back to the first reviewer."""
    if not comment.strip():
        raise BadValue(_("请写明会签意见。"), fields={"comment": _("必填")})
    moved = states.move(review, "object_legal", by=by, comment=comment)
    work.open_assignment(moved, by, Duty.LEGAL)
    work.finish_duties(moved, by=by, agrees=False, note=comment, duty=Duty.LEGAL)
    return _back(moved, "countersign")


def _back(review: Review, clock: str) -> Review:
    clocking.meet(review, clock)
    clocking.begin(review, "first_review")
    if review.reviewer is not None:
        work.open_assignment(review, review.reviewer, Duty.FIRST)
        telling.people(review, [review.reviewer], _("退回您重新审查：%(title)s"))
    return review


def issue(review: Review, opinion: Opinion, *, by: Any) -> Review:
    """Number the opinion, start the next clock, ask for its Word document; once a round, in the move's transaction."""
    now = timezone.now()
    if not opinion.number:
        opinion.number = next_number("XBYJ")
        opinion.issued_at = now
        opinion.save(update_fields=["number", "issued_at"])
    numbers = list(dict.fromkeys([*review.opinion_numbers.split(), opinion.number]))
    review.conclusion, review.opinion_at, review.opinion_numbers = opinion.conclusion, now, " ".join(numbers)
    values = ["conclusion", "opinion_at", "opinion_numbers"]
    if review.state == ReviewState.CONCLUDED:
        review.concluded_at = now
        values.append("concluded_at")
    review.save(update_fields=values)
    facts = {"number": opinion.number, "conclusion": opinion.get_conclusion_display()}
    journal.record("reviews.issued", on=review, facts=facts)
    from xiaobao_web.reviews.tasks import write_document

    write_document.using(key=f"opinion:{opinion.pk}", by=by).enqueue(opinion.pk)
    _after_issue(review, by=by)
    return review


def _after_issue(review: Review, *, by: Any) -> None:
    if review.state == ReviewState.ANSWERING:
        clocking.begin(review, "answer")
        telling.sender(review, _("审查意见已出，请逐条答复：%(title)s"))
    elif review.state == ReviewState.CONCLUDED:
        from xiaobao_web.reviews.services.aftermath import concluded

        concluded(review, by=by)
    else:
        telling.sender(review, _("审查结论为不予通过：%(title)s"))
    lanes.draw_sample(review)
