"""Clocks found by walking from day to day with a state in hand: the slow second opinion the engine is held against."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE = timedelta(days=1)
HORIZON = 2_000
Happened = tuple[date, str]
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


class Walk:
    """Go through the days of a case once."""

    def __init__(self, track: str, events: Sequence[Happened], working: Callable[[date], bool]) -> None:
        self.track, self.events, self.working = track, events, working
        self.at = events[-1][0]
        self.spans: list[list[date | None]] = []
        open_: dict[str, list[date | None]] = {}
        for day, kind in events:
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
        by_day: dict[date, list[str]] = {}
        for day, kind in self.events[place + 1 :]:
            by_day.setdefault(day, []).append(kind)
        for offset in range(HORIZON):
            day = start + timedelta(days=offset)
            if day > state.start:
                self._tick(state, day)
            for kind in by_day.get(day, ()):
                self._happen(state, day, kind)
            if state.expired is not None and day > self.at:
                break
        assert state.expired is not None
        due = state.expired - ONE
        span = [state.start + timedelta(days=i + 1) for i in range((due - state.start).days)]
        paused = sum(map(self.covered, span))
        return self._found(state.start, due, state.limit, state.done, state.withdrawn, paused)

    def _tick(self, state: Ladder, day: date) -> None:
        state.n += not self.covered(day)
        state.strict += not self._held(state, day)
        if state.n > state.limit and state.expired is None:
            state.expired = day

    def _held(self, state: Ladder, day: date) -> bool:
        """Tell whether a day does not count towards the last day to extend: by a pause begun while the limit ran."""
        return self.covered(day, state.expired - ONE if state.expired else date.max)

    def _happen(self, state: Ladder, day: date, kind: str) -> None:
        rungs = LADDERS[self.track]
        if kind == "new_facts" and self.track != "pboc_transfer" and state.expired is None:
            keep = state.withdrawn
            state.__init__(self.track, state.enders, day, withdrawn=keep)  # type: ignore[misc]
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
                self._grant(state, rungs["complex"][1])
        if kind in ("special_approved", "special_notified") and kind not in state.timely:
            tomorrow = state.strict + (not self._held(state, day + ONE))
            state.timely[kind] = tomorrow <= rungs["special"][0]
            if state.timely.get("special_approved") and state.timely.get("special_notified"):
                self._grant(state, rungs["special"][1])

    def _grant(self, state: Ladder, limit: int) -> None:
        if limit > state.limit:
            state.limit = limit
            state.expired = state.expired if state.n > limit else None

    def plain(self, start: date, days: int, place: int, enders: set[str]) -> Found:
        """Return the end of a limit in natural days without any ladder."""
        day = start
        for _ in range(days):
            day += ONE
        return self._found(start, day, days, *self._ends(place, enders), 0)

    def worked(self, start: date, days: int, place: int, enders: set[str]) -> Found:
        """Return the end of a limit in working days."""
        day, left = start, days
        while left:
            day += ONE
            left -= self.working(day)
        return self._found(start, day, days, *self._ends(place, enders), 0)

    def _ends(self, place: int, enders: set[str]) -> tuple[date | None, date | None]:
        done = next((d for d, k in self.events[place + 1 :] if k in enders), None)
        gone = next((d for d, k in self.events if k == "withdrawn"), None)
        return done, None if done else gone

    def _found(self, start: date, due: date, limit: int, done: date | None, gone: date | None, paused: int) -> Found:
        rolled = due
        while not self.working(rolled):
            rolled += ONE
        return Found(due, rolled, limit, None if done is None else done <= rolled, gone, paused, start)


def walked(track: str, events: Sequence[Happened], working: Callable[[date], bool]) -> dict[str, Found]:
    """Return the clocks of a complaint or a transfer, by name; events are in order and possible."""
    walk, out = Walk(track, events, working), {}
    kinds = [k for _, k in events]
    early = {"received", "transferred", "material_complete", "mediation_start", "mediation_end", "new_facts"}
    prefix = next((i for i, k in enumerate(kinds) if k not in early), len(kinds))
    place = max(kinds.index(k) for k in ("received", "transferred") if k in kinds[:prefix] and (k, track) != TWICE)
    out["respond"] = walk.ladder(events[place][0], place, ENDERS[track, "respond"])
    out["notify"] = walk.ladder(events[place][0], place, {"notified"})
    if track != "direct":
        sent = kinds.index("transferred") if "transferred" in kinds else len(kinds)
        first = ["material_complete", "received"] if track == "pboc_transfer" else ["received"]
        came = [kinds.index(k) for k in first if k in kinds and kinds.index(k) < sent]
        if came:
            out["forward_by"] = walk.worked(events[came[0]][0], 7, came[0], {"transferred"})
    if track != "pboc_transfer":
        again = [i for i, e in enumerate(events) if e[1] == "new_facts" and e[0] == out["respond"].start and i > place]
        since = again[-1] if again else -1
        told = next((i for i in range(since + 1, len(events)) if kinds[i] == "notified"), None)
        if told is not None:
            out["review_apply_by"] = walk.plain(events[told][0], 30, told, {"review_applied"})
        if "review_applied" in kinds:
            asked = kinds.index("review_applied")
            out["review_decide_by"] = walk.plain(events[asked][0], 30, asked, {"decided", "notified"})
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
        events.append((day, kind))
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
        events.append((day, kind))
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
