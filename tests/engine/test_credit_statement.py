"""The statement of all costs: as data, as PDF, read aloud; beside dated lines; and the commands that write them."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from xiaobao.cli import main
from xiaobao.credit import spoken
from xiaobao.credit.pdf import statements_pdf
from xiaobao.credit.rates import from_flows
from xiaobao.credit.references import PACKAGED, compared, lpr_on, references
from xiaobao.credit.statement import DECLARATION, Statement, aloud, statement
from xiaobao.credit.terms import At, Contingent, Fee, Overdue, Prepayment, Terms
from xiaobao.errors import InputError, UsageError
from xiaobao.laws.register import load
from xiaobao.text.numerals import parse_number

D = Decimal


def made(**more: object) -> Statement:
    terms = Terms(**{
        "principal": D(10000), "annual_percent": D(12), "periods": 12, "lender": "示例银行", "start": date(2026, 9, 1),
        "fees": (
            Fee("担保费", "guarantee", "示例担保", "each_period", "balance", percent=D(2), yearly=True),
            Fee("意外险", "insurance", "示例保险", "first_period", amount=D(99), compulsory=False),
            Fee("服务费", "service", "", "deducted", amount=D(300)),
        ),
        "overdue": Overdue(D(150), fee_percent=D(5), fee_least=D(10)),
        "contingent": (Contingent("催收费", "不收取"),),
        **more,
    })  # fmt: skip
    return statement(terms)


def test_the_statement_lists_everything_the_rules_ask_for() -> None:
    found = made(prepayments=(Prepayment(At(after=3), D(1000), fee_percent=D(1)),))
    assert [(row.name, row.collector) for row in found.charged] == [
        ("利息", "示例银行"), ("服务费", "未注明"), ("担保费", "示例担保"), ("意外险", "示例保险"),
    ]  # fmt: skip
    assert found.principal == 10000
    assert found.received == 9700
    assert found.total == sum(row.amount for row in found.charged if row.compulsory)
    assert [row.name for row in found.voluntary] == ["意外险"]
    assert all(row.rate is not None and row.how for row in found.charged)
    assert {c.name for c in found.contingent} == {"逾期罚息", "逾期费用", "提前还款费用", "催收费"}
    assert found.declaration == DECLARATION
    assert found.rate.effective_percent > found.rate.nominal_percent > 12
    notes = "".join(found.notes)
    assert "正常履约" in notes
    assert "未注明收费方" in notes
    assert "提前还款不属于正常履约" in notes
    assert found.schedule.rows[-1].number == 12


def test_fees_of_one_name_keep_each_its_standard() -> None:
    parts = (
        Fee("服务费", "service", "甲", "deducted", amount=D(100)),
        Fee("服务费", "service", "甲", "each_period", "balance", percent=D("0.1")),
    )
    row = next(row for row in made(fees=parts).charged if row.name == "服务费")
    assert "一次 100.00 元" in row.how
    assert "剩余本金的 0.1%" in row.how


def test_standards_name_no_part_that_is_not_charged() -> None:
    late = Overdue(D(150), fee_least=D(10))
    ahead = (Prepayment(At(after=3), D(1000), fee_percent=D(1)), Prepayment(At(after=4), D(1000), fee=D(50)))
    found = {c.standard for c in made(overdue=late, prepayments=ahead).contingent}
    assert {"每次 10.00 元", "提前还款本金的 1%", "50.00 元"} <= found


def test_a_contingent_cost_without_collector_is_told_of() -> None:
    fees = (Fee("服务费", "service", "甲", amount=D(1)),)
    unnamed = made(fees=fees, contingent=(Contingent("诉讼费", "按实际发生"),))
    named = made(fees=fees, contingent=(Contingent("诉讼费", "按实际发生", "法院"), Contingent("催收费", "不收取")))
    assert "未注明收费方" in "".join(unnamed.notes)
    assert "未注明收费方" not in "".join(named.notes)


def test_interest_deducted_up_front_is_named() -> None:
    found = made(fees=(Fee("首期利息", "interest", "示例银行", "deducted", amount=D(100)),))
    assert any("民法典" in note for note in found.notes)
    assert load().resolve("民法典#670")


def test_the_parts_add_up_to_about_the_whole() -> None:
    found = made()
    parts = sum(row.rate.nominal_percent for row in found.charged if row.compulsory and row.rate)
    assert abs(parts - found.rate.nominal_percent) < D("0.5")


def test_what_is_read_aloud_has_no_digits_and_both_rates() -> None:
    text = aloud(made())
    assert not any(c.isascii() and c.isdigit() for c in text)
    for words in ("本金一万元", "实际到手九千七百元", "单利", "复利", "示例担保", "自愿", "逾期罚息", "不再向您收取"):
        assert words in text
    assert "百分之一百五十" in text
    assert "到期还" in aloud(made(method="bullet", fees=()))


@given(st.integers(0, 10**16 - 1))
def test_whole_numbers_read_back(number: int) -> None:
    assert parse_number(spoken.whole(number)) == number


@given(st.decimals(0, 10**9, places=4, allow_nan=False))
def test_decimals_read_back(number: Decimal) -> None:
    assert parse_number(spoken.number(number)) == number


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1072.35", "一千零七十二元三角五分"),
        ("10", "十元"),
        ("0.05", "五分"),
        ("20.05", "二十元零五分"),
        ("0", "零元"),
        ("10010.5", "一万零一十元五角"),
        ("100005000", "一亿零五千元"),
        ("-3", "负三元"),
        ("12345678.9", "一千二百三十四万五千六百七十八元九角"),
        ("1230000000000", "一万二千三百亿元"),
    ],
)
def test_money_aloud(amount: str, words: str) -> None:
    assert spoken.money(D(amount)) == words


def test_percent_aloud() -> None:
    assert spoken.percent(D("13.0342")) == "百分之十三点零三"
    assert spoken.percent(D("24")) == "百分之二十四"
    with pytest.raises(InputError):
        spoken.whole(10**16)


def test_the_pdf_can_be_read_and_signed() -> None:
    reader = PdfReader(io.BytesIO(statements_pdf([made(), made(periods=60)])))
    text = "".join(page.extract_text() for page in reader.pages)
    for words in ("综合融资成本明示表", "示例担保", "年化综合成本", "单利", "复利", "签名", "还款计划", "不再向您收取"):
        assert words in text
    assert len(reader.pages) >= 4


RATE = from_flows(10_000, [944] * 12)
"""Some 23.7 % simple and 26.4 % compound."""


def test_packaged_lines_name_norms_that_exist_and_no_unsourced_figure() -> None:
    table = references()
    assert table.lpr == ()
    for line in table.lines:
        assert load().resolve(line.basis if "#" in line.basis else f"{line.basis}#*")
        assert line.confidence != "M"
        assert line.source


def test_lines_are_dated_and_say_how_they_compare() -> None:
    before, after = (compared(RATE, day) for day in (date(2025, 1, 1), date(2026, 9, 1)))
    assert [x.name for x in before] == ["民间借贷利率上限"]
    assisted = next(x for x in after if x.name == "助贷综合融资成本")
    assert (assisted.over_nominal, assisted.over_effective) == (False, True)
    assert "相反" in assisted.sentence
    private = next(x for x in after if x.name == "民间借贷利率上限")
    assert private.percent is None
    assert "LPR 表中没有" in private.sentence


def test_an_own_table_draws_the_line(tmp_path: Path) -> None:
    page = tmp_path / "lines.yaml"
    page.write_text(
        PACKAGED.read_text(encoding="utf-8")
        .replace("compare: nominal", "compare: effective")
        .replace("lpr: []", "lpr:\n  - {from: 2026-01-20, term: 1y, percent: 5, source: 测试}\n"
                            "  - {from: 2026-06-20, term: 1y, percent: 4, source: 测试}"),
        encoding="utf-8",
    )  # fmt: skip
    table = references(page)
    known = lpr_on(table, "1y", date(2026, 7, 1))
    assert known is not None
    assert known.percent == 4
    assert lpr_on(table, "1y", date(2025, 7, 1)) is None
    private = next(x for x in compared(RATE, date(2026, 7, 1), table) if x.name == "民间借贷利率上限")
    assert private.percent == 16
    assert private.over_nominal
    assert "按复利高于该线" in private.sentence


@pytest.mark.parametrize(
    "text",
    [
        "lines: [",
        "compare: both",
        "compare: nominal\nlines: [{name: x}]",
        "compare: nominal\nlpr: [{from: 2026-01-01, term: 1y, percent: 3}]",
    ],
)
def test_a_broken_table_says_where(tmp_path: Path, text: str) -> None:
    page = tmp_path / "lines.yaml"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="参考利率文件"):
        references(page)


def run(*arguments: str, lines: list[object] | None = None) -> Result:
    text = None if lines is None else "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    return CliRunner().invoke(main, ["credit", *arguments], input=text)


def objects(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


CONTRACT = {"principal": 10000, "annual_rate": 12, "periods": 12}


def test_rates_keeps_its_promises_line_by_line() -> None:
    months = [[k / 12, 1072] for k in range(1, 13)]
    result = run("rates", lines=[
        {"id": "years", "drawdowns": [[0, 12000]], "payments": months, "mine": 1},
        {"id": "monthly", "drawdowns": [[0, 12000]], "payments": months, "convention": "nominal-monthly"},
        {"id": "us", "drawdowns": [["2026-01-10", 5000]], "payments": [[f"2026-{m:02}-10", 900] for m in range(2, 8)],
         "convention": "us-actuarial", "unit_period": "month"},
        {"id": "us-years", "drawdowns": [[0, 5000]], "payments": [[round(k / 12, 6), 900] for k in range(1, 7)],
         "convention": "us-actuarial", "unit_period": "month"},
        {"id": "terms", "terms": CONTRACT},
        {"id": "quote", "quote": "日息万五"},
        {"id": "several", "drawdowns": [[0, 1000], [2, 4310]], "payments": [[1, 3600], [3, 1716]]},
        "{",
    ])  # fmt: skip
    assert result.exit_code == 1
    found = {line["id"]: line for line in objects(result)}
    assert found["years"]["annual_effective"] == 13.8418
    assert found["years"]["annual_nominal"] == 13.0342
    assert found["years"]["extra"] == {"mine": 1}
    assert found["years"]["schedule"] is None
    assert found["monthly"]["annual_nominal"] == 13.0342
    assert found["us"]["annual_nominal"] == found["us-years"]["annual_nominal"]
    assert len(found["terms"]["schedule"]) == 13
    assert found["quote"]["annual_effective"] == 20.0159
    assert "3 个" in found["several"]["error"]["message"]
    assert found[8]["error"]["code"] == "input.json"
    assert all(line["labels"]["annual_nominal"] == "单利" for line in found.values() if "labels" in line)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({}, "principal"),
        ({**CONTRACT, "annual_rate": None}, "缺少利率"),
        ({**CONTRACT, "daily_rate": 0.05}, "只能写一种"),
        ({**CONTRACT, "periods": "x"}, "periods"),
        ({**CONTRACT, "fees": [{"name": "费", "timing": "随时"}]}, "fees\\[0\\].timing"),
        ({**CONTRACT, "fees": [{"nam": "费"}]}, "不认识的字段"),
        ({**CONTRACT, "prepayments": [{"amount": 1}]}, "时点"),
        ({**CONTRACT, "start": "明天"}, "日期"),
        ({"terms": {**CONTRACT, "mine": 1}}, "不认识的字段"),
        ({**CONTRACT, "convention": "effective-365"}, "现金流"),
        ({"drawdowns": [[0, 1]]}, "payments"),
        ({"drawdowns": [[0, 1]], "payments": [["2026-01-01", 1]]}, "同为"),
        ({"drawdowns": [[0, 1]], "payments": [[1]]}, "时间, 金额"),
        ({"drawdowns": [[0, 1]], "payments": [[1, -2]]}, "不应为负"),
        ({"drawdowns": [[0, 1]], "payments": [[1, True]]}, "数字"),
        ({"drawdowns": [[0, 1]], "payments": [[1, 2]], "convention": "us-actuarial"}, "unit_period"),
        ({"drawdowns": [[0, 1]], "payments": [[1, 2]], "unit_period": "month"}, "us-actuarial"),
        ({**CONTRACT, "principal": float("nan")}, "principal”的值为空，或不是有效的数字"),
        ({**CONTRACT, "start": "2026-01-315"}, "日期"),
        ({"terms": CONTRACT, "principal": 500}, "外面不应再写：principal"),
        ({"drawdowns": [["2026-05-01", 1]], "payments": [["2026-01-01", 2]]}, "还款都早于放款"),
        ({"drawdowns": [["2026-05-01", 1000]], "payments": [["2026-05-02", 1100]]}, "利率过大"),
        ({**CONTRACT, "drawdowns": [[0, 1]], "payments": [[1, 2]]}, "不能同时给出"),
        ({"quote": "日息万五", "terms": CONTRACT}, "不能同时给出"),
        ({**CONTRACT, "prepayments": [{"after": 3, "amount": 1e5}]}, "提前还款 100000.00 元超过"),
        ({"quote": "欢迎光临"}, "0 个报价"),
        ({"quote": "月费率0.6%", "quote_periods": -1}, "1200"),
    ],
)
def test_bad_lines_say_which_field(line: dict, words: str) -> None:
    (found,) = objects(run("rates", lines=[line]))
    assert re.search(words, found["error"]["message"])


def test_one_payment_of_dated_flows_has_the_rate_of_its_term() -> None:
    loan, week = [["2026-01-01", 10000]], [["2026-01-01", 700]]
    month, seven = objects(run("rates", lines=[
        {"drawdowns": loan, "payments": [["2026-01-31", 10200]]},
        {"drawdowns": week, "payments": [["2026-01-08", 1000]]},
    ]))  # fmt: skip
    assert (month["annual_nominal"], month["annual_effective"]) == (24.3333, 27.2434)
    assert seven["annual_nominal"] == pytest.approx(300 / 700 * 365 / 7 * 100, abs=1e-4)


def test_usury_in_two_payments_still_has_its_rate() -> None:
    flows = {"drawdowns": [["2026-01-01", 700]], "payments": [["2026-01-04", 500], ["2026-01-08", 500]]}
    (found,) = objects(run("rates", lines=[flows]))
    rate = 1 + found["annual_effective"] / 100
    assert 500 / rate ** (3 / 365) + 500 / rate ** (7 / 365) == pytest.approx(700, abs=1e-3)


def test_schedule_with_what_if_and_overdue() -> None:
    line = {**CONTRACT, "start": "2026-01-01", "overdue": {"rate_share_percent": 150}, "overdue_days": 10,
            "what_if": {"after": 6, "fee_percent": 1}}  # fmt: skip
    (found,) = objects(run("schedule", lines=[line]))
    assert found["schedule"][1] == {
        "number": 1, "due": "2026-02-01", "kind": "instalment", "payment": 888.49, "principal": 788.49,
        "interest": 100.0, "charges": [], "balance": 9211.51,
    }  # fmt: skip
    assert found["what_if"]["periods_saved"] == 6
    assert len(found["overdue"]) == 12
    text = run("schedule", "--format", "text", lines=[line, {}]).stdout
    assert "888.49" in text
    assert "提前还款：" in text
    assert "缺少字段" in text


def test_options_spell_one_contract_out() -> None:
    result = run("schedule", "--principal", "10,000", "--rate", "12", "--periods", "12", "--method", "等额本金")
    assert objects(result)[0]["schedule"][-1]["payment"] == 841.7
    assert run("schedule", "--principal", "1", "--input", "x").exit_code == 2
    assert run("schedule", "--principal", "1").exit_code == 1


def test_compare_tells_which_is_cheaper() -> None:
    line = {
        "id": 1,
        "a": CONTRACT,
        "b": {"name": "分期", "principal": 10000, "monthly_rate": 0.6, "periods": 12, "method": "flat"},
    }
    (found,) = objects(run("compare", lines=[line]))
    assert found["answer"].startswith("“方案甲”")
    assert [x["better"] for x in found["lines"]][-2:] == ["a", "a"]
    assert "分期" in run("compare", "--format", "text", lines=[line]).stdout
    assert "error" in objects(run("compare", lines=[{"a": CONTRACT}]))[0]


def test_statement_in_every_form(tmp_path: Path) -> None:
    line = {
        **CONTRACT,
        "lender": "示例银行",
        "borrower": "张三",
        "fees": [{"name": "会员费", "kind": "会员费", "amount": 9}],
    }
    (found,) = objects(run("statement", lines=[line]))
    assert found["declaration"] == DECLARATION
    assert "百分之" in found["spoken"]
    assert [item["name"] for item in found["items"]] == ["利息", "会员费"]
    assert "张三" in run("statement", "--format", "text", lines=[line]).stdout
    target = tmp_path / "all.pdf"
    result = run("statement", "--format", "pdf", "--output", str(target), lines=[line, {}])
    assert result.exit_code == 1
    assert "第 2 行" in result.stderr
    assert target.read_bytes().startswith(b"%PDF")
    assert run("statement", "--format", "pdf", lines=[line]).exit_code == 2
