"""The staff's pages: what addresses ask for, what is shown, what is refused, how fast."""

from __future__ import annotations

import io
import json
import re
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from xiaobao_web.credit.address import query_of
from xiaobao_web.credit.asked import asked
from xiaobao_web.kernel.models import Event

pytestmark = pytest.mark.django_db
LOAN = "principal=10000&rate=12&periods=12"
FULL = {
    "principal": "10000", "periods": 12, "method": "equal_instalment", "lender": "示例银行", "start": "2026-01-31",
    "day_count": "actual/360", "grace": 2, "annual_rate": "12",
    "fees": [
        {"name": "担保费", "kind": "guarantee", "percent": "2", "base": "balance", "yearly": True,
         "timing": "each_period", "collector": "示例担保", "compulsory": True},
        {"name": "意外险", "kind": "insurance", "amount": "99", "yearly": False, "timing": "first_period",
         "compulsory": False},
    ],
    "rate_changes": [{"after": 6, "annual_rate": "10"}],
    "prepayments": [{"on": "2026-09-15", "amount": "1000", "effect": "lower", "fee_percent": "1"}],
    "extensions": [{"after": 12, "periods": 3}],
    "overdue": {"rate_share_percent": "150", "compound": True, "grace_days": 3},
    "contingent": [{"name": "催收费", "standard": "不收取"}],
}  # fmt: skip


def show(client: Client, query: str, name: str = "credit", **more: str) -> Any:
    return client.get(f"{reverse(name)}?{query}", headers=more)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_opens_with_an_example_and_both_rates_labelled(client_of):
    answer = client_of("submitter").get(reverse("credit"))
    text = text_of(answer)
    assert answer.status_code == 200
    for words in ("年化综合成本（单利）", "年化综合成本（复利）", "7.20%", "7.44%", "还款计划", "参考线"):
        assert words in text


def test_a_golden_vector_is_shown_to_its_digits(client_of):
    query = "principal=12000&periods=12&rate=0.6&rate_kind=monthly_rate&method=flat"
    text = text_of(show(client_of("reviewer"), query))
    assert "data-nominal>13.03%" in text
    assert "data-effective>13.84%" in text


def test_fees_count_with_their_collector(client_of):
    query = f"{LOAN}&fee-0-name=服务费&fee-0-amount=300&fee-0-timing=deducted&fee-0-collector=示例服务"
    text = text_of(show(client_of("reviewer"), query))
    assert "data-nominal>17.83%" in text
    assert "示例服务" in text
    assert "9,700.00 元" in text


def test_htmx_gets_the_result_alone_and_the_short_address(client_of):
    query = f"{LOAN}&grace=&every=1&unit=month&start=&if_after=6&if_effect=shorten&fee-0-name=&fee-0-kind=service"
    answer = show(client_of("submitter"), query, HX_Request="true", HX_Target="outcome")
    assert "<html" not in text_of(answer)
    assert "如果提前还款" in text_of(answer)
    assert answer["HX-Replace-Url"].split("?")[1].split("&") == [
        "principal=10000", "rate=12", "rate_kind=annual_rate", "periods=12", "method=equal_instalment", "if_after=6",
    ]  # fmt: skip


def test_thousands_full_width_digits_and_signs_are_read():
    terms = asked("principal=１００,０００元&rate=７.２％&periods=１２").terms()
    assert (terms["principal"], terms["annual_rate"], terms["periods"]) == ("100000", "7.2", 12)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("principal=&rate=12&periods=12", "请填写借款本金"),
        ("principal=abc&rate=12&periods=12", "借款本金应为数字"),
        ("principal=10000&rate=12&periods=0", "1"),
        (f"{LOAN}&start=明天", "放款日应为日期"),
        (f"{LOAN}&fee-0-name=服务费", "请填写费用的金额或费率"),
        (f"{LOAN}&rate-0-annual_rate=3", "日期与期次请填写一项"),
        (f"{LOAN}&method=nonsense", "nonsense"),
    ],
)
def test_wrong_fields_are_named(client_of, query, words):
    answer = show(client_of("submitter"), query)
    assert answer.status_code == 422
    assert words in text_of(answer)
    fragment = show(client_of("submitter"), query, HX_Request="true", HX_Target="outcome")
    assert fragment.status_code == 200
    assert "data-problems=" in text_of(fragment)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"{LOAN}&grace=12", "宽限期数应小于总期数"),
        (f"{LOAN}&day_count=actual/360", "需要放款日"),
        (f"{LOAN}&method=free&plan=1 2 3", "还款计划应有 12 期"),
        (f"{LOAN}&fee-0-name=费&fee-0-amount=10000&fee-0-timing=deducted", "到手"),
    ],
)
def test_what_the_engine_refuses_is_said_in_its_words(client_of, query, words):
    assert words in text_of(show(client_of("submitter"), query))


def test_kept_terms_and_addresses_say_the_same():
    assert asked(query_of(FULL)).terms() == FULL
    again = asked(asked(query_of(FULL)).query)
    assert again.valid
    assert again.terms() == FULL


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "principal",
                "rate",
                "rate_kind",
                "periods",
                "method",
                "plan",
                "start",
                "first_due",
                "due_day",
                "every",
                "unit",
                "grace",
                "late_share",
                "if_after",
                "if_amount",
                "fee-0-name",
                "fee-0-amount",
                "fee-0-percent",
                "rate-3-on",
                "draw-0-amount",
                "early-0-after",
                "extend-1-periods",
                "fee-x-name",
                "fee-99999-name",
                "lender",
            ]
        ),
        st.text(max_size=12)
        | st.sampled_from(["12", "1e9", "-3", "2026-01-31", "bullet", "day", "0.05", "NaN", "1,000"]),
    )
)
@settings(max_examples=150, deadline=None)  # fmt: skip
def test_any_query_gets_a_result_or_a_sentence(values):
    from urllib.parse import urlencode

    from xiaobao_web.credit import outcome

    found = outcome.of(asked(urlencode(values)))
    assert found.result or found.problems or found.refused
    if found.result:
        assert asked(found.query).query == found.query


def test_long_schedules_begin_with_a_year(client_of):
    query = "principal=1000000&rate=3.1&periods=360&start=2026-01-01"
    text = text_of(show(client_of("reviewer"), query))
    assert text.count("<tr") < 400
    assert "2027 年" in text
    part = text_of(show(client_of("reviewer"), f"{query}&part=year-2030", "credit_schedule"))
    assert part.count("2030-") == 12
    assert "2031-" not in part
    whole = text_of(show(client_of("reviewer"), f"{query}&part=all", "credit_schedule"))
    assert "2056-01-01" in whole


def test_results_come_within_two_tenths_of_a_second(client_of):
    client, query = client_of("reviewer"), "principal=1000000&rate=3.1&periods=360&fee-0-name=担保费&fee-0-amount=9"
    show(client, query, HX_Request="true", HX_Target="outcome")
    spent = []
    for _turn in range(5):
        began = time.perf_counter()
        show(client, query, HX_Request="true", HX_Target="outcome")
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.2


def test_rows_are_added_with_and_without_scripts(client_of):
    client = client_of("submitter")
    text = text_of(show(client, f"{LOAN}&add=fee&fee-0-name=甲&fee-0-amount=1"))
    assert 'name="fee-1-name"' in text
    assert 'name="fee-3-name"' in text_of(show(client, "add=fee&fee-2-name=x", "credit_row"))
    assert 'name="a-early-0-on"' in text_of(show(client, "add=early&prefix=a-", "credit_row"))
    assert show(client, "add=nonsense", "credit_row").status_code == 404


def test_the_sheet_has_the_schedule_as_numbers_and_is_journalled(client_of):
    answer = show(client_of("reviewer"), LOAN, "credit_schedule_sheet")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_name("还款计划").to_python()
    assert len(rows) == 14
    assert rows[2][2] == 888.49
    assert Event.objects.filter(type="kernel.exported").count() == 1
    assert show(client_of("reviewer"), "principal=x", "credit_schedule_sheet").status_code == 422


def test_the_statement_as_page_and_pdf_without_keeping_the_borrower(client_of):
    client = client_of("reviewer")
    text = text_of(show(client, f"{LOAN}&lender=示例银行&late_share=150", "credit_statement"))
    for words in ("12.00%", "12.68%", "不再向您收取", "逾期罚息", "百分之十二", "示例银行"):
        assert words in text
    answer = client.post(
        reverse("credit_statement_pdf"), {"query": f"{LOAN}&lender=示例银行", "borrower": "张三丰", "product": "甲贷"}
    )
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "张三丰" in pdf
    assert "综合融资成本明示表" in pdf
    event = Event.objects.get(type="credit.statement_made")
    assert "张三丰" not in json.dumps(event.facts, ensure_ascii=False)


def test_two_offers(client_of):
    query = "a-principal=10000&a-rate=12&a-periods=12&a-lender=甲银行" \
            "&b-principal=10000&b-rate=0.6&b-rate_kind=monthly_rate&b-periods=12&b-method=flat"  # fmt: skip
    text = text_of(show(client_of("service"), query, "credit_compare"))
    assert "“甲银行”资金成本较低" in text
    assert "13.03%" in text
    fragment = show(client_of("service"), query, "credit_compare", HX_Request="true", HX_Target="outcome")
    assert "b-rate_kind=monthly_rate" in fragment["HX-Replace-Url"]
    wrong = show(client_of("service"), query.replace("b-rate=0.6", "b-rate="), "credit_compare")
    assert wrong.status_code == 422
    assert "方案乙" in text_of(wrong)


def test_quotes_are_converted_with_the_working(client_of):
    client = client_of("complaints")
    text = text_of(show(client, "quote=日息万五，月费率0.6%25，分12期", "credit_convert"))
    for words in ("18.25%", "20.02%", "13.03%", "13.84%", "× 365"):
        assert words in text
    assert "不符" in text_of(show(client, "quote=月费率0.6%25，分12期，年化利率7.2%25", "credit_convert"))
    assert "没有认出价格" in text_of(show(client, "quote=您好", "credit_convert"))
    assert "需要分期期数" in text_of(show(client, "quote=月费率0.6%25", "credit_convert"))
    assert "13.03%" in text_of(show(client, "quote=月费率0.6%25&quote_periods=12", "credit_convert"))
    assert show(client, "quote=日息万五&quote_periods=0", "credit_convert").status_code == 422


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "每期内部收益率 × 一年的期数"),
        ("&method=bullet", "利息与费用 ÷ 到手金额"),
        ("&start=2026-01-20&first_due=2026-03-05", "折成的月利率 × 12"),
    ],
)
def test_the_page_says_how_each_kind_of_rate_came_about(client_of, more, words):
    assert words in text_of(show(client_of("reviewer"), LOAN + more))


def test_lateness_without_its_price_is_asked_for_and_10_wan_is_read(client_of):
    client = client_of("reviewer")
    answer = show(client, LOAN + "&late_days=10")
    assert answer.status_code == 422
    assert "请填写罚息" in text_of(answer)
    assert show(client, LOAN + "&late_days=10&late_share=150").status_code == 200
    assert "100,000.00" in text_of(show(client, "principal=10万&rate=7.2&periods=36期"))
