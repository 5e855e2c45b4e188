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
from walked_clocks import Chance, chance, made_up, walked
from walked_tracks import OPENING, SURE_UNTIL, Ends, imagined, impossible, walked_track

from xiaobao.calendar import mainland
from xiaobao.calendar.clocks import Clock, Event, replay
from xiaobao.errors import InputError

BESIDE = Path(__file__).parents[3].glob("*/data/holidays")
FILES = Path(os.environ.get("XIAOBAO_DATA") or next((p.parent for p in BESIDE), "absent")) / "holidays"
FIRST, LAST = date(2018, 1, 1), date(2030, 3, 1)


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
    """Return what tells working days: the official files, the calendar's own guess for years without a notice."""
    known, guess = exceptions(), mainland()
    if known is None:
        return lambda day: bool(guess.day(day))
    return lambda day: known.get(day, day.weekday() < 5) if day <= SURE_UNTIL else bool(guess.day(day))


def compare(seed: int, number: int) -> int:
    """Compare that many generated cases with their walk and return how many clocks were compared."""
    rng, working, seen = random.Random(seed), official(), 0
    for _ in range(number):
        track = rng.choice(["direct", "direct", "nfra_transfer", "pboc_transfer"])
        happened = made_up(rng, track, FIRST, LAST)
        clocks = {c.name: c for c in replay(track, [Event(e.kind, e.day, e.facts) for e in happened])}  # type: ignore[arg-type]
        expected = walked(track, happened, working)
        assert set(clocks) - {"extend_by"} == set(expected), happened
        for name, found in expected.items():
            clock = clocks[name]
            got = (clock.due, clock.due_rolled, clock.limit, clock.met, clock.ended, clock.paused_days, clock.started)
            want = (found.due, found.rolled, found.limit, found.met, found.ended, found.paused, found.start)
            assert got == want, (track, name, happened)
            assert (clock.alarm, clock.provisional) == planned(clock, working), (track, name, happened)
            seen += 1
        extend, expect = clocks.get("extend_by"), chance(track, happened, working)
        assert (extend and Chance(extend.due, extend.met, extend.met_at)) == expect, (track, happened)
    return seen


def planned(clock: Clock, working: Callable[[date], bool]) -> tuple[date, bool]:
    """Return the day to plan for and whether the days around the end rest on a notice that is not out."""
    alarm = clock.due
    if clock.unit == "working":
        return alarm, alarm > SURE_UNTIL
    while not working(alarm):
        alarm -= timedelta(days=1)
    return (alarm if alarm > clock.started else clock.due), clock.due_rolled > SURE_UNTIL


def compare_others(seed: int, number: int) -> tuple[int, int]:
    """Compare that many cases of the other six tracks; return how many clocks agreed and how many were refused."""
    rng, working, seen, refused = random.Random(seed), official(), 0, 0
    for _ in range(number):
        track = rng.choice(sorted(OPENING))
        things = imagined(rng, track, FIRST, LAST)
        at = things[-1].day + timedelta(days=rng.choice([0, 0, 5, 40]))
        events = [Event(t.kind, t.at, t.facts) for t in things]  # type: ignore[arg-type]
        if impossible(track, things):
            with pytest.raises(InputError):
                replay(track, events, at=at)
            refused += 1
            continue
        clocks = {c.name: c for c in replay(track, events, at=at)}
        expected = walked_track(track, things, working, at)
        assert set(clocks) == set(expected), (track, things)
        for name, want in expected.items():
            c = clocks[name]
            got = Ends(
                c.started, c.due, c.due_rolled, c.alarm, c.limit, c.met, c.ended, c.paused_days, c.provisional
            )  # fmt: skip
            assert got == want, (track, name, things)
            seen += 1
    return seen, refused


def test_two_thousand_cases_agree_with_the_walk() -> None:
    assert compare(20261125, 2_000) > 4_000


def test_three_thousand_cases_of_the_other_tracks_agree_with_the_walk() -> None:
    seen, refused = compare_others(20261126, 3_000)
    assert seen > 3_000
    assert 200 < refused < 1_500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_cases_agree_with_the_walk(seed: int) -> None:
    assert compare(seed, 10_000) > 20_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_cases_of_the_other_tracks_agree_with_the_walk(seed: int) -> None:
    assert compare_others(seed, 10_000)[0] > 10_000


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
        for clock in replay(track, [Event(e.kind, e.day) for e in made_up(rng, track, FIRST, LAST)]):  # type: ignore[arg-type]
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
