"""The clocks of generated cases agree with a walk from day to day that shares nothing with the engine."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from walked_clocks import made_up, walked

from xiaobao.calendar import mainland
from xiaobao.calendar.clocks import Event, replay

BESIDE = Path(__file__).parents[3].glob("*/data/holidays")
FILES = Path(os.environ.get("XIAOBAO_DATA") or next((p.parent for p in BESIDE), "absent")) / "holidays"
FIRST, LAST = date(2018, 1, 1), date(2026, 3, 1)


@cache
def exceptions() -> dict[date, bool] | None:
    """Return the official days off and worked of 2018 to 2026, True for worked; None where the files are absent."""
    paths = [FILES / f"{year}.json" for year in range(2018, 2027)]
    if not all(path.is_file() for path in paths):
        return None
    out: dict[date, bool] = {}
    for path in paths:
        for day in json.loads(path.read_text("utf-8"))["days"]:
            out[date.fromisoformat(day["date"])] = not day["isOffDay"]
    return out


def official() -> Callable[[date], bool]:
    known = exceptions()
    if known is None:
        return lambda day: bool(mainland().day(day))
    return lambda day: known.get(day, day.weekday() < 5)


def compare(seed: int, number: int) -> int:
    """Compare that many generated cases with their walk and return how many clocks were compared."""
    rng, working, seen = random.Random(seed), official(), 0
    for _ in range(number):
        track = rng.choice(["direct", "direct", "nfra_transfer", "pboc_transfer"])
        happened = made_up(rng, track, FIRST, LAST)
        clocks = {c.name: c for c in replay(track, [Event(kind, day) for day, kind in happened])}
        expected = walked(track, happened, working)
        assert set(clocks) - {"extend_by"} == set(expected), happened
        for name, found in expected.items():
            clock = clocks[name]
            got = (clock.due, clock.due_rolled, clock.limit, clock.met, clock.ended, clock.paused_days, clock.started)
            want = (found.due, found.rolled, found.limit, found.met, found.ended, found.paused, found.start)
            assert got == want, (track, name, happened)
            seen += 1
    return seen


def test_two_thousand_cases_agree_with_the_walk() -> None:
    assert compare(20261125, 2_000) > 4_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_cases_agree_with_the_walk(seed: int) -> None:
    assert compare(seed, 10_000) > 20_000


def test_every_day_of_the_official_files_rolls_as_they_say() -> None:
    known = exceptions()
    if known is None:
        pytest.skip("the official holiday files are not here: set XIAOBAO_DATA to the folder that holds holidays/")
    working = official()
    for n in range((date(2026, 12, 1) - FIRST).days):
        day = FIRST + timedelta(days=n)
        (clock,) = (c for c in replay("credit_objection", [Event("received", day)]) if c.name == "respond")
        rolled = due = day + timedelta(days=20)
        while not working(rolled):
            rolled += timedelta(days=1)
        if due.year < 2027 and rolled.year < 2027:
            assert (clock.due, clock.due_rolled) == (due, rolled)
        (fix,) = replay("recording_fix", [Event("received", day)])
        left, at = 15, day
        while left:
            at += timedelta(days=1)
            left -= working(at)
        if at.year < 2027:
            assert fix.due == fix.due_rolled == at


def test_the_working_shown_counts_to_the_due_day() -> None:
    rng = random.Random(7)
    for _ in range(200):
        track = rng.choice(["direct", "nfra_transfer", "pboc_transfer"])
        for clock in replay(track, [Event(kind, day) for day, kind in made_up(rng, track, FIRST, LAST)]):
            steps = clock.replay
            numbers = [s.counted for s in steps if s.counted is not None]
            assert numbers == list(range(1, len(numbers) + 1))
            assert [s.day for s in steps] == [steps[0].day + timedelta(days=i) for i in range(len(steps))]
            assert (steps[0].day, steps[-1].day) == (clock.started, clock.due_rolled)
            assert all(s.why and s.article for s in steps)
            if clock.kind != "extend_by":
                assert len(numbers) == clock.limit
                idle = [s for s in steps[1:] if s.counted is None and s.day <= clock.due]
                assert clock.unit == "working" or len(idle) == clock.paused_days
