"""Which other contacts belong to one: same event, one customer, one template, a paid agent; each with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.insight import Match, compare, facts_of, keys
from xiaobao.insight.index import KEPT_SPANS, NEAR_DAYS, NEAR_WEIGHT, near_keys
from xiaobao_web.complaints import queries
from xiaobao_web.complaints.models import Contact, ContactKey, LinkKind, NearKey
from xiaobao_web.complaints.services.inquiry import link, tells_whom

CROWDED = 400
"""A key that more contacts share says nothing: a hotline's number, a common sum."""
CANDIDATES = 60
SHOWN = 10
KINDS = {"same_event": LinkKind.SAME_EVENT, "template": LinkKind.TEMPLATE, "agent": LinkKind.PROXY,
         "same_customer": LinkKind.RELATED}  # fmt: skip


def facts(contact: Contact) -> Any:
    """Return what the comparison reads in a contact: its words, and what its form states beside them."""
    told = {"id": contact.number, "text": facts_text(contact), "received_at": contact.received_at.isoformat()}
    return facts_of(told)


def facts_text(contact: Contact) -> str:
    """Return the text of a contact's facts."""
    stated = " ".join(str(contact.details.get(name, "")) for name in ("customer_name", "phone", "account"))
    return f"{contact.words()}\n{stated}"


@transaction.atomic
def remember(contact: Contact) -> list[dict[str, Any]]:
    """Store the keys of a contact and return the earlier ones it belongs to, most probable first."""
    mine = facts(contact)
    found = matches(mine, but=contact.pk)
    ContactKey.objects.filter(contact=contact).delete()
    NearKey.objects.filter(contact=contact).delete()
    ContactKey.objects.bulk_create([ContactKey(contact=contact, key=key) for key in keys(mine)])
    span = span_of(mine)
    if span is not None and span > span_now() - KEPT_SPANS:
        NearKey.objects.bulk_create([NearKey(contact=contact, key=key, span=span) for key in near_keys(mine)])
    return found


def unremembered() -> QuerySet[Contact]:
    """Return the contacts of the months that still meet by rare words and have no such keys yet, oldest first.

    Those of the last hour are left to the job that looks for what belongs to them.
    """
    first = date.fromordinal((span_now() - KEPT_SPANS + 1) * NEAR_DAYS)
    begin = timezone.make_aware(datetime.combine(first, time.min))
    rows = Contact.objects.filter(received_at__gte=begin, created_at__lt=timezone.now() - timedelta(hours=1))
    return rows.filter(~Exists(NearKey.objects.filter(contact=OuterRef("pk")))).order_by("pk")


def fill(*, most: int, after: int = 0) -> tuple[int, int]:
    """Store the keys of contacts that came before such keys were kept; return how many, and the last one's key.

    `after` is where the last call ended; what has keys already is passed over, so that it may begin anew at any time.
    Nothing is linked: whoever comes next meets them.
    """
    rows = list(unremembered().filter(pk__gt=after)[:most])
    known = set(ContactKey.objects.filter(contact__in=rows).values_list("contact", flat=True))
    near, other = [], []
    for contact in rows:
        mine = facts(contact)
        span = span_of(mine)
        if span is not None and span > span_now() - KEPT_SPANS:
            near += [NearKey(contact=contact, key=key, span=span) for key in near_keys(mine)]
        if contact.pk not in known:
            other += [ContactKey(contact=contact, key=key) for key in keys(mine)]
    with transaction.atomic():
        NearKey.objects.bulk_create(near, batch_size=1000)
        ContactKey.objects.bulk_create(other, batch_size=1000)
    return len(rows), rows[-1].pk if rows else after


def span_of(mine: Any) -> int | None:
    """Return the month of 30 days in which something was received, None where that is not known."""
    return mine.received.toordinal() // NEAR_DAYS if mine.received is not None else None


def span_now() -> int:
    """Return the month of 30 days that it is."""
    return timezone.localdate().toordinal() // NEAR_DAYS


def forget() -> int:
    """Drop the keys of what is too long ago to meet by rare words alone; return how many."""
    return NearKey.objects.filter(span__lte=span_now() - KEPT_SPANS).delete()[0]


def candidates(mine: Any, *, but: int = 0) -> list[int]:
    """Return the contacts that share keys with some facts, the rarest and most first, as the engine's index does."""
    shared: dict[int, float] = defaultdict(float)
    _weigh(shared, ContactKey.objects.exclude(contact=but), keys(mine), 1.0)
    span = span_of(mine)
    if span is not None:
        near = NearKey.objects.filter(span__in=(span - 1, span, span + 1)).exclude(contact=but)
        _weigh(shared, near, near_keys(mine), NEAR_WEIGHT)
    ranked = sorted(shared.items(), key=lambda item: (-item[1], -item[0]))
    return [contact for contact, _weight in ranked[:CANDIDATES]]


def _weigh(shared: dict[int, float], rows: QuerySet[Any], wanted: Iterable[int], weight: float) -> None:
    rows = rows.filter(key__in=list(wanted)).order_by()
    counts = dict(rows.values_list("key").annotate(n=Count("pk")))
    telling = [key for key, number in counts.items() if number <= CROWDED]
    for key, contact in rows.filter(key__in=telling).values_list("key", "contact"):
        shared[contact] += weight / (1 + counts[key]) ** 0.5


def matches(mine: Any, *, but: int = 0) -> list[dict[str, Any]]:
    """Return the contacts that belong to some facts, with probability, kind of link and reasons."""
    out: list[dict[str, Any]] = []
    for other in Contact.objects.filter(pk__in=candidates(mine, but=but)):
        match = compare(mine, facts(other))
        if match.link in KINDS:
            out.append({"contact": other.pk, "number": other.number, "link": match.link,
                        "probability": round(match.probability, 3), "why": reasons(match),
                        "shared": reasons(match, own=False)})  # fmt: skip
    return sorted(out, key=lambda item: (item["link"] != "same_event", -item["probability"], -item["contact"]))[:SHOWN]


def later(contact: Contact) -> list[dict[str, Any]]:
    """Return the later contacts that were found to belong to one, as their own look told it."""
    rows = Contact.objects.filter(pk__in=candidates(facts(contact), but=contact.pk), pk__gt=contact.pk)
    out = [
        {**item, "contact": row.pk, "number": row.number}
        for row in rows for item in row.details.get("similar", []) if item["contact"] == contact.pk
    ]  # fmt: skip
    return sorted(out, key=lambda item: (item["link"] != "same_event", -item["probability"], -item["contact"]))[:SHOWN]


def both_ways(contact: Contact) -> list[dict[str, Any]]:
    """Return what belongs to a contact, whichever of the two came first."""
    told = contact.details.get("similar", [])
    known = {item["contact"] for item in told}
    return [*told, *(item for item in later(contact) if item["contact"] not in known)]


def reasons(match: Match, *, own: bool = True) -> list[str]:
    """Return what is alike, what weighed most first, and in the last sentence what differs.

    own: whether with what either says by itself, for those who may read both; what differs is otherwise named only.
    """
    differs = "、".join(what if own else what.partition("（")[0] for what in match.differs)
    return [*match.alike[:4], *([_("不同之处：%(what)s") % {"what": differs}] if differs else [])]


def link_case(contact: Contact) -> int:
    """Link the case of a contact with the cases of those it belongs to, as proposals; return how many."""
    case = contact.case
    if case is None:
        return 0
    told = {item["contact"]: item for item in both_ways(contact)}
    made = 0
    for other in Contact.objects.filter(pk__in=told, case__isnull=False).exclude(case=case).select_related("case"):
        item = told[other.pk]
        kind = KINDS[item["link"]]
        if item["link"] == "same_event" and other.case is not None and other.case.closed_at is not None:
            kind = LinkKind.REPEAT
        if other.case is not None:
            reason = "；".join(item.get("shared", item["why"])) or str(kind.label)
            link(case, other=other.case, kind=kind.value, reason=reason, probability=item["probability"])
            made += 1
    return made


def link_now(contact_id: int) -> int:
    """Link a contact that has just been filed, looking for what belongs to it where no job has yet; return how many."""
    contact = Contact.objects.select_related("case").get(pk=contact_id)
    if contact.case is None:
        return 0
    if "similar" not in contact.details:
        contact.details = {**contact.details, "similar": remember(contact)}
        contact.save(update_fields=["details"])
    return link_case(contact)


def near(contact: Contact, user: Any) -> list[dict[str, Any]]:
    """Return what belongs to a contact as far as a person may see it, each with its row."""
    if contact.case is not None and not tells_whom(user, contact.case):
        return []
    return told_to(user, both_ways(contact))


def told_to(user: Any, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of some contacts that a person may see and know whose they are, each with its row."""
    rows = queries.contacts(user).filter(pk__in=[item["contact"] for item in told]).select_related("case__unit")
    seen = {row.pk: row for row in rows if row.case is None or tells_whom(user, row.case)}
    return [{**item, "row": seen[item["contact"]]} for item in told if item["contact"] in seen]
