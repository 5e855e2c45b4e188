"""The journal of what people and jobs did: typed events with a sentence, append-only, chained by hash.

Each event's hash covers the hash before it and its own canonical content. Personal values live in a row of their own
and enter the chain only as a salted digest: after an erasure the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xiaobao_web.kernel import formats, kept
from xiaobao_web.kernel.access import scope
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import ChainHead, Event, EventPersonal

GENESIS = "0" * 64
SYSTEM = "系统"
listeners: list[Any] = []
"""Functions called with each event inside its transaction (webhooks, indexing)."""


@dataclass(frozen=True)
class EventType:
    """A type of event: its dotted name, its sentence, which of its values are personal, and which are sums of yuan."""

    name: str
    sentence: str | Promise
    personal: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()


TYPES: dict[str, EventType] = {}


def event_type(
    name: str, sentence: str | Promise, *, personal: tuple[str, ...] = (), sums: tuple[str, ...] = ()
) -> EventType:
    """Declare a type of event; raises Undeclared when the name was taken."""
    if name in TYPES:
        raise Undeclared(f"事件 {name} 声明了两次")
    TYPES[name] = EventType(name, sentence, personal, sums)
    return TYPES[name]


def record(
    name: str,
    *,
    by: Any = None,
    on: models.Model | None = None,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Append an event; raises Undeclared for an unknown type or a personal value the type does not name."""
    if name not in TYPES:
        raise Undeclared(f"事件 {name} 没有声明")
    unknown = set(personal or {}) - set(TYPES[name].personal)
    if unknown:
        raise Undeclared(f"事件 {name} 没有声明个人信息项：{'、'.join(sorted(unknown))}")
    event = Event(
        at=at or timezone.now(),
        type=name,
        actor=by if by is not None and by.pk else None,
        actor_name=str(by) if by is not None else SYSTEM,
        subject_type=on._meta.label_lower if on is not None else "",
        subject_id=str(on.pk) if on is not None else "",
        subject_name=str(on)[:200] if on is not None else "",
        unit_id=_unit_of(on),
        facts=_plain(facts or {}),
        changes=_plain(changes or {}),
    )
    salt = secrets.token_hex(16)
    values = _plain(personal or {})
    event.personal_digest = _digest(salt, values) if values else ""
    with transaction.atomic():
        _append(event)
        if values:
            EventPersonal.objects.create(event=event, salt=salt, values=values)
        for listener in listeners:
            listener(event)
    return event


def _append(event: Event) -> None:
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        ChainHead.objects.get_or_create(pk=1, defaults={"hash": GENESIS})
        head = ChainHead.objects.select_for_update().get(pk=1)
    event.previous = head.hash
    event.hash = content_hash(event)
    event.save(force_insert=True)
    head.hash, head.length, head.last_event = event.hash, head.length + 1, event.pk
    head.save()


def _unit_of(on: models.Model | None) -> int | None:
    path: str = getattr(on, "scope_unit", "") if on is not None else ""
    if not path:
        return None
    if path == "pk":
        return int(on.pk)  # type: ignore[union-attr]
    obj: Any = on
    *way, last = path.split("__")
    for name in way:
        obj = getattr(obj, name, None)
        if obj is None:
            return None
    return getattr(obj, f"{last}_id", None)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: dates and decimals as text, models by their name."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    return str(value)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(salt: str, values: Any) -> str:
    return hashlib.sha256(salt.encode() + _canonical(values)).hexdigest()


def content_hash(event: Event) -> str:
    """Return the SHA-256 over the hash before and the event's canonical content."""
    content = [
        event.previous,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.type,
        event.actor_id,
        event.actor_name,
        event.subject_type,
        event.subject_id,
        event.subject_name,
        event.unit_id,
        event.facts,
        event.changes,
        event.personal_digest,
    ]
    return hashlib.sha256(_canonical(content)).hexdigest()


@dataclass
class Verification:
    """What verifying the chain found: how many events, which are broken and why."""

    events: int = 0
    erased: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    head: str = GENESIS

    @property
    def sound(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults


def verify() -> Verification:
    """Walk the whole chain and say what was changed, removed or inserted; memory stays flat."""
    found, previous = Verification(), GENESIS
    rows = Event.objects.order_by("pk").select_related("personal_values").iterator(chunk_size=2000)
    for event in rows:
        found.events += 1
        if event.previous != previous:
            found.faults.append((event.pk, _("与前一条不相接：中间有记录被删除、插入或改动")))
        if content_hash(event) != event.hash:
            found.faults.append((event.pk, _("内容与指纹不符：这一条被改动")))
        if event.personal_digest:
            personal_row = getattr(event, "personal_values", None)
            if personal_row is None:
                found.erased += 1
            elif _digest(personal_row.salt, personal_row.values) != event.personal_digest:
                found.faults.append((event.pk, _("个人信息与指纹不符")))
        previous = event.hash
    found.head = previous
    head = ChainHead.objects.filter(pk=1).first()
    if (head.hash if head else GENESIS) != previous or (head.length if head else 0) != found.events:
        found.faults.append((0, _("链头与最后一条不符：末尾有记录被删除或添加")))
    return found


def erase_personal(events: models.QuerySet[Event], *, by: Any, reason: str) -> int:
    """Erase the personal values of some events, journal it, and return how many events lost theirs."""
    with transaction.atomic():
        rows = EventPersonal.objects.filter(event__in=events)
        numbers = list(rows.values_list("pk", flat=True))
        rows.delete()
        record("kernel.personal_erased", by=by, facts={"events": numbers, "reason": reason})
    return len(numbers)


def events_of(obj: models.Model) -> models.QuerySet[Event]:
    """Return the events of an object, oldest first."""
    return Event.objects.filter(subject_type=obj._meta.label_lower, subject_id=str(obj.pk)).select_related("actor")


def subject_of(event: Event) -> str:
    """Return what an event is about, by the name it had; where that came to be confidential by the present one."""
    now = kept.of(event)
    return now.name if now is not None else event.subject_name


def sentence(event: Event, *, personal: bool = True) -> str:
    """Return the event as a sentence people read; without personal values where these are not wanted."""
    kind = TYPES.get(event.type)
    if kind is None:
        return f"{event.actor_name} {event.type} {subject_of(event)}"
    values = {"actor": event.actor_name, "subject": subject_of(event), **event.facts}
    if kind.personal and not personal:
        values |= {name: _("（个人信息略）") for name in kind.personal}
    elif kind.personal:
        row = EventPersonal.objects.filter(pk=event.pk).first()
        values |= {name: _("（已删除）") for name in kind.personal} | (row.values if row else {})
    values |= {name: _sum(values[name]) for name in kind.sums if name in values}
    return str(kind.sentence).format_map(_Blank(values)).strip()


def _sum(value: Any) -> str:
    """Return a sum as people read it; of nothing (an apology costs none) nothing is said."""
    return formats.money(value) if value and Decimal(str(value)) else ""


def changes_of(event: Any) -> list[tuple[str, str, str]]:
    """Return what an event changed as people read it: name, before, after; the state is told by the sentence.

    Of what came to be confidential the fields that tell of it are left out.
    """
    label = str(getattr(event, "subject_type", ""))
    now = kept.of(event)
    left_out = {"state", *(now.fields if now is not None else ())}
    pairs = (getattr(event, "changes", None) or {}).items()
    return [
        _told(label, name, *pair)
        for name, pair in pairs
        if name not in left_out and isinstance(pair, list | tuple) and len(pair) == 2
    ]


def _told(label: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """Return a field's name and values by its model's words; what is no field stays as it was written."""
    try:
        field: Any = apps.get_model(label)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return name, _shown(old, {}), _shown(new, {})
    how = getattr(field.model, "told_by", {}).get(name)
    if how is not None:
        before, after = (_("空") if value in (None, "") else str(how(value)) for value in (old, new))
        return str(field.verbose_name), before, after
    labels = dict(getattr(field, "flatchoices", ()))
    return str(getattr(field, "verbose_name", name)), _shown(old, labels), _shown(new, labels)


def _shown(value: Any, labels: Mapping[Any, Any]) -> str:
    if value in (None, "", []):
        return _("空")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "、".join(map(str, value)) if isinstance(value, list) else str(labels.get(value, value))


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def recent(user: Any, limit: int = 100) -> models.QuerySet[Event]:
    """Return the newest events of the units a person may audit."""
    where = scope(user, "kernel.journal")
    rows = Event.objects.order_by("-pk").select_related("actor")
    if not where.everywhere:
        rows = rows.filter(Q(unit_id__in=where.units) | Q(actor=user))
    return rows[:limit]
