"""Clocks found by walking from day to day with a state in hand: the slow second opinion the engine is held against."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import takewhile
from typing import NamedTuple

ONE = timedelta(days=1)
HORIZON = 2_000


class Happened(NamedTuple):
    """What happened on a day; how many days an approval gives and why it was given, where it says."""

    day: date
    kind: str
    days: int | None = None
    reason: str | None = None

    @property
    def facts(self) -> dict[str, object]:
        return {k: v for k, v in {"days": self.days, "reason": self.reason}.items() if v is not None}


TWICE = ("transferred", "direct")
LADDERS = {
    "direct": {"complex": (15, 30), "special": (30, 60)},
    "nfra_transfer": {"complex": (15, 30), "special": (30, 60)},
    "pboc_transfer": {"special": (15, 60)},
}
ENDERS = {
    ("pboc_transfer", "respond"): {"notified"},
    ("direct", "respond"): {"decided", "notified"},
    ("nfra_transfer", "respond"): {"decided", "notified"},
}


@dataclass
class Found:
    """What the walk says of one clock."""

    due: date
    rolled: date
    limit: int
    met: bool | None
    ended: date | None
    paused: int
    start: date
    place: int


@dataclass
class Ladder:
    """The state of a complaint's limit while the days go by."""

    track: str
    enders: set[str]
    start: date
    n: int = 0
    strict: int = 0
    limit: int = 15
    expired: date | None = None
    done: date | None = None
    closed: bool = False
    withdrawn: date | None = None
    timely: dict[str, bool] = field(default_factory=dict)
    came: dict[str, Happened] = field(default_factory=dict)
    place: int = 0


class Walk:
    """Go through the days of a case once."""

    def __init__(self, track: str, events: Sequence[Happened], working: Callable[[date], bool]) -> None:
        self.track, self.events, self.working = track, events, working
        self.at = events[-1][0]
        self.spans: list[list[date | None]] = []
        open_: dict[str, list[date | None]] = {}
        for day, kind, *_ in events:
            name, _, edge = kind.partition("_")
            if name in ("appraisal", "mediation"):
                if edge == "start":
                    open_[name] = [day, None]
                    self.spans.append(open_[name])
                else:
                    open_.pop(name)[1] = day

    def covered(self, day: date, began: date = date.max) -> bool:
        """Tell whether a day lies in a pause that began no later than some day."""
        if self.track == "pboc_transfer":
            return False
        return any(s < day <= (e or max(s, self.at)) for s, e in self.spans if s is not None and s <= began)

    def ladder(self, start: date, place: int, enders: set[str]) -> Found:
        """Return the limit of a complaint that began with the event at a place."""
        state = Ladder(self.track, enders, start)
        state.place = place
        by_day: dict[date, list[int]] = {}
        for at in range(place + 1, len(self.events)):
            by_day.setdefault(self.events[at].day, []).append(at)
        for offset in range(HORIZON):
            day = start + timedelta(days=offset)
            if day > state.start:
                self._tick(state, day)
            for at in by_day.get(day, ()):
                self._happen(state, day, at)
            if state.expired is not None and day > self.at:
                break
        assert state.expired is not None
        due = state.expired - ONE
        span = [state.start + timedelta(days=i + 1) for i in range((due - state.start).days)]
        paused = sum(map(self.covered, span))
        return self._found(state.start, due, state.limit, state.done, state.withdrawn, paused, state.place)

    def _tick(self, state: Ladder, day: date) -> None:
        state.n += not self.covered(day)
        state.strict += not self._held(state, day)
        if state.n > state.limit and state.expired is None:
            state.expired = day

    def _held(self, state: Ladder, day: date) -> bool:
        """Tell whether a day does not count towards the last day to extend: by a pause begun while the limit ran."""
        return self.covered(day, state.expired - ONE if state.expired else date.max)

    def _happen(self, state: Ladder, day: date, at: int) -> None:
        rungs, thing = LADDERS[self.track], self.events[at]
        kind = thing.kind
        if kind == "new_facts" and self.track != "pboc_transfer" and state.expired is None:
            keep = state.withdrawn
            state.__init__(self.track, state.enders, day, withdrawn=keep, place=at)  # type: ignore[misc]
            return
        if kind in state.enders and state.done is None:
            state.done = day
        if kind in ("decided", "notified"):
            state.closed = True
        if kind == "withdrawn":
            state.withdrawn = day if state.done is None else None
        if state.closed:
            return
        if kind == "complex" and "complex" in rungs and kind not in state.timely:
            state.timely[kind] = state.n <= rungs["complex"][0]
            if state.timely[kind]:
                self._grant(state, *rungs["complex"], thing)
        if kind in ("special_approved", "special_notified") and kind not in state.timely:
            tomorrow = state.strict + (not self._held(state, day + ONE))
            state.timely[kind] = tomorrow <= rungs["special"][0]
            state.came[kind] = thing
            if state.timely.get("special_approved") and state.timely.get("special_notified"):
                self._grant(state, *rungs["special"], state.came["special_approved"], state.came["special_notified"])

    def _grant(self, state: Ladder, within: int, to: int, *things: Happened) -> None:
        limit = _given(self.track, within, to, things)
        if limit > state.limit:
            state.limit = limit
            state.expired = state.expired if state.n > limit else None

    def plain(self, start: date, days: int, place: int, enders: set[str]) -> Found:
        """Return the end of a limit in natural days without any ladder."""
        day = start
        for _ in range(days):
            day += ONE
        return self._found(start, day, days, *self._ends(place, enders), 0, place)

    def worked(self, start: date, days: int, place: int, enders: set[str]) -> Found:
        """Return the end of a limit in working days."""
        day, left = start, days
        while left:
            day += ONE
            left -= self.working(day)
        return self._found(start, day, days, *self._ends(place, enders), 0, place)

    def _ends(self, place: int, enders: set[str]) -> tuple[date | None, date | None]:
        done = next((e.day for e in self.events[place + 1 :] if e.kind in enders), None)
        gone = next((e.day for e in self.events if e.kind == "withdrawn"), None)
        return done, None if done else gone

    def _found(
        self, start: date, due: date, limit: int, done: date | None, gone: date | None, paused: int, place: int
    ) -> Found:
        rolled = due
        while not self.working(rolled):
            rolled += ONE
        return Found(due, rolled, limit, None if done is None else done <= rolled, gone, paused, start, place)


def walked(track: str, events: Sequence[Happened], working: Callable[[date], bool]) -> dict[str, Found]:
    """Return the clocks of a complaint or a transfer, by name; events are in order and possible."""
    walk, out = Walk(track, events, working), {}
    kinds = [e.kind for e in events]
    early = {"received", "transferred", "material_complete", "mediation_start", "mediation_end", "new_facts"}
    prefix = next((i for i, k in enumerate(kinds) if k not in early), len(kinds))
    place = max(kinds.index(k) for k in ("received", "transferred") if k in kinds[:prefix] and (k, track) != TWICE)
    out["respond"] = walk.ladder(events[place].day, place, ENDERS[track, "respond"])
    out["notify"] = walk.ladder(events[place].day, place, {"notified"})
    if track != "direct":
        sent = kinds.index("transferred") if "transferred" in kinds else len(kinds)
        first = ["material_complete", "received"] if track == "pboc_transfer" else ["received"]
        came = [kinds.index(k) for k in first if k in kinds and kinds.index(k) < sent]
        if came:
            out["forward_by"] = walk.worked(events[came[0]].day, 7, came[0], {"transferred"})
    if track != "pboc_transfer":
        again = [
            i for i, e in enumerate(events) if e.kind == "new_facts" and e.day == out["respond"].start and i > place
        ]
        since = again[-1] if again else -1
        told = next((i for i in range(since + 1, len(events)) if kinds[i] == "notified"), None)
        if told is not None:
            out["review_apply_by"] = walk.plain(events[told].day, 30, told, {"review_applied"})
        if "review_applied" in kinds:
            asked = kinds.index("review_applied")
            out["review_decide_by"] = walk.plain(events[asked].day, 30, asked, {"decided", "notified"})
    return out


def made_up(rng: random.Random, track: str, first: date, last: date) -> list[Happened]:
    """Return the events of a case that could have happened so, in order."""
    day = first + timedelta(days=rng.randrange((last - first).days))
    opening = {
        "direct": [["received"]],
        "nfra_transfer": [["received"], ["transferred"], ["received", "transferred"], ["transferred", "received"]],
        "pboc_transfer": [["received"], ["received", "material_complete", "transferred"], ["received", "transferred"]],
    }[track]
    events: list[Happened] = []
    for kind in rng.choice(opening):
        events.append(Happened(day, kind))
        day += timedelta(days=rng.choice([0, 1, 3, 7, 12]))
    open_: set[str] = set()
    closed = answered = approved = told = decided = False
    for _ in range(rng.randrange(10)):
        choices = ["material_complete"] if track == "direct" else []
        choices += [f"{p}_end" if p in open_ else f"{p}_start" for p in ("appraisal", "mediation")]
        choices += ["new_facts", "received", "notified", "withdrawn"]
        if decided or not told:
            choices.append("decided")
        if not closed:
            choices += ["complex", "complex", "special_approved", "special_approved"]
            choices += ["special_notified"] * (3 if approved else 0)
        choices += ["review_applied"] if answered and track != "pboc_transfer" else []
        kind = rng.choice([c for c in choices if not (closed and c == "appraisal_start")])
        day += timedelta(days=rng.choice([0, 0, 1, 2, 3, 4, 5, 7, 10, 14, 15, 16, 29]))
        events.append(Happened(day, kind, *_said(rng, track, kind)))
        if kind.endswith("_start"):
            open_.add(kind.removesuffix("_start"))
        if kind.endswith("_end"):
            open_.discard(kind.removesuffix("_end"))
        approved = (approved or kind == "special_approved") and kind not in ("new_facts", "received", "review_applied")
        told = (told or kind == "notified") and kind not in ("new_facts", "received", "review_applied")
        decided = (decided or kind == "decided") and kind not in ("new_facts", "received", "review_applied")
        closed = (closed or kind in ("decided", "notified")) and kind not in ("new_facts", "received", "review_applied")
        answered = answered or kind in ("decided", "notified")
        if kind == "withdrawn":
            break
    return events


def _said(rng: random.Random, track: str, kind: str) -> tuple[int | None, str | None]:
    """Return how many days an approval gives and its reason: mostly unsaid, sometimes blank."""
    rung = kind.removesuffix("_approved")
    if rng.random() < 0.6 or rung not in LADDERS[track] or kind == "special_notified":
        return None, None
    within, to = LADDERS[track][rung]
    return rng.choice([None, 1, to - within, rng.randrange(1, to - within + 1)]), rng.choice([None, "须鉴定", " "])


def _given(track: str, within: int, to: int, things: Sequence[Happened]) -> int:
    """Return the limit an extension gives; none where the central bank's wants a reason and it is blank."""
    reasons = [t.reason for t in things if t.reason is not None]
    if track == "pboc_transfer" and reasons and not any(r.strip() for r in reasons):
        return 0
    return next((within + t.days for t in things if t.days is not None), to)


@dataclass
class Chance:
    """What the walk says of the day to extend by: the day, whether it was used in time, and on which day."""

    due: date
    met: bool | None
    used: date | None


def chance(track: str, events: Sequence[Happened], working: Callable[[date], bool]) -> Chance | None:
    """Return the last day for the next extension of a complaint; of a rung used already, whether it was in time."""
    walk = Walk(track, events, working)
    found = walked(track, events, working)["respond"]
    after = list(takewhile(lambda e: e.kind not in ("decided", "notified"), events[found.place + 1 :]))
    limit, chances = 15, []
    for name, (within, to) in LADDERS[track].items():
        wanted = ["complex"] if name == "complex" else ["special_approved", "special_notified"]
        came = [next((e for e in after if e.kind == k), None) for k in wanted]
        things = [e for e in came if e is not None]
        final = _last(found.start, within, partial(walk.covered, began=_last(found.start, limit, walk.covered)))
        final -= timedelta(days=int(name == "special"))
        gives = _given(track, within, to, things) if all(e.day <= final for e in things) else 0
        used = max(e.day for e in things) if len(things) == len(wanted) else None
        chances.append((Chance(final, None if used is None else gives > 0, used), to))
        limit = max(limit, gives) if used else limit
    picked = next((c for c, to in chances if c.used is None and to > limit), chances[-1][0])
    return None if picked.used is None and (found.met is not None or found.ended is not None) else picked


def _last(start: date, limit: int, covered: Callable[[date], bool]) -> date:
    """Return the last day of a limit, days that are covered left aside."""
    day, gone_by = start, 0
    while gone_by <= limit:
        day += ONE
        gone_by += not covered(day)
    return day - ONE
