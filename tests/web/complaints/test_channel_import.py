"""The parallel mode: headings asked once, tried dry, taken in by number, updated the next day, written back."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import CaseImport, Contact, HeadingMap
from xiaobao_web.complaints.services import importing
from xiaobao_web.kernel.errors import BadValue, Forbidden
from xiaobao_web.kernel.models import Notification

pytestmark = pytest.mark.django_db
HEAD = "工单编号,投诉内容,投诉时间,客户姓名,联系电话,责任机构,业务类别\n"
ROWS = (
    "G1,信用卡年费没有告诉我就扣了，要求退还,2026-03-02 09:30,宋安宁,13800004321,江城分行,信用卡\n"
    "G2,理财到期没有按时到账，要求解释,2026/3/3,陶一鸣,13900005678,江城分行,理财\n"
    "G3,,2026-03-03,无内容,,,\n"
    "G4,催收打电话到单位，要求停止,三月三号,许多,13700000000,江城分行,债务催收\n"
    "G5,网点排队太久,2026-03-03,吴小,13600000000,无此支行,其他\n"
)


def table(text: str = HEAD + ROWS, encoding: str = "utf-8", name: str = "日报.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding))


@pytest.fixture
def office(client_of):
    return client_of("office")


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def stored(bank, text: str = HEAD + ROWS):
    return importing.store(table(text), by=bank["office"])


def test_a_dry_run_changes_nothing_and_tells_every_fault(bank, office):
    answer = office.post(reverse("complaint_import"), {"system": "旧投诉系统", "file": table(encoding="gb18030")})
    shown = answer.content.decode()
    assert answer.status_code == 200
    for words in ("投诉内容：没有填写", "读不懂“三月三号”", "没有“无此支行”", "导入 2 行"):
        assert words in shown
    assert Contact.objects.count() == 0
    assert CaseImport.objects.count() == 0


def workbook(*values: float | str) -> SimpleUploadedFile:
    """Return a table whose rows' amounts are formulas with these saved values, as a program writes them."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["工单编号", "投诉内容", "涉及金额", "备注"])
        for number, value in enumerate(values, 1):
            sheet.write_row(number, 0, [f"G{number}", "信用卡年费没有告诉我就扣了，要求退还"])
            sheet.write_formula(number, 2, "=36*10", None, value)
            sheet.write_formula(number, 3, "=1+1")
    return SimpleUploadedFile("日报.xlsx", made.getvalue())


def test_a_formula_without_its_value_is_a_fault_of_its_row_that_names_the_cell(bank, office, at_once):
    stored = importing.store(workbook(360, "", 0), by=bank["office"])
    shown = importing.preview(stored, "旧投诉系统", by=bank["office"])
    assert [row.record.get("amount") for row in shown.good] == ["360"]
    assert [(row.number, row.faults[0][:2]) for row in shown.bad] == [(3, "C3"), (4, "C4")]
    page = office.post(reverse("complaint_import"), {"system": "旧投诉系统", "file": workbook(360, "")})
    assert "C3 是没有保存计算结果的公式" in page.content.decode()
    assert "D2 " not in page.content.decode(), "what is not imported is nobody's fault"


def test_words_behind_a_comma_without_quotes_are_a_fault_and_not_lost(bank):
    own = ("工单编号,投诉内容,投诉时间\nG1,年费多收,要退,三百元\nG2,\"年费多收,要退\",2026-03-02\n"
           "G3,要,退,\nG4,扣费,2026-03-02\n")  # fmt: skip
    shown = importing.preview(stored(bank, own), "旧投诉系统", by=bank["office"])
    assert [row.record["number"] for row in shown.good] == ["G2", "G4"]
    assert [(row.number, "多出 1 格" in row.faults[0]) for row in shown.bad] == [(2, True), (4, True)]
    trailing = "工单编号,投诉内容\nG1,扣费,\nG2,扣费,\n"
    assert len(importing.preview(stored(bank, trailing), "旧投诉系统", by=bank["office"]).good) == 2


def test_numbers_that_a_workbook_has_rounded_are_a_fault_that_names_the_cell(bank):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["工单编号", "投诉内容", "卡号", "备注"])
        sheet.write_row(1, 0, ["G1", "卡被盗刷", 6222021234567890, 1])
        sheet.write_row(2, 0, [123456789012345678, "卡被盗刷", "6222021234567890", 1])
        sheet.write_row(3, 0, [123456789012345, "卡被盗刷", "6222021234567890", 9e17])
    upload = SimpleUploadedFile("日报.xlsx", made.getvalue())
    shown = importing.preview(importing.store(upload, by=bank["office"]), "旧投诉系统", by=bank["office"])
    assert [row.record["number"] for row in shown.good] == ["123456789012345"], "what is not imported is no fault"
    assert [(row.number, row.faults[0][:2]) for row in shown.bad] == [(2, "C2"), (3, "A3")]


@pytest.mark.parametrize(("told", "moment"), [
    ("20260302", "2026-03-02T12:00:00+08:00"), ("20260302093000", "2026-03-02T09:30:00+08:00"),
    ("2026-03-02 10:05", "2026-03-02T10:05:00+08:00"), ("2026.3.2 下午3点", None), ("20261302", None),
])  # fmt: skip
def test_moments_are_read_whole_or_refused(bank, told, moment):
    text = f"工单编号,投诉内容,投诉时间\nG1,乱扣费,{told}\n"
    row = importing.preview(stored(bank, text), "旧投诉系统", by=bank["office"]).rows[0]
    assert (row.record["received_at"] or None) == moment
    assert bool(row.faults) is (moment is None)


def test_a_field_is_told_by_name_or_label_and_an_unknown_one_says_which_there_are(bank):
    kept = importing.remember("网点台账", {"单子": "投诉编号", "说了啥": "text"}, by=bank["office"])
    assert kept.headings == {"单子": "number", "说了啥": "text"}
    with pytest.raises(BadValue, match=r"没有“foo”这一项.*number（投诉编号）"):
        importing.remember("网点台账", {"单子": "foo"}, by=bank["office"])
    with pytest.raises(BadValue, match="只能对应一列：投诉编号"):
        importing.remember("网点台账", {"单子": "投诉编号", "别的": "number"}, by=bank["office"])


def test_import_then_the_next_day_updates(bank, at_once):
    with at_once():
        made = importing.begin(stored(bank), "旧投诉系统", name="日报.csv", by=bank["office"])
    made.refresh_from_db()
    assert (made.made, made.changed, made.kept, len(made.faults)) == (2, 0, 0, 3)
    row = Contact.objects.get(source_number="旧投诉系统:G1")
    assert row.unit == bank.units["branch"]
    assert row.received_at.isoformat() == "2026-03-02T01:30:00+00:00"
    assert row.kind_proposed == "complaint"
    later = HEAD + ROWS.replace("要求退还", "要求退还并道歉") + "G6,新来的一件，乱扣费,2026-03-04,钱多,,江城分行,\n"
    with at_once():
        again = importing.begin(stored(bank, later), "旧投诉系统", name="日报2.csv", by=bank["office"])
    again.refresh_from_db()
    assert (again.made, again.changed, again.kept) == (1, 1, 1)
    row.refresh_from_db()
    assert "并道歉" in row.text
    assert Contact.objects.count() == 3
    assert row.arrivals.count() == 2, "both versions are kept as they came"


def test_headings_of_their_own_are_asked_once(bank, office):
    own = "单子,说了啥,哪天\nA1,乱扣费要求退款,2026-03-02\n"
    answer = office.post(reverse("complaint_import"), {"system": "网点台账", "file": table(own)})
    assert "还没有对应的列" in answer.content.decode()
    data = {"system": "网点台账", "sha256": answer.context["stored"].sha256, "name": "x.csv", "action": "headings",
            "heading": ["单子", "说了啥", "哪天"], "field": ["number", "text", "received_at"]}  # fmt: skip
    shown = office.post(reverse("complaint_import"), data)
    assert "导入 1 行" in shown.content.decode()
    assert HeadingMap.objects.get().system == "网点台账"
    next_day = office.post(
        reverse("complaint_import"), {"system": "网点台账", "file": table(own + "A2,又扣,2026-03-03\n")}
    )
    assert "导入 2 行" in next_day.content.decode()
    twice = office.post(reverse("complaint_import"), {**data, "field": ["number", "text", "text"]})
    assert twice.status_code == 422
    assert "只能对应一列" in twice.content.decode()


def test_the_file_that_goes_back_and_the_figures(bank, office, at_once):
    with at_once():
        made = importing.begin(stored(bank), "旧投诉系统", name="日报.csv", by=bank["office"])
    row = Contact.objects.get(source_number="旧投诉系统:G1")
    services.screen_kind(row, by=bank["complaints"], kind="complaint")
    case = Contact.objects.get(pk=row.pk).case
    made.refresh_from_db()
    answer = office.get(reverse("complaint_import_written_back", args=[made.pk]))
    lines = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    cells = [str(cell) for line in lines for cell in line]
    assert {"G1", case.number, "新登记"} <= set(cells)
    left_out = {line[0] for line in lines if any("未导入" in str(cell) for cell in line)}
    assert left_out == {"G3", "G4", "G5"}, "by the numbers that the source knows"
    office.post(reverse("complaint_import_shown", args=[made.pk]), {"month": ["2026-03"], "told": ["3"]})
    shown = office.get(reverse("complaint_import_shown", args=[made.pk])).content.decode()
    assert "-1" in shown


def test_only_who_may(bank):
    with pytest.raises(Forbidden):
        importing.begin(stored(bank), "旧投诉系统", name="x", by=bank["liaison"])


def test_the_next_days_table_brings_state_unit_and_kind_and_what_is_filed_is_told(flow, bank, office, at_once):
    head = "投诉编号,投诉内容,收到时间,联系电话,责任机构,状态,工单类型\n"

    def day(rows: str) -> None:
        with at_once():
            importing.begin(stored(bank, head + rows), "旧投诉系统", name="日报.csv", by=bank["office"])

    day("A1,年费乱扣，要求退还,2026-03-01,13800004321,江城分行,处理中,投诉\nA2,问房贷利率,2026-03-01,,江城分行,新建,咨询\n")
    filed, fresh = Contact.objects.order_by("source_number")
    services.screen_kind(filed, by=bank["complaints"], kind="complaint")
    Notification.objects.all().delete()
    flow.later(days=1)
    day("A1,年费乱扣，要求退还,2026-03-01,13900009999,海州分行,已结,投诉\nA2,问房贷利率,2026-02-28,,海州分行,处理中,投诉\n")
    filed.refresh_from_db()
    fresh.refresh_from_db()
    assert (filed.details["old_state"], filed.details["phone"]) == ("已结", "13900009999")
    assert filed.unit == bank.units["branch"], "who has filed it has said where it belongs"
    assert Notification.objects.filter(title__contains=filed.case.number).exists()
    assert (fresh.details["old_state"], fresh.details["said"]) == ("处理中", "complaint")
    assert (fresh.unit, fresh.received_at.isoformat()[:10]) == (bank.units["branch_two"], "2026-02-28")
