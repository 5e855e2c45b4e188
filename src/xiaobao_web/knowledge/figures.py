"""How often each rule hit, and how often reviewers agreed: precision with its interval."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.knowledge.models import Judged, Mirror, RuleDraft, RuleEntry, ShadowHit

LOW, ENOUGH = 0.6, 10
"""Below this share of accepted findings, from this number of decisions on, a rule is flagged."""


def decided() -> Any:
    """Return the findings that people decided: what an allow-list set aside says nothing about a rule."""
    return Finding.objects.filter(source=FindingSource.RULE, decided_by__isnull=False)


def count() -> int:
    """Write the figures of every rule into its row, and return how many rules hit anything."""
    hits = {
        item["rule"]: item
        for item in Finding.objects.filter(source=FindingSource.RULE)
        .order_by()
        .values("rule")
        .annotate(n=Count("pk"), last=Max("added_at"))
    }
    measured = decisions.precision(decided())
    rows = list(RuleEntry.objects.all())
    for row in rows:
        told = measured.get(row.rule)
        hit = hits.get(row.rule)
        row.hits, row.last_hit_at = (hit["n"], hit["last"]) if hit else (0, None)
        row.accepted, row.dismissed = (told.accepted, told.dismissed) if told else (0, 0)
        row.precision = told.share if told else None
        row.weak = is_weak(told)
    RuleEntry.objects.bulk_update(
        rows, ["hits", "last_hit_at", "accepted", "dismissed", "precision", "weak"], batch_size=200
    )
    Mirror.objects.filter(pk=1).update(counted_at=timezone.now())
    return len(hits)


def is_weak(told: decisions.Precision | None) -> bool:
    """Tell whether reviewers disagree with a rule too often, on enough decisions."""
    return told is not None and told.n >= ENOUGH and told.share is not None and told.share < LOW


@dataclass(frozen=True)
class Health:
    """A rule's precision as its page shows it, with why reviewers dismissed and by version."""

    precision: decisions.Precision
    reasons: list[tuple[str, int]]
    weak: bool


def health(rule: str) -> Health:
    """Return how reviewers decided on a rule's findings, now."""
    rows = decided().filter(rule=rule)
    told = decisions.precision(rows).get(rule) or decisions.Precision(rule, 0, 0)
    dismissed = rows.filter(decision=Decision.DISMISSED, carried_from__isnull=True).exclude(reason="")
    reasons = Counter(dismissed.order_by("-decided_at").values_list("reason", flat=True)[:2000]).most_common(6)
    return Health(told, reasons, is_weak(told))


@dataclass(frozen=True)
class ShadowFigures:
    """What a draft did in shadow: screenings it ran with, hits, those no rule in force had, and what people say."""

    runs: int
    with_hits: int
    hits: int
    only_here: int
    right: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Return the share of screenings with a hit, None before the first."""
        return self.with_hits / self.runs if self.runs else None

    @property
    def judged(self) -> int:
        """Return how many hits people judged."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """Return the share of judged hits that are right, None before the first."""
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return Wilson's 95 % interval of that share."""
        return decisions.wilson(self.right, self.judged)


def shadow(draft: RuleDraft) -> ShadowFigures:
    """Return the figures of a draft's shadow runs with its present text."""
    runs = draft.shadow_runs.filter(digest=draft.digest)
    hits = ShadowHit.objects.filter(run__in=runs)
    return ShadowFigures(
        runs=runs.count(),
        with_hits=runs.filter(hits__gt=0).count(),
        hits=hits.count(),
        only_here=hits.filter(also="").count(),
        right=hits.filter(judged=Judged.RIGHT).count(),
        wrong=hits.filter(judged=Judged.WRONG).count(),
    )
