"""Tracks as data: which clocks a case on a track has, what starts, extends, pauses and ends each, and its articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from xiaobao.calendar.clocks.names import ClockKind, EventKind, TrackName, Unit, Whose
from xiaobao.errors import UsageError
from xiaobao.laws import load
from xiaobao.model import Citation

TRACKS: tuple[TrackName, ...] = get_args(TrackName)
_FILE = Path(__file__).with_name("tracks.yaml")


@dataclass(frozen=True, slots=True)
class Extension:
    """A step of a ladder: all events, `lead` days before the last day of the limit `within` at the latest, give `to`.

    reason: the approval must say why where it says anything (PBoC5 43).
    """

    label: str
    events: tuple[EventKind, ...]
    within: int
    lead: int
    to: int
    article: str
    reason: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """A condition on a fact of the starting event."""

    fact: str
    value: object
    equal: bool

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether the facts meet the condition; an absent fact is false and no outcome."""
        return (facts.get(self.fact, False) == self.value) is self.equal


@dataclass(frozen=True)
class Rule:
    """One clock of a track, as the data file says it; its keys are explained there."""

    name: str
    kind: ClockKind
    label: str
    basis: tuple[str, ...]
    citations: tuple[Citation, ...]
    start: tuple[EventKind, ...] = ()
    take: Literal["first", "latest", "preferred"] = "first"
    before: tuple[EventKind, ...] = ()
    anew: bool = False
    when: When | None = None
    limit: int = 0
    limit_fact: str = ""
    immediate_fact: str = ""
    due_fact: str = ""
    unit: Unit = "natural"
    extensions: tuple[Extension, ...] = ()
    pauses: tuple[tuple[str, str], ...] = ()
    restart: str = ""
    merge: bool = False
    met: tuple[EventKind, ...] = ()
    final: tuple[EventKind, ...] = ()
    ends: str = ""
    extends: str = ""
    right: bool = False
    whose: Whose = "institution"


@dataclass(frozen=True)
class Track:
    """A procedure with parallel clocks."""

    name: TrackName
    label: str
    opens: tuple[EventKind, ...]
    final: tuple[EventKind, ...]
    rules: tuple[Rule, ...]

    def rule(self, name: str) -> Rule:
        """Return the rule of a clock."""
        return next(r for r in self.rules if r.name == name)

    @property
    def heard(self) -> frozenset[str]:
        """Return the kinds of events that mean something on this track."""
        kinds: set[str] = {*self.opens, *self.final}
        for rule in self.rules:
            kinds |= {*rule.start, *rule.met, *(e for x in rule.extensions for e in x.events)}
            kinds |= {f"{pause}_{edge}" for pause, _ in rule.pauses for edge in ("start", "end")}
            kinds |= {"new_facts"} if rule.restart else set()
            kinds |= {"withdrawn"} if rule.ends else set()
        return frozenset(kinds)


def track(name: str) -> Track:
    """Return a track by its name; UsageError names those there are."""
    found = _tracks().get(name) if isinstance(name, str) else None
    if found is None:
        raise UsageError(f"没有名为“{name}”的轨道，可用的有：{'、'.join(TRACKS)}", code="usage.track")
    return found


@cache
def _tracks() -> dict[str, Track]:
    source = yaml.safe_load(_FILE.read_text("utf-8"))
    return {name: _track(cast(TrackName, name), body) for name, body in source.items()}


def _track(name: TrackName, body: dict[str, Any]) -> Track:
    final = tuple(body.get("final", ()))
    rules = tuple(_rule({**clock, "final": final}) for clock in body["clocks"])
    return Track(name, body["label"], tuple(body["opens"]), final, rules)


def _rule(body: dict[str, Any]) -> Rule:
    fields = dict(body)
    register = load()
    basis = tuple(fields.pop("basis"))
    for key in ("start", "before", "met"):
        fields[key] = tuple(fields.get(key, ()))
    fields["extensions"] = tuple(Extension(**{**x, "events": tuple(x["events"])}) for x in fields.get("extensions", ()))
    fields["pauses"] = tuple(fields.get("pauses", {}).items())
    if when := fields.pop("when", None):
        equal = "is" in when
        fields["when"] = When(when["fact"], when["is"] if equal else when["not"], equal)
    return Rule(basis=basis, citations=tuple(register.resolve(b) for b in basis), **fields)
