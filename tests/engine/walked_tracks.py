"""The six tracks without a ladder, walked from day to day as their articles say: a second opinion for the engine.

核查：投诉办法 20；12315：消法实施条例 46；信息泄露：人行消保办法 34；征信异议：征信业条例 25、26；
理赔：保险法 23–25；双录整改：可回溯办法 10。
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
ONE = timedelta(days=1)
SURE_UNTIL = date(2026, 12, 24)
"""Later days rest on a notice that is not out: the one of a year may move the last week of the year before."""
PAUSES = ("appraisal", "mediation")
KINDS = (
    "received", "transferred", "material_complete", "complex", "special_approved", "special_notified",
    "appraisal_start", "appraisal_end", "mediation_start", "mediation_end", "new_facts", "withdrawn", "decided",
    "notified", "review_applied", "paid", "reported",
)  # fmt: skip
OPENING = {
    "superior_review": {"decided", "notified", "received", "review_applied"},
    "consumer_authority": {"received"},
    "info_leak": {"received"},
    "credit_objection": {"received", "review_applied"},
    "insurance_claim": {"received"},
    "recording_fix": {"received"},
}
MEANT = {
    "superior_review": {"decided", "notified", "received", "review_applied", "withdrawn"},
    "consumer_authority": {
        "received", "decided", "notified", "mediation_start", "mediation_end", "appraisal_start", "appraisal_end",
        "withdrawn",
    },
    "info_leak": {"received", "transferred", "notified", "reported"},
    "credit_objection": {"received", "decided", "notified", "review_applied", "withdrawn"},
    "insurance_claim": {"received", "decided", "material_complete", "notified", "withdrawn", "paid"},
    "recording_fix": {"received", "decided", "material_complete"},
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """Something that happened, at a day or a moment."""

    kind: str
    at: date | datetime
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.moment.date() if isinstance(self.at, datetime) else self.at

    @property
    def moment(self) -> datetime:
        if isinstance(self.at, datetime):
            return self.at.replace(tzinfo=CHINA) if self.at.tzinfo is None else self.at.astimezone(CHINA)
        return datetime.combine(self.at, time(), CHINA)


@dataclass(frozen=True)
class Ends:
    """What the walk says of one clock."""

    start: date | datetime
    due: date | datetime
    rolled: date | datetime
    alarm: date | datetime
    limit: int
    met: bool | None
    ended: date | None
    paused: int
    provisional: bool


class Walk:
    """Go through the days of a case, once a clock."""

    def __init__(self, events: Sequence[Thing], working: Callable[[date], bool], at: date | None) -> None:
        self.events, self.working = events, working
        self.at = max(events[-1].day, at or date.min)
        self.gone = next((e.day for e in events if e.kind == "withdrawn"), None)

    def find(self, *kinds: str, after: int = -1) -> int | None:
        """Return the place of the first event of some kinds after a place."""
        return next((i for i, e in enumerate(self.events) if i > after and e.kind in kinds), None)

    def examined(self) -> set[date]:
        """Return the days of external examinations, without the day each began on."""
        out: set[date] = set()
        since: date | None = None
        for thing in [*self.events, Thing("appraisal_end", self.at)]:
            if thing.kind == "appraisal_start":
                since = thing.day
            elif thing.kind == "appraisal_end" and since is not None:
                out |= {since + ONE * n for n in range(1, (thing.day - since).days + 1)}
                since = None
        return out

    def natural(self, place: int, limit: int, enders: set[str], *, aside: bool = False, ends: bool = True) -> Ends:
        """Return the end of a limit in natural days, examinations left aside or not."""
        start = self.events[place].day
        left_out = self.examined() if aside else set()
        day, gone_by = start, 0
        while gone_by <= limit:
            day += ONE
            gone_by += day not in left_out
        due = day - ONE
        rolled, alarm = due, due
        while not self.working(rolled):
            rolled += ONE
        while not self.working(alarm):
            alarm -= ONE
        sure = rolled <= SURE_UNTIL
        paused = sum(start < d <= due for d in left_out)
        done = self._done(place, enders)
        met = None if done is None else done.day <= rolled
        gone = self.gone if ends and done is None else None
        return Ends(start, due, rolled, alarm if alarm > start else due, limit, met, gone, paused, not sure)

    def worked(self, place: int, limit: int, enders: set[str], *, ends: bool = True) -> Ends:
        """Return the end of a limit in working days."""
        start = day = self.events[place].day
        left = limit
        while left:
            day += ONE
            left -= self.working(day)
        done = self._done(place, enders)
        met = None if done is None else done.day <= day
        gone = self.gone if ends and done is None else None
        return Ends(start, day, day, day, limit, met, gone, 0, day > SURE_UNTIL)

    def hours(self, place: int, limit: int, enders: set[str]) -> Ends:
        """Return the end of a limit in hours; a day without its hour proves nothing on the last day."""
        start = moment = self.events[place].moment
        for _ in range(limit):
            moment += timedelta(hours=1)
        done = self._done(place, enders)
        met = None
        if done is not None:
            vague = not isinstance(done.at, datetime) and done.day == moment.date()
            met = not vague and done.moment <= moment
        return Ends(start, moment, moment, moment, limit, met, None, 0, False)

    def _done(self, place: int, enders: set[str]) -> Thing | None:
        found = self.find(*enders, after=place)
        return None if found is None else self.events[found]


def walked_track(
    track: str, events: Sequence[Thing], working: Callable[[date], bool], at: date | None = None
) -> dict[str, Ends]:
    """Return the clocks of a case by name; events are in order and possible."""
    walk = Walk(events, working, at)
    return {name: made for name, made in _TRACKS[track](walk) if made is not None}


Made = Iterator[tuple[str, Ends | None]]


def _review(walk: Walk) -> Made:
    """投诉办法 20: thirty days from the decision to ask, thirty from the request to decide and tell."""
    came = walk.find("received")
    came = walk.find("review_applied") if came is None else came
    told = walk.find("notified")
    asked = walk.find("received", "review_applied")
    if told is not None and (asked is None or told < asked):
        yield "review_apply_by", walk.natural(told, 30, {"received", "review_applied"})
    if came is not None:
        yield "review_decide_by", walk.natural(came, 30, {"decided", "notified"})
        yield "notify", walk.natural(came, 30, {"notified"})


def _authority(walk: Walk) -> Made:
    """消法实施条例 46: seven working days to deal with it, sixty days from acceptance to mediate."""
    came = walk.find("received")
    assert came is not None
    yield "respond", walk.worked(came, 7, {"decided", "notified", "mediation_start"})
    yield "notify", walk.worked(came, 7, {"notified", "mediation_start"})
    taken = walk.find("decided", "mediation_start")
    if taken is not None:
        yield "mediate", walk.natural(taken, 60, {"mediation_end"}, aside=True)


def _leak(walk: Walk) -> Made:
    """人行消保办法 34: at once where people or property may come to harm, else within 72 hours."""
    came = walk.find("received")
    assert came is not None
    danger = walk.events[came].facts.get("danger") is True
    yield "report_by", walk.hours(came, 0 if danger else 72, {"transferred", "reported"})
    if danger:
        yield "notify", walk.hours(came, 0, {"notified"})


def _objection(walk: Walk) -> Made:
    """征信业条例 25, 26: twenty days to check and answer; thirty for the authority, which may be asked at any time."""
    came = walk.find("received")
    if came is not None:
        yield "respond", walk.natural(came, 20, {"decided", "notified"})
        yield "notify", walk.natural(came, 20, {"notified"})
    asked = walk.find("review_applied")
    if asked is not None:
        yield "review_decide_by", walk.natural(asked, 30, {"decided", "notified"})


def _claim(walk: Walk) -> Made:
    """保险法 23–25: thirty days to decide, sixty to pay what is certain, ten to pay, three to refuse."""
    came = walk.find("received")
    assert came is not None
    yield "respond", walk.natural(came, walk.events[came].facts.get("contract_days", 30), {"decided"})
    decided = walk.find("decided")
    complete = walk.find("material_complete")
    if complete is None or (decided is not None and decided < complete):
        complete = came
    yield "prepay", walk.natural(complete, 60, {"decided", "paid"})
    if decided is not None:
        facts = walk.events[decided].facts
        if facts.get("outcome") != "refused":
            yield "pay", walk.natural(decided, facts.get("contract_days", 10), {"paid"})
        if facts.get("outcome") != "agreed":
            yield "notify", walk.natural(decided, 3, {"notified"})


def _recording(walk: Walk) -> Made:
    """可回溯办法 10: fifteen working days from the day the fault was found."""
    came = walk.find("received")
    assert came is not None
    yield "fix_by", walk.worked(came, 15, {"decided", "material_complete"}, ends=False)


_TRACKS: dict[str, Callable[[Walk], Made]] = {
    "superior_review": _review,
    "consumer_authority": _authority,
    "info_leak": _leak,
    "credit_objection": _objection,
    "insurance_claim": _claim,
    "recording_fix": _recording,
}


def impossible(track: str, events: Sequence[Thing]) -> bool:
    """Tell whether a case cannot have been so."""
    meant = [e for e in events if e.kind in MEANT[track]]
    if not meant or meant[0].kind not in OPENING[track]:
        return True
    kinds = [e.kind for e in meant]
    if kinds.count("received") > 1:
        return True
    if "withdrawn" in kinds:
        after = [e.kind for e in events[[e.kind for e in events].index("withdrawn") + 1 :]]
        if set(after) - {"appraisal_end", "mediation_end", "reported"}:
            return True
    return _unbalanced(events) or _told_first(track, events)


def _unbalanced(events: Sequence[Thing]) -> bool:
    for pause in PAUSES:
        running = False
        for thing in events:
            if thing.kind == f"{pause}_start":
                if running:
                    return True
                running = True
            elif thing.kind == f"{pause}_end":
                if not running:
                    return True
                running = False
    return False


def _told_first(track: str, events: Sequence[Thing]) -> bool:
    """Tell whether a decision was told on a day before it was made, within one phase of the case."""
    told: date | None = None
    decided = False
    for thing in events:
        if thing.kind in ("received", "transferred", "new_facts", "review_applied"):
            told, decided = None, False
        if thing.kind not in MEANT[track]:
            continue
        if thing.kind == "decided":
            if not decided and told is not None and told < thing.day:
                return True
            decided = True
        if thing.kind == "notified" and told is None:
            told = thing.day
    return False


def imagined(rng: random.Random, track: str, first: date, last: date) -> list[Thing]:
    """Return events that came in this order, most of them possible."""
    timed = rng.random() < (0.8 if track == "info_leak" else 0.2)
    clock = datetime.combine(first + timedelta(days=rng.randrange((last - first).days)), time(), CHINA)
    clock += timedelta(minutes=rng.choice([0, 1, 570, 959, 960, 961, 1439]) if timed else 0)
    out: list[Thing] = []
    running: set[str] = set()
    opening = sorted(OPENING[track])
    for step in range(rng.randrange(1, 9)):
        kind = rng.choice(opening) if step == 0 else rng.choice(_likely(rng, track, running))
        name, _, edge = kind.partition("_")
        if edge == "start":
            running.add(name)
        elif edge == "end":
            running.discard(name)
        out.append(Thing(kind, _at(rng, clock, timed=timed), _facts(rng, track, kind)))
        gap = rng.choice([0, 0, 1, 2, 3, 5, 7, 9, 10, 14, 20, 21, 30, 31, 59, 61])
        hours = rng.choice([0, 1, 23, 24, 71, 72, 73]) if track == "info_leak" and timed else 24 * gap
        clock += timedelta(hours=hours, minutes=rng.choice([0, 0, 1]) if timed else 0)
    return out


def _likely(rng: random.Random, track: str, running: set[str]) -> list[str]:
    if rng.random() < 0.04:
        return list(KINDS)
    kinds = [k for k in MEANT[track] - {"received"} for _ in range(3)]
    kinds += ["transferred", "material_complete", "complex", "new_facts", "special_approved", "special_notified"]
    kinds += ["received"] if len(OPENING[track]) > 1 else []
    kinds = [k for k in kinds if k.partition("_")[0] not in PAUSES]
    for pause in PAUSES:
        kinds += [f"{pause}_end" if pause in running else f"{pause}_start"] * 2
    return sorted(kinds)


def _at(rng: random.Random, clock: datetime, *, timed: bool) -> date | datetime:
    """Return a moment in Beijing's, another or no zone, or its day."""
    if not timed:
        return clock.date()
    return rng.choice([clock, clock.astimezone(UTC), clock.replace(tzinfo=None)])


def _facts(rng: random.Random, track: str, kind: str) -> dict[str, Any]:
    if track == "info_leak" and kind == "received":
        return rng.choice([{}, {"danger": True}, {"danger": False}])
    if track != "insurance_claim":
        return {}
    if kind == "received":
        return rng.choice([{}, {}, {"contract_days": 5}, {"contract_days": 45}])
    if kind == "decided":
        return rng.choice(
            [{}, {"outcome": "agreed"}, {"outcome": "refused"}, {"outcome": "agreed", "contract_days": 3}]
        )
    return {}
