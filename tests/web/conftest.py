"""A small bank with one person a role, on a database of its own; jobs run at once unless a test says otherwise."""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "web_settings"

import django

django.setup()

from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402
from kept_bank import kept  # noqa: E402

from xiaobao_web.kernel.lists.page import LISTS  # noqa: E402
from xiaobao_web.people import services  # noqa: E402
from xiaobao_web.people.models import Organisation, Person  # noqa: E402

PASSWORD = "correct horse 42"


@dataclass
class Bank:
    """The organisation and its people, by short names."""

    units: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


POSTS = {
    "submitter": ("retail", "submitter", "周送审"),
    "colleague": ("retail", "submitter", "吴同事"),
    "sender_head": ("retail", "sender_head", "郑部长"),
    "liaison": ("branch", "liaison", "王联络"),
    "branch_submitter": ("branch", "submitter", "冯分行"),
    "branch_head": ("branch", "sender_head", "陈行长"),
    "reviewer": ("protection", "reviewer", "褚审查"),
    "reviewer_two": ("protection", "reviewer", "卫审查"),
    "second_reviewer": ("protection", "second_reviewer", "蒋复核"),
    "legal": ("legal", "legal", "沈法务"),
    "office": ("protection", "office", "韩消保"),
    "executive": ("head", "executive", "杨副行长"),
    "line_executive": ("head", "executive", "朱副行长"),
    "inspector": ("protection", "inspector", "秦质检"),
    "complaints": ("protection", "complaints", "尤投诉"),
    "monitor": ("protection", "monitor", "许监测"),
    "service": ("service", "service", "何客服"),
    "auditor": ("audit", "auditor", "吕审计"),
    "admin": ("head", "admin", "施管理"),
    "other_branch": ("branch_two", "submitter", "张外行"),
}
"""Short name → unit, role, name. `stranger` has no post at all."""


def make_bank() -> Bank:
    """Make the bank through the services."""
    bank = Bank()

    def unit(key: str, name: str, kind: str, parent: str | None = None, **facts: object) -> None:
        above = bank.units[parent] if parent else None
        bank.units[key] = services.make_organisation(name=name, code=key, kind=kind, parent=above, by=None, **facts)

    unit("head", "总行", "head_office")
    unit("retail", "零售金融部", "department", "head")
    unit("protection", "消费者权益保护部", "department", "head", is_consumer_protection=True)
    unit("legal", "法律合规部", "department", "head")
    unit("audit", "内审部", "department", "head")
    unit("service", "客户服务中心", "department", "head")
    unit("branch", "江城分行", "branch", "head")
    unit("sub_branch", "江城滨江支行", "sub_branch", "branch")
    unit("branch_two", "海州分行", "branch", "head")
    unit("partner", "云帆助贷", "partner", "head")
    for key, (where, role, name) in POSTS.items():
        person = services.make_person(
            username=key, name=name, unit=bank.units[where], by=None, email=f"{key}@bank.example", password=PASSWORD
        )
        services.appoint(person=person, role=role, organisation=bank.units[where], by=None)
        bank.people[key] = person
    bank.people["stranger"] = services.make_person(
        username="stranger", name="孔无岗", unit=None, by=None, password=PASSWORD
    )
    bank.units["protection"].executive = bank["executive"]
    bank.units["protection"].save()
    for key in ("retail", "branch"):
        bank.units[key].executive = bank["line_executive"]
        bank.units[key].save()
    return bank


@pytest.fixture
def bank(db: None) -> Bank:
    """Return the bank, as the services make it."""
    made: Bank = kept(make_bank)
    return made


@pytest.fixture
def client_of(bank: Bank) -> Callable[[str], Client]:
    """Return a function that gives a signed-in browser of a person, by short name."""

    def give(name: str) -> Client:
        client = Client()
        client.force_login(bank[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return give


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: object) -> None:
    """Keep what a test stores in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    """Forget how often earlier tests asked the pages that slow a stranger down."""
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def journal_may_be_flushed() -> Iterator[None]:
    """Let the end of a transactional test empty what is append-only, whose triggers refuse that; they stand again."""
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_all(operations: DatabaseOperations, statements: list[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(operations, statements)
            for _name, sql in guards:
                cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = flush_all  # type: ignore[method-assign, assignment]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def only_the_platforms_lists(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the list that tests of lists declare out of what the platform tells of its own lists."""
    if request.node.get_closest_marker("urls") is None:
        monkeypatch.delitem(LISTS, "trial_issues", raising=False)
