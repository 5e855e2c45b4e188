"""Walking lists by keys: every row once, in order, both ways, with ties and missing values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel.lists import keyset
from xiaobao_web.kernel.lists.keyset import Order

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def issues(bank):
    """Return 23 issues: dates with ties, every fifth without one, titles in another order than ids."""
    rows = [
        Issue(
            number=f"WT2026-{n:05d}",
            title=f"问题{(n * 7) % 23:02d}",
            source="review",
            unit=bank.units["retail" if n % 2 else "branch"],
            found_on=DAY,
            due_on=None if n % 5 == 0 else DAY + timedelta(days=n % 4),
        )
        for n in range(23)
    ]
    Issue.objects.bulk_create(rows)
    return Issue.objects.all()


ORDERS = [
    Order("pk", True), Order("pk", False), Order("due_on", True), Order("due_on", False), Order("title", True),
    Order("unit__name", False), Order("unit__name", True), Order("severity", False),
]  # fmt: skip


def key(order):
    def of(row):
        return row.pk if order.by_id else keyset.value_of(row, order.path)

    return of


def expected(rows, order):
    by_pk = sorted(rows, key=lambda row: row.pk, reverse=order.descending)
    of = key(order)
    valued = sorted((row for row in by_pk if of(row) is not None), key=of, reverse=order.descending)
    if order.descending:  # reverse=True keeps the order of equals, which is already that of the ids
        valued = sorted((row for row in by_pk if of(row) is not None), key=of, reverse=True)
    return [row.pk for row in valued + [row for row in by_pk if of(row) is None]]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 4, 23, 50])
def test_pages_forward_then_back_hold_every_row_once_in_order(issues, order, size):
    wanted = expected(issues, order)
    forward, cursor, last = [], None, None
    while True:
        page = keyset.window(issues, order, cursor, size)
        forward.append([row.pk for row in page.rows])
        assert (page.previous is None) == (cursor is None)
        last = page
        if page.next is None:
            break
        cursor = keyset.decode(page.next, order, issues)
        assert cursor is not None
    assert [pk for page in forward for pk in page] == wanted
    back = []
    while last.previous is not None:
        cursor = keyset.decode(last.previous, order, issues, forward=False)
        last = keyset.window(issues, order, cursor, size)
        back.append([row.pk for row in last.rows])
    assert back == forward[-2::-1]


def test_a_row_added_or_removed_meanwhile_shifts_nothing(issues):
    order = Order("pk", True)
    first = keyset.window(issues, order, None, 5)
    Issue.objects.filter(pk=first.rows[1].pk).delete()
    unit = first.rows[0].unit
    Issue.objects.create(number="WT2026-99999", title="新", source="audit", unit=unit, found_on=DAY)
    second = keyset.window(issues, order, keyset.decode(first.next, order, issues), 5)
    assert second.rows[0].pk == first.rows[-1].pk - 1


@pytest.mark.parametrize(
    "word",
    ["", "x", "AAAA", "W10", "WyJwayIsIHRydWUsIG51bGwsICJhIl0", "WyJwayIsdHJ1ZSxudWxsLDFlOTldXQ", "中文", "A" * 5000],
)
def test_a_spoilt_cursor_is_no_cursor(issues, word):
    assert keyset.decode(word, Order("pk", True), issues) is None


def test_a_cursor_of_another_order_is_no_cursor(issues):
    word = keyset.window(issues, Order("due_on", False), None, 5).next
    assert keyset.decode(word, Order("due_on", True), issues) is None
    assert keyset.decode(word, Order("title", False), issues) is None
    assert keyset.decode(word, Order("due_on", False), issues) is not None


def test_chunks_give_all_rows_up_to_the_limit(issues):
    order = Order("due_on", True)
    assert [row.pk for chunk in keyset.chunks(issues, order, size=4, limit=99) for row in chunk] == expected(
        issues, order
    )
    assert sum(len(chunk) for chunk in keyset.chunks(issues, order, size=4, limit=10)) == 10


def test_counting_stops_at_the_limit(issues, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert keyset.count_up_to(issues, 10) == 11
    assert keyset.count_up_to(issues, 100) == 23


def test_a_deep_page_reads_no_further_than_its_rows(issues, django_assert_max_num_queries):
    order = Order("due_on", True)
    cursor = keyset.decode(keyset.window(issues, order, None, 10).next, order, issues)
    with django_assert_max_num_queries(3) as seen:
        keyset.window(issues, order, cursor, 5)
    assert not any("OFFSET" in query["sql"] for query in seen.captured_queries)
