"""A clerk takes down what somebody says: the machine's values with their words, what the clerk makes of each, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiaobao.insight import facts_of
from xiaobao_web.complaints import proposing, queries
from xiaobao_web.complaints.channels.named import Named, unit_in
from xiaobao_web.complaints.models import Case, Contact, ContactKind, ContactState, FieldCheck
from xiaobao_web.complaints.services import intake, similar
from xiaobao_web.complaints.services.inquiry import tells_whom
from xiaobao_web.complaints.services.opening import received, register, screen_kind
from xiaobao_web.kernel.access import can, holds, require
from xiaobao_web.kernel.errors import Refused

FIELDS = {
    "customer_name": "customer_name", "phone": "phone", "id_number": "id_number", "account": "card_or_account",
    "business_type": "business_type", "cause": "cause", "demands": "demand", "flags": "risk_flags",
    "urgency": "urgency", "amount": "amounts",
}  # fmt: skip
"""A field of the form and where the engine's ticket has it."""
SURE, LIKELY = 0.85, 0.6
FATE = FieldCheck.Fate


@dataclass(frozen=True)
class Value:
    """What the machine reads for a field: the value as the form has it, how sure, the words it stands on."""

    value: Any
    confidence: float | None
    words: list[str]

    @property
    def sure(self) -> str:
        """Return how sure, in words."""
        if self.confidence is None or self.value in (None, "", []):
            return ""
        return str(_("确定") if self.confidence >= SURE else _("较确定") if self.confidence >= LIKELY else _("疑似"))


@dataclass
class Reading:
    """What the machine makes of some words."""

    ticket: dict[str, Any]
    values: dict[str, Value]
    proposal: proposing.Proposal
    marked: SafeString
    near: list[dict[str, Any]]
    earlier: list[Case]
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
    near = similar.matches(mine, but=but)
    near = similar.told_to(by, near)
    values = values_of(ticket)
    return Reading(ticket, values, proposing.propose(text, ticket=ticket["ticket"]), marked(text, ticket), near,
                   earlier(values, by), unit_in(text))  # fmt: skip


def values_of(ticket: dict[str, Any]) -> dict[str, Value]:
    """Return the machine's values by the fields of the form."""
    told, out = ticket.get("ticket", {}), {}
    for name, key in FIELDS.items():
        value = told.get(key)
        if name == "amount":
            value = max((Decimal(str(item["value"])) for item in value or []), default=None)
        words = [span["text"] for span in ticket.get("evidence", {}).get(key, [])]
        out[name] = Value(value, ticket.get("confidence", {}).get(key), list(dict.fromkeys(words)))
    return out


def marked(text: str, ticket: dict[str, Any]) -> SafeString:
    """Return the words with each field's evidence marked; where two overlap the earlier is marked."""
    back = {key: name for name, key in FIELDS.items()}
    spans = sorted(
        (span["start"], span["end"], back[key])
        for key, found in ticket.get("evidence", {}).items() if key in back for span in found
    )  # fmt: skip
    parts: list[tuple[str, str]] = []
    place = 0
    for start, end, name in spans:
        if start < place or end > len(text):
            continue
        parts += [(text[place:start], ""), (text[start:end], name)]
        place = end
    parts.append((text[place:], ""))
    whole = [format_html('<mark data-field="{}">{}</mark>', name, words) if name else words for words, name in parts]
    return format_html_join("", "{}", ((part,) for part in whole))


def earlier(values: dict[str, Value], by: Any, most: int = 5) -> list[Case]:
    """Return the complaints of the same customer that a clerk may see: same phone, document or account."""
    same = Q(pk__in=[])
    for field in ("phone", "id_number", "account"):
        value = str(values[field].value or "")
        if len(value) >= 6:
            same |= Q(**{field: value})
    rows = queries.visible(by).filter(same).select_related("unit").order_by("-received_at")[: 3 * most]
    return [row for row in rows if tells_whom(by, row)][:most]


@transaction.atomic
def take_down(given: dict[str, Any], *, by: Any, contact: Contact | None = None) -> Contact:
    """Register what the form says, keep what became of each machine value, file it where the clerk may.

    `contact`: one that is registered already and not told apart yet, whose ticket the form fills.
    """
    facts = {name: given[name] for name in (*FIELDS, "confidential")}
    moment = given["received_at"] or (contact.received_at if contact else timezone.now())
    ticket = intake.read_ticket(given["channel"], received_at=timezone.localtime(moment), text=given["text"])
    kind, complaint = given["kind"], given["kind"] == ContactKind.COMPLAINT
    unit = given["unit"] or (named.unit if (named := unit_in(given["text"])) else None)
    proposal = proposing.propose(given["text"], ticket=ticket["ticket"])
    values: dict[str, Any] = {
        "sender": given["customer_name"], "people_count": given["people_count"], "face_to_face": given["face_to_face"],
        "kind_proposed": proposal.kind, "kind_confidence": proposal.confidence, "kind_why": proposal.why,
        "ticket": {**ticket, "machine": ticket["ticket"]},
        "details": {key: str(value) if isinstance(value, Decimal) else value for key, value in facts.items()},
    }  # fmt: skip
    if contact is None:
        once = f"{given['channel']}:page:{by.pk}:{given['once']}" if given["once"] else ""
        contact = register(channel=given["channel"], text=given["text"], by=by, received_at=moment, key=once,
                           unit=unit, **values)  # fmt: skip
        if contact.state != ContactState.NEW.value or contact.field_checks.exists():
            return contact
    else:
        contact = _filled(contact, {**values, "text": given["text"], "unit": unit}, by)
    check(contact, values_of(ticket), facts, by=by)
    contact.details = {**contact.details, "similar": similar.remember(contact)}
    contact.save(update_fields=["details"])
    if holds(by, "complaints.screen_kind") and can(by, "complaints.screen_kind", contact):
        screen_kind(contact, by=by, kind=kind, reason=given["kind_reason"], **(facts if complaint else {}))
        contact.refresh_from_db()
        similar.link_case(contact)
    return contact


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


def check(contact: Contact, machine: dict[str, Value], given: dict[str, Any], *, by: Any) -> None:
    """Keep what became of each value of the machine; the values themselves are not kept twice."""
    rows = [
        FieldCheck(
            contact=contact,
            field=name,
            fate=fate_of(machine[name].value, given[name]),
            confidence=machine[name].confidence,
            channel=contact.channel,
            by=by,
        )
        for name in FIELDS
    ]
    FieldCheck.objects.bulk_create(rows, ignore_conflicts=True)


def fate_of(machine: Any, given: Any) -> str:
    """Return what became of a value: kept, changed, cleared, added, or empty on both sides."""
    one, two = _plain(machine), _plain(given)
    if not one and not two:
        return FATE.EMPTY.value
    if one == two:
        return FATE.KEPT.value
    return (FATE.ADDED if not one else FATE.CLEARED if not two else FATE.CHANGED).value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return sorted(map(str, value))
    if isinstance(value, Decimal | int | float):
        return Decimal(str(value)).normalize()
    return "".join(str(value or "").split())


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
    """Return the accuracy of each field over the checks of a time."""
    within = FieldCheck.objects.filter(at__gte=since, at__lt=until).order_by()
    rows = within.values("field", "fate").annotate(n=Count("pk"))
    counts = {(row["field"], row["fate"]): row["n"] for row in rows}

    def of(field: str, *fates: Any) -> int:
        return sum(counts.get((field, fate.value), 0) for fate in fates)

    return [
        Accuracy(
            name, str(Case._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            right=of(name, FATE.KEPT), present=of(name, FATE.KEPT, FATE.CHANGED, FATE.ADDED),
            invented=of(name, FATE.CLEARED), empty=of(name, FATE.CLEARED, FATE.EMPTY),
        )
        for name in FIELDS
    ]  # fmt: skip


def by_month(since: datetime) -> list[tuple[str, int, float | None]]:
    """Return, month by month, how many values stand in the end and the share that the machine had right."""
    rows = (
        FieldCheck.objects.filter(at__gte=since, fate__in=[FATE.KEPT, FATE.CHANGED, FATE.ADDED]).order_by()
        .annotate(month=TruncMonth("at")).values("month")
        .annotate(n=Count("pk"), right=Count("pk", filter=Q(fate=FATE.KEPT.value))).order_by("month")
    )  # fmt: skip
    return [(f"{row['month']:%Y-%m}", row["n"], row["right"] / row["n"]) for row in rows]
