"""Official codes come from the institution's sheet; what it names wrongly is told row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from xiaobao_web.complaints.data import classes
from xiaobao_web.complaints.models import OfficialCode
from xiaobao_web.complaints.services.codes import import_codes
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
    assert found.kept == 2
    assert [number for number, _fault in found.faults] == [5, 6]
    assert OfficialCode.objects.get(key="B.CREDIT_CARD").code == "0502"
    again = import_codes(SHEET.replace("0502", "0503").encode("gb18030"), by=None)
    assert again.kept == 2
    assert OfficialCode.objects.get(key="B.CREDIT_CARD").code == "0503"


def test_what_is_no_such_table_is_refused():
    with pytest.raises(BadUpload, match="编码"):
        import_codes("项目,类别\n业务类别,信用卡\n".encode(), by=None)
    with pytest.raises(BadUpload):
        import_codes(b"\x00\x01", by=None)


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
