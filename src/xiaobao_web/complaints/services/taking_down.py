"""A clerk takes down what somebody says: the machine's values with their words, what the clerk makes of each, kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiaobao.insight import facts_of
from xiaobao_web.complaints import proposing, queries
from xiaobao_web.complaints.channels.named import Named, unit_in
from xiaobao_web.complaints.models import Case, CheckCount, Contact, ContactKind, ContactState, FieldCheck
from xiaobao_web.complaints.services import intake, learning, similar
from xiaobao_web.complaints.services.checking import (
    FATE,
    FIELDS,
    OTHERS,
    bare,
    fate_of,
    fate_of_others,
    highest,
    sentence_of,
)
from xiaobao_web.complaints.services.elsewhere import Elsewhere, elsewhere, same_customer
from xiaobao_web.complaints.services.inquiry import tells_whom
from xiaobao_web.complaints.services.opening import received, register, screen_kind
from xiaobao_web.kernel.access import can, holds, require
from xiaobao_web.kernel.errors import Refused

LIKELY = learning.LIKELY
STANDING = [FATE.KEPT.value, FATE.CHANGED.value, FATE.ADDED.value]
"""The fates of values that stand in the end, that of those the machine had right first."""


@dataclass(frozen=True)
class Value:
    """What the machine reads for a field: the value as the form has it, how sure, the words it stands on."""

    value: Any
    confidence: float | None
    words: list[str]
    measured: learning.Measured | None = None
    """What became of values as sure as this one."""
    why: str = ""
    """The reason where it follows what people corrected."""
    others: tuple[str, ...] = ()
    """Names that are offered."""

    @property
    def level(self) -> str:
        """Return how sure: sure, likely or doubtful; empty where there is no value."""
        if self.confidence is None or self.value in (None, "", []):
            return ""
        return learning.shown_level(self.confidence, self.measured)

    @property
    def sure(self) -> str:
        """Return how sure, in words."""
        return learning.label_of_level(self.level) if self.level else ""

    @property
    def told(self) -> str:
        """Return what became of values as sure as this one, as a sentence."""
        return self.measured.told if self.level and self.measured else ""


@dataclass
class Reading:
    """What the machine makes of some words."""

    ticket: dict[str, Any]
    values: dict[str, Value]
    others: list[str]
    proposal: proposing.Proposal
    marked: SafeString
    near: list[dict[str, Any]]
    earlier: list[Case]
    elsewhere: Elsewhere
    named: Named | None

    @property
    def proposed(self) -> str:
        """Return what kind of contact is proposed, in words."""
        return str(ContactKind(self.proposal.kind).label)


def read(text: str, *, channel: str, received_at: datetime | None, by: Any, but: int = 0) -> Reading:
    """Return what the machine makes of what somebody says, and whom the words may belong to; nothing is kept.

    `but`: the contact whose words they are, where it is registered already.
    """
    require(by, "complaints.register")
    moment = received(received_at)
    ticket = intake.read_ticket(channel, received_at=timezone.localtime(moment), text=text)
    mine = facts_of({"id": "", "text": text, "received_at": moment.isoformat()})
    near = similar.told_to(by, similar.matches(mine, but=but))
    named = unit_in(text)
    values = values_of(ticket, named)
    return Reading(ticket, values, list(ticket["ticket"].get(OTHERS) or []),
                   proposing.propose(text, ticket=ticket["ticket"]), marked(text, ticket, named), near,
                   earlier(values, by), beyond(values, by), named)  # fmt: skip


def values_of(ticket: dict[str, Any], named: Named | None = None) -> dict[str, Value]:
    """Return the machine's values by the fields of the form."""
    told, out = ticket.get("ticket", {}), {}
    for name, key in FIELDS.items():
        value = told.get(key)
        sure = ticket.get("confidence", {}).get(key)
        words = [span["text"] for span in ticket.get("evidence", {}).get(key, [])]
        if name == "amount":
            value = highest(value)
        elif name == "unit":
            value, words = (named.unit.pk, [named.words]) if named else (None, [])
            sure = (sure or LIKELY) if named else None
        elif name == "summary":
            value = sentence_of(told) if value else None
        learned = ticket.get("learned", {}).get(name, {})
        out[name] = Value(value, sure, list(dict.fromkeys(words)), learning.measured(name, sure),
                          learned.get("why", ""), tuple(learned.get("others", ())))  # fmt: skip
    return out


def marked(text: str, ticket: dict[str, Any], named: Named | None = None) -> SafeString:
    """Return the words with the evidence of each field marked; words that several stand on are marked for each."""
    spans = [
        (span["start"], span["end"], name)
        for name, key in FIELDS.items() if name != "unit" for span in ticket.get("evidence", {}).get(key, [])
        if span["end"] <= len(text)
    ]  # fmt: skip
    if named is not None and named.words in text:
        spans.append((text.index(named.words), text.index(named.words) + len(named.words), "unit"))
    edges = sorted({0, len(text), *(edge for start, end, _name in spans for edge in (start, end))})
    parts = []
    for start, end in pairwise(edges):
        names = list(dict.fromkeys(name for first, last, name in spans if first <= start and end <= last))
        words = text[start:end]
        parts.append(format_html('<mark data-field="{}">{}</mark>', " ".join(names), words) if names else words)
    return format_html_join("", "{}", ((part,) for part in parts))


def earlier(values: dict[str, Value], by: Any, most: int = 5) -> list[Case]:
    """Return the complaints of the same customer that a clerk may see: same phone, document or account."""
    same = same_customer({name: item.value for name, item in values.items()})
    rows = queries.visible(by).filter(same).select_related("unit").order_by("-received_at")[: 3 * most]
    return [row for row in rows if tells_whom(by, row)][:most]


def beyond(values: dict[str, Value], by: Any) -> Elsewhere:
    """Return the complaints of the same customer that a clerk who registers may not open, as far as may be told."""
    return elsewhere({name: item.value for name, item in values.items()}, by=by)


@transaction.atomic
def take_down(given: dict[str, Any], *, by: Any, contact: Contact | None = None) -> Contact:
    """Register what the form says, keep what became of each machine value, file it where the clerk may.

    `contact`: one that is registered already and not told apart yet, whose ticket the form fills.
    """
    facts = {name: given[name] for name in (*FIELDS, "confidential") if name != "unit"}
    moment = given["received_at"] or (contact.received_at if contact else timezone.now())
    ticket = intake.read_ticket(given["channel"], received_at=timezone.localtime(moment), text=given["text"])
    kind, complaint, named = given["kind"], given["kind"] == ContactKind.COMPLAINT, unit_in(given["text"])
    machine = values_of(ticket, named)
    if bare(facts["summary"]) == bare(machine["summary"].value):
        facts["summary"] = ""  # the machine's sentence follows what the clerk says of the rest
    unit = given["unit"] or (named.unit if named else None)
    proposal = proposing.propose(given["text"], ticket=ticket["ticket"])
    values: dict[str, Any] = {
        "sender": given["customer_name"], "people_count": given["people_count"], "face_to_face": given["face_to_face"],
        "kind_proposed": proposal.kind, "kind_confidence": proposal.confidence, "kind_why": proposal.why,
        "ticket": {**ticket, "ticket": confirmed(ticket["ticket"], facts), "machine": ticket["ticket"]},
        "details": {key: str(value) if isinstance(value, Decimal) else value for key, value in facts.items()}
        | ({"beside": given["track"]} if given["track"] else {}),
    }  # fmt: skip
    if contact is None:
        once = f"{given['channel']}:page:{by.pk}:{given['once']}" if given["once"] else ""
        contact = register(channel=given["channel"], text=given["text"], by=by, received_at=moment, key=once,
                           unit=unit, **values)  # fmt: skip
        if contact.state != ContactState.NEW.value or contact.field_checks.exists():
            return contact
    else:
        contact = _filled(contact, {**values, "text": given["text"], "unit": unit}, by)
    final = {**facts, "unit": unit.pk if unit else None,
             "summary": facts["summary"] or contact.ticket["ticket"]["summary"]}  # fmt: skip
    check(contact, machine, final, others=ticket["ticket"].get(OTHERS) or [], by=by)
    contact.details = {**contact.details, "similar": similar.remember(contact)}
    contact.save(update_fields=["details"])
    if holds(by, "complaints.screen_kind") and can(by, "complaints.screen_kind", contact):
        into = {"into": given.get("into"), "beside": given["track"]}
        screen_kind(contact, by=by, kind=kind, reason=given["kind_reason"],
                    **({**facts, **into} if complaint else {}))  # fmt: skip
        contact.refresh_from_db()
        similar.link_case(contact)
    return contact


def confirmed(read: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return a ticket's fields as the clerk leaves them; what was cleared is not in it any more."""
    own = {key: facts[name] for name, key in FIELDS.items() if name not in ("unit", "amount", "summary")}
    known = read.get("summary") or facts["cause"] or facts["business_type"]
    words = {"summary": facts["summary"] or (sentence_of({**read, **own}) if known else None)}
    return {**read, **{name: value or (value if isinstance(value, list) else None) for name, value in own.items()},
            **words}  # fmt: skip


def _filled(contact: Contact, values: dict[str, Any], by: Any) -> Contact:
    """Give a registered contact what the form says; raises Refused for one that was told apart meanwhile."""
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    require(by, "complaints.register", row)
    if row.state != ContactState.NEW.value:
        raise Refused(_("%s 已经甄别，请打开来件查看。") % row.number)
    row.field_checks.all().delete()
    values["details"] = {**row.details, **values["details"]}
    values["unit"] = values["unit"] or row.unit
    values["confidential"] = bool(values["details"].get("confidential"))
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    return row


def check(contact: Contact, machine: dict[str, Value], given: dict[str, Any], *, others: list[str], by: Any) -> None:
    """Keep what became of each value of the machine; the values themselves are not kept twice."""
    fates = {name: (fate_of(machine[name].value, given[name]), machine[name].confidence) for name in FIELDS}
    if fates["cause"][0] == FATE.CHANGED:
        fates[OTHERS] = (fate_of_others(given["cause"], others), None)
    rows = [
        FieldCheck(contact=contact, field=name, fate=fate, confidence=sure, channel=contact.channel, by=by)
        for name, (fate, sure) in fates.items()
    ]
    FieldCheck.objects.bulk_create(rows, ignore_conflicts=True)


@dataclass(frozen=True)
class Accuracy:
    """How right the machine was for a field: values that stand in the end, fields it should have left empty."""

    field: str
    label: str
    right: int
    present: int
    invented: int
    empty: int

    @property
    def share(self) -> float | None:
        """Return the share of values that stand in the end as the machine read them."""
        return self.right / self.present if self.present else None

    @property
    def invented_share(self) -> float | None:
        """Return the share of empty fields that the machine had filled."""
        return self.invented / self.empty if self.empty else None


def accuracy(since: datetime, until: datetime) -> list[Accuracy]:
    """Return the accuracy of each field over the checks of some days, the first and the last included."""
    days = {"day__gte": timezone.localdate(since), "day__lte": timezone.localdate(until)}
    sums = CheckCount.objects.filter(**days).order_by().values("field").annotate(*(Sum(name) for name in FATE.values))
    counts: dict[str, dict[str, Any]] = {row["field"]: dict(row) for row in sums}

    def of(field: str, *fates: Any) -> int:
        return sum(counts.get(field, {}).get(f"{fate.value}__sum", 0) for fate in fates)

    return [
        Accuracy(
            name, label_of(name),
            right=of(name, FATE.KEPT), present=of(name, FATE.KEPT, FATE.CHANGED, FATE.ADDED),
            invented=of(name, FATE.CLEARED), empty=of(name, FATE.CLEARED, FATE.EMPTY),
        )
        for name in (*FIELDS, OTHERS)
    ]  # fmt: skip


def label_of(field: str) -> str:
    """Return what a field is called."""
    if field == OTHERS:
        return str(_("投诉原因备选（首选改正时）"))
    return str(Case._meta.get_field(field).verbose_name)  # type: ignore[union-attr]


def by_month(found: dict[tuple[str, str], tuple[int, int]]) -> list[tuple[str, int, float | None]]:
    """Return, month by month, how many values stand in the end and the share right, of what `by_field` returns."""
    counts: dict[str, tuple[int, int]] = {}
    for (name, month), (right, present) in found.items():
        if name != OTHERS:
            before = counts.get(month, (0, 0))
            counts[month] = (before[0] + right, before[1] + present)
    return [(month, present, right / present) for month, (right, present) in sorted(counts.items())]


def by_field(since: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """Return, by field and month, how many values the machine had right and how many stand in the end.

    `since` is told by its day, which is included.
    """
    rows = CheckCount.objects.filter(day__gte=timezone.localdate(since)).order_by().values_list("field", "day")
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for field, day, right, *others in rows.annotate(*(Sum(fate) for fate in STANDING)):
        before = found.get((field, f"{day:%Y-%m}"), (0, 0))
        found[field, f"{day:%Y-%m}"] = (before[0] + right, before[1] + right + sum(others))
    return {key: (right, present) for key, (right, present) in found.items() if present}


def months_back(count: int) -> list[str]:
    """Return the last months, this one last."""
    day, found = timezone.localdate().replace(day=1), []
    for _n in range(count):
        found.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    return found[::-1]


def month_of(told: str) -> tuple[datetime, datetime] | None:
    """Return the moments a month begins and ends, None for what names none."""
    if not re.fullmatch(r"20[0-9]{2}-(?:0[1-9]|1[0-2])", told, re.ASCII):
        return None
    first = date(int(told[:4]), int(told[5:]), 1)
    after = (first + timedelta(days=32)).replace(day=1)
    begin, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (first, after))
    return begin, end


def checks(field: str, *, month: str = "", fate: str = "") -> QuerySet[FieldCheck]:
    """Return what became of the values of a field, the latest first: of a month, of a fate."""
    rows = FieldCheck.objects.filter(field=field).select_related("contact__unit", "by").order_by("-at", "-pk")
    within = month_of(month)
    if within:
        rows = rows.filter(at__gte=within[0], at__lt=within[1])
    return rows.filter(fate=fate) if fate in FATE.values else rows.exclude(fate=FATE.EMPTY.value)


def checked(field: str, *, month: str = "", fate: str = "") -> int:
    """Return how many rows `checks` has, by what is kept of them."""
    rows, within = CheckCount.objects.filter(field=field), month_of(month)
    if within:
        rows = rows.filter(day__gte=within[0].date(), day__lt=within[1].date())
    names = [fate] if fate in FATE.values else [name for name in FATE.values if name != FATE.EMPTY.value]
    return sum(found or 0 for found in rows.aggregate(*(Sum(name) for name in names)).values())
