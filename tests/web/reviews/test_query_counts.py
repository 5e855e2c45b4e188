"""Queries of the list of reviews and of the work-desk: their number is pinned, and the same for any number of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiaobao_web.kernel import deadlines, search
from xiaobao_web.kernel.models import SavedView
from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import Review

PAGES = {
    "all": "/reviews/?view=all",
    "waiting": "/reviews/?view=waiting",
    "overdue": "/reviews/?view=overdue",
    "filtered": "/reviews/?view=all&state=first_review&subject=marketing&sort=-submitted_at",
    "words": "/reviews/?view=all&q=海报",
    "desk": "/",
    "search": "/search/?q=海报",
}
MOST = {"all": 17, "waiting": 17, "overdue": 17, "filtered": 17, "words": 17, "desk": 48}
"""At most so many queries a page, the frame with its counts and the session included; lower them, never raise them."""
SEARCH = {"sqlite": (24, 1), "postgresql": (36, 2)}
"""Queries of the search page: of the frame, and of each kind of hit with nothing found in it; PostgreSQL is asked in
more steps (tests/web/kernel/test_search.py pins those of a kind with hits)."""


def more(bank: Any, count: int) -> None:
    """Make so many reviews that wait for a reviewer, with their clocks."""
    for number in range(count):
        review = services.create(by=bank["submitter"], title=f"安享理财海报 {number}", subject="marketing")
        deadlines.start(review, "first_review", label="初审", working_days=5)
    Review.objects.update(state="first_review")


def counted(get: Callable[..., Any], path: str) -> int:
    """Return the number of queries a page takes once it is warm."""
    get(path)
    with CaptureQueriesContext(connection) as seen:
        assert get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("who", ["reviewer", "submitter", "office", "branch_head"])
def test_queries_are_pinned_and_do_not_grow_with_rows(bank: Any, client_of: Any, who: str) -> None:
    client = client_of(who)
    more(bank, 2)
    few = {name: counted(client.get, path) for name, path in PAGES.items()}
    more(bank, 18)
    many = {name: counted(client.get, path) for name, path in PAGES.items()}
    assert not {name: (few[name], count) for name, count in many.items() if count > few[name]}
    frame, kind = SEARCH[connection.vendor]
    most = MOST | {"search": frame + kind * len(search.REGISTERED)}
    assert not {name: count for name, count in many.items() if count > most[name]}, many


def test_a_saved_view_costs_no_more_than_its_address(bank: Any, client_of: Any) -> None:
    client = client_of("reviewer")
    more(bank, 3)
    query = "view=all&state=first_review&sort=-submitted_at"
    view = SavedView.objects.create(person=bank["reviewer"], list_name="reviews", name="我的视图", query=query)
    assert counted(client.get, f"/reviews/{view.url()}") <= counted(client.get, f"/reviews/?{query}")
