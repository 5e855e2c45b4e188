"""A draft over the REST interface: what it says of itself, its materials, its self-assessment; guides, the template."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import File, Query, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.kernel.wordfiles import DOCX
from xiaobao_web.materials.models import ApprovedMaterial, ApprovedState
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import data, documents, early, services
from xiaobao_web.reviews.api import AssessmentAnswer, ReviewDetail, Title, Words, detail, found_review, router
from xiaobao_web.reviews.models import Lane, OpinionTemplate, Review, Subject

PLAIN = r"^[^\x00]*$"
Code = Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
Field40 = Annotated[str, StringConstraints(max_length=40, pattern=PLAIN)]


class DetailsIn(Strict):
    """What a draft says of itself; what is left out stays as it is."""

    title: Title | None = None
    subject: Subject | None = None
    lane: Lane | None = None
    urgent_reason: Annotated[str, StringConstraints(max_length=300, pattern=PLAIN)] | None = None
    summary: Words | None = None
    audience: Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)] | None = None
    channels: list[Channel] | None = Field(None, max_length=20)
    planned_launch: date | None = Field(None, description="null 为不定")
    product: Code | None = Field(None, description="产品代码，空为不涉及")
    template: Code | None = Field(None, description="母版的批准编号，空为没有")


class AnswersIn(Strict):
    """Answers by the numbers of the questions; those left out stay."""

    answers: dict[Field40, AssessmentAnswer] = Field(max_length=200)


class EvidenceFile(Schema):
    """A file that backs an answer."""

    id: int
    name: str
    sha256: str


class AskedOut(Schema):
    """A question that applies, with the answer given."""

    id: str
    text: str
    answer: str
    note: str
    evidence: list[EvidenceFile]


class AssessmentOut(Schema):
    """The self-assessment of a review, and what keeps a draft from being handed on."""

    questions: list[AskedOut]
    obstacles: list[str]


class FieldsIn(Strict):
    """The words of a template that its variants may change."""

    fields: list[Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]] = Field(
        max_length=100
    )


class RiskOut(Schema):
    """A common risk: what to look at, how to judge, the articles."""

    title: str
    look: str
    judge: str
    clauses: list[str]


class GuideOut(Schema):
    """How to review a subject."""

    subject: str
    version: int
    title: str
    intro: str
    risks: list[RiskOut]


class GuideQuery(Schema):
    """Words that each risk must hold."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=80)


class TemplateOut(Schema):
    """The Word template of opinions; without one of its own an institution uses the packaged one."""

    own: bool
    name: str


@router.patch("/{int:pk}", response=ReviewDetail, summary="修改送审草稿")
def edit(request: HttpRequest, pk: int, body: DetailsIn) -> dict[str, Any]:
    """Change what a draft says of itself; a new subject brings its own questionnaire."""
    review = found_review(request, pk)
    require(request.user, "reviews.edit", review)
    values = body.model_dump(exclude_unset=True)
    empty = [name for name, value in values.items() if value is None and name != "planned_launch"]
    if empty:
        raise BadValue(
            _("不改的项目请不要给出：%s。") % "、".join(empty), fields=dict.fromkeys(empty, _("不能为 null"))
        )
    if "product" in values:
        values["product"] = _product(values["product"])
    if "template" in values:
        values["template"] = _template(values["template"])
    services.edit(review, by=request.user, **values)
    return detail(found_review(request, pk))


def _product(code: str) -> Product | None:
    row = Product.objects.filter(code=code).first() if code else None
    if code and row is None:
        raise BadValue(_("没有代码为“%s”的产品。") % code, fields={"product": _("不存在")})
    return row


def _template(number: str) -> ApprovedMaterial | None:
    rows = ApprovedMaterial.objects.filter(is_template=True, state=ApprovedState.VALID.value)
    row = rows.filter(number=number).first() if number else None
    if number and row is None:
        raise BadValue(_("没有编号为“%s”的有效母版。") % number, fields={"template": _("不存在")})
    return row


@router.delete("/{int:pk}/materials/{int:entry}", response=ReviewDetail, summary="移除送审材料")
def remove_material(request: HttpRequest, pk: int, entry: int) -> dict[str, Any]:
    """Take a material off a draft."""
    row = find(found_review(request, pk).materials.select_related("review", "material"), pk=entry)
    services.remove_material(row, by=request.user)
    return detail(found_review(request, pk))


@router.put("/{int:pk}/materials/{int:entry}/free-fields", response=FieldsIn, summary="指定母版的可变字段")
def set_free_fields(request: HttpRequest, pk: int, entry: int, body: FieldsIn) -> dict[str, Any]:
    """Say which words of a template its variants may change; each must stand in it as written."""
    rows = found_review(request, pk).materials.select_related("review", "material", "version__reading")
    row = services.set_free_fields(find(rows, pk=entry), body.fields, by=request.user)
    return {"fields": row.material.free_fields}


@router.get("/{int:pk}/assessment", response=AssessmentOut, summary="自评")
def show_assessment(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the questions that apply, the answers with their evidence, and what is still in the way of a draft."""
    return _assessment(found_review(request, pk))


def _assessment(review: Review) -> dict[str, Any]:
    given, backed = review.assessment.answers, services.evidence_of(review)
    questions = [
        {
            "id": item.id, "text": item.text, "answer": given.get(item.id, {}).get("answer", ""),
            "note": given.get(item.id, {}).get("note", ""),
            "evidence": [
                {"id": row.pk, "name": row.name, "sha256": row.stored.sha256} for row in backed.get(item.id, [])
            ],
        }
        for item in services.questions_of(review)
    ]  # fmt: skip
    return {"questions": questions, "obstacles": services.obstacles(review) if review.state == "draft" else []}


@router.put("/{int:pk}/assessment", response=AssessmentOut, summary="填写自评")
def save_assessment(request: HttpRequest, pk: int, body: AnswersIn) -> dict[str, Any]:
    """Keep answers of a draft's self-assessment; their evidence stays."""
    review = found_review(request, pk)
    given = {key: answer.model_dump() for key, answer in body.answers.items()}
    services.save_assessment(review, given, by=request.user)
    return _assessment(found_review(request, pk))


@router.post("/{int:pk}/assessment/{question}/evidence", response={201: AssessmentOut}, summary="上传自评证据")
def add_evidence(request: HttpRequest, pk: int, question: str, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Attach a file that backs an answer."""
    review = _draft_asked(request, pk, question)
    stored = files.store(file, name=file.name or "", by=request.user)
    row = files.attach(review, stored, name=file.name or "", purpose=services.EVIDENCE, by=request.user, note=question)
    _back(review, question, [*_backing(review, question), row.pk], by=request.user)
    return Status(201, _assessment(found_review(request, pk)))


@router.delete("/{int:pk}/assessment/{question}/evidence/{int:number}", response=AssessmentOut, summary="移除自评证据")
def remove_evidence(request: HttpRequest, pk: int, question: str, number: int) -> dict[str, Any]:
    """Take a file off an answer; the journal keeps that it was there."""
    review = _draft_asked(request, pk, question)
    left = _backing(review, question)
    row = find(files.attachments_of(review, services.EVIDENCE).filter(pk__in=left), pk=number)
    files.remove(row, by=request.user, reason=str(_("自评证据移除")))
    _back(review, question, [item for item in left if item != row.pk], by=request.user)
    return _assessment(found_review(request, pk))


def _draft_asked(request: HttpRequest, pk: int, question: str) -> Review:
    review = found_review(request, pk)
    require(request.user, "reviews.edit", review)
    services.require_draft(review)
    if question not in {item.id for item in services.questions_of(review)}:
        raise Hidden(_("自评里没有这道题。"))
    return review


def _backing(review: Review, question: str) -> list[int]:
    return [int(item) for item in review.assessment.answers.get(question, {}).get("evidence", [])]


def _back(review: Review, question: str, numbers: list[int], *, by: Any) -> None:
    kept = review.assessment.answers.get(question, {})
    answer = {"answer": kept.get("answer", ""), "note": kept.get("note", ""), "evidence": numbers}
    services.save_assessment(review, {question: answer}, by=by)


@router.get("/{int:pk}/early-document", summary="机器预审结果（Word）", response={200: bytes})
def early_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what the machine found before anybody reviewed, as a Word document."""
    from xiaobao_web.reviews.views import cases

    review = found_review(request, pk)
    rows = cases.early_findings(review, most=cases.ALL_EARLY) if review.state in cases.EARLY else []
    if not rows:
        raise Hidden(_("机器先读的结果只在提交送审以前提供；提交以后以审查意见书为准。"))
    return _word(early.document(review, rows), _("机器预审 %s.docx") % review.number)


def _word(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=DOCX, headers=headers)


@router.get("/guides/{subject}", response=GuideOut, summary="审查指引")
def show_guide(request: HttpRequest, subject: Subject, query: Query[GuideQuery]) -> dict[str, Any]:
    """Return how to review a subject; with `q` only the risks that hold all its words."""
    require(request.user, "reviews.guides")
    guide = data.guides()[subject]
    risks = [risk_told(risk) for risk in guide.risks if risk.holds(query.q.split())]
    return {
        "subject": guide.subject, "version": guide.version, "title": guide.title, "intro": guide.intro, "risks": risks,
    }  # fmt: skip


def risk_told(risk: data.RiskPoint) -> dict[str, Any]:
    """Return a common risk as the interface tells it."""
    clauses = [data.clause(item)["label"] for item in risk.basis]
    return {"title": risk.title, "look": risk.look, "judge": risk.judge, "clauses": clauses}


def _template_now() -> dict[str, Any]:
    row = OpinionTemplate.objects.filter(active=True).first()
    return {"own": row is not None, "name": row.name if row is not None else ""}


@router.get("/opinion-template", response=TemplateOut, summary="意见书模板")
def show_template(request: HttpRequest) -> dict[str, Any]:
    """Return which template opinions are written with."""
    require(request.user, "reviews.set_template")
    return _template_now()


@router.get("/opinion-template/file", summary="下载意见书模板（Word）", response={200: bytes})
def template_file(request: HttpRequest) -> HttpResponse:
    """Return the template in use, as the start of an own one."""
    require(request.user, "reviews.set_template")
    return _word(documents.template_in_use(), "opinion-template.docx")


@router.post("/opinion-template", response={201: TemplateOut}, summary="启用意见书模板")
def set_template(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Use a Word file from now on; 422 names the placeholders that are not known."""
    documents.set_template(file, by=request.user)
    return Status(201, _template_now())


@router.delete("/opinion-template", response=TemplateOut, summary="恢复自带意见书模板")
def remove_template(request: HttpRequest) -> dict[str, Any]:
    """Go back to the packaged template."""
    require(request.user, "reviews.set_template")
    row = OpinionTemplate.objects.filter(active=True).first()
    if row is None:
        raise Hidden(_("现在用的就是自带模板。"))
    documents.remove_template(row, by=request.user)
    return _template_now()
