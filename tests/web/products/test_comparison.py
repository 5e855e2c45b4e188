"""Statements against facts: what differs is found, what is about something else or another unit is not."""

from __future__ import annotations

from typing import Any

import pytest

from xiaobao_web.products.comparison import compare
from xiaobao_web.products.models import PriceItem, Product, StandardText


@pytest.fixture
def wealth(bank: Any) -> Product:
    product = Product.objects.create(
        code="LC2026001", name="稳健成长一号", kind="wealth", risk_grade="R2", min_amount=10000, term="180天",
        annual_rate_low="2.8", annual_rate_high="3.6", fee="固定管理费0.3%/年，托管费0.05%/年",
        unit=bank.units["retail"],
    )  # fmt: skip
    product.refresh_from_db()
    return product


@pytest.fixture
def loan(bank: Any) -> Product:
    product = Product.objects.create(
        code="DK2026001", name="江城快贷", kind="loan", annual_rate_low="3.6", annual_rate_high="18", term="1-36个月",
        unit=bank.units["retail"],
    )  # fmt: skip
    PriceItem.objects.create(product=product, name="提前还款违约金", price="剩余本金的1%")
    PriceItem.objects.create(product=product, name="账户管理费", price="免收")
    product.refresh_from_db()
    return product


WRONG = [
    ("稳健成长一号，风险等级：R1（低风险）", "risk_grade", "R2"),
    ("产品风险等级为中高风险", "risk_grade", "R2"),
    ("稳健成长一号 起购金额1000元", "min_amount", "10,000.00 元"),
    ("稳健成长一号，1千元起购，随时可买", "min_amount", "10,000.00 元"),
    ("产品期限：90天，到期自动赎回", "term", "180天"),
    ("投资期限一年", "term", "180天"),
    ("业绩比较基准：4.5%（年化）", "rate", "2.8%—3.6%"),
    ("固定管理费为0.1%/年", "fee", "0.3%"),
    ("本产品免托管费", "fee", "0.05%"),
]


@pytest.mark.parametrize(("text", "fact", "expected"), WRONG)
def test_what_differs_is_found_with_both_values(wealth: Product, text: str, fact: str, expected: str) -> None:
    found = compare(wealth, text)
    assert [item.fact for item in found] == [fact]
    item = found[0]
    assert expected in item.expected
    assert item.said in item.message
    assert item.expected in item.message
    assert item.start is not None
    assert item.end is not None
    assert text[item.start : item.end].strip() == item.text


RIGHT = [
    "稳健成长一号，风险等级R2（中低风险），起购金额1万元，产品期限180天，业绩比较基准2.8%-3.6%",
    "风险等级由低到高分为R1、R2、R3、R4、R5五个等级",
    "适合风险承受能力为C3及以上的投资者",
    "本产品适合R3及以上投资者购买",
    "起购金额10,000元，以1000元的整数倍递增",
    "追加投资1000元起",
    "近6个月年化收益率4.5%",
    "中国人民银行公布的LPR为3.1%",
    "募集期限：10天；投诉将在15天内答复",
    "产品期限约6个月",
    "固定管理费为0.3%/年，托管费0.05%/年",
    "新客首年管理费优惠至0.1%",
    "单笔最高认购100万元",
    "另有产品活期宝（R1），详询网点",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_agrees_or_means_something_else_is_not(wealth: Product, text: str) -> None:
    if "活期宝" in text:
        Product.objects.create(code="HQ1", name="另有产品活期宝", kind="wealth", risk_grade="R1", unit=wealth.unit)
    assert compare(wealth, text) == []


@pytest.mark.parametrize(("amount", "written"), [
    ("5", "5.00 元"), ("50000", "50,000.00 元"), ("12345.6", "12,345.60 元"), ("1000000", "1,000,000.00 元"),
])  # fmt: skip
def test_a_sum_is_written_as_everywhere_else(wealth: Product, amount: str, written: str) -> None:
    Product.objects.update(min_amount=amount)
    (found,) = compare(Product.objects.get(), "稳健成长一号 起购金额1000元")
    assert (found.said, found.expected) == ("1000元", written)
    assert found.remedy.startswith(f"改为“{written}”")


def test_another_product_named_last_is_what_a_statement_is_about(wealth: Product) -> None:
    Product.objects.create(code="LC2026002", name="进取增长二号", kind="wealth", risk_grade="R4", unit=wealth.unit)
    text = "稳健成长一号，风险等级R2。\n进取增长二号，风险等级R4，起购金额1000元。"
    assert compare(wealth, text) == []
    text = "进取增长二号，风险等级R4。\n稳健成长一号，风险等级R3。"
    assert [item.text for item in compare(wealth, text)] == ["稳健成长一号，风险等级R3"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("江城快贷年化利率低至3.0%", ["rate"]),
        ("年化利率（单利）3.6%起", []),
        ("日利率0.02%", []),
        ("日利率0.005%，随借随还", ["rate"]),
        ("年化利率3.6%-24%", ["rate"]),
        ("逾期罚息利率为24%", []),
        ("贷款期限最长60个月", ["term"]),
        ("贷款期限12个月", []),
        ("贷款期限1-3年", []),
        ("提前还款违约金为3%", ["fee"]),
        ("账户管理费为每月5元", ["fee"]),
        ("免账户管理费", []),
    ],
)
def test_loans(loan: Product, text: str, facts: list[str]) -> None:
    assert [item.fact for item in compare(loan, text)] == facts


STANDARD = (
    "第一条 乙方提前还款的，应当提前十个工作日书面通知甲方。第二条 甲方应当自收到乙方申请之日起五个工作日内答复。"
    "第三条 双方发生争议的，应当先行协商，协商不成的向合同签订地人民法院起诉。第四条 本合同自双方签字盖章之日起生效。"
)


def test_clauses_are_compared_with_the_standard_text(loan: Product) -> None:
    StandardText.objects.create(product=loan, title="个人贷款合同", text=STANDARD, version="2026")
    changed = STANDARD.replace("五个工作日", "十五个工作日").replace("第四条 本合同自双方签字盖章之日起生效。", "")
    found = compare(loan, changed, kind="agreement")
    assert [(item.fact, item.decision) for item in found] == [("wording", "review"), ("clause_missing", "review")]
    assert "“五”写成了“十五”" in found[0].message
    assert changed[found[0].start : found[0].end] == found[0].text
    assert compare(loan, STANDARD, kind="agreement") == []
    assert compare(loan, "欢迎办理江城快贷，额度灵活，手续简便，详询网点。", kind="agreement") == []


def test_unknown_facts_are_compared_with_nothing(bank: Any) -> None:
    bare = Product.objects.create(code="X-0001", name="空白产品", kind="wealth", unit=bank.units["retail"])
    assert compare(bare, "风险等级R5，起购金额1元，产品期限1天，业绩比较基准9%，管理费5%") == []
