"""After the opinion over the REST interface: what was launched, the dossier, the later look, many at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.api import JobOut
from xiaobao_web.kernel.api import shown as job_shown
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import Attachment, JobRun
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.serving import respond
from xiaobao_web.reviews import services
from xiaobao_web.reviews.api import ReviewDetail, Words, detail, found_review, router
from xiaobao_web.reviews.dossier import retain_until
from xiaobao_web.reviews.models import Outcome, Reevaluation, Review, Verification
from xiaobao_web.reviews.services.aftermath import points_to_evidence
from xiaobao_web.reviews.services.reevaluation import new_findings

Key = Annotated[int, Field(ge=1, le=2**53)]
Pasted = Annotated[str, StringConstraints(max_length=200_000, pattern=r"^[^\x00]*$")]
Place = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
KEPT = {"dossier": "pdf", "archive": "zip"}
"""The kinds of a dossier's files by their purpose."""


class PointEvidenceOut(Schema):
    """What showed that a point was followed up."""

    point: int
    followed: bool
    note: str


class VerificationOut(Schema):
    """A check of what was launched; `accepted` is null until it is decided."""

    id: int
    place: str
    approved_version: int | None
    launched_version: int | None
    comparing: bool
    fault: str
    same: bool
    likeness: float
    differences: list[dict[str, Any]]
    regions: list[dict[str, Any]]
    accepted: bool | None
    note: str
    by: str
    at: datetime
    evidence: list[PointEvidenceOut]


class WantedPoint(Schema):
    """A point whose following up is to be shown."""

    id: int
    order: int
    text: str


class VerificationsOut(Schema):
    """The checks of a review, the newest first, and the points that each must show."""

    items: list[VerificationOut]
    points: list[WantedPoint]
    verified: bool


class LaunchIn(Strict):
    """Which material was launched, where, and its words where no file is sent."""

    material: Key
    place: Place
    text: Pasted = ""


class NoteIn(Strict):
    """Why nothing was launched."""

    note: Words


class EvidenceIn(Strict):
    """Whether a point was followed up, and what shows it."""

    point: Key
    followed: bool
    note: Words


class VerdictIn(Strict):
    """What a check came to, with the evidence of each point."""

    accepted: bool
    note: Words = ""
    evidence: list[EvidenceIn] = Field([], max_length=500)


class DossierFile(Schema):
    """A file of the dossier."""

    id: int
    kind: str
    name: str
    sha256: str
    size: int
    made_at: datetime
    retain_until: date | None
    file: str


class DossierOut(Schema):
    """The dossier's files, the newest first, and how long they are kept."""

    retention: str
    retain_until: date | None
    items: list[DossierFile]


class RetentionIn(Strict):
    """The class of retention."""

    retention: Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^\x00]+$")]


class ReevaluationOut(Schema):
    """A later look at a review, as lists have it."""

    id: int
    review: int
    number: str
    title: str
    kind: str
    trigger: str
    due_on: date
    opened_at: datetime
    conclusion: str
    note: str
    by: str | None
    done_at: datetime | None


class ReevaluationPage(Schema):
    """A page of them; `next` is the cursor of the page after."""

    items: list[ReevaluationOut]
    next: str | None


class FreshFinding(Schema):
    """What today's rulebook finds and the review's own screening did not."""

    id: int
    version: int
    title: str
    severity: str
    text: str
    message: str


class ReevaluationDetail(ReevaluationOut):
    """A later look with what it found anew, and the approvals that hang on it."""

    fresh: list[FreshFinding]
    approvals: list[str]


class ReevaluationQuery(Paged):
    """Which ones, and where in the list."""

    open: bool | None = None


class TriggerIn(Strict):
    """What gives the occasion."""

    trigger: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""


class ReevaluationOutcome(Strict):
    """What the later look came to."""

    conclusion: Outcome
    note: Words


def _verification(row: Verification) -> dict[str, Any]:
    names = ("place", "comparing", "fault", "same", "likeness", "differences", "regions", "accepted", "note", "at")
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk, "by": str(row.by),
        "approved_version": row.approved_version_id, "launched_version": row.launched_version_id,
        "evidence": [
            {"point": item.point_id, "followed": item.followed, "note": item.note} for item in row.evidence.all()
        ],
    }  # fmt: skip


def _verifications(review: Review) -> Any:
    return review.verifications.select_related("by").prefetch_related("evidence")


@router.get("/{int:pk}/verifications", response=VerificationsOut, summary="落实核验")
def list_verifications(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the checks of what was launched: how it differs, what was decided; and the points to show."""
    review = found_review(request, pk)
    wanted = points_to_evidence(review).order_by("opinion__round", "order")
    return {
        "items": [_verification(row) for row in _verifications(review).order_by("-pk")[:100]],
        "points": [{"id": point.pk, "order": point.order, "text": point.text} for point in wanted],
        "verified": review.is_verified(),
    }


@router.post("/{int:pk}/verifications", response={201: VerificationOut}, summary="提交上线版本比对")
def start_verification(
    request: HttpRequest, pk: int, given: Form[LaunchIn], file: File[UploadedFile | None] = None
) -> Status[dict[str, Any]]:
    """Take in what was launched, a file or its words; it is compared with what was approved in the background."""
    review = found_review(request, pk)
    entry = find(review.materials.select_related("material", "version"), pk=given.material)
    if (file is None) == (not given.text.strip()):
        raise BadValue(_("请上传上线版本的文件，或粘贴其文字，二者选一。"), fields={"file": _("请选择")})
    row = services.start_verification(review, entry, by=request.user, place=given.place, upload=file, text=given.text)
    return Status(201, _verification(_verifications(review).get(pk=row.pk)))


@router.post("/{int:pk}/verifications/none", response={201: VerificationOut}, summary="登记未上线")
def note_not_launched(request: HttpRequest, pk: int, body: NoteIn) -> Status[dict[str, Any]]:
    """Enter that nothing was launched, and why."""
    review = found_review(request, pk)
    return Status(201, _verification(services.note_not_launched(review, by=request.user, note=body.note)))


@router.post("/{int:pk}/verifications/{int:number}/verdict", response=VerificationOut, summary="作出核验结论")
def decide_verification(request: HttpRequest, pk: int, number: int, body: VerdictIn) -> dict[str, Any]:
    """Accept or refuse what was launched with the evidence of each point; a refusal opens an issue."""
    review = found_review(request, pk)
    row = find(_verifications(review), pk=number)
    evidence = [item.model_dump() for item in body.evidence]
    services.decide_verification(row, by=request.user, accepted=body.accepted, note=body.note, evidence=evidence)
    return _verification(_verifications(review).get(pk=row.pk))


def _dossier(review: Review) -> dict[str, Any]:
    rows = files.attachments_of(review).filter(purpose__in=KEPT).select_related("stored").order_by("-pk")
    return {
        "retention": review.retention, "retain_until": retain_until(review),
        "items": [
            {
                "id": row.pk, "kind": KEPT[row.purpose], "name": row.name, "sha256": row.stored.sha256,
                "size": row.stored.size, "made_at": row.added_at, "retain_until": row.retain_until,
                "file": f"/api/reviews/{review.pk}/dossier/{row.pk}",
            }
            for row in rows
        ],
    }  # fmt: skip


@router.get("/{int:pk}/dossier", response=DossierOut, summary="审查档案")
def show_dossier(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the dossier's files: a PDF to read and a zip of all files with their hashes."""
    review = found_review(request, pk)
    require(request.user, "reviews.dossier", review)
    return _dossier(review)


@router.post("/{int:pk}/dossier", response={202: JobOut}, summary="生成审查档案")
def make_dossier(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    """Have the dossier made anew; ask /api/jobs/{id} when it is done."""
    from xiaobao_web.reviews import tasks

    review = found_review(request, pk)
    require(request.user, "reviews.dossier", review)
    return Status(202, _job(tasks.make_dossier.using(by=request.user).enqueue(review.pk)))


def _job(run: JobRun) -> dict[str, Any]:
    return job_shown(JobRun.objects.get(pk=run.pk))


@router.get("/{int:pk}/dossier/{int:number}", summary="下载审查档案（PDF 或 zip）", response={200: bytes})
def dossier_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Return a file of the dossier; the opening is noted."""
    review = found_review(request, pk)
    require(request.user, "reviews.dossier", review)
    row: Attachment = find(files.attachments_of(review).filter(purpose__in=KEPT).select_related("stored"), pk=number)
    answer = respond(request, row.stored, name=row.name, download=True)
    files.note_opening(row, by=request.user)
    return answer  # type: ignore[return-value]


@router.put("/{int:pk}/dossier/retention", response=DossierOut, summary="更改保管类别")
def set_retention(request: HttpRequest, pk: int, body: RetentionIn) -> dict[str, Any]:
    """Put the archive into a class of retention."""
    review = found_review(request, pk)
    return _dossier(services.keep_as(review, retention=body.retention, by=request.user))


def _reevaluation(row: Reevaluation) -> dict[str, Any]:
    names = ("kind", "trigger", "due_on", "opened_at", "conclusion", "note", "done_at")
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk, "review": row.review_id, "number": row.review.number, "title": row.review.title,
        "by": str(row.by) if row.by else None,
    }  # fmt: skip


def _looked_at(row: Reevaluation) -> dict[str, Any]:
    names = ("title", "severity", "text", "message")
    fresh = [
        {**{name: getattr(found, name) for name in names}, "id": found.pk, "version": found.version_id}
        for found in new_findings(row)
    ]
    return {**_reevaluation(row), "fresh": fresh, "approvals": [item.number for item in row.review.approvals.all()]}


def _reevaluations(request: HttpRequest) -> Any:
    require(request.user, "reviews.reevaluate")
    rows = Reevaluation.objects.select_related("review__unit", "by")
    return visible_to(request.user, rows, "reviews.reevaluate")


@router.get("/reevaluations", response=ReevaluationPage, summary="回溯评估列表")
def list_reevaluations(request: HttpRequest, query: Query[ReevaluationQuery]) -> dict[str, Any]:
    """Return the re-evaluations one may see, newest first; `open` for those still to do, or those done."""
    rows = _reevaluations(request)
    if query.open is not None:
        rows = rows.filter(Q(done_at__isnull=query.open))
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_reevaluation)


@router.get("/reevaluations/{int:number}", response=ReevaluationDetail, summary="一次回溯评估")
def show_reevaluation(request: HttpRequest, number: int) -> dict[str, Any]:
    """Return a re-evaluation with what today's rulebook finds anew."""
    return _looked_at(find(_reevaluations(request), pk=number))


@router.post("/{int:pk}/reevaluations", response={201: ReevaluationDetail}, summary="发起回溯评估")
def open_reevaluation(request: HttpRequest, pk: int, body: TriggerIn) -> Status[dict[str, Any]]:
    """Open a re-evaluation of a concluded review; one that is open already takes the occasion in."""
    review = found_review(request, pk)
    trigger = body.trigger.strip() or str(_("人工发起"))
    row = services.open_reevaluation(review, kind="complaint", trigger=trigger, by=request.user)
    return Status(201, _looked_at(row))


@router.post("/reevaluations/{int:number}/conclusion", response=ReevaluationDetail, summary="作出回溯评估结论")
def finish_reevaluation(request: HttpRequest, number: int, body: ReevaluationOutcome) -> dict[str, Any]:
    """Conclude: keep, change, or withdraw the approvals."""
    row = find(_reevaluations(request), pk=number)
    return _looked_at(
        services.finish_reevaluation(row, by=request.user, conclusion=body.conclusion.value, note=body.note)
    )


@router.post("/{int:pk}/follow-up", response={201: ReviewDetail}, summary="按原事项新建送审")
def follow_up(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    """Make a new draft from a review that has ended, linked to it."""
    review = found_review(request, pk)
    require(request.user, "reviews.edit", review)
    made = services.follow_up(review, by=request.user)
    return Status(201, detail(found_review(request, made.pk), made=True))


@router.post("/batch", response={202: JobOut}, summary="批量送审")
def send_batch(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Make a draft for each row of a table (xlsx); /api/jobs/{id} gives the numbers made and each row's fault."""
    from xiaobao_web.reviews import tasks

    require(request.user, "reviews.batch")
    stored = files.store(file, name=file.name or "", by=request.user)
    person: Any = request.user
    run = tasks.import_batch.using(by=person).enqueue(stored.pk, file.name or "", person.pk)
    return Status(202, _job(run))
