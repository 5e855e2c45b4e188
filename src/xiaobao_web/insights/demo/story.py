"""How new problems are heard: what comes in every day, an outbreak at a branch, its warning, its cause on its way out.

Nobody tells the platform what is new: the looks find it, as they would among a bank's own contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from xiaobao_web.complaints import services as complaints
from xiaobao_web.complaints.demo.story import cast, plain
from xiaobao_web.insights import services
from xiaobao_web.insights.effect import SHORTEST
from xiaobao_web.insights.models import EarlyWarning, Span

Steps = Iterator[datetime]
BEFORE = timedelta(days=43)
"""Days of everyday contacts before the first outbreak, which looks compare it with."""
A_DAY = 3
LOOKS = 5


@cache
def script() -> dict[str, Any]:
    """Return the words of the stories."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text(encoding="utf-8"))
    return found


def _words(tell: Any, choices: list[str]) -> str:
    return str(tell.dice.choice(choices)).format(n=tell.dice.randint(2, 30))


def _phone(tell: Any) -> str:
    return f"1{tell.dice.choice('358')}{tell.dice.randint(0, 10**9 - 1):09d}"


def _goes_on(tell: Any, people: Any, case: Any) -> None:
    """Have a complaint handled like any other while what it is part of is told."""
    aside = tell.aside(case.pk)
    tell.begin(aside.after(3), plain(aside, people, case))


def everyday(tell: Any, branches: list[str], until: datetime) -> Steps:
    """Tell of what customers ask every day, and now and then complain of, at every branch."""
    while timezone.now() < until:
        people = cast(tell, tell.dice.choice(branches))
        if tell.chance(0.12):
            case = complaints.open_directly(
                channel="call", text=_words(tell, script()["elsewhere"]), by=people.clerk, unit=people.unit,
                customer_name=f"{tell.dice.choice(script()['names'])}女士", phone=_phone(tell), demands=["解释说明"],
                business_type="电子银行", cause="系统与渠道故障",
            )  # fmt: skip
            _goes_on(tell, people, case)
        else:
            row = complaints.register(
                channel="call", text=_words(tell, script()["everyday"]), by=people.clerk, kind_proposed="inquiry"
            )
            complaints.screen_kind(row, by=people.clerk, kind="inquiry")
        yield timezone.now() + timedelta(hours=24 / A_DAY * tell.dice.uniform(0.4, 1.6))


def outbreak(tell: Any, branch: str, name: str) -> Steps:
    """Tell of a new problem at a branch up to the moment a look has found it, if it does."""
    people, plot = cast(tell, branch), script()["plots"][name]
    for family in script()["names"]:
        case = complaints.open_directly(
            channel="call", text=_words(tell, plot["words"]) + tell.dice.choice(script()["tails"]), by=people.clerk,
            unit=people.unit, customer_name=f"{family}先生", phone=_phone(tell), business_type=plot["business_type"],
            cause=plot["cause"], demands=["解释说明"], urgency="high",
        )  # fmt: skip
        _goes_on(tell, people, case)
        yield timezone.now() + timedelta(hours=tell.dice.choice([1, 2, 3, 4]))
    for _ in range(LOOKS):
        raised = services.look()
        for row in raised:
            if row.unit.parent_id is None:
                services.acknowledge(row, by=people.supervisor)
                services.close(row, by=people.supervisor, conclusion=script()["false_alarm"], false_alarm=True)
        if any(row.unit == people.unit for row in raised):
            return
        yield timezone.now() + timedelta(hours=6)


def removal(tell: Any, branch: str, name: str) -> Steps:
    """Tell of an outbreak, of who acknowledged its warning, and of its cause's removal until it is proven."""
    yield from outbreak(tell, branch, name)
    people, plot = cast(tell, branch), script()["plots"][name]
    warning = EarlyWarning.objects.filter(state="raised", unit=people.unit).order_by("pk").last()
    if warning is None:
        return
    yield timezone.now() + timedelta(minutes=40)
    warning = services.acknowledge(warning, by=people.supervisor)
    yield timezone.now() + timedelta(hours=3)
    warning = services.act(warning, by=people.supervisor, measure=plot["measure"])
    services.open_issue(warning, by=people.supervisor)
    made = services.open_rectification(
        title=plot["title"], unit=people.unit, owner=people.clerk, cause=plot["cause"], whys=plot["whys"],
        business_type=plot["business_type"], warning=warning, by=people.supervisor,
    )  # fmt: skip
    yield from _removed(people, plot, made)
    yield timezone.now() + timedelta(days=SHORTEST + 3)
    made, effect = services.conclude(made, by=people.supervisor, conclusion=plot["proven"], proven=True)
    services.close(warning, by=people.supervisor, conclusion=f"{plot['conclusion']}{effect.told}。")


def _removed(people: Any, plot: dict[str, Any], made: Any) -> Steps:
    """Tell of the actions against a cause, each done a day before it is due."""
    today, actions = timezone.localdate(), []
    for kind, text, days, proof in plot["actions"]:
        due = today + timedelta(days=days)
        row = services.add_action(made, kind=kind, text=text, owner=people.clerk, due_on=due, by=people.supervisor)
        actions.append((row, days, proof))
    gone = 0
    for row, days, proof in actions:
        yield timezone.now() + timedelta(days=days - 1 - gone)
        gone = days - 1
        services.finish_action(row, proof=proof, by=people.clerk)
    services.finish(made, by=people.clerk)


def figures(tell: Any, branch: str) -> Steps:
    """Tell of the bases of rates and of the table that was handed in."""
    yield timezone.now()
    people, today = cast(tell, branch), timezone.localdate()
    span, year = (Span.FIRST_HALF, today.year) if today.month > 6 else (Span.YEAR, today.year - 1)
    _bases(tell, people, today)
    services.freeze(year=year, span=span, by=people.office, note="首次报送")


def _bases(tell: Any, people: Any, today: date) -> None:
    """Register how many outlets and customers each branch has."""
    branches = [unit for unit in tell.bank.units.values() if unit.kind == "branch"]
    for unit, province in zip(branches, script()["provinces"], strict=False):
        outlets = tell.dice.randint(18, 90)
        services.set_base(
            unit=unit, year=today.year, by=people.office, outlets=outlets, customers=outlets * 25_000, province=province
        )  # fmt: skip
