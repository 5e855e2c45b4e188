"""Work on reviews over the REST interface: what the case page, the desk and the pages of an opinion do, by service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.kernel.rest_steps import Done
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.api import RemarkIn, ReviewDetail, Words, detail, found_review, router
from xiaobao_web.reviews.desk import services as desk
from xiaobao_web.reviews.models import Conclusion, Duty, Opinion, Point, Review, ReviewMaterial, ReviewState

PLAIN = r"^[^\x00]*$"
Key = Annotated[int, Field(ge=1, le=2**53)]
Article = Annotated[str, StringConstraints(max_length=120, pattern=PLAIN)]
Code = Annotated[str, StringConstraints(max_length=40, pattern=PLAIN)]
Pasted = Annotated[str, StringConstraints(max_length=200_000, pattern=PLAIN)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=PLAIN)]


class DraftPoint(Schema):
    """A point as it stands in the opinion being written; one that a finding will be has no id yet."""

    id: int | None
    finding: int | None
    text: str
    required: str
    severity: str
    must: bool
    references: list[str]


class DraftOpinion(Schema):
    """The opinion of the present round while it is written, and what keeps the first review from being finished."""

    round: int
    conclusion: str
    text: str
    points: list[DraftPoint]
    unfinished: list[str]


class PointIn(Strict):
    """A point to keep; without an id it is a new one, and an accepted finding's point is named by the finding."""

    id: Key | None = None
    finding: Key | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]
    required: Words = ""
    severity: Literal["high", "medium", "low"] = "medium"
    must: bool = True
    references: list[Article] | None = Field(None, max_length=20, description="条文，如 norm#9；不给则不改")


class OpinionIn(Strict):
    """The opinion's conclusion and wording; `points`, where given, are all its points in order."""

    conclusion: Conclusion | Literal[""] = ""
    text: Text = ""
    points: list[PointIn] | None = Field(None, max_length=500)


class AnswerIn(Strict):
    """An answer: adopted, with the new version of a material of this review, or not adopted with the reason."""

    adopted: bool
    text: Words
    material: Key | None = Field(None, description="已上传新版本的送审材料（materials 中的 id）")


class VersionIn(Strict):
    """A new version that is pasted, where no file is sent, and what was changed."""

    text: Pasted = ""
    note: Words = ""


class AdoptIn(Strict):
    """How all open points were met, perhaps with a new text of one material."""

    text: Words
    material: Key | None = None
    pasted: Pasted = ""
    note: Words = ""


class RefusalIn(Strict):
    """The executive's decision on a point that is not adopted."""

    approve: bool
    note: Words


class ConfirmIn(Strict):
    """The reviewer's word on an answer; why it is not accepted must be said."""

    accept: bool
    note: Words = ""


class DecisionIn(Strict):
    """What is decided about a finding; dismissing needs a reason."""

    decision: Literal["open", "accepted", "dismissed"]
    reason: Words = ""


class WorkIn(Strict):
    """A step on the work itself; who is meant is one of the review's colleagues."""

    person: Key | None = None
    duty: Literal["first", "second", "legal", "sample"] | None = Field(None, description="分派的职责，默认初审")
    reason: Words = Field("", description="转办、退回、法律保留的原因，或并行审查、抽查的意见")
    code: Code = Field("", description="退回原因代码")
    agrees: bool = True
    material: Key | None = Field(None, description="确认介质变化的送审材料")


class Colleague(Schema):
    """Whom work on a review may be given to."""

    id: int
    name: str
    unit: str | None


class Counted(Schema):
    """How many were done at once."""

    count: int


def _entry(review: Review, pk: int) -> ReviewMaterial:
    return find(review.materials.select_related("review", "material", "version__reading"), pk=pk)


def _point(review: Review, pk: int) -> Point:
    return find(Point.objects.filter(opinion__review=review), pk=pk)


@router.get("/{int:pk}/opinion", response=DraftOpinion, summary="拟写中的审查意见")
def show_draft(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the opinion being written: its points, and those that the accepted findings will be."""
    review = found_review(request, pk)
    require(request.user, "reviews.write_opinion", review)
    return _drafted(review)


def _drafted(review: Review) -> dict[str, Any]:
    draft = review.opinion_now() or Opinion(review=review, round=review.round)
    points = list(draft.points.all()) if draft.pk else []
    points += [Point(finding=found, **services.point_of(found)) for found in queries.wanting_point(review)]
    shown = [
        {
            "id": point.pk, "finding": point.finding_id, "text": point.text, "required": point.required,
            "severity": point.severity, "must": point.must,
            "references": [f"{item['norm']}#{item['article']}" for item in point.basis],
        }
        for point in points
    ]  # fmt: skip
    return {
        "round": draft.round, "conclusion": draft.conclusion, "text": draft.text, "points": shown,
        "unfinished": services.unfinished(review),
    }  # fmt: skip


@router.put("/{int:pk}/opinion", response=DraftOpinion, summary="拟写审查意见")
def write_opinion(request: HttpRequest, pk: int, body: OpinionIn) -> dict[str, Any]:
    """Keep the opinion; points left out are taken out, accepted findings without one have theirs made first."""
    review = found_review(request, pk)
    draft = services.draft_opinion(review, by=request.user)
    made = {number: key for number, key in draft.points.values_list("finding", "pk") if number is not None}
    points = None if body.points is None else [_given(item, made) for item in body.points]
    services.write_opinion(review, by=request.user, conclusion=body.conclusion, text=body.text, points=points)
    return _drafted(found_review(request, pk))


def _given(item: PointIn, made: dict[int, int]) -> dict[str, Any]:
    values = item.model_dump(exclude={"finding", "references"} if item.references is None else {"finding"})
    if item.id is None and item.finding is not None:
        if item.finding not in made:
            raise BadValue(_("发现 %d 没有对应的意见，请先采纳它。") % item.finding, fields={"finding": _("不存在")})
        values["id"] = made[item.finding]
    return values


@router.post("/{int:pk}/opinion/finish", response=Done, summary="完成初审")
def finish_first(request: HttpRequest, pk: int, body: RemarkIn) -> dict[str, Any]:
    """Finish the first review: the opinion goes to the second reviewer or legal where they have a part, else out."""
    return _done(services.finish_first(found_review(request, pk), by=request.user, comment=body.comment.strip()))


def _done(review: Review, told: str = "") -> dict[str, Any]:
    name = review.get_state_display()
    return {"told": told or _("已办理，当前状态：%s") % name, "state": review.state, "state_name": name}


@router.post("/{int:pk}/findings/{int:finding}", response=Done, summary="处理一处发现")
def decide_finding(request: HttpRequest, pk: int, finding: int, body: DecisionIn) -> dict[str, Any]:
    """Accept, dismiss or reopen a finding in the first review."""
    review = found_review(request, pk)
    row: Finding = find(queries.findings_of(review), pk=finding)
    desk.decide(review, row, by=request.user, decision=body.decision, reason=body.reason)
    return _done(review)


@router.post("/{int:pk}/materials/{int:entry}/versions", response={201: ReviewDetail}, summary="上传材料新版本")
def add_version(
    request: HttpRequest, pk: int, entry: int, given: Form[VersionIn], file: File[UploadedFile | None] = None
) -> Status[dict[str, Any]]:
    """Put a new version of a material into a draft or into the answers; it is read and screened at once."""
    row = _entry(found_review(request, pk), entry)
    services.new_version(row, by=request.user, upload=file, text=given.text, note=given.note)
    return Status(201, detail(found_review(request, pk)))


@router.post("/{int:pk}/points/{int:point}/answer", response=Done, summary="答复一条意见")
def answer_point(request: HttpRequest, pk: int, point: int, body: AnswerIn) -> dict[str, Any]:
    """Answer a point; until the answers are handed in it may be answered anew."""
    review = found_review(request, pk)
    version = None if body.material is None else _entry(review, body.material).version
    services.answer_point(_point(review, point), by=request.user, adopted=body.adopted, text=body.text, version=version)
    return _done(review)


@router.post("/{int:pk}/adopt-all", response=Counted, summary="全部采纳")
def adopt_all(request: HttpRequest, pk: int, body: AdoptIn) -> dict[str, int]:
    """Adopt every open point, all or none; 409 names the materials that still lack the new version."""
    review = found_review(request, pk)
    entry = None if body.material is None else _entry(review, body.material)
    values = {"text": body.text, "pasted": body.pasted, "note": body.note}
    return {"count": services.adopt_all(review, by=request.user, entry=entry, **values)}


@router.post("/{int:pk}/points/{int:point}/refusal", response=Done, summary="审批不采纳意见")
def decide_refusal(request: HttpRequest, pk: int, point: int, body: RefusalIn) -> dict[str, Any]:
    """Decide as the executive whether a point may go unadopted; the last decision moves the review on."""
    review = found_review(request, pk)
    services.decide_refusal(_point(review, point), by=request.user, approve=body.approve, note=body.note)
    return _done(found_review(request, pk))


@router.post("/{int:pk}/points/{int:point}/confirmation", response=Done, summary="确认一条答复")
def confirm_answer(request: HttpRequest, pk: int, point: int, body: ConfirmIn) -> dict[str, Any]:
    """Accept an answer or not."""
    review = found_review(request, pk)
    services.confirm_answer(_point(review, point), by=request.user, accept=body.accept, note=body.note)
    return _done(review)


@router.post("/{int:pk}/accept-rest", response=Counted, summary="认可其余答复")
def accept_rest(request: HttpRequest, pk: int) -> dict[str, int]:
    """Accept every answer that nobody has decided; those refused before stay so."""
    return {"count": services.accept_rest(found_review(request, pk), by=request.user)}


@router.get("/{int:pk}/colleagues", response=list[Colleague], summary="可以分派或转办的人员")
def list_colleagues(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return whom work on a review may be given to."""
    return [
        {"id": person.pk, "name": str(person), "unit": str(person.unit) if person.unit else None}
        for person in queries.colleagues(found_review(request, pk))
    ]


Step = Callable[[Review, Any, WorkIn], Any]
STEPS: dict[str, Step] = {
    "take": lambda review, by, body: services.take(review, by=by),
    "assign": lambda review, by, body: services.assign(review, _person(body), by=by, duty=body.duty or Duty.FIRST),
    "transfer": lambda review, by, body: services.transfer(
        review, _person(body), by=by, reason=body.reason,
        duty=Duty.SECOND if review.state == ReviewState.SECOND_REVIEW else Duty.FIRST,
    ),
    "invite": lambda review, by, body: services.invite(review, _person(body), by=by),
    "uninvite": lambda review, by, body: services.uninvite(review, _person(body, left=True), by=by),
    "parallel": lambda review, by, body: services.answer_parallel(review, by=by, agrees=body.agrees, note=body.reason),
    "sample": lambda review, by, body: services.check_sample(review, by=by, agrees=body.agrees, note=body.reason),
    "return": lambda review, by, body: services.return_to_sender(review, by=by, reason=body.code, detail=body.reason),
    "hold": lambda review, by, body: services.hold(review, by=by, reason=body.reason),
    "medium": lambda review, by, body: services.confirm_medium(_changed(review, body), by=by, reason=body.reason),
}  # fmt: skip
"""What is done with the work itself, by the name it has in the address."""


def _person(body: WorkIn, *, left: bool = False) -> Any:
    people = get_user_model()._default_manager.all()
    person = (
        (people if left else people.filter(is_active=True)).filter(pk=body.person).first()
        if body.person is not None
        else None
    )
    if person is None:
        raise BadValue(_("请选择人员。"), fields={"person": _("请选择")})
    return person


def _changed(review: Review, body: WorkIn) -> ReviewMaterial:
    if body.material is None:
        raise BadValue(_("请指明是哪一份送审材料。"), fields={"material": _("必填")})
    return _entry(review, body.material)


@router.post(
    "/{int:pk}/handling/{step}", response=Done, summary="领取、分派、转办、邀请、并行、抽查、退回、保留、确认介质"
)
def do_work(request: HttpRequest, pk: int, step: str, body: WorkIn) -> dict[str, Any]:
    """Take, assign, transfer, invite, hand in a parallel opinion or a sample, return, hold, confirm a medium."""
    review = found_review(request, pk)
    if step not in STEPS:
        raise Hidden(_("没有这项操作；可用的是：%s。") % "、".join(STEPS))
    STEPS[step](review, request.user, body)
    return _done(found_review(request, pk))
