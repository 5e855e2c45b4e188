"""The letter of a case over REST: written, its elements checked, looked at by the second person, sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.complaints import services
from xiaobao_web.complaints.api import aware, found_case, router
from xiaobao_web.complaints.models import Case, DeliveryMode, Letter, LetterState
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.rest import Strict
from xiaobao_web.kernel.serving import respond

Part = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class ElementOut(Schema):
    """One of the four elements: whether it is there, what is missing."""

    part: str
    name: str
    found: bool
    missing: list[str]
    hint: str
    basis: str


class LetterOut(Schema):
    """The newest version of a letter with its elements; `number` is null where none was written yet."""

    number: str | None
    version: int | None
    state: str
    state_name: str
    parts: dict[str, str]
    elements: list[ElementOut]
    second_reasons: list[str] = Field(description="须第二人复核的理由，没有即不须复核")
    check_note: str
    release_reason: str
    mode: str
    proof: str
    sent_at: datetime | None


class LetterIn(Strict):
    """The four parts of a letter."""

    facts: Part = ""
    decision: Part = ""
    reasons: Part = ""
    remedies: Part = ""


class CheckQuery(Schema):
    """What is checked."""

    model_config = ConfigDict(extra="forbid")

    rules: bool = Field(False, description="同时按审查规则检查用语")


class CheckOut(Schema):
    """The elements of some words, and what the rulebook finds in them."""

    elements: list[ElementOut]
    findings: list[dict[str, Any]]


class LetterDecisionIn(Strict):
    """The second person's answer."""

    approve: bool
    note: Note = ""


class ReleaseIn(Strict):
    """Why a letter leaves before it was looked at."""

    reason: Note


class SendIn(Strict):
    """How and when the letter reached the complainant; without a moment it is now."""

    mode: DeliveryMode
    proof: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
    at: datetime | None = None


@router.get("/{int:pk}/letter", response=LetterOut, summary="处理结果告知书")
def show_letter(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the newest version of a case's letter."""
    return _shown(found_case(request, pk))


@router.put("/{int:pk}/letter", response=LetterOut, summary="起草或修改告知书")
def write_letter(request: HttpRequest, pk: int, body: LetterIn) -> dict[str, Any]:
    """Keep the four parts."""
    case = found_case(request, pk)
    services.write_letter(case, by=request.user, parts=body.dict())
    return _shown(case)


@router.post("/{int:pk}/letter/check", response=CheckOut, summary="检查四个要素")
def check_letter(request: HttpRequest, pk: int, body: LetterIn, query: Query[CheckQuery]) -> dict[str, Any]:
    """Tell which of the four elements some words hold; nothing is kept."""
    require(request.user, "complaints.write_letter", found_case(request, pk))
    parts = body.dict()
    checked = services.check_elements(parts)
    text = "\n".join(parts.values()).strip()
    found = services.rulebook_findings(text, checked) if query.rules and text else []
    return {"elements": [item.as_dict() for item in checked], "findings": found}


@router.post("/{int:pk}/letter/submit", response=LetterOut, summary="提交告知书")
def submit_letter(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Hand the letter in: to be sent, or to the second person."""
    case = found_case(request, pk)
    services.submit_letter(_letter(case), by=request.user)
    return _shown(case)


@router.post("/{int:pk}/letter/decide", response=LetterOut, summary="复核告知书")
def decide_letter(request: HttpRequest, pk: int, body: LetterDecisionIn) -> dict[str, Any]:
    """Approve a letter as the second person, or return it."""
    case = found_case(request, pk)
    services.check_letter(_letter(case), by=request.user, approve=body.approve, note=body.note)
    return _shown(case)


@router.post("/{int:pk}/letter/release", response=LetterOut, summary="应急放行告知书")
def release_letter(request: HttpRequest, pk: int, body: ReleaseIn) -> dict[str, Any]:
    """Let a letter leave before it was looked at, so that no clock is missed for a form."""
    case = found_case(request, pk)
    services.release_letter(_letter(case), by=request.user, reason=body.reason)
    return _shown(case)


@router.post("/{int:pk}/letter/send", response=LetterOut, summary="登记告知书送达")
def send_letter(request: HttpRequest, pk: int, body: SendIn) -> dict[str, Any]:
    """Say how the letter reached the complainant; the clock stops."""
    case = found_case(request, pk)
    services.send_letter(_letter(case), by=request.user, mode=body.mode.value, proof=body.proof, at=aware(body.at))
    return _shown(Case.objects.select_related("unit", "handler").get(pk=case.pk))


@router.get("/{int:pk}/letter/{int:version}/document", response={200: None}, summary="告知书文档")
def fetch_letter(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """Hand out the Word document of a letter that may be sent; it names the complainant, so that is journalled."""
    case = found_case(request, pk)
    ready = (LetterState.APPROVED.value, LetterState.SENT.value)
    row = case.letters.filter(version=min(version, 2**31 - 1), state__in=ready).first()
    if row is None:
        raise Hidden(_("这一版告知书还不能出具。"))
    services.open_personal(case, by=request.user, purpose=str(_("出具告知书")))
    return respond(request, services.write_letter_document(row), name=f"{row.number}.docx", download=True)


def _letter(case: Case) -> Letter:
    row = case.letter_now()
    if row is None:
        raise Hidden(_("还没有起草告知书。"))
    return row


def _shown(case: Case) -> dict[str, Any]:
    row = case.letter_now()
    if row is not None:
        parts = {part: getattr(row, part) for part in Letter.PARTS}
    else:
        parts = {**dict.fromkeys(Letter.PARTS, ""), "remedies": services.standard_remedies(case)}
    told = {name: getattr(row, name) if row else "" for name in ("check_note", "release_reason", "mode", "proof")}
    return {
        "number": row.number if row else None, "version": row.version if row else None, "parts": parts, **told,
        "state": row.state if row else LetterState.DRAFT.value, "sent_at": row.sent_at if row else None,
        "state_name": row.get_state_display() if row else str(_("还没有起草")),
        "elements": [item.as_dict() for item in services.check_elements(parts)],
        "second_reasons": services.second_reasons(case),
    }  # fmt: skip
