"""What is asked of material, its findings and the registry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel.access import visible_to
from xiaobao_web.kernel.models import Event
from xiaobao_web.materials.models import (
    ApprovedMaterial,
    ApprovedState,
    Material,
    MaterialVersion,
    Placement,
    Screening,
)


def materials(user: Any) -> QuerySet[Material]:
    """Return the material a person may see."""
    return visible_to(user, Material.objects.select_related("unit", "product", "created_by"), "materials.view")


def versions(user: Any) -> QuerySet[MaterialVersion]:
    """Return the versions a person may see."""
    rows = MaterialVersion.objects.select_related("material__unit", "material__product", "stored", "added_by")
    return visible_to(user, rows, "materials.view")


def registry(user: Any) -> QuerySet[ApprovedMaterial]:
    """Return the approved material a person may see."""
    rows = ApprovedMaterial.objects.select_related("unit", "product", "version__material", "approved_by")
    return visible_to(user, rows, "materials.registry")


def placements(user: Any) -> QuerySet[Placement]:
    """Return the placements a person may see."""
    rows = Placement.objects.select_related("approved", "unit", "person", "partner", "added_by")
    return visible_to(user, rows, "materials.placements")


@dataclass(frozen=True)
class VersionShown:
    """A version as its page shows it: its newest screening and how many findings it has by severity."""

    version: MaterialVersion
    screening: Screening | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Return how many findings there are."""
        return sum(self.counts.values())


def versions_shown(material: Material) -> list[VersionShown]:
    """Return a material's versions, the newest first, in three queries."""
    rows = list(material.versions.select_related("added_by", "stored").defer("text").order_by("-number"))
    newest: dict[int, Screening] = {}
    for row in Screening.objects.filter(version__in=rows).order_by("pk"):
        newest[row.version_id] = row
    wanted = Q(screening__in=[row.pk for row in newest.values()]) | Q(screening__isnull=True, version__in=rows)
    counted: dict[int, Counter[str]] = {}
    for item in Finding.objects.filter(wanted).order_by().values("version", "severity").annotate(n=Count("pk")):
        counted.setdefault(item["version"], Counter())[item["severity"]] = item["n"]
    return [VersionShown(row, newest.get(row.pk), dict(counted.get(row.pk, {}))) for row in rows]


def findings_of(version: MaterialVersion) -> QuerySet[Finding]:
    """Return the findings that count on a version, in reading order."""
    return decisions.current(version).select_related("decided_by", "added_by")


def events_of(material: Material, versions: list[MaterialVersion]) -> QuerySet[Event]:
    """Return what happened to a material and to its versions, oldest first."""
    own = Q(subject_type=material._meta.label_lower, subject_id=str(material.pk))
    theirs = Q(subject_type=MaterialVersion._meta.label_lower, subject_id__in=[str(row.pk) for row in versions])
    return Event.objects.filter(own | theirs).select_related("actor").order_by("pk")


@dataclass(frozen=True)
class CalendarDay:
    """A day with what expires on it."""

    day: date
    rows: list[ApprovedMaterial]


def expiring(user: Any, month: date) -> list[list[CalendarDay]]:
    """Return a month's weeks (from Monday) of days with what expires on each."""
    first = month.replace(day=1)
    begin = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    end = after + timedelta(days=(7 - after.weekday()) % 7)
    rows: dict[date, list[ApprovedMaterial]] = {}
    found = (
        registry(user).filter(valid_until__gte=begin, valid_until__lt=end).exclude(state=ApprovedState.WITHDRAWN.value)
    )
    for row in found.order_by("valid_until", "pk"):
        if row.valid_until is not None:
            rows.setdefault(row.valid_until, []).append(row)
    days = [
        CalendarDay(day, rows.get(day, [])) for day in (begin + timedelta(days=i) for i in range((end - begin).days))
    ]
    return [days[i : i + 7] for i in range(0, len(days), 7)]


def open_past(user: Any) -> QuerySet[Placement]:
    """Return placements still shown although their time or their approval is over."""
    today = timezone.localdate()
    over = Q(end__lt=today) | ~Q(approved__state=ApprovedState.VALID.value) | Q(approved__valid_until__lt=today)
    return placements(user).filter(over, removed_at__isnull=True)
