"""Complaints over the REST interface: register a contact, ask where a case stands and when it is due."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from xiaobao.calendar.clocks import Whose
from xiaobao_web.complaints import clocking, open_things, queries, services, verbs
from xiaobao_web.complaints.channels.registry import reader_of
from xiaobao_web.complaints.lines import CaseOut, case_told
from xiaobao_web.complaints.models import AmountRole, Case, CaseState, Channel, Contact, ContactKind, RecordKind, Track
from xiaobao_web.complaints.services import sentences
from xiaobao_web.complaints.services.personal import shown
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.deadlines import BEIJING
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import Done, StepIn, StepOut, checked, described, posted
from xiaobao_web.people.models import Organisation

PREFIX = "/complaints"
router = Router(tags=["投诉"])
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
Beside = Literal["insurance_claim", "credit_objection", "info_leak", "recording_fix"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00\n\r]+$")]
Words = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]


class CasePage(Schema):
    """A page of cases; `next` is the cursor of the page after."""

    items: list[CaseOut]
    next: str | None


class DayOut(Schema):
    """A day of a count."""

    day: date
    counted: int | None
    why: str
    article: str


class ClockOut(Schema):
    """A statutory clock with its count day by day."""

    track: str
    name: str
    label: str
    whose: Whose = Field(description="谁的期限：institution 本机构，regulator 监管或行政部门，customer 投诉人")
    ours: bool = Field(description="本机构必须按时完成的；其余只作提示，不计入按期和逾期")
    due: str
    due_rolled: str
    alarm: str
    basis: list[str]
    met: bool | None
    ended: bool = Field(description="程序已终止（如撤回），不再计算")
    suspended: bool = Field(description="期限中止中，到期日将随之推后")
    paused_days: int
    provisional: bool
    notes: list[str]
    version: str = Field(description="推算所用日历的版本")
    replay: list[DayOut]


class AmountOut(Schema):
    """A sum in yuan and what it is."""

    value: float
    role: AmountRole


class CaseDetail(CaseOut):
    """A case with its masked summary, all else that its ticket says, its contacts, letters and transfers.

    `masked` are personal data and named staff with their middle hidden; days are told as 2026-03-02 or 2026-03.
    """

    summary: str
    masked: dict[str, str]
    institution: str
    product_name: str
    amounts: list[AmountOut]
    event_dates: list[str]
    cause_alternatives: list[str]
    contacts: list[str]
    letters: list[dict[str, Any]]
    transfers: list[dict[str, Any]]


class ContactOut(Schema):
    """A contact: its number, what it is, and the case it went into."""

    id: int
    number: str
    channel: str
    state: str
    kind: str
    case: str | None
    received_at: datetime
    made: bool = False


class ContactIn(Strict):
    """A contact of another system; `source_number` names it for ever: the same number gives the same contact."""

    source_system: Name
    source_number: Name
    channel: Channel = Channel.API
    text: Words
    received_at: datetime | None = None
    unit: Word = Field("", description="机构编号，留空为调用人所在机构")
    customer_name: Word = ""
    phone: Word = ""
    track: Beside | None = Field(None, description="在投诉期限之外另有期限的，写明哪一种")
    kind_proposed: ContactKind | None = None
    people_count: int = Field(1, ge=1, le=9999)
    face_to_face: bool = False


class RecordIn(Strict):
    """An entry of the investigation's record."""

    kind: RecordKind
    text: Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]+$")]
    at: datetime | None = None


class ThingOut(Schema):
    """One of what waits for a step: its id, by which a step names it, and what it is."""

    id: int
    told: str


class CaseStepOut(StepOut):
    """A step of a case; `about` lists what waits for it, one of which a step names where there are several.

    It is empty where the step is about the case as a whole.
    """

    about: list[ThingOut]


class CaseStepIn(StepIn):
    """The values of a step, and what it is about."""

    about: int | None = Field(
        None, description="办理哪一项：方案、延期、转办件等的 id，见 GET steps 的 about；只有一项待办时可以不填"
    )


class CaseQuery(Paged):
    """Which cases, and where in the list."""

    state: CaseState | None = None
    track: Track | None = None
    number: Word = ""
    source_number: Word = Field("", description="来源系统编号")
    business_type: Word = ""
    cause: Word = ""
    overdue: bool = False


@router.get("", response=CasePage, summary="投诉列表")
def list_cases(request: HttpRequest, query: Query[CaseQuery]) -> dict[str, Any]:
    """Return the cases one may see, newest first."""
    require(request.user, "complaints.view")
    rows = queries.overdue(request.user) if query.overdue else queries.visible(request.user)
    wanted = {
        name: str(value) for name in ("state", "track", "business_type", "cause") if (value := getattr(query, name))
    }
    if query.number:
        wanted["number__iexact"] = query.number
    if query.source_number:
        wanted["pk__in"] = Contact.objects.filter(source_number=query.source_number).values("case")  # type: ignore[assignment]
    return page_of(
        rows.filter(**wanted).select_related("unit", "handler"), limit=query.limit, cursor=query.cursor, show=case_told
    )


@router.get("/{int:pk}", response=CaseDetail, summary="投诉")
def show_case(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a case; the complainant and the words are masked."""
    row = found_case(request, pk)
    return {
        **case_told(row),
        "summary": sentences.told_to(request.user, row),
        "masked": shown(row),
        "cause_alternatives": row.ticket.get("ticket", {}).get("cause_alternatives") or [],
        **{name: getattr(row, name) for name in ("institution", "product_name", "amounts", "event_dates")},
        "contacts": list(row.contacts.values_list("number", flat=True)),
        "letters": [
            {"number": letter.number, "version": letter.version, "state": letter.state, "sent_at": letter.sent_at}
            for letter in row.letters.all()
        ],
        "transfers": [
            {"number": item.number, "bureau": item.bureau, "due_on": item.due_on, "reported_at": item.reported_at}
            for item in row.transfers_in.all()
        ],
    }


@router.get("/{int:pk}/clocks", response=list[ClockOut], summary="法定期限与逐日推算")
def show_clocks(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return the statutory clocks of a case, each with its article and its count day by day."""
    row = found_case(request, pk)
    return [
        {
            "track": clock.track, "name": clock.name, "label": clock.label, "whose": clock.whose,
            "ours": clocking.is_ours(clock), "due": clock.due.isoformat(),
            "due_rolled": clock.due_rolled.isoformat(), "alarm": clock.alarm.isoformat(),
            "basis": [str(item) for item in clock.basis], "met": clock.met, "ended": clock.ended is not None,
            "suspended": clock.suspended, "paused_days": clock.paused_days, "provisional": clock.provisional,
            "notes": [clocking.plain(line) for line in clock.notes], "version": clock.version,
            "replay": [step.as_dict() for step in clock.replay],
        }
        for clock in clocking.clocks_of(row)
    ]  # fmt: skip


@router.post("/{int:pk}/records", response={201: dict[str, Any]}, summary="登记调查与联系")
def add_record(request: HttpRequest, pk: int, body: RecordIn) -> Status[dict[str, Any]]:
    """Add an entry to the record of the investigation, as from a telephone system."""
    row = found_case(request, pk)
    made = services.investigate(row, by=request.user, kind=body.kind.value, text=body.text, at=aware(body.at))
    return Status(201, {"id": made.pk, "at": made.at.isoformat()})


@router.post("/contacts", response={200: ContactOut, 201: ContactOut}, summary="登记来件")
def register_contact(request: HttpRequest, body: ContactIn) -> Status[dict[str, Any]]:
    """Register a contact of another system, or return the one that its number has."""
    require(request.user, "complaints.register")
    unit = unit_of(body.unit) if body.unit else None
    key = services.key_of(body.channel.value, source_number=f"{body.source_system}:{body.source_number}")
    known = services.known_by(key, request.user) is not None
    facts = {name: value for name in ("customer_name", "phone") if (value := getattr(body, name))}
    facts |= {"beside": body.track} if body.track else {}
    told = json.dumps({"text": body.text} | face_told(body)).encode()
    arrival = reader_of(body.channel.value)(told, {"record": True})
    row = services.register(
        channel=body.channel.value, text=body.text, by=request.user, received_at=aware(body.received_at), unit=unit,
        key=key, kind_proposed=body.kind_proposed.value if body.kind_proposed else "",
        source_system=body.source_system[:60], source_number=body.source_number, sender=body.customer_name,
        people_count=body.people_count, face_to_face=arrival.face_to_face, details=facts,
    )  # fmt: skip
    return Status(200 if known else 201, shown_contact(row, made=not known))


@router.get("/contacts/{int:pk}", response=ContactOut, summary="来件")
def show_contact(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a contact and the case it went into."""
    require(request.user, "complaints.contacts")
    return shown_contact(find(queries.contacts(request.user).select_related("case"), pk=pk))


@router.get("/{int:pk}/steps", response=list[CaseStepOut], summary="可以办理的步骤")
def list_steps(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return the steps that have a place in a case's state: what each asks, or why one may not take it."""
    row, out = found_case(request, pk), []
    for verb in verbs.VERBS.values():
        things = verb.things(row)
        if not things:
            continue
        reason = verbs.reason_against(verb, row, request.user)
        thing = next((item for item in things if not verbs.reason_against(verb, row, request.user, item)), things[0])
        fields = [] if reason else described(verb.form(case=row, user=request.user, about=thing))
        told = {"name": verb.name, "label": str(verb.label), "allowed": not reason, "reason": reason}
        about = [{"id": item.pk, "told": open_things.told(item)} for item in things if item != row]
        out.append({**told, "fields": fields, "about": about})
    return out


@router.post("/{int:pk}/steps/{verb}", response=Done, summary="办理一步")
def do_step(request: HttpRequest, pk: int, verb: str, body: CaseStepIn) -> dict[str, Any]:
    """Take a step, with the values that its description asks for.

    Where several offers, extensions or transfers wait for it `about` names one; without it the answer is 409 and lists
    them.
    """
    row, found = found_case(request, pk), verbs.VERBS.get(verb)
    if found is None:
        raise Hidden(_("没有这项操作。"))
    reason = verbs.reason_against(found, row, request.user)
    if reason:
        raise Refused(reason)
    things = found.things(row)
    if body.about is not None and row in things:
        raise BadValue(_("这一步针对整件投诉，不用填 about。"), fields={"about": _("请去掉")})
    thing = open_things.chosen(row, things, body.about)
    reason = verbs.reason_against(found, row, request.user, thing)
    if reason:
        raise Refused(reason)
    form = found.form(posted(found.form, body.values), case=row, user=request.user, about=thing)
    told = verbs.do(row, verb, by=request.user, values=checked(form), about=thing.pk)
    after = Case.objects.get(pk=row.pk)
    return {"told": str(told), "state": after.state, "state_name": after.get_state_display()}


def unit_of(code: str) -> Organisation:
    """Return the organisation that a code names; raises BadValue."""
    unit = Organisation.objects.filter(code=code, active=True).first()
    if unit is None:
        raise BadValue(_("没有编号为“%s”的机构。") % code, fields={"unit": _("不存在")})
    return unit


def found_case(request: HttpRequest, pk: int) -> Case:
    """Return a case that the caller may see; raises Hidden, Forbidden."""
    require(request.user, "complaints.view")
    return find(queries.visible(request.user).select_related("unit", "handler"), pk=pk)


def face_told(body: ContactIn) -> dict[str, bool]:
    """Return what a contact's record says of being face to face; a visit to a branch is, unless that is denied."""
    told = "face_to_face" in body.model_fields_set and (body.face_to_face or body.channel == Channel.BRANCH)
    return {"face_to_face": body.face_to_face} if told else {}


def aware(moment: datetime | None) -> datetime | None:
    """Return a moment with its zone; without one it is Beijing's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=BEIJING)


def shown_contact(row: Contact, *, made: bool = False) -> dict[str, Any]:
    """Return a contact as it is told."""
    return {
        "id": row.pk, "number": row.number, "channel": row.channel, "state": row.state, "kind": row.kind,
        "case": row.case.number if row.case else None, "received_at": row.received_at, "made": made,
    }  # fmt: skip
