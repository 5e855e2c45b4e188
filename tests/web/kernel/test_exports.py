"""Exports: the rows one sees as a sheet, types kept, no cell a formula, limits told, files one's own and expiring."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel import access, deadlines, exports
from xiaobao_web.kernel.access import PERMISSIONS, Reach, declare
from xiaobao_web.kernel.errors import Forbidden, Hidden, Refused
from xiaobao_web.kernel.lists import Column, sheet
from xiaobao_web.kernel.models import Event, Export

pytestmark = [pytest.mark.django_db(transaction=False), pytest.mark.urls("trial_lists")]
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def granted(monkeypatch):
    """Let the trial permission reach all or a unit."""
    monkeypatch.setattr(access, "PERMISSIONS", dict(PERMISSIONS))
    declare("trial.view", "查看问题台账", {"office": Reach.ALL, "sender_head": Reach.UNIT})
    declare("trial.rename", "改名", {"office": Reach.ALL})


@pytest.fixture
def make(bank):
    def give(count=1, **facts):
        start = Issue.objects.count() + 1
        values = {"source": "review", "unit": bank.units["retail"], "found_on": DAY, **facts}
        Issue.objects.bulk_create(
            [Issue(**{"number": f"WT{n:05d}", "title": f"问题 {n}", **values}) for n in range(start, start + count)]
        )
        return list(Issue.objects.order_by("pk"))[-count:]

    return give


@pytest.fixture
def export(bank, django_capture_on_commit_callbacks):
    """Return a function that asks for an export and lets its job run."""

    def run(query="view=all", by="office", **values):
        with django_capture_on_commit_callbacks(execute=True):
            row = exports.ask(list_name="trial_issues", query=query, by=bank[by], **values)
        row.refresh_from_db()
        return row

    return run


def rows_of(row):
    return CalamineWorkbook.from_path(exports.path_of(row)).get_sheet_by_name("数据").to_python()


def notes_of(row):
    return dict(CalamineWorkbook.from_path(exports.path_of(row)).get_sheet_by_name("说明").to_python())


def test_the_sheet_holds_the_rows_columns_and_order_of_the_address(make, export):
    make(3)
    make(1, state="closed")
    row = export("view=all&state=open&sort=number&after=xyz")
    assert row.state == "ready"
    assert (row.rows, row.total) == (3, 3)
    head, *lines = rows_of(row)
    assert head == ["编号", "问题", "来源", "严重程度", "责任机构", "责任人", "状态", "期限", "整改期限"]
    assert [line[0] for line in lines] == ["WT00001", "WT00002", "WT00003"]
    assert lines[0][2:7] == ["消保审查", "中", "零售金融部", "", "待派发"]
    assert notes_of(row)["条件"] == "全部；状态：待派发"
    assert "共 3 行，已全部导出" in notes_of(row)["行数"]


def test_only_what_its_reader_sees_is_exported(make, bank, export):
    make(2)
    make(1, unit=bank.units["branch"])
    assert export(by="sender_head").rows == 2
    assert export(by="office").rows == 3


def test_chosen_rows_are_exported_as_far_as_one_sees_them(make, bank, export):
    first, _second = make(2)
    far = make(1, unit=bank.units["branch"])[0]
    row = export(by="sender_head", chosen=[first.pk, far.pk, 999])
    assert [line[0] for line in rows_of(row)[1:]] == [first.number]


def test_dates_are_dates_in_beijing_and_numbers_are_numbers(make, export, bank):
    row = make(1, due_on=date(2026, 5, 6), returned=1234)[0]
    Issue.objects.filter(pk=row.pk).update(raised_at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    clock = deadlines.start(row, "fix", label="整改", natural_days=1)
    bank["office"].settings = {
        "lists": {"trial_issues": {"columns": ["number", "deadline", "due_on", "returned", "raised_at"]}}
    }
    bank["office"].save()
    due = timezone.localtime(clock.due_at).replace(tzinfo=None, microsecond=0)
    cells = rows_of(export())[1]
    assert cells[1] == pytest.approx(due, abs=timedelta(seconds=1))
    assert cells[2:4] == [date(2026, 5, 6), 1234.0]
    assert cells[4] == datetime(2026, 3, 2, 0, 30)


DANGEROUS = ["=1+1", "+86 138", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "|cmd", "%0"]


@pytest.mark.parametrize("title", DANGEROUS)
def test_no_cell_is_a_formula_and_dangerous_text_is_quoted(make, export, title):
    make(1, title=title)
    row = export()
    with zipfile.ZipFile(exports.path_of(row)) as book:
        page, styles = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/styles.xml").decode()
    assert "<f>" not in page
    assert rows_of(row)[1][1].strip() == title.strip()
    style = int(re.search(r'<c r="B2" s="(\d+)"', page).group(1))
    formats = re.search(r"<cellXfs.*?</cellXfs>", styles, re.S).group(0)
    assert 'quotePrefix="1"' in re.findall(r"<xf [^>]*>", formats)[style]


@settings(max_examples=60)
@given(
    values=st.lists(
        st.one_of(
            st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(),
            st.decimals(allow_nan=True, allow_infinity=True), st.dates(date(1900, 3, 1)),
            st.datetimes(datetime(1900, 3, 1)),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_any_value_can_be_written_and_read_back(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("sheet") / "a.xlsx"
    columns = [Column("a", "甲"), Column("b", "乙", kind="money")]
    page = sheet.Sheet(path, columns)
    for value in values:
        page.add([value, value])
    page.close([("列表", "=1")])
    lines = CalamineWorkbook.from_path(path).get_sheet_by_name("数据").to_python()
    assert len(lines) <= len(values) + 1
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_long_text_is_cut_and_said(tmp_path):
    page = sheet.Sheet(tmp_path / "a.xlsx", [Column("a", "甲")])
    page.add(["长" * 40_000])
    page.add([Decimal("12.50")])
    page.close([])
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert len(book.get_sheet_by_name("数据").to_python()[1][0]) == sheet.CELL + 1
    assert "1 个单元格过长" in book.get_sheet_by_name("说明").to_python()[0][1]


def test_more_rows_than_a_sheet_bears_are_cut_and_told(make, export, monkeypatch):
    monkeypatch.setattr(sheet, "LIMIT", 5)
    make(8)
    row = export()
    assert (row.rows, row.total) == (5, 8)
    assert row.note.startswith("共 8 行，导出前 5 行，原因：")
    assert notes_of(row)["行数"] == row.note


def test_an_export_is_journalled_with_list_filters_and_rows(make, export, bank):
    make(2)
    export("view=all&source=review")
    event = Event.objects.get(type="kernel.exported")
    assert event.actor == bank["office"]
    assert (event.facts["list"], event.facts["rows"], event.facts["filters"]) == ("问题台账", 2, "全部；来源：消保审查")


def test_without_the_right_nothing_is_exported(bank, export):
    with pytest.raises(Forbidden):
        export(by="legal")
    with pytest.raises(Hidden):
        exports.ask(list_name="nothing", query="", by=bank["office"])


def test_a_right_lost_before_the_job_ran_counts(make, bank, django_capture_on_commit_callbacks):
    make(1)
    row = exports.ask(list_name="trial_issues", query="view=all", by=bank["office"])
    bank["office"].posts.all().delete()
    with pytest.raises(Forbidden):
        exports.write_export(row.pk)
    row.refresh_from_db()
    assert (row.state, "权限" in row.note) == ("failed", True)
    assert not exports.path_of(row).exists()


def test_a_job_done_again_writes_one_file_and_one_event(make, export):
    make(1)
    row = export()
    exports.write_export(row.pk)
    assert Event.objects.filter(type="kernel.exported").count() == 1
    assert [path.name for path in exports.folder().iterdir()] == [exports.path_of(row).name]


def test_few_at_once(bank, make):
    for _n in range(exports.AT_ONCE):
        exports.ask(list_name="trial_issues", query="", by=bank["office"])
    with pytest.raises(Refused):
        exports.ask(list_name="trial_issues", query="", by=bank["office"])


def test_the_page_shows_ones_own_and_hands_out_the_file(make, export, client_of):
    make(2)
    row = export()
    office = client_of("office")
    assert "问题台账" in office.get("/exports/").content.decode()
    answer = office.get(f"/exports/{row.pk}/file/")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    assert len(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("数据").to_python()) == 3
    other = client_of("sender_head")
    assert "问题台账" not in other.get("/exports/").content.decode().split('id="exports"')[1]
    assert other.get(f"/exports/{row.pk}/file/").status_code == 404
    assert other.post(f"/exports/{row.pk}/delete/").status_code == 404
    assert office.post(f"/exports/{row.pk}/file/").status_code == 405


def test_asking_on_the_page_runs_the_job(make, client_of, django_capture_on_commit_callbacks):
    make(2)
    office = client_of("office")
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post("/lists/trial_issues/export/", {"query": "view=all"})
    assert answer.url == "/exports/"
    assert Export.objects.get().state == "ready"
    assert client_of("legal").post("/lists/trial_issues/export/", {"query": ""}).status_code == 403
    assert office.get("/lists/trial_issues/export/").status_code == 405


def test_a_waiting_export_is_asked_for_again_and_cannot_be_fetched(make, bank, client_of):
    row = exports.ask(list_name="trial_issues", query="", by=bank["office"])
    office = client_of("office")
    fragment = office.get("/exports/", headers={"HX-Request": "true", "HX-Target": "exports"}).content.decode()
    assert 'hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    assert office.get(f"/exports/{row.pk}/file/").status_code == 409


def test_files_expire_and_are_deleted(make, export, client_of):
    make(1)
    row = export()
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client_of("office").get(f"/exports/{row.pk}/file/").status_code == 409
    leftover = exports.folder() / "1-x.9.part"
    leftover.write_bytes(b"")
    import os

    os.utime(leftover, (0, 0))
    assert exports.purge_expired() == 1
    row.refresh_from_db()
    assert row.state == "expired"
    assert list(exports.folder().iterdir()) == []
    assert client_of("office").post(f"/exports/{row.pk}/delete/").status_code == 302
    assert not Export.objects.exists()


def test_a_broken_writing_leaves_no_file(make, export, monkeypatch):
    make(3)

    def burst(self, values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sheet.Sheet, "add", burst)
    row = export()
    assert row.state == "failed"
    assert list(Path(exports.folder()).iterdir()) == []
