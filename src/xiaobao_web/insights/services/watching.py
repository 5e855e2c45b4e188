"""Look at what came in: each new topic is raised once and told to those it concerns.

A look reads what came since the last one and goes on from what the watch remembers; no text later than its moment
counts. What was told before is known from the warnings, so that texts registered late still raise theirs.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from xiaobao.insight import Alert
from xiaobao.privacy import mask
from xiaobao_web.complaints.hearing import Heard, heard
from xiaobao_web.insights.models import EarlyWarning, Watch
from xiaobao_web.insights.services.remembering import Memory, aware
from xiaobao_web.insights.telling import people_for
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number

FRESH = timedelta(days=14)
KNOWN = timedelta(days=60)
DRAWN = 28
SAME_TERMS = 0.5
REGIONAL = 0.8
ANSWER_DAYS = 1
KEPT_YEARS = 5
"""Years that a closed warning is kept; one whose cause is being removed stays with that."""


def look(*, until: datetime | None = None) -> list[EarlyWarning]:
    """Look at the contacts received before a moment (now) and return the warnings that are new or grew.

    What was remembered by another look meanwhile stays as it is: the next look finds out what it lacks.
    """
    until, begun = until or timezone.now(), time.perf_counter()
    before = _looked_at()
    memory = Memory(until)
    alerts = [a for text in memory.texts() for a in memory.watch.add(text) if aware(a.at) > until - FRESH]
    out = [row for alert in alerts if (row := take(alert)) is not None]
    with transaction.atomic():
        watch, _made = Watch.objects.select_for_update().get_or_create(name="complaints")
        if watch.looked_at == before:
            watch.texts = memory.keep()
        watch.looked_at, watch.until, watch.read = timezone.now(), until, memory.read
        watch.seconds = round(time.perf_counter() - begun, 2)
        watch.save()
    return out


def _looked_at() -> datetime | None:
    return Watch.objects.filter(name="complaints").values_list("looked_at", flat=True).first()


@transaction.atomic
def take(alert: Alert) -> EarlyWarning | None:
    """Keep an alert as a warning and return it; None where the same was raised before and has not grown since."""
    Watch.objects.select_for_update().get_or_create(name="complaints")
    at = aware(alert.at)
    known = _known(alert, at)
    if known is not None:
        return _heat(known, alert, at) if alert.kind == "hot" and known.heated_at is None else None
    rows = matching(alert.terms, at - timedelta(days=DRAWN), at, {int(pk) for pk in alert.examples})
    onset = aware(alert.onset) if alert.onset else None
    recent = [row for row in rows if onset is None or row.at >= onset]
    row = EarlyWarning.objects.create(
        number=next_number("YJ"), kind=alert.kind, title=_title(alert), terms=[mask(t).text for t in alert.terms],
        strength=round(alert.strength, 2), count=alert.count, expected=round(alert.expected, 2), days=alert.days,
        onset=onset, raised_for=at, why=alert.why[:300], examples=[int(pk) for pk in alert.examples],
        series=_series(rows, at), facts=_facts(recent), unit=_unit(recent),
    )  # fmt: skip
    journal.record("insights.raised", by=None, on=row, facts={"why": row.why})
    deadlines.start(row, "acknowledge", label="签收预警", basis="本机构预警处置时限", working_days=ANSWER_DAYS)
    _tell(row, f"投诉预警：{row.title}（{row.why}）", [item.text for item in recent[:200]])
    return row


def purge_due() -> int:
    """Let warnings go that were closed KEPT_YEARS ago and that no removal of a cause rests on; return how many."""
    edge = timezone.now() - timedelta(days=KEPT_YEARS * 366)
    due = EarlyWarning.objects.filter(state="closed", closed_at__lt=edge, rectifications=None)
    _all, by_kind = due.delete()
    return by_kind.get("insights.EarlyWarning", 0)


def _title(alert: Alert) -> str:
    return mask("、".join(alert.terms[:3])).text[:200]


def _known(alert: Alert, at: datetime) -> EarlyWarning | None:
    terms, examples = {mask(t).text for t in alert.terms}, {int(pk) for pk in alert.examples}
    for row in EarlyWarning.objects.filter(raised_for__gt=at - KNOWN, raised_for__lt=at + KNOWN):
        shared = len(terms & set(row.terms))
        if examples & set(row.examples) or shared >= max(1, SAME_TERMS * min(len(terms), len(row.terms))):
            return row
    return None


def _heat(row: EarlyWarning, alert: Alert, at: datetime) -> EarlyWarning:
    EarlyWarning.objects.filter(pk=row.pk).update(heated_at=at, kind="hot", count=alert.count)
    row = EarlyWarning.objects.get(pk=row.pk)
    journal.record("insights.heated", by=None, on=row, facts={"why": alert.why[:300]})
    _tell(row, f"预警继续升温：{row.title}（{alert.why}）", [])
    return row


def _tell(row: EarlyWarning, title: str, texts: list[str]) -> None:
    people = people_for(row, texts)
    row.told.add(*people)
    notify(people, "insights.warning", title[:200], on=row)


def matching(terms: tuple[str, ...] | list[str], since: datetime, until: datetime, examples: set[int]) -> list[Heard]:
    """Return the contacts of a topic: its examples, and those that hold two of its terms (one where it has but one)."""
    wanted = min(2, len(terms))
    return [
        row for row in heard(since, until)
        if row.pk in examples or sum(term in row.text for term in terms) >= wanted
    ]  # fmt: skip


def _series(rows: list[Heard], at: datetime) -> list[list[Any]]:
    counts = Counter(timezone.localdate(row.at) for row in rows)
    first = timezone.localdate(at) - timedelta(days=DRAWN - 1)
    days = [first + timedelta(days=n) for n in range(DRAWN)]
    return [[day.isoformat(), counts[day]] for day in days]


def _facts(rows: list[Heard]) -> dict[str, Any]:
    """Return the commonest class of each kind with its share of the contacts that have one."""
    out: dict[str, Any] = {}
    for name in ("business_type", "cause", "product"):
        counts = Counter(value for row in rows if (value := getattr(row, name)))
        if counts:
            value, most = counts.most_common(1)[0]
            out[name] = {"value": value, "share": round(most / counts.total(), 3), "n": counts.total()}
    return out


def _unit(rows: list[Heard]) -> Any:
    """Return the narrowest organisation in which four fifths of the contacts are; the institution where none is."""
    organisations = apps.get_model("people", "Organisation")
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update(int(part) for part in row.unit_path.split("/") if part)
    within = [pk for pk, n in counts.items() if rows and n >= REGIONAL * len(rows)]
    found = organisations.objects.filter(pk__in=within).order_by("-path").first() if within else None
    return found or organisations.objects.filter(parent=None, active=True).order_by("pk").first()
