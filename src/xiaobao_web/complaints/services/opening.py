"""Contacts: register each, say what it is (甄别), check what is called no complaint, open the case."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import beside, clocking, telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, Channel, Contact, ContactKind, ContactState, Track
from xiaobao_web.complaints.services import confiding, levels, secret_numbers, sentences
from xiaobao_web.complaints.services.personal import masked, names_in, short
from xiaobao_web.complaints.states import BEFORE_ANSWER
from xiaobao_web.kernel import deadlines, journal, search, states
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.people.models import Organisation

COLUMNS = {
    "customer_name": "customer_name", "phone": "phone", "id_number": "id_number", "card_or_account": "account",
    "email": "email", "institution_branch": "institution", "staff_mentioned": "staff", "product_name": "product_name",
    "business_type": "business_type", "cause": "cause", "amounts": "amounts", "event_dates": "event_dates",
    "demand": "demands", "risk_flags": "flags", "urgency": "urgency", "summary": "summary",
}  # fmt: skip
"""Where a field of the engine's ticket stands in a case."""
STATED = (
    "customer_name", "phone", "id_number", "account", "email", "address", "region", "institution", "staff",
    "business_type", "cause", "product_name", "amounts", "event_dates", "demands", "flags", "urgency", "amount",
    "summary", "confidential", "beside",
)  # fmt: skip
"""What a channel may have stated of a contact that goes into its case."""
FIRST_YEAR = 2000
"""No contact was received before it: a year with a digit lost is told instead of kept."""


def key_of(channel: str, *, source_number: str = "", message: str = "", text: str = "", sender: str = "") -> str:
    """Return what names a contact once: the source's number, the message's id, or a digest of who wrote what."""
    if source_number:
        return f"{channel}:{source_number}"[:200]
    if message:
        return f"{channel}:{message}"[:200]
    digest = hashlib.sha256(f"{sender}\n{text}".encode()).hexdigest()
    return f"{channel}:sha256:{digest}"


def known_by(key: str, by: Any) -> Contact | None:
    """Return the contact that a source's number has; raises Refused where it is beyond what a person may see."""
    rows = Contact.objects.filter(key=key)
    known = rows.first()
    if known is not None and not visible_to(by, rows, "complaints.contacts").exists():
        raise Refused(_("这个来源编号已由其他机构登记，不在您的查看范围内；请核对来源系统名称和编号，或联系消保办。"))
    return known


def received(at: datetime | None) -> datetime:
    """Return the moment a contact was received, now where none is told; raises BadValue where it cannot be."""
    now = timezone.now()
    if at is None:
        return now
    if at > now + timedelta(minutes=5):
        raise BadValue(_("收到时间不能晚于现在。"), fields={"received_at": _("不能晚于现在")})
    if at.year < FIRST_YEAR:
        told = _("收到时间不能早于 %d 年，请核对年份。") % FIRST_YEAR
        raise BadValue(told, fields={"received_at": _("不早于 %d 年") % FIRST_YEAR})
    return at


@transaction.atomic
def register(
    *, channel: str, by: Any, text: str = "", turns: list[dict[str, Any]] | None = None,
    received_at: datetime | None = None, unit: Any = None, key: str = "", ticket: dict[str, Any] | None = None,
    kind_proposed: str = "", **values: Any,
) -> Contact:  # fmt: skip
    """Register a contact as it came; one that was registered before under its key is returned as it is.

    `values` are fields of Contact (sender, subject, thread, source_system, details, people_count …). `by` None: a
    channel of the platform. Raises BadValue.
    """
    if channel not in Channel.values:
        raise BadValue(_("没有“%s”这个渠道。") % channel, fields={"channel": _("请选择")})
    if not text.strip() and not turns:
        raise BadValue(_("请写下投诉人说了什么。"), fields={"text": _("必填")})
    at = received(received_at)
    where = unit or (by.unit if by is not None else None) or _head_office()
    if by is not None:
        require(by, "complaints.register")
    name = key or f"{channel}:manual:{next_number('LXM', year=timezone.localdate().year)}"
    known = Contact.objects.select_for_update().filter(key=name).first()
    if known is not None:
        return known
    contact = Contact(
        number=next_number("LX"), channel=channel, received_at=at, key=name, text=text.strip(), turns=turns or [],
        unit=where, registered_by=by, ticket=ticket or {}, kind_proposed=kind_proposed, **values,
    )  # fmt: skip
    contact.confidential = bool(contact.details.get("confidential"))
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
    except IntegrityError:  # another process registered it in this moment
        return Contact.objects.get(key=name)
    journal.record("complaints.registered", by=by, on=contact, facts={"channel": contact.get_channel_display()})
    clocking.target(contact, "screen", at=timezone.now())
    search.index(contact)
    telling.holding(contact, "complaints.screen_kind", _("新来件待甄别：%(number)s"))
    return contact


def _head_office() -> Organisation:
    found = Organisation.objects.filter(parent=None, active=True).order_by("pk").first()
    if found is None:
        raise Refused(_("还没有登记机构，请先在“机构”中登记。"))
    return found


def stands_by_default(contact: Contact) -> bool:
    """Tell whether nobody has said which organisation a contact is about: it is its registrar's, or the head office."""
    by = contact.registered_by
    return contact.unit_id == (by.unit_id if by is not None else _head_office().pk)


def looks_like_complaint(contact: Contact) -> bool:
    """Tell whether a contact may be a complaint: the machine says so, or it has not said anything."""
    return contact.kind_proposed in ("", ContactKind.COMPLAINT)


@transaction.atomic
def screen_kind(contact: Contact, *, by: Any, kind: str, reason: str = "", into: Case | None = None,
                **values: Any) -> Contact:  # fmt: skip
    """Say what a contact is.

    A complaint is filed as a case (or added to the case `into` that it is about). What is perhaps a complaint and is
    called something else waits for a second person; some of the rest are drawn for a check.
    """
    if kind not in ContactKind.values:
        raise BadValue(_("请选择甄别结果。"), fields={"kind": _("请选择")})
    downgrade = kind != ContactKind.COMPLAINT and looks_like_complaint(contact)
    if downgrade and len(reason.strip()) < 4:
        raise BadValue(_("不按投诉办理的，请写明理由。"), fields={"reason": _("至少 4 个字")})
    to = ContactState.FILED if kind == ContactKind.COMPLAINT else ContactState.PASSED_ON
    facts = {"kind": ContactKind(kind).label, "reason": reason.strip() or _("内容明确")}
    row = states.move(
        contact, "screen_kind", by=by, facts=facts, kind=kind, reason=reason.strip()[:300],
        to=ContactState.CHECKING if downgrade else to,
    )  # fmt: skip
    if kind == ContactKind.COMPLAINT:
        _file(row, by=by, into=into, values=values)
    elif downgrade:
        telling.holding(row, "complaints.check_kind", _("有来件拟不按投诉办理，请复核：%(number)s"))
    else:
        _passed_on(row)
    search.index(row)
    return row


def _passed_on(contact: Contact) -> None:
    deadlines.meet(contact, "screen")
    if drawn(contact.number):
        Contact.objects.filter(pk=contact.pk).update(sampled=True)
        contact.sampled = True
        journal.record("complaints.sampled", on=contact, facts={"share": limits().sample_share})


def drawn(number: str) -> bool:
    """Tell whether a number is drawn for the check: decided by the number alone, so that nobody can steer it."""
    value = int(hashlib.sha256(f"甄别抽查 {number}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return value < limits().sample_share


@transaction.atomic
def check_kind(contact: Contact, *, by: Any, agree: bool, note: str = "", **values: Any) -> Contact:
    """Decide as a second person whether a contact is no complaint; one that is, becomes a case.

    `values` go before what the channel stated.
    """
    kind = contact.kind if agree else ContactKind.COMPLAINT.value
    to = ContactState.PASSED_ON if agree else ContactState.FILED
    told = _("同意按%s办理") % contact.get_kind_display() if agree else _("应按投诉办理")
    row = states.move(
        contact, "check_kind", by=by, comment=note, facts={"result": told}, agree=agree, kind=kind, to=to
    )  # fmt: skip
    if agree:
        _passed_on(row)
    else:
        _file(row, by=by, into=None, values=stated(row) | values)
    return row


@transaction.atomic
def check_sample(contact: Contact, *, by: Any, omitted: bool, note: str = "") -> Contact:
    """Look at a drawn contact again; an omission is filed as a complaint with its own day of receipt."""
    require(by, "complaints.check_sample", contact)
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    if not row.sampled or row.sampled_at is not None:
        raise Refused(_("这件来件没有待完成的抽查。"))
    row.omitted, row.sampled_by, row.sampled_at = omitted, by, timezone.now()
    row.save(update_fields=["omitted", "sampled_by", "sampled_at"])
    told = _("应为投诉，漏登") if omitted else _("甄别正确")
    journal.record("complaints.sample_checked", by=by, on=row, facts={"result": told, "comment": note})
    if omitted:
        row = states.move(row, "refile", by=by)
        _file(row, by=by, into=None, values=stated(row))
    return row


def _file(contact: Contact, *, by: Any, into: Case | None, values: dict[str, Any]) -> Case:
    deadlines.meet(contact, "screen")
    case = into if into is not None else _opened(contact, by=by, values=values)
    Contact.objects.filter(pk=contact.pk).update(case=case)
    contact.case = case
    if case.confidential or contact.confidential:
        contact.case = case = confiding.follow(case, by=by, told=_("按来件 %s 的要求设置") % contact.number)
        contact.refresh_from_db(fields=["confidential"])
    if into is not None:
        if into.state in ("merged", "declined"):
            raise Refused(_("%s 已经了结，不能并入。") % into.number)
        facts = {"number": contact.number, "channel": contact.get_channel_display()}
        journal.record("complaints.contact_added", by=by, on=into, facts=facts)
        if into.state in BEFORE_ANSWER:
            why = _("来件 %s 并入时带来") % contact.number
            beside.begin(into, str(values.get("beside") or ""), at=contact.received_at, by=by, why=why)
        telling.people(into, telling.in_charge(into), _("投诉人又有来件：%(number)s"))
    return case


def fields_of(contact: Contact) -> dict[str, Any]:
    """Return what the ticket says, by the columns of a case; empty values are left out."""
    told = contact.ticket.get("ticket", contact.ticket.get("fields", {})) if contact.ticket else {}
    found = {column: _fitting(column, told[name]) for name, column in COLUMNS.items() if told.get(name)}
    amounts = told.get("amounts") or []
    if amounts:
        found["amount"] = max(item["value"] for item in amounts)
    return found


def _fitting(column: str, value: Any) -> Any:
    """Return a value as long as its column takes it."""
    return value[: getattr(Case._meta.get_field(column), "max_length", None)] if isinstance(value, str) else value


def stated(contact: Contact) -> dict[str, Any]:
    """Return what a channel stated of a contact, by the columns of a case."""
    return {name: value for name, value in contact.details.items() if name in STATED}


def _opened(contact: Contact, *, by: Any, values: dict[str, Any]) -> Case:
    facts = {**fields_of(contact), **{key: value for key, value in values.items() if value not in (None, "", [])}}
    unit, track = facts.pop("unit", None) or contact.unit, str(facts.pop("beside", ""))
    facts |= {"phone": secret_numbers.written(facts["phone"])} if facts.get("phone") else {}
    own, summary = _summary(contact, facts, str(values.get("summary") or ""))
    given = masked(str(facts.pop("title", "")), names_in(facts))
    secret = bool(facts.get("confidential")) or contact.confidential
    facts["confidential"] = secret
    title = sentences.titled(facts, summary, channel=contact.channel, confidential=secret)
    if not given and (own or secret or sentences.title_of(facts)):
        own = [*own, "title"]
    case = Case.objects.create(
        number=next_number("TS"), title=(given or title)[:200], summary=summary,
        channel=contact.channel, received_at=contact.received_at, unit=unit,
        registered_by=contact.registered_by or by, ticket={**contact.ticket, sentences.WRITTEN: sorted(own)},
        people_count=contact.people_count, face_to_face=contact.face_to_face, **facts,
    )  # fmt: skip
    journal.record("complaints.opened", by=by, on=case, facts={"contact": contact.number})
    clocking.note(case, "received", at=case.received_at, by=by)
    beside.begin(case, track, at=case.received_at, by=by, why=_("来件 %s 立案时带来") % contact.number)
    clocking.target(case, "accept")
    levels.judge(case, by=None)
    search.index(case)
    telling.holding(case, "complaints.accept", _("新投诉待受理：%(number)s %(title)s"))
    return case


def _summary(contact: Contact, facts: dict[str, Any], given: str) -> tuple[list[str], str]:
    """Take the summary out of a case's facts; return whether it is ours (["summary"]) and it as everybody reads it.

    The machine's sentence is written of what the case holds now, without the complainant: who that is stands beside
    it. What somebody gave, or the complainant's own words where there is no ticket, is masked.
    """
    read = facts.pop("summary", "")
    if given or not read:
        return [], masked(short(given or contact.words(), 300), names_in(facts))
    return ["summary"], sentences.summary_of(facts)


def open_directly(*, channel: str, text: str, by: Any, received_at: datetime | None = None, contact: Any = None,
                  track: str = Track.DIRECT, **values: Any) -> Case:  # fmt: skip
    """Register a contact that is plainly a complaint and file it in one step; `contact` are fields of Contact."""
    row = register(
        channel=channel, text=text, by=by, received_at=received_at, unit=values.get("unit"),
        kind_proposed=ContactKind.COMPLAINT.value, **(contact or {}),
    )  # fmt: skip
    if row.case is not None:
        return row.case
    row = screen_kind(row, by=by, kind=ContactKind.COMPLAINT, track=track, **values)
    return Case.objects.get(contacts=row)
