"""A large bank's reviews for the benchmark of lists: in the shares that years leave behind, copied in bulk.

Most reviews are archived; a few per cent are open, somebody's turn, some of them late. The same seed makes the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import lists_ledger
from bulk import bare
from django.db import connection, models, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from xiaobao_web.kernel import search_index
from xiaobao_web.kernel.models import Deadline, SavedView, SearchEntry
from xiaobao_web.kernel.words import words_of
from xiaobao_web.people import services
from xiaobao_web.people.models import Organisation, Person, Post, Role
from xiaobao_web.reviews.models import Assignment, Conclusion, Duty, Lane, Opinion, ReturnRecord, Review, Subject
from xiaobao_web.reviews.states import ReviewState as S

SEED = 20260101
YEARS = 5
BRANCHES, SUB_BRANCHES = 36, 8
DEPARTMENTS = (
    "零售金融部",
    "信用卡中心",
    "私人银行部",
    "普惠金融部",
    "个人信贷部",
    "网络金融部",
    "运营管理部",
    "公司金融部",
)
CHUNK = 2000
SHARES = {
    S.ARCHIVED: 900, S.CONCLUDED: 30, S.REJECTED: 16, S.WITHDRAWN: 12, S.DRAFT: 8, S.ASSESSED: 4, S.SIGNED: 2,
    S.SCREENING: 1, S.FIRST_REVIEW: 10, S.SECOND_REVIEW: 4, S.COUNTERSIGN: 2, S.ANSWERING: 7, S.ESCALATED: 1,
    S.CONFIRMING: 3,
}  # fmt: skip
"""Of a thousand reviews, how many stand in each state."""
NAMES = ("稳享", "安盈", "添利", "鑫悦", "惠民", "薪易贷", "车易分", "装修分期", "养老专属", "悠活", "乐购", "优选")
THINGS = (
    "宣传海报",
    "短信文案",
    "产品说明书",
    "合同文本",
    "朋友圈图文",
    "销售话术",
    "收费公告",
    "视频脚本",
    "活动规则",
)
REASONS = ("incomplete", "not_final", "assessment", "facts", "too_many_faults", "other")
STEPS = {
    S.FIRST_REVIEW: "first_review", S.SECOND_REVIEW: "second_review", S.ANSWERING: "answer", S.CONFIRMING: "confirm",
    S.CONCLUDED: "verify",
}  # fmt: skip
DONE = (S.ARCHIVED, S.CONCLUDED, S.REJECTED)
SENT = (*DONE, S.FIRST_REVIEW, S.SECOND_REVIEW, S.COUNTERSIGN, S.ANSWERING, S.ESCALATED, S.CONFIRMING, S.SCREENING)


@dataclass
class Institution:
    """The organisations and people that the reviews are shared among."""

    units: list[Organisation] = field(default_factory=list)
    submitters: dict[int, list[Person]] = field(default_factory=dict)
    heads: dict[int, Person] = field(default_factory=dict)
    staff: dict[str, list[Person]] = field(default_factory=dict)

    def persona(self, name: str) -> Person:
        """Return a person to ask as: a role of the head office, or `submitter`, `head` of the first branch."""
        branch = next(unit for unit in self.units if unit.kind == "branch")
        special = {"submitter": self.submitters[branch.pk][0], "head": self.heads[branch.pk]}
        return special.get(name) or self.staff[name][0]


def known() -> Institution:
    """Return the organisations and staff of a database that was filled before."""
    posts = Post.objects.select_related("person", "organisation").order_by("pk")
    senders = posts.filter(role=Role.SUBMITTER).values("organisation")
    found = Institution(units=list(Organisation.objects.filter(pk__in=senders).order_by("pk")))
    for post in posts:
        if post.role == Role.SUBMITTER:
            found.submitters.setdefault(post.organisation_id, []).append(post.person)
        elif post.role == Role.SENDER_HEAD:
            found.heads[post.organisation_id] = post.person
        else:
            found.staff.setdefault(post.role, []).append(post.person)
    return found


@transaction.atomic
def institution() -> Institution:
    """Make the organisations and staff through the services; nobody has a password."""
    found = Institution()
    head = services.make_organisation(name="总行", code="head", kind="head_office", by=None)
    protection = services.make_organisation(
        name="消费者权益保护部", code="protection", kind="department", parent=head, by=None, is_consumer_protection=True
    )
    for number, name in enumerate(DEPARTMENTS):
        unit = services.make_organisation(name=name, code=f"d{number}", kind="department", parent=head, by=None)
        _senders(found, unit, 6)
    for number in range(BRANCHES):
        branch = services.make_organisation(
            name=f"第{number + 1}分行", code=f"b{number}", kind="branch", parent=head, by=None
        )
        _senders(found, branch, 4)
        for below in range(SUB_BRANCHES):
            name = f"第{number + 1}分行{below + 1}支行"
            unit = services.make_organisation(
                name=name, code=f"b{number}s{below}", kind="sub_branch", parent=branch, by=None
            )
            _senders(found, unit, 1)
    for role, count, unit in (
        (Role.REVIEWER, 12, protection), (Role.SECOND_REVIEWER, 4, protection), (Role.OFFICE, 2, protection),
        (Role.LEGAL, 3, head), (Role.EXECUTIVE, 2, head), (Role.AUDITOR, 1, head),
    ):  # fmt: skip
        found.staff[str(role)] = [_person(f"{role}{n}", role, unit) for n in range(count)]
    protection.executive = found.staff["executive"][0]
    protection.save()
    return found


def _person(username: str, role: str, unit: Organisation) -> Person:
    person = services.make_person(username=username, name=f"员工{username}", unit=unit, by=None)
    services.appoint(person=person, role=role, organisation=unit, by=None)
    return person


def _senders(found: Institution, unit: Organisation, count: int) -> None:
    found.units.append(unit)
    found.submitters[unit.pk] = [_person(f"{unit.code}-{n}", Role.SUBMITTER, unit) for n in range(count)]
    found.heads[unit.pk] = _person(f"{unit.code}-head", Role.SENDER_HEAD, unit)


def fill(bank: Institution, size: int) -> None:
    """Make reviews of five years one by one, with all that hangs on them."""
    dice = random.Random(SEED)
    states = [state for state, share in SHARES.items() for _ in range(share)]
    now = timezone.now()
    with transaction.atomic():
        rows = [_review(bank, dice, states, number, size, now) for number in range(size)]
        Review.objects.bulk_create(rows)
        _add(Assignment, (item for row in rows for item in _assignments(bank, dice, row)))
        _add(Deadline, (item for row in rows for item in _deadlines(dice, row, now)))
        _add(Opinion, (item for row in rows for item in _opinions(row)))
        _add(ReturnRecord, (item for row in rows for item in _returns(dice, row)))
        lists_ledger.fill(bank, rows)
        search_index.write(SearchEntry.objects.bulk_create([_entry(row, now) for row in rows]))


@transaction.atomic
def multiply(first: int, copies: int) -> None:
    """Copy the first so many reviews within the database, each so many times, copies of one review side by side.

    Ids still follow the dates, numbers stay unique; words of a review's number are found in its copies too. PostgreSQL
    makes the indexes afterwards.
    """
    with bare(Review, Assignment, Opinion, ReturnRecord, Deadline, SearchEntry, *lists_ledger.TABLES):
        _multiply(first, copies)


def _multiply(first: int, copies: int) -> None:
    top = Review.objects.order_by("-pk").values_list("pk", flat=True)[0]
    place = f"{top} + (r.id - 1) * {copies} + s.k + 1"
    tail = f"'-{top}-' || s.k"
    owner = f"{top} + (r.review_id - 1) * {copies} + s.k + 1"
    subject = f"{top} + (r.subject_id - 1) * {copies} + s.k + 1"
    _copy(
        Review,
        copies,
        f"r.id <= {first}",
        {"id": place, "number": f"r.number || {tail}", "external_ref": f"r.external_ref || {tail}"},
    )
    for model in (Assignment, Opinion, ReturnRecord):
        _copy(model, copies, f"r.review_id <= {first}", {"review_id": owner})
    ours = f"r.subject_type = 'reviews.review' AND r.subject_id <= {first}"
    _copy(Deadline, copies, ours, {"subject_id": subject})
    _copy_entries(copies, ours, subject)
    lists_ledger.multiply(_copy, top, copies, first)


def _copy_entries(copies: int, ours: str, subject: str) -> None:
    """Copy entries of the search with their words; ids of words and entries stay the same."""
    told = SearchEntry.objects.aggregate(top=Max("pk"), least=Min("pk", filter=Q(subject_type="reviews.review")))
    place = f"{told['top']} + (r.id - {told['least']}) * {copies} + s.k + 1"
    if connection.vendor == "sqlite":
        _copy(SearchEntry, copies, ours, {"id": place, "subject_id": subject})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_search_words (rowid, title, body, parts, kind) "
                f"SELECT {place}, w.title, w.body, w.parts, w.kind FROM kernel_searchentry r "
                f"JOIN kernel_search_words w ON w.rowid = r.id CROSS JOIN {_series(copies)} WHERE {ours}"
            )
        return
    _copy(SearchEntry, copies, ours, {"id": place, "subject_id": subject, "words": "r.words"})


def _series(copies: int) -> str:
    series = f"WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < {copies - 1}) SELECT k FROM n"
    return f"({series}) s"


def _copy(
    model: type[models.Model], copies: int, where: str, changed: dict[str, str], order: str = "r.id, s.k"
) -> None:
    """Copy rows of a table within the database; `changed` gives the expressions of the columns that differ."""
    columns = {field.column: f'r."{field.column}"' for field in model._meta.concrete_fields if not field.primary_key}
    columns |= changed
    named = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({named}) SELECT {', '.join(columns.values())} FROM {table} r "
            f"CROSS JOIN {_series(copies)} WHERE {where} ORDER BY {order}"
        )


def _add(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=CHUNK)


def _review(bank: Institution, dice: random.Random, states: list[Any], number: int, size: int, now: datetime) -> Review:
    unit = dice.choice(bank.units)
    # What is still open was sent lately; the rest lies evenly over the years, by its number.
    state = dice.choice(states)
    age = timedelta(days=dice.random() * 30) if state not in (*DONE, S.WITHDRAWN) else None
    sent = now - (age or timedelta(days=365 * YEARS * (1 - number / size) * 0.98 + dice.random() * 30))
    issued = sent + timedelta(days=1 + dice.random() * 9)
    told = state in (*DONE, S.ANSWERING, S.ESCALATED, S.CONFIRMING)
    conclusion = (
        "" if not told else Conclusion.REJECT if state == S.REJECTED else dice.choice(("pass", "change", "change"))
    )
    first = state in SENT and not (state == S.FIRST_REVIEW and dice.random() < 0.4) and state != S.SCREENING
    return Review(
        number=f"SC{sent.year}-{number + 1:06d}",
        title=f"{dice.choice(NAMES)}{number % 997}号{dice.choice(THINGS)}",
        subject=dice.choice(Subject.values), lane=dice.choice((Lane.NORMAL,) * 9 + (Lane.URGENT,)),
        summary="拟于下月在网点与手机银行投放，面向个人客户。", unit=unit,
        created_by=dice.choice(bank.submitters[unit.pk]),
        state=state, round=1 + (dice.random() < 0.12), high_risk=dice.random() < 0.2, needs_legal=dice.random() < 0.1,
        reviewer=dice.choice(bank.staff["reviewer"]) if first else None,
        second_reviewer=dice.choice(bank.staff["second_reviewer"]) if first and dice.random() < 0.2 else None,
        conclusion=conclusion, returns=int(dice.random() < 0.14), minutes=dice.randint(4, 90) if told else 0,
        external_ref=f"OA-{number:07d}" if dice.random() < 0.3 else None,
        opinion_numbers=f"YJ{sent.year}-{number + 1:06d}" if told else "",
        submitted_at=sent if state in SENT else None, opinion_at=issued if told else None,
        concluded_at=issued + timedelta(days=4) if state in DONE else None,
        archived_at=issued + timedelta(days=9) if state == S.ARCHIVED else None,
    )  # fmt: skip


def _assignments(bank: Institution, dice: random.Random, row: Review) -> Iterator[Assignment]:
    if row.reviewer_id is None:
        return
    done = row.opinion_at
    yield Assignment(review=row, person_id=row.reviewer_id, duty=Duty.FIRST, done_at=done, seconds=row.minutes * 60)
    if row.second_reviewer_id:
        yield Assignment(review=row, person_id=row.second_reviewer_id, duty=Duty.SECOND, done_at=done, seconds=300)
    elif dice.random() < 0.03:
        helper = dice.choice(bank.staff["legal"])
        yield Assignment(review=row, person=helper, duty=Duty.PARALLEL, done_at=done, seconds=300)


def _deadlines(dice: random.Random, row: Review, now: datetime) -> Iterator[Deadline]:
    def clock(kind: str, began: datetime, met: datetime | None) -> Deadline:
        due = began + timedelta(days=9)
        return Deadline(
            subject_type="reviews.review", subject_id=row.pk, unit_id=row.unit_id, kind=kind, label="初审",
            basis="内部制度", started_at=began, due_at=due, warn_at=due - timedelta(days=3), met_at=met,
        )  # fmt: skip

    if row.submitted_at is None:
        return
    if row.opinion_at is not None:
        yield clock("first_review", row.submitted_at, row.opinion_at)
    if row.state in (S.ARCHIVED, S.REJECTED):
        yield clock("verify", row.submitted_at, row.archived_at or row.concluded_at)
    elif row.state in STEPS:
        yield clock(STEPS[row.state], now - timedelta(days=dice.random() * 11), None)


def _opinions(row: Review) -> Iterator[Opinion]:
    if row.opinion_at is not None:
        number = row.number.replace("SC", "YJ")
        yield Opinion(
            review=row, round=1, number=number, conclusion=row.conclusion, text="请按条款修改后使用。",
            written_by_id=row.reviewer_id, issued_at=row.opinion_at,
        )  # fmt: skip


def _returns(dice: random.Random, row: Review) -> Iterator[ReturnRecord]:
    if row.returns and row.reviewer_id:
        yield ReturnRecord(
            review=row, from_state=S.FIRST_REVIEW, reason=dice.choice(REASONS), detail="请补正", by_id=row.reviewer_id
        )


def _entry(row: Review, now: datetime) -> SearchEntry:
    text = f"{row.summary}\n{row.get_subject_display()}\n{row.number.replace('SC', 'YJ')}\n请按条款修改后使用。"
    return SearchEntry(
        subject_type="reviews.review", subject_id=row.pk, title=f"{row.number} {row.title}", text=text,
        url=f"/reviews/{row.pk}/", unit_id=row.unit_id, updated_at=now, positions=len(words_of(text)),
    )  # fmt: skip


def saved_view(person: Person, query: str) -> SavedView:
    """Return a person's saved view of the list of reviews."""
    found, _made = SavedView.objects.get_or_create(person=person, list_name="reviews", name="我的视图")
    SavedView.objects.filter(pk=found.pk).update(query=query)
    return found
