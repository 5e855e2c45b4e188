"""Tables of products: header names in use, GB18030 and XLSX, bad rows told, twice changes nothing."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadUpload, BadValue, Forbidden
from xiaobao_web.products import importing
from xiaobao_web.products.models import PriceItem, Product, StandardText

MASTER = (
    "产品要素表（2026 年）,,,,,,\n"
    "产品编号,产品名称,产品类型,风险评级,起购金额（元）,业绩比较基准,产品期限,主管部门,托管人\n"
    "LC001,稳健一号,理财,R2,1万元,2.8%-3.6%,180天,零售金融部,某托管行\n"
    "DK001,江城快贷,消费贷款,,,3.6%-18%,1-36个月,零售金融部,\n"
    "LC002,,理财,R2,1000,3%,90天,零售金融部,\n"
    "LC003,进取三号,理财,超高,1000,3%,90天,不存在部,\n"
    "LC004,=SUM(A1),理财,R1,1000,3%,90天,零售金融部,\n"
    "LC001,稳健一号,理财,R3,1万元,2.8%,180天,零售金融部,\n"
)


def _stored(bank: Any, data: bytes, name: str = "要素.csv") -> Any:
    return importing.store(SimpleUploadedFile(name, data), by=bank["office"])


def test_bad_rows_are_told_and_the_others_go_in(bank: Any) -> None:
    stored = _stored(bank, MASTER.encode("gb18030"))
    shown = importing.preview("products", stored, name="要素.csv", by=bank["office"])
    assert (shown.count("make"), shown.count("fault")) == (2, 4)
    told = {row.number: "；".join(row.faults) for row in shown.rows if row.faults}
    assert "产品名称：没有填写" in told[5]
    assert "超高" in told[6]
    assert "不存在部" in told[6]
    assert "公式" in told[7]
    assert told[8] == "与第 3 行重复"
    assert not Product.objects.exists()
    record = importing.run("products", stored, name="要素.csv", by=bank["office"])
    assert (record.made, record.changed, len(record.faults)) == (2, 0, 4)
    row = Product.objects.get(code="LC001")
    assert (row.kind, row.risk_grade, row.min_amount, row.term) == ("wealth", "R2", Decimal("10000.00"), "180天")
    assert (row.annual_rate_low, row.annual_rate_high) == (Decimal("2.8"), Decimal("3.6"))
    assert row.facts == {"托管人": "某托管行"}
    assert row.unit == bank.units["retail"]
    assert Product.objects.get(code="DK001").kind == "loan"
    assert "新增 2" in journal.sentence(journal.events_of(record).last())


def test_twice_changes_nothing_and_changes_are_journalled(bank: Any) -> None:
    stored = _stored(bank, MASTER.encode())
    importing.run("products", stored, name="a.csv", by=bank["office"])
    again = importing.run("products", stored, name="a.csv", by=bank["office"])
    assert (again.made, again.changed) == (0, 0)
    changed = _stored(bank, MASTER.replace("1万元", "5万元").encode())
    assert importing.run("products", changed, name="b.csv", by=bank["office"]).changed == 1
    event = journal.events_of(Product.objects.get(code="LC001")).last()
    assert event.changes == {"起点金额（元）": ["10000.00", "50000.00"]}


def _workbook(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def test_prices_and_texts_from_workbooks(bank: Any) -> None:
    importing.run("products", _stored(bank, MASTER.encode()), name="a.csv", by=bank["office"])
    head = ["产品代码", "收费项目", "收费标准", "生效日期"]
    known, general, unknown = (
        ["DK001", "提前还款违约金", "1%", "2026-01-01"],
        ["", "挂失费", "10元/次", ""],
        ["NO", "年费", "1元", ""],
    )
    prices = _workbook([head, known, general, unknown])
    stored = _stored(bank, prices, "价目.xlsx")
    record = importing.run("prices", stored, name="价目.xlsx", by=bank["office"])
    assert (record.made, len(record.faults)) == (2, 1)
    assert "请先导入产品主数据" in record.faults[0]["faults"][0]
    assert PriceItem.objects.get(name="提前还款违约金").product.code == "DK001"
    assert importing.run("prices", stored, name="价目.xlsx", by=bank["office"]).made == 0
    texts = _workbook(
        [["产品代码", "合同名称", "正文", "版本号"], ["DK001", "借款合同", "第一条 双方应当遵守本合同。", "V3"]]
    )
    importing.run("texts", _stored(bank, texts, "文本.xlsx"), name="文本.xlsx", by=bank["office"])
    assert StandardText.objects.get().version == "V3"


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"a,b\n1,2\n", "x.csv", "表头"),
        ("产品代码,产品名称\n".encode(), "x.csv", "数据行"),
        ("产品代码,备注,产品名称\nA,b,c\n".encode(), "x.csv", "类别"),
    ],
)
def test_what_is_no_table_gets_a_sentence(bank: Any, data: bytes, name: str, told: str) -> None:
    stored = _stored(bank, data, name)
    with pytest.raises(BadValue, match=told):
        importing.preview("products", stored, name=name, by=bank["office"])


def test_who_may_import(bank: Any) -> None:
    with pytest.raises(Forbidden):
        importing.store(SimpleUploadedFile("x.csv", b"1"), by=bank["submitter"])
    with pytest.raises(BadUpload):
        _stored(bank, b"", "x.csv")


def test_pages(client_of: Any, bank: Any) -> None:
    client = client_of("office")
    page = reverse("products_import")
    assert client.get(page).status_code == 200
    assert client_of("submitter").get(page).status_code == 403
    shown = client.post(page, {"kind": "products", "file": SimpleUploadedFile("要素.csv", MASTER.encode())})
    text = shown.content.decode()
    assert "新增 2 行" in text
    assert "与第 3 行重复" in text
    sha = text.split('name="sha256" value="')[1].split('"')[0]
    confirm = reverse("products_import_confirm")
    assert client.get(confirm).status_code == 405
    assert client_of("submitter").post(confirm, {"sha256": sha}).status_code == 403
    done = client.post(confirm, {"kind": "products", "sha256": sha, "name": "要素.csv"}, follow=True)
    assert done.status_code == 200
    row = Product.objects.get(code="LC001")
    assert client.get(reverse("products")).status_code == 200
    opened = client_of("submitter").get(reverse("product", args=[row.pk]))
    assert "稳健一号" in opened.content.decode()
    assert client_of("stranger").get(reverse("product", args=[row.pk])).status_code == 404
    assert client.post(page, {"kind": "products"}).status_code == 422
    assert client.get("/api/products/LC001").json()["risk_grade"] == "R2"
    assert client.get("/api/products?kind=loan").json()["items"][0]["code"] == "DK001"
    assert client_of("stranger").get("/api/products").status_code == 403
