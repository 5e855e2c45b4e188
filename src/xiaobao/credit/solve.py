"""The one rate at which flows are worth nothing; where there is none, or several, the error says so.

Flows whose sign changes once have one rate (Descartes). Others are searched over a fine grid, and a rate found there
counts as the only one when no second change of the present value's sign is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import expm1, isfinite, log1p

import numpy as np
import numpy.typing as npt

from xiaobao.errors import InputError

Array = npt.NDArray[np.float64]
_LOW, _HIGH, _STEP = -4.6, 14.0, 0.005
"""The grid, in ln(1 + rate): from a loss of 99 % a period to a rate of a million."""
_HIGHEST = 28.0
"""How far flows with one rate are searched: seven days at a third of the sum, as usurers ask, is 10 ^ 8."""


def timed_root(times: Sequence[float], amounts: Sequence[float]) -> float:
    """Return the yearly compound rate R that solves Σ amount ÷ (1 + R)^years = 0, times in years from the first flow.

    The general form of directive 2008/48/EC, annex I, and of the internal rate of return.
    """
    when, flows = merged(times, amounts)
    check(flows)

    def worth(logs: Array) -> Array:
        return np.asarray(np.exp(-np.outer(logs, when)) @ flows, dtype=np.float64)

    return expm1(only_zero(worth, flows))


def merged(times: Sequence[float], amounts: Sequence[float]) -> tuple[Array, Array]:
    """Return flows in order of time, those of one moment added up and nothing left out but zeros."""
    total: dict[float, float] = {}
    for time, amount in zip(times, amounts, strict=True):
        total[time] = total.get(time, 0.0) + amount
    order = [t for t in sorted(total) if total[t]]
    return np.array(order), np.array([total[t] for t in order])


def check(flows: Sequence[float] | Array) -> None:
    """Raise InputError where flows are not finite or run one way only."""
    if not all(map(isfinite, flows)):
        raise InputError("无法折算：现金流中有无效的数字", code="input.rate")
    if changes(flows) == 0:
        raise InputError("无法折算：现金流只有一个方向，没有内部收益率", code="input.rate")


def changes(flows: Sequence[float] | Array) -> int:
    """Return how often flows change their sign."""
    signs = [f > 0 for f in flows if f]
    return sum(a != b for a, b in pairwise(signs))


def only_zero(worth: Callable[[Array], Array], flows: Array) -> float:
    """Return the only zero of a present value over ln(1 + rate), taken on a grid and closed in on."""
    single = changes(flows) == 1
    grid = np.arange(_LOW, _HIGHEST, 0.2) if single else np.arange(_LOW, _HIGH, _STEP)
    with np.errstate(over="ignore", invalid="ignore"):
        values = worth(grid)
    sound = np.isfinite(values)
    grid, values = grid[sound], values[sound]
    negative = values < 0
    cells = np.flatnonzero(negative[1:] != negative[:-1])
    if len(cells) == 0 and single and sum(flows) < 0:
        raise InputError("利率过大，无法折算年化", code="input.rate")
    if len(cells) == 0:
        raise InputError("无法折算：这组现金流没有内部收益率", code="input.rate")
    if len(cells) > 1:
        raise InputError(f"无法折算：这组现金流有 {len(cells)} 个内部收益率，不能取其一", code="input.rate")
    at = int(cells[0])
    return _closed_in(lambda x: float(worth(np.array([x]))[0]), float(grid[at]), float(grid[at + 1]))


def _closed_in(worth: Callable[[float], float], low: float, high: float) -> float:
    """Return the zero between two points of different sign, by false position with halving (Illinois)."""
    at_low, at_high = worth(low), worth(high)
    for _ in range(200):
        if at_high == at_low:
            break
        middle = high - at_high * (high - low) / (at_high - at_low)
        value = worth(middle)
        if value == 0:
            return middle
        if (value < 0) != (at_high < 0):
            low, at_low = high, at_high
        else:
            at_low /= 2
        moved, high, at_high = abs(middle - high), middle, value
        if moved <= 1e-15:
            break
    return high


def monthly_of(yearly: float) -> float:
    """Return the monthly rate that compounds to a yearly one."""
    return expm1(log1p(yearly) / 12)
