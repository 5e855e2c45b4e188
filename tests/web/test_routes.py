"""Every address has a row, and answers each persona as its row says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import routes
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter

pytestmark = pytest.mark.django_db
ROWS = {row.name: row for row in routes.ROWS}
FOREIGN = ("allauth", "ninja", "functools", "django.")


def addresses(patterns: list[Any]) -> Iterator[URLPattern]:
    """Yield all addresses below some patterns, those of libraries left out."""
    for item in patterns:
        if not isinstance(item, URLPattern):
            yield from addresses(item.url_patterns)
        elif item.name and not getattr(item.callback, "__module__", "").startswith(FOREIGN):
            yield item


def test_every_address_has_a_row_and_every_row_an_address():
    known = {item.name for item in addresses(get_resolver("xiaobao_web.urls").url_patterns)}
    known -= {"styleguide"}
    assert not known - set(ROWS), "addresses without a row in tests/web/routes.py"
    assert not set(ROWS) - known, "rows without an address"
    assert len(ROWS) == len(routes.ROWS), "two rows of one name"


def address(row: routes.Row, bank: Any) -> str:
    """Return the URL of a row, of something that does not exist where the row names no keys."""
    if row.keys is not None:
        return reverse(row.name, kwargs=row.keys(bank))
    pattern = next(item for item in addresses(get_resolver("xiaobao_web.urls").url_patterns) if item.name == row.name)
    whole = {key: isinstance(one, IntConverter) for key, one in pattern.pattern.converters.items()}
    return reverse(row.name, kwargs={key: 999_999 if number else "materials.material" for key, number in whole.items()})


@pytest.mark.parametrize("name", ROWS)
def test_each_persona_is_answered_as_the_table_says(bank, client_of, client, name):
    row = ROWS[name]
    url = address(row, bank)
    found = {"nobody": getattr(client, row.method)(url, row.data).status_code}
    wanted = {"nobody": row.others if row.open else 302}
    refused = [who for who in routes.PERSONAS if row.by.get(who, row.others) >= 400]
    allowed = [who for who in routes.PERSONAS if who not in refused]
    once = row.method == "post"  # what is done once cannot be done again by the next one
    for persona in refused + (allowed[:1] if once else allowed):
        found[persona] = getattr(client_of(persona), row.method)(url, row.data).status_code
        wanted[persona] = row.by.get(persona, row.others)
    assert found == wanted
    persona = next((who for who in ("admin", "office", *routes.PERSONAS) if wanted.get(who, 403) != 403), "office")
    assert getattr(client_of(persona), row.wrong)(url).status_code == 405, f"{row.wrong} by {persona}"
