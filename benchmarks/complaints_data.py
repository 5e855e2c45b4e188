"""A large bank's complaints for the benchmark: years of them, most closed, copied in bulk within the database.

The same seed makes the same. Every copied case has a telephone of its own, so that none is thousands of people's.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bulk import bare
from django.db import connection, models, transaction
from django.db.models import Max, Min
from django.utils import timezone
from lists_data import Institution, _copy, _person, _series, institution

from xiaobao_web.complaints import data
from xiaobao_web.complaints.models import (
    Case,
    CaseEvent,
    Channel,
    Contact,
    ContactKind,
    ContactState,
    Letter,
    LetterState,
    Responsibility,
    Task,
    TaskState,
)
from xiaobao_web.complaints.states import DONE
from xiaobao_web.complaints.states import CaseState as S
from xiaobao_web.kernel import search_index
from xiaobao_web.kernel.models import Deadline, SearchEntry
from xiaobao_web.kernel.words import words_of
from xiaobao_web.people.models import Role

SEED = 20260103
YEARS = 5
CHUNK = 2000
LABEL = "complaints.case"
SHARES = {
    S.CLOSED: 940, S.WITHDRAWN: 18, S.MERGED: 10, S.DECLINED: 6, S.PENDING: 3, S.ACCEPTED: 2, S.HANDLING: 13,
    S.SUSPENDED: 2, S.ANSWERED: 5, S.REVIEWING: 1,
}  # fmt: skip
"""Of a thousand cases, how many stand in each state."""
THINGS = ("信用卡分期手续费", "贷款提前还款违约金", "理财到期赎回", "手机银行转账失败", "账户限额", "征信记录异议",
          "保险退保", "催收电话", "积分兑换", "柜面排队", "存款利率", "年费扣收")  # fmt: skip
PRODUCTS = ("稳享卡", "薪易贷", "安盈理财", "车易分", "惠民存", "悠活账户", "乐购分期", "优选保险")
WORDS = "客户反映{thing}与办理时的说法不一致，要求核实并答复，第{number}件，产品为{product}。"


def bank() -> Institution:
    """Return the institution with those who handle complaints: at the head office and in each branch."""
    found = institution()
    protection = found.staff[str(Role.OFFICE)][0].unit
    found.staff["complaints"] = [_person(f"complaints{n}", Role.COMPLAINTS, protection) for n in range(8)]
    branches = [unit for unit in found.units if unit.kind == "branch"]
    found.staff["liaison"] = [_person(f"{unit.code}-li{n}", Role.LIAISON, unit) for unit in branches for n in range(2)]
    return found


def fill(found: Institution, size: int) -> None:
    """Make so many cases of five years, each with its contact, events, clocks and letter."""
    dice, now = random.Random(SEED), timezone.now()
    states = [state for state, share in SHARES.items() for _ in range(share)]
    with transaction.atomic():
        cases = [_case(found, dice, states, number, size, now) for number in range(size)]
        Case.objects.bulk_create(cases, batch_size=CHUNK)
        _add(Contact, (_contact(dice, row, number) for number, row in enumerate(cases)))
        _add(CaseEvent, (event for row in cases for event in _events(row)))
        _add(Deadline, (clock for row in cases for clock in _clocks(dice, row, now)))
        _add(Letter, (_letter(row) for row in cases if row.answered_at is not None))
        _add(Responsibility, (_responsibility(row) for row in cases if row.state == S.CLOSED))
        _add(Task, (_task(found, dice, row, now) for row in cases if dice.random() < 0.2))
        search_index.write(SearchEntry.objects.bulk_create([_entry(row, now) for row in cases], batch_size=CHUNK))


MOMENTS: dict[type[models.Model], tuple[str, ...]] = {
    Case: ("received_at", "accepted_at", "assigned_at", "answered_at", "closed_at"),
    Contact: ("received_at", "kind_at", "sampled_at"), CaseEvent: ("at",), Letter: ("sent_at",), Responsibility: (),
    Task: ("asked_at",), Deadline: ("started_at", "due_at", "warn_at", "met_at"),
}  # fmt: skip
"""What moves with a copy: ids follow the dates, as they do where complaints come in one after another."""
ORDER = "s.k, r.id"


@transaction.atomic
def multiply(first: int, copies: int) -> None:
    """Copy the first so many cases, each so many times, with all that hangs on them; copies of one lie far apart.

    On PostgreSQL a closed case's dates move to where its id stands in the years; what is open stays of late.
    """
    top = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    undone = list(Case.objects.exclude(state__in=DONE).values_list("pk", flat=True))
    tail = f"'-{top}-' || s.k"

    def place(column: str) -> str:
        return f"{top} + s.k * {first} + r.{column}"

    def copy(model: type[models.Model], key: str, where: str, /, **changed: str) -> None:
        days = f"{365 * YEARS * 0.98} * (({place(key)}) / {float(top + first * copies)} - r.{key} / {float(first)})"
        moved = f"CASE WHEN r.{key} = ANY(ARRAY{undone}) THEN 0 ELSE {days} END * interval '1 day'"
        for name in MOMENTS[model] if connection.vendor == "postgresql" else ():
            changed[name] = f"r.{name} + {moved}"
        _copy(model, copies, where, {key: place(key), **changed}, ORDER)

    tables = (Case, Contact, Letter, CaseEvent, Responsibility, Task, Deadline, SearchEntry)
    mine, number = f"r.case_id <= {first}", f"r.number || {tail}"
    ours = f"r.subject_type = '{LABEL}' AND r.subject_id <= {first}"
    with bare(*tables):
        phone = f"CAST(13000000000 + {place('id')} AS VARCHAR(40))"
        copy(Case, "id", f"r.id <= {first}", number=number, phone=phone)
        keys = {name: f"r.{name} || {tail}" for name in ("key", "source_number")}
        copy(Contact, "case_id", mine, number=number, **keys)
        copy(Letter, "case_id", mine, number=number)
        for model in (CaseEvent, Responsibility, Task):
            copy(model, "case_id", mine)
        copy(Deadline, "subject_id", ours)
        _copy_entries(copies, ours, place("subject_id"))


def _copy_entries(copies: int, ours: str, subject: str) -> None:
    """Copy the entries of the search with their words."""
    own = SearchEntry.objects.filter(subject_type=LABEL)
    least, count = own.aggregate(least=Min("pk"))["least"], own.count()
    top = SearchEntry.objects.aggregate(top=Max("pk"))["top"]
    place = f"{top} + s.k * {count} + r.id - {least} + 1"
    changed = {"id": place, "subject_id": subject}
    if connection.vendor != "sqlite":
        changed["words"] = "r.words"
    _copy(SearchEntry, copies, ours, changed, ORDER)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_search_words (rowid, title, body, parts, kind) "
                f"SELECT {place}, w.title, w.body, w.parts, w.kind FROM kernel_searchentry r "
                f"JOIN kernel_search_words w ON w.rowid = r.id CROSS JOIN {_series(copies)} WHERE {ours}"
            )


def _add(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=CHUNK)


def _case(found: Institution, dice: random.Random, states: list[Any], number: int, size: int, now: datetime) -> Case:
    state, unit = dice.choice(states), dice.choice(found.units)
    age = 365 * YEARS * (1 - number / size) * 0.98 + dice.random() * 20 + 15 if state in DONE else dice.random() * 20
    at = now - timedelta(days=age)
    told = at + timedelta(days=dice.random() * 14) if state in (S.CLOSED, S.ANSWERED, S.REVIEWING) else None
    handled = state not in (S.PENDING, S.ACCEPTED, S.DECLINED)
    thing, product = dice.choice(THINGS), dice.choice(PRODUCTS)
    return Case(
        number=f"TS{at.year}-{number + 1:06d}", title=f"{thing}争议（{product}{number % 997}号）",
        summary=WORDS.format(thing=thing, number=number, product=product), channel=dice.choice(Channel.values),
        received_at=at, unit=unit, handler=dice.choice(found.staff["complaints"] + found.staff["liaison"]) if handled
        else None, registered_by=dice.choice(found.staff["complaints"]), customer_name=f"客户{number}",
        phone=str(13000000000 + number), product_name=product, business_type=dice.choice(data.business_types())[0],
        cause=dice.choice(data.causes())[0], urgency=dice.choice(("normal",) * 8 + ("high", "critical")), state=state,
        amount=dice.randrange(1, 9000), level="normal" if dice.random() < 0.95 else "complex",
        answered_at=told, accepted_at=at if state not in (S.PENDING, S.DECLINED) else None,
        assigned_at=at if handled else None, closed_at=told + timedelta(days=2) if told and state == S.CLOSED else None,
        outcome=dice.choice(("met", "partly", "not_met")) if state == S.CLOSED else "",
        fault="full" if state == S.CLOSED else "",
    )  # fmt: skip


def _contact(dice: random.Random, row: Case, number: int) -> Contact:
    return Contact(
        number=f"LX{row.received_at.year}-{number + 1:06d}", channel=row.channel, received_at=row.received_at,
        key=f"bench:{number}", source_number=f"bench:{number}", subject=row.title, text=row.summary, unit=row.unit,
        registered_by=row.registered_by, kind=ContactKind.COMPLAINT.value, kind_by=row.registered_by,
        kind_at=row.received_at, sampled=dice.random() < 0.02, sampled_at=row.received_at, case=row,
        state=ContactState.FILED,
    )  # fmt: skip


def _events(row: Case) -> Iterable[CaseEvent]:
    yield CaseEvent(case=row, kind="received", at=row.received_at, by=row.registered_by)
    if row.answered_at is not None:
        for kind in ("decided", "notified"):
            yield CaseEvent(case=row, kind=kind, at=row.answered_at, by=row.handler)


def _clocks(dice: random.Random, row: Case, now: datetime) -> Iterable[Deadline]:
    over = row.answered_at or (row.received_at + timedelta(days=3) if row.state in DONE else None)
    begun = row.received_at
    if over is None and dice.random() < 0.1:
        begun = now - timedelta(days=18)
    due = begun + timedelta(days=15)
    yield Deadline(
        subject_type=LABEL, subject_id=row.pk, unit_id=row.unit_id, kind="statutory.notify", label="告知处理决定",
        basis="投诉办法第 18 条", started_at=begun, due_at=due, warn_at=due - timedelta(days=3), met_at=over,
        working=["自收到之日起 15 日"],
    )  # fmt: skip


def _letter(row: Case) -> Letter:
    return Letter(
        case=row, number=f"TSGZ-{row.pk:07d}", version=1, facts="核实。", decision="退还费用。", reasons="依据合同。",
        remedies="可以申请核查。", state=LetterState.SENT.value, written_by=row.handler, sent_by=row.handler,
        sent_at=row.answered_at, mode="post", proof="EMS",
    )  # fmt: skip


def _responsibility(row: Case) -> Responsibility:
    return Responsibility(
        case=row, fault="full", unit=row.unit, cause="未说明费用", reason="录音显示没有说明费用。", by=row.registered_by
    )


def _task(found: Institution, dice: random.Random, row: Case, now: datetime) -> Task:
    unit = dice.choice(found.units)
    is_open = row.state in (S.HANDLING, S.SUSPENDED)
    return Task(
        case=row, unit=unit, assignee=dice.choice(found.submitters[unit.pk]), request="请核实办理经过。",
        state=(TaskState.OPEN if is_open else TaskState.APPROVED).value, asked_by=row.handler or row.registered_by,
        asked_at=row.received_at, due_on=((now if is_open else row.received_at) + timedelta(days=3)).date(),
    )  # fmt: skip


def _entry(row: Case, now: datetime) -> SearchEntry:
    return SearchEntry(
        subject_type=LABEL, subject_id=row.pk, title=f"{row.number} {row.title}", text=row.summary,
        url=f"/complaints/{row.pk}/", unit_id=row.unit_id, updated_at=now, positions=len(words_of(row.summary)),
    )  # fmt: skip
