"""Measure whole schedules with both annual rates a second on one core, as the ratio to the target of 2,000.

    python benchmarks/bench_credit.py [--loans 1000] [--rounds 5]

Nothing is asserted: a ratio of 1 or more meets the target. Times are CPU seconds of one thread, medians of the rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from statistics import median

from results import Section, table, versions, write

from xiaobao.credit.cost import both_rates, cost
from xiaobao.credit.schedule import schedule
from xiaobao.credit.terms import At, Fee, Prepayment, Terms

TARGET = 2000
PERIODS = 36
START = date(2026, 1, 31)
GUARANTEE = Fee("担保费", "guarantee", "担保公司", "each_period", "balance", percent=Decimal(2), yearly=True)


def loans(count: int, **more: object) -> list[Terms]:
    """Return contracts of 36 months with principals and rates of their own."""
    return [
        Terms(Decimal(10_000 + 37 * i), Decimal(300 + i % 1500) / 100, PERIODS, **more)  # type: ignore[arg-type]
        for i in range(count)
    ]


CASES: tuple[tuple[str, dict[str, object]], ...] = (
    ("equal instalments, no dates", {}),
    ("equal principal, dated", {"method": "equal_principal", "start": START}),
    ("equal instalments, dated, actual/360", {"start": START, "day_count": "actual/360"}),
    ("equal instalments with a guarantee fee", {"fees": (GUARANTEE,)}),
    ("dated, prepaid in part within a period", {
        "start": START, "prepayments": (Prepayment(At(on=date(2026, 7, 10)), Decimal(1000)),)}),
)  # fmt: skip


def measured(work: Callable[[Terms], object], given: list[Terms], rounds: int) -> float:
    """Return loans a second of CPU time, median of the rounds."""
    for terms in given[:20]:
        work(terms)
    rates = []
    for _ in range(rounds):
        began = time.process_time()
        for terms in given:
            work(terms)
        rates.append(len(given) / (time.process_time() - began))
    return median(rates)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rows = []
    for name, more in CASES:
        made = loans(given.loans, **more)
        fast = measured(lambda terms: both_rates(schedule(terms)), made, given.rounds)
        whole = measured(lambda terms: cost(schedule(terms)), made, given.rounds)
        rows.append([name, f"{fast:,.0f}", f"{fast / TARGET:.2f}", f"{whole:,.0f}"])
        print(*rows[-1], sep="\t")
    heads = ("contract", "schedules with both rates a second", "ratio to 2,000", "with every item's own rate")
    intro = (
        f"{given.loans:,} contracts of {PERIODS} months each; a schedule to the cent, then the rate of interest and "
        f"that of everything, each simple and compound. CPU time of one thread.\n\n{versions('pyxirr', 'numpy')}"
    )
    write("credit", "Repayment schedules with annual rates", intro, [Section("By contract", table(heads, rows))])


if __name__ == "__main__":
    main()
