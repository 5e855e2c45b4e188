"""Phrases, clusters, maps and control charts over what one may see; tables as they are, and as they were frozen."""

from __future__ import annotations

import io
import zlib
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from docx import Document
from python_calamine import CalamineWorkbook

from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.insights import bulletin, counting, listening, services, statistics
from xiaobao_web.insights.models import DayPhrases, Statement
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import BadValue, Forbidden
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def month():
    today = timezone.localdate()
    return Period("custom", today - timedelta(days=29), today)


@pytest.fixture
def told(weeks):
    weeks.topic(days=4, a_day=6)
    rows = []
    for number in range(12):
        at = timezone.now() - timedelta(days=40 if number < 6 else 5, hours=number)
        text = f"信用卡年费扣了{100 + number}元，要求退还年费"
        case = weeks.case(at, text, "branch_two", business_type="信用卡", cause="收费争议")
        rows.append(weeks.contact(at, text, "branch_two", case=case))
    Contact.objects.bulk_create(rows)
    return weeks


def test_phrases_are_compared_with_the_period_before_and_open_their_rows(told, bank, month, client_of):
    found = listening.words(bank["office"], month)
    rising = {row[0].shown: row for row in found.fastest.rows}
    assert any("闪退" in word or "新版本" in word for word in rising)
    fee = next(row for row in found.hottest.rows if "年费" in row[0].shown)
    assert (fee[1].value, fee[3].value) == (6, 6)
    body = client_of("office").get(fee[0].url.replace("custom", "")).content.decode()
    assert body.count("TST") >= 6


def test_every_number_opens_as_many_complaints_as_it_says(told, bank, month):
    for user in (bank["office"], bank["liaison"]):
        found = listening.words(user, month)
        for row in (*found.hottest.rows, *found.fastest.rows):
            assert len(listening.keys_of_phrase(user, month, row[0].shown)) == row[1].value
            if row[3].value is not None:
                assert len(listening.keys_of_phrase(user, month.before, row[0].shown)) == row[3].value
    groups, texts = listening.groups(bank["office"], month)
    for group in groups:
        assert len(listening.keys_of_group(bank["office"], month, group.name)) == group.size
    assert sum(group.size for group in groups) <= texts
    assert listening.keys_of_group(bank["office"], month, "没有这一类") == []


def test_a_page_counts_little_and_the_job_the_rest(told, bank, month, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 7)
    found = listening.words(bank["office"], month)
    assert "正在统计" in found.hottest.note
    assert found.texts < 30
    assert counting.count_all() > 0
    assert counting.count_all() == 0
    found = listening.words(bank["office"], month)
    assert (found.texts, found.before) == (30, 6)
    assert "正在统计" not in found.hottest.note


def test_a_contact_that_comes_to_a_case_is_counted_with_it(told, bank, month):
    assert listening.keys_of_phrase(bank["office"], month, "闪退") != []
    case = Case.objects.filter(unit=bank.units["branch_two"]).latest("received_at")
    assert case.pk not in listening.keys_of_phrase(bank["office"], month, "闪退")
    told.contact(timezone.now(), "又打不开，还是闪退", "branch_two", case=case).save()
    assert counting.count_new() >= 1
    assert case.pk in listening.keys_of_phrase(bank["office"], month, "闪退")
    row = DayPhrases.objects.get(day=timezone.localdate(case.received_at))
    assert "闪退".encode() not in zlib.decompress(bytes(row.packed)[9:])
    DayPhrases.objects.update(packed=b"\xff", counts=b"\xff")
    assert listening.words(bank["office"], month).hottest.rows == []
    assert counting.count_all() >= 1
    assert case.pk in listening.keys_of_phrase(bank["office"], month, "闪退")


def test_a_branch_hears_its_own_complaints_alone(told, bank, month):
    words = [row[0].shown for row in listening.words(bank["liaison"], month).hottest.rows]
    assert not any("年费" in word for word in words)
    assert statistics.report(bank["liaison"], month).stats[0].cell.value == 24


def test_clusters_have_names_and_cases(told, bank, month):
    groups, texts = listening.groups(bank["office"], month)
    assert texts == 30
    assert groups[0].size >= 5
    assert groups[0].cases
    assert {case.cause for case in groups[0].cases} == {"系统故障"}


def test_the_map_counts_and_links(told, bank, month):
    found = listening.heat(bank["office"], month, "unit", "cause")
    lines = {name: total.count for name, _cells, total in found.lines}
    assert lines == {"江城分行": 24, "海州分行": 6}
    assert "24" in found.title
    cells = {cell.count: cell for _name, row, _total in found.lines for cell in row}
    assert cells[24].tone == 5
    assert "cause=" in cells[24].url
    by_product = listening.heat(bank["office"], month, "product", "cause")
    assert by_product.left == 30


def test_the_control_chart_marks_the_week_beyond_its_limit(weeks, bank):
    monday = timezone.now() - timedelta(days=timezone.localdate().weekday())
    for week in range(1, 11):
        for _ in range(30 if week == 1 else 6):
            weeks.case(monday - timedelta(days=7 * week - 1), "排队", "branch")
    last = timezone.localdate()
    chart = listening.control(bank["office"], Period("custom", last - timedelta(days=80), last))
    assert "超出控制上限" in chart.title
    assert [row[1].value for row in chart.rows][-1] == 30
    few = listening.control(bank["office"], Period("custom", last - timedelta(days=10), last))
    assert few.option == {}


def test_late_cases_count_as_missed(weeks, bank, month):
    case = weeks.case(timezone.now() - timedelta(days=20), "年费", "branch")
    weeks.case(timezone.now() - timedelta(days=20), "年费", "branch")
    at = timezone.now() - timedelta(days=2)
    Deadline.objects.create(
        subject_type="complaints.case", subject_id=case.pk, kind="statutory.notify", label="告知",
        started_at=at, due_at=at, warn_at=at,
    )  # fmt: skip
    stats = {str(stat.label): stat.cell.value for stat in statistics.report(bank["office"], month).stats}
    assert stats["收到投诉"] == 2
    assert stats["超过法定期限"] == 1
    assert stats["按期办结率"] is None


def test_every_number_of_the_statistics_opens_the_complaints_that_it_counts(weeks, bank, month, client_of):
    for day, unit, state, fault, region in (
        (20, "branch", "closed", "full", "江城市"), (19, "branch", "closed", "none", ""),
        (18, "branch_two", "handling", "", ""), (17, "branch_two", "merged", "", ""),
        (16, "branch", "declined", "", "江城市"),
    ):  # fmt: skip
        case = weeks.case(timezone.now() - timedelta(days=day), "年费", unit)
        Case.objects.filter(pk=case.pk).update(state=state, fault=fault, region=region)
        at = timezone.now() - timedelta(days=2)
        if day != 19:
            Deadline.objects.create(
                subject_type="complaints.case", subject_id=case.pk, kind="statutory.notify", label="告知",
                started_at=at, due_at=at, warn_at=at,
            )  # fmt: skip
    services.set_base(unit=bank.units["head"], year=2026, by=bank["office"], outlets=48, customers=120_000)
    browser, report = client_of("office"), statistics.report(bank["office"], month)
    cells = [stat.cell for stat in report.stats]
    cells += [cell for table in report.tables for row in table.rows for cell in row]
    opened = {cell.url: cell.value for cell in cells if cell.url and isinstance(cell.value, int)}
    assert {stat.cell.value for stat in report.stats if stat.cell.url} == {3, 2, 1}
    assert len(opened) > 20
    for url, value in opened.items():
        assert browser.get(url).context["n"] == value, url


def test_rates_stand_where_outlets_and_customers_are_known(told, bank, month):
    office = bank["office"]
    assert len(statistics.report(office, month).tables) == 6
    services.set_base(unit=bank.units["branch"], year=2026, by=office, outlets=48, customers=120_000)
    line = statistics.report(office, month).tables[-1].rows[0]
    assert [cell.value for cell in line] == ["江城分行", 24, 48, 120_000, 500.0, 2.0]
    with pytest.raises(BadValue):
        services.set_base(unit=bank.units["branch"], year=2026, by=office, outlets=None, customers=None)


def test_a_frozen_statement_does_not_change_and_has_versions(told, bank):
    first = services.freeze(year=2026, span="h1", by=bank["office"], note="首次报送")
    told.case(timezone.now() - timedelta(days=1), "年费", "branch")
    second = services.freeze(year=2026, span="h1", by=bank["office"])
    assert (first.version, first.total, second.version, second.total) == (1, 36, 2, 37)
    kept = Statement.objects.get(pk=first.pk)
    assert services.tables_of(kept)[0].rows[0][1].value == 36
    with files.open_stored(kept.sheet) as data:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data.read()))
    assert book.get_sheet_by_name("总览").to_python()[1][1] == 36
    with pytest.raises(Forbidden):
        services.freeze(year=2026, span="h1", by=bank["liaison"])
    with pytest.raises(BadValue):
        services.freeze(year=2026, span="h2", by=bank["office"])


def test_pages_answer(told, bank, client_of):
    client = client_of("office")
    for name in ("words", "clusters", "map", "control", "figures", "figures_sheet"):
        assert client.get(reverse(f"insight_{name}")).status_code == 200, name
    assert client.get(reverse("insight_map"), {"by": "product-cause"}).status_code == 200
    assert client.get(reverse("insight_control"), {"unit": "x", "cause": "没有"}).status_code == 200
    answer = client.post(reverse("insight_freeze"), {"year": 2026, "span": "h1"})
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200
    sheet = client.get(answer.url + "sheet/")
    assert b"".join(sheet.streaming_content if sheet.streaming else [sheet.content])[:2] == b"PK"
    assert client.post(reverse("insight_freeze"), {"year": 2026, "span": "h2"}).status_code == 422
    assert client_of("liaison").get(answer.url).status_code == 404
    unit = bank.units["branch"].pk
    assert client.post(reverse("insight_bases"), {"unit": unit, "year": 2026, "outlets": 3}).status_code == 302
    assert "江城分行" in client.get(reverse("insight_bases")).content.decode()


def test_the_bulletin_tells_few_complaints_together(told, bank, month, client_of):
    lines = {line.name: line for line in bulletin.lines_by(bank["office"], month, "unit__name")}
    assert set(lines) == {"江城分行", "其他"}
    assert (lines["江城分行"].now, lines["江城分行"].before, lines["江城分行"].rate) == (24, 0, "样本不足")
    assert (lines["其他"].now, lines["其他"].before) == (6, 6)
    answer = client_of("office").get(reverse("insight_bulletin"), {"period": "month"})
    text = "\n".join(cell.text for table in Document(io.BytesIO(answer.content)).tables for row in table.rows
                     for cell in row.cells)  # fmt: skip
    assert "江城分行" in text
    assert "海州分行" not in text


def test_cells_of_classes_that_lists_do_not_know_open_their_own_rows(weeks, bank, month, client_of):
    for cause, number in (("定价收费", 2), ("旧系统的原因", 3)):
        for _ in range(number):
            weeks.case(timezone.now(), "年费", "branch", business_type="信用卡", cause=cause)
    found = listening.heat(bank["office"], month, "business", "cause")
    (_name, cells, total), *_rest = found.lines
    client = client_of("office")
    for cell, number in (*((cell, cell.count) for cell in cells), (total, 5)):
        page = client.get(cell.url).content.decode()
        assert page.count(">TST") // 2 == number or page.count("TST0") >= number
        assert f'共 <strong class="num">{number}</strong>' in page or f"{number} 件投诉" in page
    assert [cell.url.startswith("/insights/rows/") for cell in cells] == [True, False]
