"""The public calculator: without sign-in, without scripts, within a frame only where allowed, at a human pace."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from xiaobao_web.credit.models import Costing
from xiaobao_web.kernel.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


def ask(client, **values):
    return client.get(reverse("public_credit"), values)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_address_is_as_announced(client):
    assert reverse("public_credit") == "/public/credit"
    answer = client.get("/public/credit")
    assert answer.status_code == 200
    assert "贷款到底要花多少钱" in text_of(answer)
    assert not answer.cookies


@pytest.mark.parametrize(
    ("values", "nominal", "effective"),
    [
        ({"amount": "12000", "months": "12", "price_kind": "fee", "price": "0.6"}, "13.03%", "13.84%"),
        ({"amount": "12000", "months": "12", "price_kind": "payment", "price": "1072"}, "13.03%", "13.84%"),
        (
            {"amount": "12000", "months": "12", "price_kind": "payment", "price": "1000", "once": "600"},
            "9.58%",
            "10.01%",
        ),
        ({"amount": "10,000元", "months": "１２", "price": "24%"}, "24.00%", "26.82%"),
        ({"amount": "10000", "months": "12", "price_kind": "daily_rate", "price": "0.05"}, "18.25%", "19.86%"),
        ({"amount": "10000", "months": "12", "price": "10", "way": "bullet"}, "10.00%", "10.00%"),
        ({"amount": "10000", "months": "6", "price": "12", "way": "equal_principal", "monthly": "50"}, None, None),
    ],
)
def test_answers_with_both_rates_and_words(client, values, nominal, effective):
    text = text_of(ask(client, **values))
    if nominal:
        assert f"data-nominal>{nominal}" in text
        assert f"data-effective>{effective}" in text
    assert "年化利率（单利）" in text
    assert "按单利是百分之" in text
    assert "怎么算出来的" in text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount": "", "months": "12", "price": "1"}, "请填写借多少钱"),
        ({"amount": "很多", "months": "12", "price": "1"}, "应为数字"),
        ({"amount": "100", "months": "0", "price": "1"}, "1"),
        ({"amount": "100", "months": "9999", "price": "1"}, "480"),
        ({"amount": "100", "months": "12", "price": "1", "price_kind": "x"}, "x"),
    ],
)
def test_wrong_answers_keep_what_was_typed(client, values, words):
    answer = ask(client, **values)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert f'value="{values["months"]}"' in text_of(answer)


@pytest.mark.parametrize(
    "values",
    [
        {"amount": "1000", "months": "12", "price_kind": "payment", "price": "10"},
        {"amount": "1000", "months": "12", "price_kind": "payment", "price": "100", "once": "1000"},
        {"amount": "1000", "months": "12", "price": "10", "once": "1000"},
    ],
)
def test_what_has_no_rate_is_said(client, values):
    answer = ask(client, **values)
    assert answer.status_code == 200
    assert 'class="wrong"' in text_of(answer)
    assert "data-nominal" not in text_of(answer)


def test_a_sentence_is_converted(client):
    text = text_of(client.get(reverse("public_credit_quote"), {"quote": "日息万五"}))
    assert "18.25%" in text
    assert "没有认出价格" in text_of(client.get(reverse("public_credit_quote"), {"quote": "<script>"}))
    periods = {"quote": "月费率0.6%", "quote_periods": "12"}
    assert "13.03%" in text_of(client.get(reverse("public_credit_quote"), periods))
    assert "分期期数" in text_of(client.get(reverse("public_credit_quote"), {**periods, "quote_periods": "²"}))


def test_elders_mode_is_kept_over_links_and_forms(client):
    text = text_of(ask(client, amount="10000", months="12", price="12", size="large"))
    assert 'class="is-large"' in text
    assert 'name="size" value="large"' in text
    assert "普通字号" in text
    assert "size=large" in text_of(ask(client, amount="10000", months="12", price="12"))


def test_nothing_is_kept(client):
    before = Event.objects.count()
    answer = ask(client, amount="10000", months="12", price="12")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert (Event.objects.count(), Costing.objects.count()) == (before, 0)


def test_frames_only_where_allowed(client, settings):
    answer = ask(client)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self';" in answer["Content-Security-Policy"] + ";"
    settings.EMBED_ORIGINS = ["https://bank.example"]
    answer = ask(client)
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors 'self' https://bank.example" in answer["Content-Security-Policy"]
    assert "https://bank.example" not in client.get("/account/login/")["Content-Security-Policy"]


def test_who_asks_too_often_waits(client, settings):
    settings.PUBLIC_PER_MINUTE = 3
    answers = [ask(client) for _turn in range(8)]
    assert 429 in [answer.status_code for answer in answers]
    late = answers[-1]
    assert late.status_code == 429
    assert 0 < int(late["Retry-After"]) <= 60
    assert "请稍等" in text_of(late)
    assert client.get(reverse("public_credit"), REMOTE_ADDR="10.0.0.9").status_code == 200


def test_a_person_is_one_tap_away(client, settings):
    settings.HOTLINE = "95000"
    assert 'href="tel:95000"' in text_of(ask(client))


def test_it_works_without_scripts_or_foreign_styles(client):
    text = text_of(ask(client, amount="10000", months="12", price="12"))
    assert 'method="get"' in text
    assert " style=" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize(
    ("amount", "months", "meant"), [("10万", "12个月", 100000), ("1.5万元", "36期", 15000), ("１２万", "１２", 120000)]
)
def test_amounts_and_terms_as_people_write_them(client, amount, months, meant):
    text = text_of(ask(client, amount=amount, months=months, price="7.2"))
    assert f"实际到手</dt><dd>{meant:,.2f}" in text


def test_each_payment_adds_up_where_it_holds_fees(client):
    values = {"amount": "12000", "months": "12", "price": "6"}
    assert "<th>费用</th>" not in text_of(ask(client, **values))
    text = text_of(ask(client, **values, monthly="50"))
    assert "<th>费用</th>" in text
    first = re.search(r"<tbody><tr>(.*?)</tr>", text)[1]
    _number, paid, principal, interest, fees, _left = [
        float(cell.replace(",", "")) for cell in re.findall(r"<td>(.*?)</td>", first)
    ]
    assert fees == 50
    assert paid == pytest.approx(principal + interest + fees)


def test_a_single_payment_is_not_explained_by_months(client):
    values = {"amount": "10000", "months": "6", "price": "10"}
    assert "每月的利率乘以 12" in text_of(ask(client, **values))
    once = text_of(ask(client, **values, way="bullet"))
    assert "每月的利率乘以 12" not in once
    assert "按时间折成一年" in once


def test_nothing_received_is_said_in_figures(client):
    assert "实际到手 0.00 元" in text_of(ask(client, amount="10000", months="12", price="7", once="10000"))
