"""What pages do, REST does: the table of docs/development/rest.md is whole and true; nobody is answered unknown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from test_routes import addresses

TABLE = Path(__file__).resolve().parents[2] / "docs" / "development" / "rest.md"
OPEN_TO_ALL = {
    "/api/me",
    "/api/desk",
    "/api/inbox",
    "/api/inbox/mail",
    "/api/lists",
    "/api/lists/exports",
    "/api/search",
}
"""What everybody who has signed in may ask: it tells only of themselves, or only what they may see."""
SAMPLES = {
    "label": "findings.issue", "name": "issues", "subject": "marketing", "kind": "products", "key": "广告法",
    "place": "25", "rule": "wealth/principal_guarantee", "month": "2026-01", "code": "none", "number": "999999",
    "verb": "none", "step": "take", "question": "none",
}  # fmt: skip
ASKED = {"/api/search": {"q": "海报"}, "/api/materials/calendar/expiring": {"month": "2026-01"}}


def tables() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the rows of both tables: the operations of each address, and the reason of each without one."""
    over_both, only_pages = TABLE.read_text().split("\n## Only on pages\n")
    operations: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for part, into in ((over_both, operations), (only_pages, reasons)):
        for first, second in re.findall(r"^\| (`.+?`) \| (.+) \|$", part, re.MULTILINE):
            for name in re.findall(r"`(.+?)`", first):
                assert name not in operations, f"{name} has two rows"
                assert name not in reasons, f"{name} has two rows"
                into[name] = re.findall(r"`([A-Z]+ .+?)`", second) if into is operations else second  # type: ignore[assignment]
    return operations, reasons


def operations() -> list[tuple[str, str]]:
    """Return the methods and paths of the interface."""
    from xiaobao_web.api import api

    document = api.get_openapi_schema(path_prefix="/api/")
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def test_every_address_has_operations_or_a_reason() -> None:
    told, reasons = tables()
    known = {item.name for item in addresses(get_resolver("xiaobao_web.urls").url_patterns)} - {"styleguide"}
    assert not known - set(told) - set(reasons), "addresses without a row in docs/development/rest.md"
    assert not (set(told) | set(reasons)) - known, "rows of docs/development/rest.md without an address"


def test_every_operation_that_is_named_exists() -> None:
    told, reasons = tables()
    there = {f"{method} {path.removeprefix('/api')}" for method, path in operations()}
    named = {item for row in told.values() for item in row}
    assert not named - there, "operations named in docs/development/rest.md that do not exist"
    assert all(told.values()), "a row without operations belongs to the second table"
    assert all(len(reason) > 12 for reason in reasons.values())


def filled(path: str) -> str:
    """Return a path with its keys filled in, of things that are not there."""
    return re.sub(r"\{(\w+)\}", lambda found: SAMPLES.get(found[1], "999999"), path)


@pytest.mark.django_db
def test_nobody_is_answered_who_has_not_signed_in(bank: object) -> None:
    client = Client()
    for method, path in operations():
        answer = client.generic(method, filled(path), content_type="application/json")
        assert answer.status_code == 401, f"{method} {path}"


@pytest.mark.django_db
def test_a_stranger_is_told_nothing(bank: object, client_of: object) -> None:
    client: Client = client_of("stranger")  # type: ignore[operator]
    told = {}
    for method, path in operations():
        address = filled(path)
        if method != "GET" or address in OPEN_TO_ALL:
            continue
        answer = client.get(address, ASKED.get(address, {}))
        nothing = answer.status_code == 200 and answer.json().get("items") == []
        if not nothing and answer.status_code not in (403, 404, 409, 422):
            told[path] = answer.status_code
    assert not told
    assert {path: client.get(path, ASKED.get(path, {})).status_code for path in OPEN_TO_ALL} == dict.fromkeys(
        OPEN_TO_ALL, 200
    )


def test_no_two_types_of_the_document_have_one_name() -> None:
    from pydantic import BaseModel

    from xiaobao_web.api import api

    told = set(api.get_openapi_schema(path_prefix="/api/")["components"]["schemas"])
    alike = {"Counted", "KindQuery"}  # two of one shape each
    found: dict[str, set[str]] = {}
    left: list[type[BaseModel]] = [BaseModel]
    while left:
        for made in left.pop().__subclasses__():
            left.append(made)
            if made.__module__.startswith("xiaobao_web."):
                found.setdefault(made.__name__, set()).add(made.__module__)
    assert not {name: places for name, places in found.items() if len(places) > 1 and name in told - alike}
