"""How much more than expected: likelihood ratios, over-dispersion, control limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def poisson_ratio(count: float, expected: float) -> float:
    """Return the log-likelihood ratio of a Poisson count against its expectation; 0 where it is not higher."""
    if count <= expected or expected <= 0:
        return 0.0
    return count * log(count / expected) - (count - expected)


def share_ratio(now: float, before: float, exposure: float) -> float:
    """Return the log-likelihood ratio of two Poisson counts against one common rate; 0 where now is not higher.

    exposure is the part (0..1) of all that was looked at that lies in the present: with few texts before, little is
    known of what to expect, and the ratio stays small.
    """
    return float(share_ratios(np.array([now]), np.array([before]), exposure)[0])


def share_ratios(now: Floats, before: Floats, exposure: float) -> Floats:
    """Return share_ratio of many counts."""
    total = np.maximum(now + before, 1e-9)
    if not 0 < exposure < 1:
        return np.zeros_like(total)
    high = np.where(now > 0, now * np.log(np.maximum(now, 1e-9) / (total * exposure)), 0.0)
    low = np.where(before > 0, before * np.log(np.maximum(before, 1e-9) / (total * (1 - exposure))), 0.0)
    return np.where(now > total * exposure, high + low, 0.0)


def dispersion(counts: Floats, expected: Floats) -> float:
    """Return how much more counts vary than Poisson counts do (1 or more): the mean of squared Pearson residuals.

    A few days tell little, so one day's worth of 1 is added; single days weigh at most 25.
    """
    kept = expected > 0
    if not kept.any():
        return 1.0
    residuals = np.minimum((counts[kept] - expected[kept]) ** 2 / np.maximum(expected[kept], 0.25), 25.0)
    return max(1.0, float((residuals.sum() + 1.0) / (kept.sum() + 1.0)))


@dataclass(frozen=True, slots=True)
class Limits:
    """A control chart: the centre, lower and upper limit of each point, and the indices of points beyond them.

    Rates are counts per base where bases are given, else counts; sigma is the over-dispersion (1: none).
    """

    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    sigma: float


def control_limits(
    counts: Sequence[float], bases: Sequence[float] | None = None, *, known: int | None = None, width: float = 3.0
) -> Limits:
    """Return the limits of a c-chart, or of a u-chart where bases (customers, outlets, texts) are given.

    The centre comes from the first `known` points (all where None), without those beyond the first limits; limits are
    Laney's (2002): widened where points vary more than Poisson. Points without a base are never beyond.
    """
    given = np.asarray(counts, dtype=np.float64)
    base = np.ones_like(given) if bases is None else np.asarray(bases, dtype=np.float64)
    if given.shape != base.shape:
        raise ValueError("counts and bases must be of one length")
    usable = base > 0
    learnt = usable & (np.arange(len(given)) < (len(given) if known is None else known))
    centre, sigma = 0.0, 1.0
    for _ in range(2):
        if not learnt.any():
            break
        centre = float(given[learnt].sum() / base[learnt].sum())
        error = np.sqrt(centre / np.where(usable, base, 1.0))
        scores = np.where(error > 0, (given / np.where(usable, base, 1.0) - centre) / np.where(error > 0, error, 1), 0)
        inner = scores[learnt]
        moving = np.abs(np.diff(inner)).mean() / 1.128 if len(inner) > 2 else 1.0
        sigma = max(1.0, float(moving))
        learnt &= np.abs(scores) <= width * sigma
    error = np.sqrt(centre / np.where(usable, base, 1.0)) * sigma
    rates = given / np.where(usable, base, 1.0)
    upper, lower = centre + width * error, np.maximum(centre - width * error, 0.0)
    above, below = np.flatnonzero(usable & (rates > upper)), np.flatnonzero(usable & (rates < lower))
    return Limits(centre, tuple(lower), tuple(upper), tuple(above.tolist()), tuple(below.tolist()), sigma)


def wilson(successes: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the bounds of a proportion (Wilson 1927), (0, 1) where nothing was counted."""
    if total <= 0:
        return 0.0, 1.0
    share = successes / total
    middle = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low, high = (middle - spread) / (1 + z * z / total), (middle + spread) / (1 + z * z / total)
    return max(0.0, low), min(1.0, high)
