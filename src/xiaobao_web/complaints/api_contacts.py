"""Contacts over REST: listed, read by the machine, told apart, checked; letters' scans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.complaints import queries
from xiaobao_web.complaints.api import Beside, ContactOut, Word, Words, aware, router, shown_contact, unit_of
from xiaobao_web.complaints.models import Channel, Contact, ContactKind, ContactState, LetterScan
from xiaobao_web.complaints.services import check_kind, check_sample, opening, scans, screen_kind, similar, taking_down
from xiaobao_web.complaints.services.inquiry import tells_whom
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.serving import respond

Reason = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
Number = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]


class ContactPage(Schema):
    """A page of contacts; `next` is the cursor of the page after."""

    items: list[ContactOut]
    next: str | None


class ContactQuery(Paged):
    """Which contacts, and where in the list."""

    state: ContactState | None = None
    kind: ContactKind | None = None
    channel: Channel | None = None
    waiting: bool = Field(False, description="只要等我甄别、复核或抽查的")
    source_number: Word = ""


class ReadIn(Strict):
    """Words that somebody says, and when they came."""

    text: Words
    channel: Channel = Channel.CALL
    received_at: datetime | None = None


class ValueOut(Schema):
    """What the machine reads for a field: the value, how sure (0 to 1), the words it stands on.

    `level`: sure, likely or doubtful as it is shown, by what became of `checked` values that were as sure, `right` of
    which stood. `why`: where it follows what people corrected; `others`: names that are offered.
    """

    value: Any
    confidence: float | None
    words: list[str]
    level: str
    checked: int
    right: int
    why: str
    others: list[str]


class ElsewhereOut(Schema):
    """An earlier complaint of the same customer that the person may not open: `unit` is whom to ask about it."""

    number: str
    received_at: datetime
    state: str
    unit: str
    cause: str


class ReadOut(Schema):
    """What the machine makes of some words: fields, what kind of contact it is and why, what belongs to it.

    `unit` is the code of the organisation of ours that the words name, `institution` what they call it. `elsewhere` are
    the latest of the same customer's complaints out of reach, `elsewhere_count` how many there are.
    """

    values: dict[str, ValueOut]
    cause_alternatives: list[str]
    kind: str
    why: str
    near: list[str]
    earlier: list[str]
    elsewhere: list[ElsewhereOut]
    elsewhere_count: int


class ScreenIn(Strict):
    """What a contact is; `into` is the number of the case it belongs to, where it makes none of its own."""

    kind: ContactKind
    reason: Reason = ""
    into: Number = ""
    unit: Word = Field("", description="被投诉机构的编号，留空不改")
    track: Beside | None = Field(None, description="在投诉期限之外另有期限的，写明哪一种；留空按来源系统所写")


class KindCheckIn(Strict):
    """Whether the second person agrees that it is no complaint."""

    agree: bool
    note: Reason = ""


class SampleIn(Strict):
    """Whether a drawn contact is a complaint that was overlooked."""

    omitted: bool
    note: Reason = ""


class ScanIn(Strict):
    """A letter's facts beside its files; organisation by code."""

    received_at: datetime | None = None
    sender: Word = ""
    unit: Word = ""


class ScanLine(Schema):
    """A line of a page: its words, how sure (0 to 1), its box in pixels of the picture."""

    text: str
    sure: float
    box: list[float] | None


class ScanPage(Schema):
    """A page of a letter: its words as they stand now, the lines read on it, what is to be known of it."""

    place: int
    text: str
    lines: list[ScanLine]
    issues: list[str]


class ScanOut(Schema):
    """A letter's scan: how far it is read, its pages, files that could not be taken."""

    contact: int
    number: str
    state: str
    error: str
    pages: list[ScanPage]
    refused: list[str]


class ScanTexts(Strict):
    """What a person writes down beside the pages, page by page."""

    texts: list[Words] = Field(min_length=1, max_length=200)


@router.get("/contacts", response=ContactPage, summary="来件列表")
def list_contacts(request: HttpRequest, query: Query[ContactQuery]) -> dict[str, Any]:
    """Return the contacts one may see, newest first."""
    require(request.user, "complaints.contacts")
    rows = queries.contacts_waiting(request.user) if query.waiting else queries.contacts(request.user)
    names = ("state", "kind", "channel", "source_number")
    wanted = {name: str(value) for name in names if (value := getattr(query, name))}
    rows = rows.filter(**wanted).select_related("case")
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=shown_contact)


@router.post("/read", response=ReadOut, summary="智能填单：读一段话")
def read_words(request: HttpRequest, body: ReadIn) -> dict[str, Any]:
    """Return what the machine makes of some words; nothing is kept."""
    if not body.text.strip():
        raise BadValue(_("请填写投诉人说的话。"), fields={"text": _("必填")})
    found = taking_down.read(
        body.text, channel=body.channel.value, received_at=aware(body.received_at), by=request.user
    )
    code = found.named.unit.code if found.named else None
    return {
        "values": {
            name: {
                "value": code if name == "unit" else item.value, "confidence": item.confidence, "words": item.words,
                "level": item.level, "checked": item.measured.checked if item.measured else 0,
                "right": item.measured.right if item.measured else 0, "why": item.why, "others": list(item.others),
            }
            for name, item in found.values.items()
        },
        "cause_alternatives": found.others, "kind": found.proposal.kind, "why": str(found.proposal.why),
        "near": [item["number"] for item in found.near], "earlier": [case.number for case in found.earlier],
        "elsewhere_count": found.elsewhere.count,
        "elsewhere": [
            {"number": row.number, "received_at": row.day, "state": row.state, "unit": row.unit, "cause": row.cause}
            for row in found.elsewhere.cases
        ],
    }  # fmt: skip


@router.post("/contacts/{int:pk}/screen", response=ContactOut, summary="甄别来件")
def screen_contact(request: HttpRequest, pk: int, body: ScreenIn) -> dict[str, Any]:
    """Say what a contact is; a complaint becomes a case, or goes into the one that it belongs to."""
    row, into = _contact(request, pk), None
    if body.into:
        into = queries.visible(request.user).filter(number__iexact=body.into.strip()).first()
        if into is None:
            told = _("没有这个编号的投诉，或它不在您的查看范围内。")
            raise BadValue(told, fields={"into": told})
    unit = unit_of(body.unit) if body.unit else None
    screen_kind(row, by=request.user, kind=body.kind.value, reason=body.reason, into=into, unit=unit,
                **{**opening.stated(row), **({"beside": body.track} if body.track else {})})  # fmt: skip
    similar.link_now(row.pk)
    return shown_contact(_contact(request, pk))


@router.post("/contacts/{int:pk}/check", response=ContactOut, summary="复核甄别")
def check_contact(request: HttpRequest, pk: int, body: KindCheckIn) -> dict[str, Any]:
    """Decide as a second person whether a contact is no complaint."""
    check_kind(_contact(request, pk), by=request.user, agree=body.agree, note=body.note)
    similar.link_now(pk)
    return shown_contact(_contact(request, pk))


@router.post("/contacts/{int:pk}/sample", response=ContactOut, summary="抽查甄别")
def sample_contact(request: HttpRequest, pk: int, body: SampleIn) -> dict[str, Any]:
    """Look at a drawn contact again; an omission becomes a complaint."""
    check_sample(_contact(request, pk), by=request.user, omitted=body.omitted, note=body.note)
    similar.link_now(pk)
    return shown_contact(_contact(request, pk))


@router.post("/contacts/scans", response={201: ScanOut}, summary="登记来信扫描件")
def add_scan(request: HttpRequest, given: Form[ScanIn], files: File[list[UploadedFile]]) -> Status[dict[str, Any]]:
    """Take a letter's scan in; it is read in the background."""
    require(request.user, "complaints.register")
    unit = unit_of(given.unit) if given.unit else None
    scan, refused = scans.upload(
        list(files), by=request.user, received_at=aware(given.received_at), unit=unit, sender=given.sender
    )
    return Status(201, _scan(scan, refused))


@router.get("/contacts/{int:pk}/scan", response=ScanOut, summary="来信扫描件")
def show_scan(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a letter page by page; opening it is journalled."""
    row = _letter(request, pk)
    journal.record("complaints.scan_opened", by=request.user, on=row.contact)
    return _scan(row)


@router.put("/contacts/{int:pk}/scan", response=ScanOut, summary="补录来信文字")
def write_scan(request: HttpRequest, pk: int, body: ScanTexts) -> dict[str, Any]:
    """Keep what a person writes down beside the pages."""
    return _scan(scans.write(_letter(request, pk), body.texts, by=request.user))


@router.post("/contacts/{int:pk}/scan/again", response=ScanOut, summary="重新识别来信")
def read_scan_again(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Read a letter anew."""
    scans.read_again(_letter(request, pk), by=request.user)
    return _scan(_letter(request, pk))


@router.get("/contacts/{int:pk}/scan/pages/{int:place}", response={200: None}, summary="来信的一页图片")
def fetch_scan_page(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """Hand out the picture of a page."""
    row = _letter(request, pk)
    number = (row.pages[place - 1]["file"] if 0 < place <= len(row.pages) else 0) or 0
    stored = StoredFile.objects.filter(pk=number).first()
    if stored is None:
        raise Hidden(_("没有这一页的图片。"))
    return respond(request, stored, name=f"{row.contact.number}-{place}.png")


def _contact(request: HttpRequest, pk: int) -> Contact:
    require(request.user, "complaints.contacts")
    return find(queries.contacts(request.user).select_related("unit", "case"), pk=pk)


def _letter(request: HttpRequest, pk: int) -> LetterScan:
    contact = _contact(request, pk)
    row = find(LetterScan.objects.select_related("contact__unit", "contact__case"), contact=contact)
    if contact.case is not None and not tells_whom(request.user, contact.case):
        raise Forbidden(_("投诉人要求身份保密，只有经办人和消保办可以查看来信。"))
    return row


def _scan(row: LetterScan, refused: list[str] | None = None) -> dict[str, Any]:
    return {
        "contact": row.contact_id, "number": row.contact.number, "state": row.state, "error": row.error,
        "refused": refused or [],
        "pages": [
            {"place": place, "text": page["text"], "lines": page["lines"], "issues": page["issues"]}
            for place, page in enumerate(row.pages, 1)
        ],
    }  # fmt: skip
