"""Play a year of the bank's history in the order of time: every story's next step when its moment has come."""

from __future__ import annotations

import heapq
import logging
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xiaobao_web.complaints.demo import story as complaints
from xiaobao_web.demo import bank as banks
from xiaobao_web.demo import costs
from xiaobao_web.demo.clock import at_work, set_to
from xiaobao_web.demo.story import Steps, Teller, request
from xiaobao_web.findings import services as ledger
from xiaobao_web.insights.demo import story as insights
from xiaobao_web.kernel import notifications
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.people import services as people
from xiaobao_web.people.models import Person, Role
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import services as reviews

logger = logging.getLogger(__name__)

DAYS = 365
REQUESTS, ISSUES = 96, 24
COMPLAINTS, INQUIRIES = 110, 18
LATELY = 14
"""Days before today in which every third request begins, so that each state has somebody in it."""
SMALL_REQUESTS, SMALL_ISSUES = 8, 3
SMALL_COMPLAINTS, SMALL_INQUIRIES = 6, 2
SEED = 2026
Told = Callable[[int, int, str], None]


def play(*, small: bool = False, told: Told = lambda done, total, what: None) -> banks.Bank:
    """Make the bank and its history up to now."""
    now = timezone.now()
    begin = now - timedelta(days=DAYS)
    with set_to(begin) as clock:
        told(0, 1, "机构、人员与产品")
        bank = banks.build(since=begin.date(), small=small)
        banks.import_products(bank)
        phrases = yaml.safe_load((banks.DATA / "phrases.yaml").read_text(encoding="utf-8"))
        tell = Teller(bank, random.Random(SEED), phrases)
        stories = _stories(tell, begin, now, small)
        _run(tell, stories, clock, now, told)
        clock.moment = now - timedelta(hours=2)
        _recent(tell)
    return bank


def _run(tell: Teller, stories: list[tuple[datetime, int, Steps]], clock: Any, until: datetime, told: Told) -> None:
    """Take the earliest step until none is left before the last day; stories begun on the way join."""
    heapq.heapify(stories)
    total, over = len(stories), 0
    while stories:
        moment, number, steps = heapq.heappop(stories)
        if moment > until - timedelta(hours=3):
            over += 1
            continue
        clock.moment = max(clock.moment, moment)
        try:
            following = next(steps)
        except StopIteration:
            over += 1
            told(over, total, "业务往来")
            continue
        heapq.heappush(stories, (max(following, clock.moment), number, steps))
        for at, begun in tell.begun:
            heapq.heappush(stories, (at, total, _bounded(begun)))
            total += 1
        tell.begun.clear()


def _stories(tell: Teller, begin: datetime, now: datetime, small: bool) -> list[tuple[datetime, int, Steps]]:
    """Return every story with the moment it begins: denser towards today, so that every state has somebody in it."""
    plans = yaml.safe_load((banks.DATA / "materials.yaml").read_text(encoding="utf-8"))
    branches = [key for key, unit in tell.bank.units.items() if unit.kind == "branch"]
    numbers, out = count(), []
    for index in range(SMALL_REQUESTS if small else REQUESTS):
        plan = plans[index % len(plans)]
        start = at_work(_beginning(tell, begin, now, lately=index % 3 == 0))
        local = plan["subject"] == "marketing" and tell.chance(0.35)
        unit = tell.dice.choice(branches) if local else plan["unit"]
        lane = "urgent" if tell.chance(0.08) else "branch" if local and tell.chance(0.2) else "normal"
        out.append((start, next(numbers), _bounded(request(tell, plan, unit=unit, lane=lane))))
    for index in range(SMALL_ISSUES if small else ISSUES):
        start = at_work(_beginning(tell, begin, now, lately=index % 3 == 0))
        out.append((start, next(numbers), issue(tell, index, tell.dice.choice(branches))))
    for index in range(SMALL_COMPLAINTS if small else COMPLAINTS):
        start = at_work(_beginning(tell, begin, now, lately=index % 4 == 0))
        out.append((start, next(numbers), _bounded(complaints.complaint(tell, tell.dice.choice(branches)))))
    for _index in range(SMALL_INQUIRIES if small else INQUIRIES):
        start = at_work(_beginning(tell, begin, now, lately=False))
        out.append((start, next(numbers), _bounded(complaints.inquiry(tell, tell.dice.choice(branches)))))
    out += [(start, next(numbers), _bounded(steps)) for start, steps in _heard(tell, branches, now, small)]
    out.append((now - timedelta(days=3), next(numbers), read_notices(tell)))
    return out


def _heard(tell: Teller, branches: list[str], now: datetime, small: bool) -> list[tuple[datetime, Steps]]:
    """Return the stories of what is heard as a whole: two outbreaks among everyday contacts."""
    out: list[tuple[datetime, Steps]] = [(now - timedelta(days=4), insights.figures(tell, branches[0]))]
    if small:
        return out
    first = now - timedelta(days=58)
    return [
        *out, (first - insights.BEFORE, insights.everyday(tell, branches, now)),
        (first, insights.removal(tell, branches[0], "crash")),
        (now - timedelta(days=4), insights.outbreak(tell, branches[-1], "social")),
    ]  # fmt: skip


def _beginning(tell: Teller, begin: datetime, now: datetime, *, lately: bool) -> datetime:
    since = now - timedelta(days=LATELY) if lately else begin
    return since + (now - since) * tell.dice.random()


def _bounded(steps: Steps) -> Steps:
    """End a story, not the demonstration, where the platform refuses a step: its people would stop there too."""
    while True:
        try:
            yield next(steps)
        except StopIteration:
            return
        except PlatformError as error:
            logger.warning("a story ends early: %s", error.message)
            return


def issue(tell: Teller, index: int, unit: str) -> Iterator[datetime]:
    """Tell the way of one issue in the ledger."""
    plan = tell.phrases["issues"][index % len(tell.phrases["issues"])]
    office = tell.bank.pick(Role.OFFICE, "protection", tell.dice)
    row = ledger.open_issue(unit=tell.bank.units[unit], by=office, **plan)
    yield tell.after(10)
    owner = tell.bank.pick(Role.LIAISON, unit, tell.dice)
    ledger.assign(row, owner=owner, by=office)
    yield tell.after(24)
    ledger.plan_out(row, plan=tell.phrases["plan"], by=owner)
    if tell.chance(0.2):
        later = (row.due_on or timezone.localdate()) + timedelta(days=14)
        asked = ledger.ask_extension(row, new_due=later, reason="供应商排期延后", by=owner)
        yield tell.after(8)
        ledger.decide_extension(asked, approve=True, by=tell.bank.pick(Role.OFFICE, "protection", tell.dice))
    yield at_work(timezone.now() + timedelta(days=tell.dice.randint(4, 30)))
    if tell.chance(0.12):
        return
    proof = SimpleUploadedFile("整改说明.txt", f"{row.title}：{tell.phrases['outcome']}".encode())
    from xiaobao_web.kernel import files

    stored = files.store(proof, name="整改说明.txt", by=owner)
    files.attach(row, stored, name="整改说明.txt", purpose=ledger.EVIDENCE, by=owner)
    ledger.hand_in(row, outcome=tell.phrases["outcome"], by=owner)
    yield tell.after(30)
    if tell.chance(0.2):
        ledger.send_back(row, reason="仍有一个网点未撤换，请补充照片", by=office)
        yield tell.after(30)
        ledger.hand_in(row, outcome="遗漏网点已撤换，照片补充完毕", by=owner)
        yield tell.after(20)
    if row.severity == "high" and tell.chance(0.4):
        ledger.hold_accountable(row, measure=tell.say("measures"), by=office)
    ledger.close(row, by=office, note="现场核对无误")


def read_notices(tell: Teller) -> Iterator[datetime]:
    """Let everybody read their inbox, three days before today."""
    for person in tell.bank.people.values():
        notifications.mark_all(person)
    yield timezone.now()


def _recent(tell: Teller) -> None:
    """Leave something of today: a delegation, a re-evaluation after complaints."""
    today = timezone.localdate()
    reviewers = tell.bank.holders[Role.REVIEWER, "protection"]
    people.delegate(
        giver=reviewers[-1], receiver=reviewers[0], since=today, until=today + timedelta(days=5), reason="年休假",
        by=reviewers[-1],
    )  # fmt: skip
    costs.keep(tell.bank)
    product = next((item for item in tell.bank.products if item.code == "KA502"), None)
    if product is not None:
        office = tell.bank.pick(Role.OFFICE, "protection", tell.dice)
        reviews.trigger_reevaluation(product=product, reason="近一月分期费用类投诉 6 件", by=office)


SAMPLES = (
    ("wealth-poster.png", "marketing", "poster", "wealth", "LC101", "稳盈理财宣传海报（图片）"),
    ("loan-poster.png", "marketing", "poster", "credit", "DK401", "惠民消费贷海报（图片）"),
    ("loan-contract.pdf", "agreement", "agreement", "credit", "DK401", "个人消费贷款合同（PDF）"),
)


def send_samples(folder: Path) -> int:
    """Send the sample posters and contracts for review, so that the reading desk has real pages; return how many.

    Called where jobs wait for the worker, their reading and screening are its first work when the platform comes up.
    """
    sent = 0
    for name, subject, kind, unit, code, title in SAMPLES:
        path = folder / name
        if not path.is_file():
            continue
        sender = Person.objects.get(username=f"{Role.SUBMITTER}.{unit}")
        head = Person.objects.get(username=f"{Role.SENDER_HEAD}.{unit}")
        product = Product.objects.filter(code=code).first()
        review = reviews.create(
            by=sender, title=title, subject=subject, product=product, summary="示例文件，请审查。",
            channels=["网点"] if subject == "marketing" else [],
        )  # fmt: skip
        upload = SimpleUploadedFile(name, path.read_bytes())
        reviews.add_material(review, by=sender, upload=upload, title=title, kind=kind)
        answers = {question.id: {"answer": "yes"} for question in reviews.questions_of(review)}
        reviews.save_assessment(review, answers, by=sender)
        reviews.finish_assessment(review, by=sender)
        reviews.sign(review, by=head)
        reviews.submit(review, by=sender)
        sent += 1
    return sent
