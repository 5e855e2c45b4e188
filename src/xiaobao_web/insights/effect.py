"""Did the same cause fall where it was removed, against the other organisations over the same days?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import hearing
from xiaobao_web.kernel.periods import Period

LEAST = 10
"""Fewer complaints than these, here or elsewhere, before and after together, prove nothing either way."""
SHORTEST, LONGEST = 28, 182
Z = 1.96


@dataclass(frozen=True)
class Effect:
    """Complaints here and elsewhere before and after, the ratio of the two changes with its 95 % bounds."""

    before: int
    after: int
    others_before: int
    others_after: int
    days: int
    ratio: float | None
    low: float | None
    high: float | None
    verdict: str
    """fell, same, rose, or unknown."""

    @property
    def told(self) -> str:
        """Return the finding as a sentence."""
        if self.verdict == "unknown":
            return _("样本不足（每组至少 %(least)d 件、前后各至少 %(days)d 天），不下结论") % {
                "least": LEAST, "days": SHORTEST,
            }  # fmt: skip
        bounds = f"{self.ratio:.2f}（95 % 区间 {self.low:.2f}～{self.high:.2f}）"
        words = {"fell": _("同因投诉明显下降"), "same": _("看不出变化"), "rose": _("同因投诉反而上升")}
        return _("%(word)s：与其他机构相比为整改前的 %(bounds)s") % {"word": words[self.verdict], "bounds": bounds}


def ratio_of(before: int, after: int, others_before: int, others_after: int) -> tuple[float, float, float]:
    """Return (after / before) over the others' (after / before) with 95 % bounds, by the log of four Poisson counts.

    Half a complaint is added to each where one is none (Haldane 1956, Anscombe 1956).
    """
    counts = [before, after, others_before, others_after]
    a, b, c, d = (n + 0.5 for n in counts) if 0 in counts else (float(n) for n in counts)
    middle = log(b / a) - log(d / c)
    spread = Z * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return exp(middle), exp(middle - spread), exp(middle + spread)


def effect_of(row: Any, *, today: date | None = None) -> Effect:
    """Return the effect of a rectification: as many days before it began as there are since it was done."""
    today = today or timezone.localdate()
    begun = timezone.localdate(row.created_at)
    days = min((today - row.effective_on).days, LONGEST) if row.effective_on else 0
    after = Period("custom", row.effective_on or today, (row.effective_on or today) + timedelta(days=max(days, 1) - 1))
    before = Period("custom", begun - timedelta(days=max(days, 1)), begun - timedelta(days=1))
    same = Q(cause=row.cause) & (Q(business_type=row.business_type) if row.business_type else Q())
    rows, here = hearing.counted().filter(same), Q(unit__path__startswith=row.unit.path)
    counts = [
        rows.filter(where, **part.within("received_at")).count()
        for where in (here, ~here) for part in (before, after)
    ]  # fmt: skip
    if days < SHORTEST or counts[0] + counts[1] < LEAST or counts[2] + counts[3] < LEAST:
        return Effect(counts[0], counts[1], counts[2], counts[3], days, None, None, None, "unknown")
    ratio, low, high = ratio_of(counts[0], counts[1], counts[2], counts[3])
    verdict = "fell" if high < 1 else "rose" if low > 1 else "same"
    bounds = round(ratio, 3), round(low, 3), round(high, 3)
    return Effect(counts[0], counts[1], counts[2], counts[3], days, *bounds, verdict)
