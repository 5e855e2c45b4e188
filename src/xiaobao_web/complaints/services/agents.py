"""Signs of paid agents (黑产) among contacts: each new one meets its group by stored keys, and people judge the groups.

A contact is looked at once, and again the nights after; it is compared with those alone that share a key of it, never
with all. Confidential complainants are in no group, so that no group tells of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from xiaobao.insight import keys
from xiaobao.insight.agents import (
    Clue,
    came_at_once,
    clue_of,
    is_of_one_wording,
    most_at_once,
    shared_number_stands_out,
    shared_wording_stands_out,
)
from xiaobao.insight.index import number_key
from xiaobao_web.complaints.models import (
    AgentGroup,
    AgentGroupKey,
    AgentKind,
    AgentMember,
    Channel,
    ChannelCursor,
    Contact,
    ContactKey,
)
from xiaobao_web.complaints.services import secret_numbers, similar
from xiaobao_web.complaints.services.personal import hidden
from xiaobao_web.kernel.numbers import next_number

CURSOR = "agent_signs"
LOOK_BACK = timedelta(days=180)
"""How far back the first look begins, and how far apart contacts of a new group may lie."""
SETTLED = timedelta(minutes=20)
"""Age of a contact from which it is looked at: its ticket is then mostly filled."""
AGAIN = timedelta(days=3)
AT_ONCE, SECONDS = 50, 60
"""Contacts after which it is kept how far the look came; seconds of one run, which the next one continues."""
MOST_SHARING = 1_000
"""Contacts of one key that are looked at; one that more share has its group, or says nothing."""
COMPARED = 30
"""Contacts of one key whose words are read for one new contact."""
KEPT_YEARS = 3
TAKEN_DOWN = (Channel.CALL.value, Channel.CHAT.value)
"""Channels whose words are a clerk's or a dialogue's, not a letter's."""
WORDINGS = (AgentKind.WORDING.value, AgentKind.MASS.value)


@dataclass(frozen=True)
class Seen:
    """A contact with what it may share with others."""

    contact: Contact
    clue: Clue


def look_on(*, seconds: float = SECONDS) -> int:
    """Look at the contacts that came since the last look, for some seconds at most; return how many."""
    cursor = _cursor()
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        rows = Contact.objects.filter(pk__gt=int(cursor.place or 0), created_at__lt=timezone.now() - SETTLED)
        batch = list(rows.filter(received_at__gte=_oldest()).select_related("case").order_by("pk")[:AT_ONCE])
        if not batch:
            break
        _remember(batch)
        for contact in batch:
            look(contact)
        cursor.place, cursor.read_at = str(batch[-1].pk), timezone.now()
        cursor.save(update_fields=["place", "read_at"])
        done += len(batch)
    return done


def look_again() -> int:
    """Go back to the contacts of the last days, whose tickets may say more now, and count again what lost contacts."""
    first = Contact.objects.filter(created_at__gte=timezone.now() - AGAIN).order_by("pk").values_list("pk", flat=True)
    start = first.first()
    cursor = _cursor()
    if start is not None and int(cursor.place or 0) >= start:
        ChannelCursor.objects.filter(pk=cursor.pk).update(place=str(start - 1))
    groups = AgentGroup.objects.annotate(now=Count("members")).exclude(now=F("count"))
    for group in groups:
        settle(group)
    return len(groups)


def purge_due() -> int:
    """Let groups go whose last contact came years ago; return how many."""
    edge = timezone.now() - timedelta(days=KEPT_YEARS * 366)
    return AgentGroup.objects.filter(last_at__lt=edge).delete()[1].get("complaints.AgentGroup", 0)


def _cursor() -> ChannelCursor:
    return ChannelCursor.objects.get_or_create(name=CURSOR)[0]


def _oldest() -> datetime:
    return timezone.now() - LOOK_BACK


def _remember(batch: list[Contact]) -> None:
    """Store the keys of contacts that have none yet, as the nightly job would."""
    known = set(ContactKey.objects.filter(contact__in=batch).values_list("contact", flat=True))
    rows = [
        ContactKey(contact=contact, key=key)
        for contact in batch if contact.pk not in known for key in keys(similar.facts(contact))
    ]  # fmt: skip
    ContactKey.objects.bulk_create(rows, batch_size=1000)


# One contact


def clue(contact: Contact) -> Clue:
    """Return what a contact may share with others of one agent.

    Its numbers are those that its form, its case or its ticket have as the complainant's: what it quotes beside them,
    a bank's hotline or a collector's telephone, is many people's.
    """
    ticket, details, case = contact.ticket.get("ticket") or {}, contact.details, contact.case
    told = [details.get("phone"), details.get("email"), ticket.get("phone"), ticket.get("email"), contact.sender]
    told += [case.phone, case.email] if case is not None else []
    name = str(details.get("customer_name") or (case.customer_name if case is not None else "") or "").strip()
    return clue_of(
        similar.facts(contact), name=name if re.fullmatch(r"[\u4e00-\u9fff·]{2,12}", name) and not _title(name) else "",
        numbers=[_written(str(value)) for value in told if value] if contact.ticket or any(told) else None,
        letter=contact.channel not in TAKEN_DOWN and not contact.turns,
    )  # fmt: skip


def _title(name: str) -> bool:
    return name.endswith(("先生", "女士", "某"))


def _written(value: str) -> str:
    """Return a telephone or an e-mail address as facts have it, "" for what is neither."""
    if re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        return value.lower()
    return secret_numbers.plain(value) if secret_numbers.SPACED.fullmatch(value) else ""


def look(contact: Contact) -> None:
    """Put a contact into the groups it belongs to, and make those that it completes."""
    if is_confidential(contact):
        return
    mine = Seen(contact, clue(contact))
    if mine.clue.through:
        _by_words(mine)
    for key, number in mine.clue.numbers.items():
        _by_number(mine, key, number)
    if mine.clue.wording:
        _by_wording(mine)


def is_confidential(contact: Contact) -> bool:
    """Tell whether a contact or its case keeps who complains."""
    return contact.confidential or (contact.case is not None and contact.case.confidential)


def _by_words(mine: Seen) -> None:
    month = f"{timezone.localtime(mine.contact.received_at):%Y-%m}"
    key = number_key(f"agent words {month}")
    _add(AgentGroup.objects.filter(kind=AgentKind.WORDS, keys__key=key).first(), [mine],
         kind=AgentKind.WORDS, met_by=[key], shared=month)  # fmt: skip


def _by_number(mine: Seen, key: int, number: str) -> None:
    group = AgentGroup.objects.filter(kind=AgentKind.NUMBER, keys__key=key).first()
    if group is not None:
        _add(group, [mine])
        return
    near = _sharing(mine, [key])
    if mine.clue.person and near:
        own = ContactKey.objects.filter(contact__in=near, key=mine.clue.person).values_list("contact", flat=True)
        if not set(near) - set(own):
            return  # one person who comes again
    others = [other for other in _read(mine, near) if key in other.clue.numbers]
    people = {seen.clue.person for seen in (mine, *others)} - {0}
    if shared_number_stands_out(len(people), any(seen.clue.through for seen in (mine, *others))):
        shown = hidden("email", number) if "@" in number else number[-4:]
        _add(None, [mine, *others], kind=AgentKind.NUMBER, met_by=[key], shared=shown)


def _by_wording(mine: Seen) -> None:
    near = _sharing(mine, mine.clue.wording)
    met = Q(keys__key__in=mine.clue.wording) | Q(members__contact__in=near[:COMPARED])
    groups = AgentGroup.objects.filter(met, kind__in=WORDINGS).select_related("seed__case").distinct()
    for group in groups.order_by("-last_at")[:COMPARED]:
        if group.seed is not None and is_of_one_wording(mine.clue, similar.facts_text(group.seed)):
            _add(group, [mine])
            return
    alike = [other for other in _read(mine, near, of_one_wording=True) if other.clue.wording]
    people = {seen.clue.person for seen in (mine, *alike)} - {0}
    if shared_wording_stands_out(len(alike) + 1, len(people)):
        _add(None, [mine, *alike], kind=AgentKind.WORDING, met_by=mine.clue.wording, seed=mine.contact)


def _sharing(mine: Seen, shared: Iterable[int]) -> list[int]:
    """Return the contacts that share keys with one, those that share most first."""
    counts: dict[int, int] = {}
    for key in shared:
        rows = ContactKey.objects.filter(key=key).order_by().values_list("contact", flat=True)
        for pk in rows[:MOST_SHARING]:
            counts[pk] = counts.get(pk, 0) + 1
    counts.pop(mine.contact.pk, None)
    return sorted(counts, key=lambda pk: (-counts[pk], -pk))


def _read(mine: Seen, near: list[int], *, of_one_wording: bool = False) -> list[Seen]:
    """Return the first of some contacts with their clues: not confidential, received in about the same months."""
    at = mine.contact.received_at
    rows = Contact.objects.filter(pk__in=near[:COMPARED], received_at__range=(at - LOOK_BACK, at + LOOK_BACK))
    return [
        Seen(row, clue(row)) for row in rows.select_related("case")
        if not is_confidential(row)
        and (not of_one_wording or is_of_one_wording(mine.clue, similar.facts_text(row)))
    ]  # fmt: skip


# Groups


@transaction.atomic
def _add(group: AgentGroup | None, seen: list[Seen], *, met_by: Iterable[int] = (), **values: Any) -> None:
    """Put contacts into a group; None makes it, with the keys by which others meet it."""
    if group is None:
        group = AgentGroup.objects.create(number=next_number("HC"), **values)
        AgentGroupKey.objects.bulk_create([AgentGroupKey(group=group, key=key) for key in sorted(set(met_by))])
    known = set(group.members.filter(contact__in=[one.contact for one in seen]).values_list("contact", flat=True))
    fresh = [
        AgentMember(group=group, contact=one.contact, person=one.clue.person, through=one.clue.through,
                    received_at=one.contact.received_at) for one in seen if one.contact.pk not in known
    ]  # fmt: skip
    if fresh:
        AgentMember.objects.bulk_create(fresh, ignore_conflicts=True)
        _count(group, around=[row.received_at for row in fresh])


def _count(group: AgentGroup, around: list[datetime] | None = None) -> None:
    """Count a group again; `around` are the moments of what was added, beside which alone its peak may have grown."""
    members = group.members.order_by()
    found = members.aggregate(n=Count("pk"), people=Count("person", filter=~Q(person=0), distinct=True),
                              last=Max("received_at"))  # fmt: skip
    if around is not None:
        days = timedelta(days=3)
        members = members.filter(received_at__range=(min(around) - days, max(around) + days))
    peak = most_at_once(members.values_list("received_at", flat=True))
    group.peak = peak if around is None else max(group.peak, peak)
    group.count, group.people, group.last_at = found["n"], found["people"], found["last"]
    if group.kind == AgentKind.WORDING and came_at_once(group.count, group.peak):
        group.kind = AgentKind.MASS.value
    group.save(update_fields=["count", "people", "last_at", "peak", "kind"])


def settle(group: AgentGroup) -> None:
    """Count a group that lost contacts again; one that no longer stands out is gone."""
    _count(group)
    through = group.members.filter(through=True).exists()
    stands = {
        AgentKind.NUMBER.value: shared_number_stands_out(group.people, through),
        AgentKind.WORDS.value: group.count > 0,
    }.get(group.kind, shared_wording_stands_out(group.count, group.people))
    if not stands:
        group.delete()
    elif group.kind in WORDINGS and not group.members.filter(contact=group.seed_id).exists():
        first = group.members.select_related("contact__case").order_by("received_at", "pk")[0].contact
        group.keys.all().delete()
        AgentGroupKey.objects.bulk_create([AgentGroupKey(group=group, key=key) for key in clue(first).wording])
        group.seed = first
        group.save(update_fields=["seed"])


@transaction.atomic
def follow(contacts: Iterable[Contact]) -> None:
    """Take contacts that became confidential out of their groups; those that no longer are, are looked at again."""
    for contact in contacts:
        groups = list(AgentGroup.objects.filter(members__contact=contact))
        if not is_confidential(contact):
            look(contact)
        elif groups:
            AgentMember.objects.filter(contact=contact).delete()
            for group in groups:
                settle(group)

