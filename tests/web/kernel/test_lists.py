"""List pages: what is shown to whom, filters in the URL, tabs, saved views, columns, batches; constant in queries."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
import trial_lists
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel import access, deadlines
from xiaobao_web.kernel.access import PERMISSIONS, Reach, declare
from xiaobao_web.kernel.errors import BadValue, Undeclared
from xiaobao_web.kernel.lists import Column, ListPage, find_list, preferences
from xiaobao_web.kernel.models import SavedView

pytestmark = [pytest.mark.django_db, pytest.mark.urls("trial_lists")]
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def granted(monkeypatch):
    """Let the trial permission reach all, a unit, or one's own."""
    monkeypatch.setattr(access, "PERMISSIONS", dict(PERMISSIONS))
    declare("trial.view", "查看问题台账", {"office": Reach.ALL, "sender_head": Reach.UNIT, "submitter": Reach.OWN})
    declare("trial.rename", "改名", {"office": Reach.ALL})


@pytest.fixture
def make(bank):
    """Return a function that makes issues; numbers run from 1."""

    def give(count=1, **facts):
        start = Issue.objects.count() + 1
        values = {"source": "review", "unit": bank.units["retail"], "found_on": DAY, **facts}
        rows = [
            Issue(**{"number": f"WT2026-{n:05d}", "title": f"利率未披露 {n}", **values})
            for n in range(start, start + count)
        ]
        Issue.objects.bulk_create(rows)
        return list(Issue.objects.order_by("pk"))[-count:]

    return give


def shown(answer):
    """Return the numbers in a page's table, in order."""
    return re.findall(r"data-open>(WT2026-\d+)<", answer.content.decode())


def text(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def test_everybody_sees_their_own_reach(make, bank, client_of):
    make(2)
    make(1, unit=bank.units["branch"])
    make(1, owner=bank["submitter"])
    assert len(shown(client_of("office").get("/trial/?view=all"))) == 4
    assert len(shown(client_of("sender_head").get("/trial/?view=all"))) == 3
    assert shown(client_of("submitter").get("/trial/?view=all")) == ["WT2026-00004"]
    assert shown(client_of("branch_head").get("/trial/?view=all")) == ["WT2026-00003"]


def test_without_the_right_it_is_refused_and_without_sign_in_one_signs_in(make, client, client_of):
    assert client_of("legal").get("/trial/").status_code == 403
    assert client_of("stranger").get("/trial/").status_code == 403
    assert client.get("/trial/").status_code == 302
    assert client_of("office").put("/trial/").status_code == 405


def test_tabs_narrow_and_the_first_one_is_open(make, bank, client_of):
    office = client_of("office")
    make(1, owner=bank["office"])
    make(1, unit=bank.units["protection"])
    late, soon = make(2, unit=bank.units["branch"])
    for row, days in ((late, -3), (soon, 3)):
        clock = deadlines.start(row, "fix", label="整改", natural_days=5)
        clock.due_at = timezone.now() + timedelta(days=days)
        clock.save()
    page = office.get("/trial/")
    assert shown(page) == ["WT2026-00001"]
    assert 'href="?view=mine" aria-current="page"' in page.content.decode()
    assert shown(office.get("/trial/?view=unit")) == ["WT2026-00002"]
    assert shown(office.get("/trial/?view=overdue")) == ["WT2026-00003"]
    assert len(shown(office.get("/trial/?view=all"))) == 4
    assert "逾期 3 天" in text(office.get("/trial/?view=overdue"))
    assert "T-3" in text(office.get("/trial/?view=all"))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"state": "closed"}, [2]),
        ({"source": "audit"}, [3]),
        ({"q": "海报"}, [4]),
        ({"q": "海报 00004"}, [4]),
        ({"q": "海报 00001"}, []),
        ({"q": "00003"}, [3]),
        ({"found_from": "2026-04-01"}, [4]),
        ({"found_to": "2026-03-02"}, [3, 2, 1]),
        ({"found_from": "2026-04-01", "state": "closed"}, []),
        ({"state": "nonsense"}, [4, 3, 2, 1]),
        ({"found_from": "gestern"}, [4, 3, 2, 1]),
        ({"q": "\x00"}, [4, 3, 2, 1]),
        ({"nobody_knows": "this", "sort": "neither", "after": "!!!"}, [4, 3, 2, 1]),
        ({"sort": "number"}, [1, 2, 3, 4]),
        ({"sort": "-title"}, [4, 3, 2, 1]),
        ({"active": "0"}, []),
        ({"active": "1"}, [4, 3, 2, 1]),
    ],
)
def test_filters_live_in_the_url(make, client_of, query, numbers):
    make(1)
    make(1, state="closed")
    make(1, source="audit")
    make(1, title="海报用语", found_on=date(2026, 4, 1))
    answer = client_of("office").get("/trial/?" + urlencode({"view": "all", **query}))
    assert answer.status_code == 200
    assert shown(answer) == [f"WT2026-{n:05d}" for n in numbers]


def test_a_unit_takes_in_what_lies_below(make, bank, client_of):
    make(1, unit=bank.units["sub_branch"])
    make(1, unit=bank.units["branch"])
    make(1, unit=bank.units["branch_two"])
    answer = client_of("office").get(f"/trial/?view=all&unit={bank.units['branch'].pk}")
    assert shown(answer) == ["WT2026-00002", "WT2026-00001"]
    assert "责任机构：江城分行" in text(answer)


def test_days_are_those_of_beijing(make, client_of):
    row = make(1)[0]
    Issue.objects.filter(pk=row.pk).update(raised_at="2026-03-01T16:30:00Z")  # 2 March, 00:30 in Beijing
    office = client_of("office")
    assert shown(office.get("/trial/?view=all&raised_from=2026-03-02&raised_to=2026-03-02"))
    assert not shown(office.get("/trial/?view=all&raised_to=2026-03-01"))


def test_nothing_found_names_the_filter_to_relax(make, client_of):
    make(3, state="closed")
    answer = client_of("office").get("/trial/?view=all&state=closed&source=audit")
    words = text(answer)
    assert "没有符合条件的记录" in words
    assert "去掉“来源：审计”，有 3 条" in words
    assert "去掉“状态：已销号”" not in words
    link = re.search(r'href="(\?[^"]*)">去掉“来源', answer.content.decode()).group(1)
    assert len(shown(client_of("office").get("/trial/" + html.unescape(link)))) == 3


def test_nothing_yet_says_what_would_be_here(client_of):
    assert "各项检查发现的问题会登记在这里" in text(client_of("office").get("/trial/?view=all"))
    assert "现在没有等您处理" in text(client_of("office").get("/trial/"))


def test_paging_goes_on_and_back_without_offset_and_keeps_the_filters(make, client_of):
    make(120)
    office = client_of("office")
    seen, url, pages = [], "/trial/?view=all&source=review&sort=number", 0
    while url:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = office.get(url)
        assert not any("OFFSET" in query["sql"] for query in queries.captured_queries)
        seen += shown(answer)
        following = re.search(r'rel="next" href="([^"]*)"', answer.content.decode())
        url, pages = "/trial/" + html.unescape(following.group(1)) if following else "", pages + 1
    assert pages == 3
    assert seen == [f"WT2026-{n:05d}" for n in range(1, 121)]
    back = html.unescape(re.search(r'rel="prev" href="([^"]*)"', answer.content.decode()).group(1))
    assert shown(office.get("/trial/" + back)) == seen[50:100]
    assert "共 120 项" in text(answer)


def test_counts_stop_at_ten_thousand(make, client_of, monkeypatch):
    monkeypatch.setattr("xiaobao_web.kernel.lists.page.COUNTED", 10)
    make(12)
    assert "10+" in text(client_of("office").get("/trial/?view=all"))


def test_the_number_of_queries_does_not_grow_with_the_rows(make, bank, client_of):
    office = client_of("office")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert office.get("/trial/?view=all").status_code == 200
        return len(queries)

    for row in make(2, owner=bank["submitter"]):
        deadlines.start(row, "fix", label="整改", working_days=5)
    few = count()
    for row in make(40, owner=bank["colleague"], unit=bank.units["branch"]):
        deadlines.start(row, "fix", label="整改", working_days=5)
    assert count() == few
    assert few <= 16


def test_htmx_gets_the_very_fragment_of_the_page(make, client_of):
    make(3)
    office = client_of("office")
    page = office.get("/trial/?view=all").content.decode()
    fragment = office.get("/trial/?view=all", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert "<html" not in fragment

    def without_tokens(markup):
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", markup).strip()

    assert without_tokens(fragment) in without_tokens(page)


def test_sorting_by_the_next_deadline_puts_rows_without_one_last(make, client_of):
    first, second, third = make(3)
    deadlines.start(third, "fix", label="整改", natural_days=1)
    deadlines.start(first, "fix", label="整改", natural_days=9)
    office = client_of("office")
    names = {row.pk: row.number for row in (first, second, third)}
    assert shown(office.get("/trial/?view=all&sort=deadline")) == [names[third.pk], names[first.pk], names[second.pk]]
    assert shown(office.get("/trial/?view=all&sort=-deadline")) == [names[first.pk], names[third.pk], names[second.pk]]


def test_columns_are_chosen_and_remembered(make, bank, client_of):
    make(1)
    office = client_of("office")
    assert "退回次数" not in _heads(office.get("/trial/?view=all"))
    answer = office.post(
        "/lists/trial_issues/columns/", {"columns": ["title", "returned", "made-up"], "query": "view=all"}
    )
    assert answer.status_code == 302
    assert answer.url == "/trial/?view=all"
    assert _heads(office.get("/trial/?view=all")) == ["编号", "问题", "退回次数"]
    assert "退回次数" not in _heads(client_of("sender_head").get("/trial/?view=all"))
    office.post("/lists/trial_issues/columns/", {"reset": "1"})
    assert "退回次数" not in _heads(office.get("/trial/?view=all"))


def _heads(answer):
    head = re.search(r"<thead.*?</thead>", answer.content.decode(), re.S).group(0)
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r'<th scope="col".*?</th>', head, re.S)]


def test_a_view_is_saved_opened_and_deleted_by_its_owner_alone(make, client_of):
    make(1, state="closed")
    make(1)
    office = client_of("office")
    saved = office.post("/lists/trial_issues/views/", {"name": "已销号的", "query": "view=all&state=closed&after=abc"})
    answer = office.get(saved.url)
    assert shown(answer) == ["WT2026-00001"]
    assert re.search(r'aria-current="page">已销号的', answer.content.decode())
    assert "after" not in saved.url
    assert "已销号的" not in text(client_of("sender_head").get("/trial/"))
    row = SavedView.objects.get()
    assert client_of("sender_head").post(f"/views/{row.pk}/delete/").status_code == 404
    assert office.get(f"/views/{row.pk}/delete/").status_code == 405
    assert office.post(f"/views/{row.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_views_have_names_and_an_end(bank):
    page = find_list("trial_issues")
    with pytest.raises(BadValue):
        preferences.save_view(person=bank["office"], page=page, name="  ", query="")
    for n in range(preferences.MOST):
        preferences.save_view(person=bank["office"], page=page, name=f"视图{n}", query="view=all")
    preferences.save_view(person=bank["office"], page=page, name="视图3", query="view=mine")
    assert SavedView.objects.count() == preferences.MOST
    with pytest.raises(preferences.Refused):
        preferences.save_view(person=bank["office"], page=page, name="再一个", query="")


def test_a_list_one_may_not_see_takes_neither_views_nor_columns(client_of):
    assert client_of("legal").post("/lists/trial_issues/views/", {"name": "一"}).status_code == 403
    assert client_of("legal").post("/lists/trial_issues/columns/", {}).status_code == 403
    assert client_of("office").post("/lists/no-such-list/columns/", {}).status_code == 404


def test_a_batch_does_what_it_can_and_says_why_not_the_rest(make, client_of):
    one, closed = make(2)
    Issue.objects.filter(pk=closed.pk).update(state="closed")
    office = client_of("office")
    answer = office.post(
        "/trial/?view=all", {"batch": "rename", "row": [one.pk, closed.pk, 999999], "word": "急"}, follow=True
    )
    words = text(answer)
    assert "已改名 1 项" in words
    assert "1 项未办理" in words
    assert "已销号，不能再改" in words
    assert Issue.objects.get(pk=one.pk).title.startswith("急")
    assert answer.request["QUERY_STRING"] == "view=all"


@pytest.mark.parametrize(
    "data",
    [
        {"batch": "rename", "word": "急"},
        {"batch": "rename", "row": ["x", "１"], "word": "急"},
        {"batch": "rename", "row": ["1"], "word": ""},
        {"batch": "drop", "row": ["1"]},
        {"row": ["1"]},
        {"batch": "rename", "row": [str(n) for n in range(501)], "word": "急"},
    ],
)
def test_a_batch_without_rows_verb_or_words_is_refused(make, client_of, data):
    make(1)
    assert client_of("office").post("/trial/", data).status_code == 422
    assert not Issue.objects.filter(title__startswith="急").exists()


def test_a_batch_reaches_only_rows_and_people_with_the_right(make, bank, client_of):
    row = make(1, unit=bank.units["branch"])[0]
    assert (
        client_of("branch_head").post("/trial/", {"batch": "rename", "row": [row.pk], "word": "急"}).status_code == 422
    )
    assert 'value="rename"' not in client_of("branch_head").get("/trial/?view=all").content.decode()
    assert 'value="rename"' in client_of("office").get("/trial/?view=all").content.decode()


def test_names_are_taken_once_and_kinds_are_known():
    with pytest.raises(Undeclared):
        type("Another", (ListPage,), {"name": "trial_issues", "model": Issue})
    with pytest.raises(ValueError, match="none of"):
        Column("x", "x", kind="picture")


def test_text_of_rows_is_escaped(make, client_of):
    make(1, title="<script>alert(1)</script>")
    assert "<script>alert" not in client_of("office").get("/trial/?view=all&q=<script>").content.decode()


def test_the_trial_covers_every_kind_of_column():
    from xiaobao_web.kernel.lists.columns import KINDS

    used = {column.kind for column in trial_lists.TrialList.columns}
    assert KINDS - used <= {"money", "percent", "flag"}
