"""The work-desk: what waits for each person, late first; constant in queries; and the figures of reviews."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.findings import services as ledger
from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import deadlines, desk, periods, tallies
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.reports import desk as desks
from xiaobao_web.reports import views
from xiaobao_web.reviews import figures
from xiaobao_web.reviews import services as reviews
from xiaobao_web.reviews.models import Review

pytestmark = pytest.mark.django_db


def draft(bank: Any, title: str = "安享理财海报", by: str = "submitter", **values: Any) -> Review:
    return reviews.create(by=bank[by], title=title, subject="marketing", **values)


def in_review(bank: Any, title: str, **values: Any) -> Review:
    row = draft(bank, title)
    Review.objects.filter(pk=row.pk).update(state="first_review", submitted_at=timezone.now(), **values)
    row = Review.objects.get(pk=row.pk)
    deadlines.start(row, "first_review", label="初审", working_days=5)
    return row


def test_a_newcomer_is_told_where_to_begin(client_of: Any) -> None:
    page = client_of("submitter").get("/").content.decode()
    assert "从这里开始" in page
    assert reverse("review_new") in page
    assert client_of("stranger").get("/").status_code == 200


def test_what_waits_stands_late_ones_first(bank: Any, client_of: Any) -> None:
    fresh, late = in_review(bank, "新来的"), in_review(bank, "已迟的")
    Deadline.objects.filter(subject_id=late.pk).update(due_at=timezone.now() - timedelta(days=2))
    found = desks.of(bank["reviewer"])
    assert [item.title for item in found.waiting.items] == [late.title, fresh.title]
    assert found.answer.startswith("等您办理 2 项，其中 1 项已逾期")
    assert found.waiting.items[0].step == "领取并初审"
    page = client_of("reviewer").get("/").content.decode()
    assert page.index("已迟的") < page.index("新来的")


def test_what_one_sent_says_where_it_is(bank: Any) -> None:
    in_review(bank, "送出的", reviewer=bank["reviewer"])
    found = desks.of(bank["submitter"])
    assert [(item.title, item.party) for item in found.sent.items] == [("送出的", "褚审查")]
    assert not found.waiting.items
    assert not found.is_new


def test_heads_see_what_is_late_below_them_and_others_do_not(bank: Any) -> None:
    issue = ledger.open_issue(source="audit", title="海报未撤", unit=bank.units["branch"], by=bank["auditor"])
    ledger.assign(issue, owner=bank["branch_submitter"], by=bank["office"])
    Deadline.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert [item.title for item in desks.of(bank["executive"]).late.items] == ["海报未撤"]
    assert [item.title for item in desks.of(bank["branch_head"]).late.items] == ["海报未撤"]
    assert not desks.of(bank["sender_head"]).late.items
    assert [item.step for item in desks.of(bank["branch_submitter"]).waiting.items] == ["制定整改计划"]


def queries_of(client: Any, url: str = "/") -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", ["submitter", "reviewer", "office", "executive", "liaison"])
def test_queries_do_not_grow_with_rows(bank: Any, client_of: Any, name: str) -> None:
    def fill(count: int) -> None:
        for n in range(count):
            in_review(bank, f"海报 {n}")
            draft(bank, f"草稿 {n}")
            issue = ledger.open_issue(source="audit", title=f"问题 {n}", unit=bank.units["branch"], by=bank["office"])
            ledger.assign(issue, owner=bank["liaison"], by=bank["office"])
        Deadline.objects.filter(subject_id__in=[1, 2, 3]).update(due_at=timezone.now() - timedelta(days=1))

    fill(3)
    client = client_of(name)
    client.get("/")
    few = queries_of(client)
    fill(9)
    assert queries_of(client) == few
    assert few <= 45


def test_a_part_nobody_declared_is_refused() -> None:
    with pytest.raises(Undeclared):
        desk.provider("elsewhere", "reviews", lambda _user: None)
    with pytest.raises(Undeclared):
        desk.provider("waiting", "reviews", lambda _user: None)


@pytest.fixture
def history(bank: Any) -> list[Review]:
    """Four reviews of two lines: three opinions, two passes, one returned."""
    day = timezone.now() - timedelta(days=20)
    rows = []
    facts: list[dict[str, Any]] = [
        {"conclusion": "pass", "opinion_at": day + timedelta(days=1), "minutes": 30},
        {"conclusion": "change", "opinion_at": day + timedelta(days=7), "minutes": 50, "returns": 1},
        {"conclusion": "pass", "opinion_at": day + timedelta(days=2), "minutes": 40},
        {},
    ]
    for n, values in enumerate(facts):
        row = draft(bank, f"事项 {n}", by="branch_submitter" if n == 2 else "submitter")
        Review.objects.filter(pk=row.pk).update(state="archived", submitted_at=day, **values)
        rows.append(Review.objects.get(pk=row.pk))
    return rows


def test_figures_are_right_and_open_their_rows(bank: Any, client_of: Any, history: list[Review]) -> None:
    period = periods.preset("days90")
    report = views.report(bank["office"], period)
    shown = {str(stat.label): stat.cell.value for stat in report.stats}
    assert (shown["送审"], shown["出具意见"], shown["退回率"]) == (4, 3, 0.25)
    assert shown["直接通过率"] == pytest.approx(2 / 3)
    assert shown["每件审查用时（中位数）"] == 40
    client = client_of("office")
    assert client.get(reverse("review_figures")).status_code == 200
    for table in report.tables:
        for row in table.rows:
            for cell in row[1:]:
                if isinstance(cell.value, int) and cell.url:
                    assert client.get(cell.url).context["total"] == cell.value, cell.url
    assert client_of("submitter").get(reverse("review_figures")).status_code == 403
    sheet = client.get(reverse("review_figures_sheet"))
    assert sheet.content[:2] == b"PK"


def test_a_branch_counts_its_own(bank: Any, history: list[Review]) -> None:
    report = figures.report(bank["branch_head"], periods.preset("days90"))
    assert report.stats[0].cell.value == 1


def test_working_days_leave_weekends_out() -> None:
    assert figures.working_days([(date(2026, 3, 6), date(2026, 3, 9))]) == [1.0]
    assert tallies.quantile([1, 2, 3, 4], 0.9) == pytest.approx(3.7)
    assert tallies.median([]) is None


def test_offences_and_rules_come_from_decisions(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.decided()
    count = Finding.objects.filter(version__in=review.materials.values("version"), decision="accepted").count()
    report = views.report(bank["office"], periods.preset("month"))
    tables = {table.title: table for table in report.tables}
    assert tables["问题按条线"].rows[0][0].value == "零售金融部"
    assert tables["问题按条线"].rows[0][1].value == count
    rule = tables["规则健康度"].rows[0]
    assert rule[5].hint == "样本少"
    client = client_of("office")
    for name in ("问题按条线", "问题按提交人", "规则健康度"):
        for row in tables[name].rows:
            for cell in row[1:]:
                if isinstance(cell.value, int) and cell.url:
                    assert client.get(cell.url).context["total"] == cell.value, (name, cell.url)


def test_periods_are_read_and_compared() -> None:
    assert periods.read({"from": "2026-01-01", "to": "2026-03-31"}).before.label == "2025-10-03 至 2025-12-31"
    assert periods.read({"from": "x", "to": "2026-03-31"}).key == "days90"
    assert periods.preset("quarter", date(2026, 5, 20)).first == date(2026, 4, 1)
    parts = periods.preset("year", date(2026, 12, 31)).parts()
    assert (len(parts), parts[0].first, parts[-1].last) == (12, date(2026, 1, 1), date(2026, 12, 31))
