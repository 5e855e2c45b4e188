"""Reviews over the REST interface: an OA or product system starts one, asks for its state, takes the opinion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import Done, StepOut
from xiaobao_web.kernel.serving import respond
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import data, documents, queries, services, verbs
from xiaobao_web.reviews.models import Conclusion, Lane, Opinion, Review, ReviewState, Subject
from xiaobao_web.reviews.services import external

PREFIX = "/reviews"
router = Router(tags=["消保审查"])
MOST_FILES = 20
Reference = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00\n\r]+$")]
Words = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00]+$")]


class ReviewOut(Schema):
    """A review as lists have it."""

    id: int
    number: str
    title: str
    subject: str
    lane: str
    state: str
    state_name: str
    conclusion: str
    round: int
    returns: int
    high_risk: bool
    external_ref: str | None
    unit: str
    reviewer: str | None
    created_at: datetime
    submitted_at: datetime | None
    opinion_at: datetime | None
    concluded_at: datetime | None


class ReviewPage(Schema):
    """A page of reviews; `next` is the cursor of the page after."""

    items: list[ReviewOut]
    next: str | None


class ReviewMaterialOut(Schema):
    """A material of a review in its version that counts."""

    id: int
    title: str
    kind: str
    version: int
    name: str
    sha256: str
    screening: str | None
    findings: int
    open: int


class AnswerOut(Schema):
    """The standing answer to a point."""

    adopted: bool
    text: str
    approved: bool | None
    confirmed: bool | None


class PointOut(Schema):
    """A point of an opinion."""

    id: int
    order: int
    text: str
    required: str
    severity: str
    must: bool
    clauses: list[str]
    state: str
    answer: AnswerOut | None


class OpinionOut(Schema):
    """An issued opinion."""

    round: int
    number: str
    conclusion: str
    text: str
    issued_at: datetime
    document: str
    points: list[PointOut]


class ReviewDetail(ReviewOut):
    """A review with its materials, what is still in the way, and its issued opinions."""

    materials: list[ReviewMaterialOut]
    obstacles: list[str]
    opinions: list[OpinionOut]
    made: bool = False
    """Whether this call made it (a known external number gives the review that is there)."""


class AssessmentAnswer(Strict):
    """An answer of the self-assessment."""

    answer: data.Reply
    note: Words = ""


class ReviewIn(Strict):
    """A request to start; `external_ref` names it for ever: the same number gives the same review."""

    external_ref: Reference
    system: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = ""
    title: Title
    subject: Subject
    lane: Lane = Lane.NORMAL
    urgent_reason: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""
    summary: Words = ""
    product: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = Field("", description="产品代码")
    channels: list[Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]] = Field([], max_length=20)
    audience: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    planned_launch: date | None = None
    texts: list[dict[str, Annotated[str, StringConstraints(max_length=200_000)]]] = Field(
        [], max_length=MOST_FILES, description="[{title, text}]"
    )
    answers: dict[str, AssessmentAnswer] = Field({}, description="自评答案，题号见问卷接口")


class ListQuery(Paged):
    """Which reviews, and where in the list."""

    state: ReviewState | None = None
    subject: Subject | None = None
    conclusion: Conclusion | None = None
    external_ref: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    number: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] = Field(
        "", description="审查编号或意见书编号"
    )


def _rows(request: HttpRequest) -> Any:
    return queries.visible(request.user).select_related("unit", "reviewer", "product", "assessment")


def found_review(request: HttpRequest, pk: int) -> Review:
    """Return a review that the caller may see; raises Forbidden, Hidden."""
    require(request.user, "reviews.view")
    return find(_rows(request), pk=pk)  # type: ignore[no-any-return]


REMARK = {"name": "comment", "label": "说明", "kind": "text", "required": False, "choices": []}


class RemarkIn(Strict):
    """A remark on a move."""

    comment: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = ""


@router.get("", response=ReviewPage, summary="审查事项列表")
def list_reviews(request: HttpRequest, query: Query[ListQuery]) -> dict[str, Any]:
    """Return the reviews one may see, newest first; by number or external number to look one up."""
    require(request.user, "reviews.view")
    rows = _rows(request)
    wanted = {name: value for name in ("state", "subject", "conclusion") if (value := getattr(query, name))}
    rows = rows.filter(**wanted)
    if query.external_ref:
        rows = rows.filter(external_ref=query.external_ref)
    if query.number:
        rows = rows.filter(pk__in=[row.pk for row in _by_number(rows, query.number)])
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_summary)


def _by_number(rows: Any, number: str) -> list[Any]:
    by_opinion = Opinion.objects.filter(number__iexact=number).values("review")
    return [*rows.filter(number__iexact=number)[:5], *rows.filter(pk__in=by_opinion)[:5]]


@router.post("", response={200: ReviewDetail, 201: ReviewDetail}, summary="发起送审")
def start_review(request: HttpRequest, body: ReviewIn) -> Status[dict[str, Any]]:
    """Start a review as a draft, or return the one that this external number has; texts are screened at once."""
    values = body.model_dump(exclude={"external_ref", "system", "texts", "answers", "product"})
    product = Product.objects.filter(code=body.product).first() if body.product else None
    if body.product and product is None:
        raise BadValue(_("没有代码为“%s”的产品。") % body.product, fields={"product": _("不存在")})
    review, made = external.start(
        ref=body.external_ref, system=body.system, by=request.user, texts=body.texts, product=product, **values
    )
    if body.answers and review.state == ReviewState.DRAFT:
        given = {key: answer.model_dump() for key, answer in body.answers.items()}
        services.save_assessment(review, given, by=request.user)
    return Status(201 if made else 200, detail(found_review(request, review.pk), made=made))


@router.get("/{int:pk}", response=ReviewDetail, summary="审查事项")
def show_review(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a review: its state, materials, what is in the way, its opinions with points and answers."""
    return detail(found_review(request, pk))


@router.post("/{int:pk}/files", response=ReviewDetail, summary="添加送审文件")
def add_files(request: HttpRequest, pk: int, files: File[list[UploadedFile]], kind: Form[str] = "") -> dict[str, Any]:
    """Add files to a draft; each is read and screened at once. A file that is there already is not added twice."""
    review = found_review(request, pk)
    require(request.user, "reviews.edit", review)
    if len(files) > MOST_FILES:
        raise BadValue(_("一次最多 %d 个文件。") % MOST_FILES)
    services.require_draft(review)
    external.add(review, files, (), by=request.user, kind=kind)
    return detail(found_review(request, pk))


@router.post("/{int:pk}/finish-assessment", response=ReviewDetail, summary="完成自评，报签批")
def finish_assessment(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Hand the draft to the head of the department; 409 says all that is still in the way."""
    services.finish_assessment(found_review(request, pk), by=request.user)
    return detail(found_review(request, pk))


@router.post("/{int:pk}/submit", response=ReviewDetail, summary="提交送审")
def submit(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Submit a signed request; one submitted already is returned as it is."""
    review = found_review(request, pk)
    if review.submitted_at is None or review.state in (ReviewState.DRAFT, ReviewState.ASSESSED, ReviewState.SIGNED):
        services.submit(review, by=request.user)
    return detail(found_review(request, pk))


@router.get("/{int:pk}/steps", response=list[StepOut], summary="可以办理的步骤")
def list_steps(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return the moves of a review that take a remark at most, or why one may not make them."""
    review = found_review(request, pk)
    return [
        {"name": item.name, "label": str(item.label), "allowed": item.allowed, "reason": str(item.reason),
         "fields": [REMARK] if item.allowed else []}
        for item in verbs.of(review, request.user) if item.name in verbs.PLAIN
    ]  # fmt: skip


@router.post("/{int:pk}/steps/{verb}", response=Done, summary="办理一步")
def do_step(request: HttpRequest, pk: int, verb: str, body: RemarkIn) -> dict[str, Any]:
    """Move a review on: sign, agree, countersign, hand in answers, conclude and the like."""
    review = found_review(request, pk)
    if verb not in verbs.PLAIN:
        raise Hidden(_("没有这项操作；要填写内容的步骤在各自的接口或页面办理。"))
    moved = verbs.PLAIN[verb](review, by=request.user, comment=body.comment.strip())
    name = moved.get_state_display()
    return {"told": _("已办理，当前状态：%s") % name, "state": moved.state, "state_name": name}


@router.get("/{int:pk}/opinions/{int:round_number}/document", summary="审查意见书（Word）", response={200: bytes})
def opinion_document(request: HttpRequest, pk: int, round_number: int) -> HttpResponse:
    """Return the Word document of an issued opinion."""
    review = found_review(request, pk)
    row = (
        review.opinions.filter(round=round_number, issued_at__isnull=False).select_related("document", "review").first()
    )
    if row is None:
        raise Hidden(_("这一轮还没有出具意见书。"))
    stored = documents.write(row)
    return respond(request, stored, name=f"{row.number}.docx", download=True)  # type: ignore[return-value]


class QuestionOut(Schema):
    """A question of a self-assessment."""

    id: str
    text: str
    evidence: str
    clauses: list[str]
    blocks_on: str | None
    reason: str


class QuestionnaireOut(Schema):
    """A questionnaire in its version."""

    subject: str
    version: int
    title: str
    questions: list[QuestionOut]


@router.get("/questionnaires/{subject}", response=QuestionnaireOut, summary="自评问卷")
def questionnaire(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Return the questions of a subject with their articles and the answers that block submission."""
    require(request.user, "reviews.view")
    found = data.questionnaires()[subject]
    questions = [
        {
            "id": item.id, "text": item.text, "evidence": item.evidence,
            "clauses": [data.clause(reference)["label"] for reference in item.basis],
            "blocks_on": item.gate.answer if item.gate else None, "reason": item.gate.reason if item.gate else "",
        }
        for item in found.questions
    ]  # fmt: skip
    return {"subject": subject.value, "version": found.version, "title": found.title, "questions": questions}


def _summary(review: Review) -> dict[str, Any]:
    names = (
        "id", "number", "title", "subject", "lane", "state", "conclusion", "round", "returns", "high_risk",
        "external_ref",
        "created_at", "submitted_at", "opinion_at", "concluded_at",
    )  # fmt: skip
    out = {name: getattr(review, name) for name in names}
    reviewer = str(review.reviewer) if review.reviewer else None
    return {**out, "state_name": review.get_state_display(), "unit": str(review.unit), "reviewer": reviewer}


def detail(review: Review, *, made: bool = False) -> dict[str, Any]:
    """Return a review with its materials, what is in the way, and its issued opinions."""
    from xiaobao_web.reviews.views.cases import entries_of

    out = _summary(review)
    entries: list[Any] = list(entries_of(review))
    out["materials"] = [
        {
            "id": entry.pk, "title": entry.material.title, "kind": entry.material.kind, "version": entry.version.number,
            "name": entry.version.name, "sha256": entry.version.sha256,
            "screening": entry.screening.state if entry.screening else None, "findings": entry.found,
            "open": entry.counts["open"],
        }
        for entry in entries
    ]  # fmt: skip
    out["obstacles"] = services.obstacles(review) if review.state == ReviewState.DRAFT else []
    out["opinions"] = [_opinion(review, item) for item in queries.opinions_of(review) if item.issued_at]
    out["made"] = made
    return out


def _opinion(review: Review, row: Opinion) -> dict[str, Any]:
    points = []
    for point in row.points.all():
        answer = point.standing_answer
        told = (
            {"adopted": answer.adopted, "text": answer.text, "approved": answer.approved, "confirmed": answer.confirmed}
            if answer
            else None
        )
        points.append(
            {
                "id": point.pk, "order": point.order, "text": point.text, "required": point.required,
                "severity": point.severity, "must": point.must,
                "clauses": [item.get("label", "") for item in point.basis],
                "state": point.state, "answer": told,
            }
        )  # fmt: skip
    return {
        "round": row.round, "number": row.number, "conclusion": row.conclusion, "text": row.text,
        "issued_at": row.issued_at, "points": points,
        "document": f"/api/reviews/{review.pk}/opinions/{row.round}/document",
    }  # fmt: skip
