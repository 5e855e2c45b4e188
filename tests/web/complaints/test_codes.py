"""Official codes come from the institution's sheet; what it names wrongly is told row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from xiaobao_web.complaints.data import classes
from xiaobao_web.complaints.models import CodeSheet, OfficialCode
from xiaobao_web.complaints.services.codes import import_codes, preview
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadUpload

pytestmark = pytest.mark.django_db
SHEET = """官方编码表
项目,类别,编码,官方名称
业务类别,信用卡,0502,信用卡
投诉原因,C.PRICE,07,定价收费
业务类别,火星,1,
投诉原因,其他,,
"""


def test_known_classes_get_their_code_and_the_rest_is_told():
    found = import_codes(SHEET.encode(), by=None)
    assert len(found.good) == 2
    assert [number for number, _fault in found.faults] == [5, 6]
    assert OfficialCode.objects.get(key="B.CREDIT_CARD").code == "0502"
    again = import_codes(SHEET.replace("0502", "0503").encode("gb18030"), by=None)
    assert len(again.good) == 2
    assert OfficialCode.objects.get(key="B.CREDIT_CARD").code == "0503"


def test_what_is_no_such_table_is_refused():
    with pytest.raises(BadUpload, match="编码"):
        import_codes("项目,类别\n业务类别,信用卡\n".encode(), by=None)
    with pytest.raises(BadUpload):
        import_codes(b"\x00\x01", by=None)


def test_a_sheet_that_knows_only_official_names_counts_for_every_class_of_the_name():
    sheet = (
        "分类项目,代码,官方名称\n业务类别,05,贷款\n业务类别,02.01,银行卡—信用卡\n"
        "业务类别,99,代理收付\n投诉原因,04,合同条款\n"
    )
    found = import_codes(sheet.encode(), by=None, version="2024年版")
    assert found.unused == ["代理收付"]
    assert OfficialCode.objects.filter(field="business_type", code="05").count() == 4
    assert OfficialCode.objects.get(key="B.CREDIT_CARD").code == "02.01"
    assert OfficialCode.objects.filter(field="cause", code="04").count() == 3
    assert "存款" in found.uncoded
    assert "信用卡" not in found.uncoded


def test_a_class_named_twice_is_told():
    found = preview("项目,类别,编码\n业务类别,信用卡,1\n业务类别,B.CREDIT_CARD,2\n".encode())
    assert [line.code for line in found.good] == ["1"]
    assert found.faults == [(3, "与第 2 行重复")]


def test_the_page_shows_a_sheet_dry_and_keeps_it_under_its_version(client_of, bank):
    office = client_of("office")
    page = reverse("complaint_codes")
    upload = SimpleUploadedFile("codes.csv", SHEET.encode())
    shown = office.post(page, {"version": "2018年版", "file": upload}).content.decode()
    assert "没有“火星”这个类别" in shown
    assert not OfficialCode.objects.exists()
    sha256 = re.search(r'name="sha256" value="(\w+)"', shown)[1]
    answer = office.post(page, {"version": "2018年版", "sha256": sha256, "name": "codes.csv", "action": "import"})
    assert answer.status_code == 302
    sheet = CodeSheet.objects.get()
    assert (sheet.version, sheet.by, sheet.made, sheet.changed) == ("2018年版", bank["office"], 2, 0)
    assert OfficialCode.objects.get(key="C.PRICE").sheet == sheet
    event = journal.events_of(sheet).get()
    assert event.changes["B.CREDIT_CARD"] == ["", "0502"]
    assert journal.sentence(event).endswith("导入官方分类编码 2 条 2018年版")
    assert "2018年版" in office.get(page).content.decode()


def test_a_sheet_without_a_version_or_rows_is_refused(client_of):
    office = client_of("office")
    page = reverse("complaint_codes")
    answer = office.post(page, {"version": " ", "file": SimpleUploadedFile("codes.csv", SHEET.encode())})
    assert answer.status_code == 422
    assert "请填写编码表的版本" in answer.content.decode()
    bad = SimpleUploadedFile("codes.csv", "项目,类别,编码\n业务类别,火星,1\n".encode())
    shown = office.post(page, {"version": "1", "file": bad}).content.decode()
    assert 'value="import"' not in shown
    assert office.post(page, {"version": "1"}).status_code == 422


def test_the_table_to_fill_in_can_be_taken_in_again(client_of):
    import_codes(SHEET.encode(), by=None)
    answer = client_of("admin").get(reverse("complaint_code_table"))
    found = preview(answer.content)
    assert {(line.key, line.code) for line in found.good} == {("B.CREDIT_CARD", "0502"), ("C.PRICE", "07")}
    assert {line.fate for line in found.good} == {"kept"}
    assert len(found.lines) == len(classes().business) + len(classes().cause)


def test_the_command_lists_what_it_left_out(tmp_path: Path, capsys):
    sheet = tmp_path / "codes.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    call_command("complaint_codes", str(sheet))
    assert "第 5 行：没有“火星”这个类别" in capsys.readouterr().out
    with pytest.raises(CommandError, match="打不开"):
        call_command("complaint_codes", str(tmp_path / "none.csv"))


def test_the_case_page_shows_the_official_code(flow, client_of):
    import_codes(SHEET.encode(), by=None)
    case = flow.opened()
    assert "0502" in client_of("liaison").get(case.get_absolute_url()).content.decode()


def test_every_class_of_the_engine_has_a_key():
    from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS, RISK_FLAGS

    assert [item.name for item in classes().business] == list(BUSINESS_TYPES)
    assert [item.name for item in classes().cause] == list(CAUSES)
    assert list(classes().demands) == list(DEMANDS)
    assert list(classes().flags) == list(RISK_FLAGS)
    keys = [item.key for item in (*classes().business, *classes().cause)]
    assert len(keys) == len(set(keys))
