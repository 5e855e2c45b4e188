"""Numbered kinds: checksums, look-alikes, splitting, full width, spoken digits. All numbers are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.privacy import bank_card, credit_code, id_card, recognise

ID = "11010519491231002X"
CARD = "6222021234567890128"


def found(text: str, kind: str) -> list[tuple[str, bool | None]]:
    return [(e.text, e.valid) for e in recognise(text) if e.kind == kind]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678请回电", "13812345678"),
        ("手机：138-1234-5678", "138-1234-5678"),
        ("手机 138 1234 5678", "138 1234 5678"),
        ("手机138.1234.5678", "138.1234.5678"),
        ("联系＋８６１３８１２３４５６７８", "＋８６１３８１２３４５６７８"),
        ("电话+86 13812345678", "+86 13812345678"),
        ("电话幺三八幺二三四五六七八", "幺三八幺二三四五六七八"),
        ("电话幺三五，八八八六，七七二一", "幺三五，八八八六，七七二一"),
        ("是幺三五、八八八六、七七二一，请回电", "幺三五、八八八六、七七二一"),
        ("手机号135，88867721。", "135，88867721"),
        ("电话一三八1234五六七八", "一三八1234五六七八"),
        ("https://a.example/u?mobile=13812345678&x=1", "13812345678"),
        ('{"phone":"13812345678"}', "13812345678"),
        ("tel13812345678", "13812345678"),
        ("手机138\n1234\n5678", "138\n1234\n5678"),
        ("手机1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣"[:-2], "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8"),
    ],
)
def test_mobiles_however_written(text: str, shown: str) -> None:
    assert found(text, "mobile") == [(shown, None)]


@pytest.mark.parametrize(
    "text",
    [
        "订单号：13812345678",
        "编号13800001111的工单已关闭",
        "贷款总额13812345678元",
        "客服热线95588",
        "服务电话400-820-8888",
        "全国热线4008208888",
        "流水号2024030512345678901234",
        "日期2024-03-15 10:30:45",
        "SF1381234567890",
        "金额138000.00元",
        "尾号1234的卡",
        "验证码：482913",
        "三笔分别是135，8886，7721元",
        "电话打了三次，共135，8886，7721，9000四笔",
    ],
)
def test_look_alikes_are_left(text: str) -> None:
    assert [e for e in recognise(text) if e.kind in {"mobile", "landline", "bank_card", "id_card"}] == []


@pytest.mark.parametrize(
    "text",
    ["010-62345678", "(021)62345678", "0755 8234 5678", "05718765432", "０２２－８７６５４３２１", "010-62345678转801"],
)
def test_landlines(text: str) -> None:
    assert found(f"请拨{text}，谢谢", "landline") == [(text, None)]


def test_a_telephone_and_a_hot_line_are_no_card() -> None:
    text = "请拨０１０－６２３４５６７８ 400-800-1234"
    assert found(text, "bank_card") == []
    assert found(text, "landline") == [("０１０－６２３４５６７８", None)]


def test_identity_cards_vote_three_ways() -> None:
    assert found(f"身份证{ID}", "id_card") == [(ID, True)]
    assert found("证件号码 110105 19491231 002x", "id_card") == [("110105 19491231 002x", True)]
    assert found("身份证110105194912310021", "id_card") == [("110105194912310021", False)]
    assert found("身份证110105491231002", "id_card") == [("110105491231002", None)]
    assert found("合同编号110105194912310021", "id_card") == []


def test_cards_by_prefix_luhn_and_context() -> None:
    assert bank_card.luhn("4111111111111111")
    assert found("卡4111 1111 1111 1111被盗刷", "bank_card") == [("4111 1111 1111 1111", True)]
    assert found("卡号6222021234567890121", "bank_card") == [("6222021234567890121", False)]
    assert found("保单号4111111111111111", "bank_card") == []


def test_credit_codes() -> None:
    first = "91110105MA01ABCD2"
    good = first + credit_code.check_character(first)
    bad = first + ("0" if good[-1] != "0" else "1")
    assert found(f"统一社会信用代码{good}", "credit_code") == [(good, True)]
    assert found(f"统一社会信用代码{bad}", "credit_code") == [(bad, False)]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("护照E12345678", "passport", "E12345678"),
        ("护照号EA1234567", "passport", "EA1234567"),
        ("回乡证H1234567890", "travel_permit", "H1234567890"),
        ("台胞证12345678", "travel_permit", "12345678"),
        ("港澳通行证C12345678", "travel_permit", "C12345678"),
        ("车牌京A12345", "plate", "京A12345"),
        ("车牌粤BD12345", "plate", "粤BD12345"),
        ("邮箱zhang.san@example.com。", "email", "zhang.san@example.com"),
        ("微信号wx_zhang88", "social_account", "wx_zhang88"),
        ("QQ：12345678", "social_account", "12345678"),
    ],
)
def test_other_kinds(text: str, kind: str, shown: str) -> None:
    assert [t for t, _ in found(text, kind)] == [shown]


@pytest.mark.parametrize(
    "text",
    ["序列号E12345678", "型号G12345678的机器", "沪A股12345点", "微信支付限额", "QQ钱包怎么绑卡", "产品代码12345678"],
)
def test_other_look_alikes_are_left(text: str) -> None:
    assert [e.kind for e in recognise(text) if e.kind != "organisation"] == []


@given(st.integers(0, 10**11 - 1), st.sampled_from(["110105", "440305", "510107"]))
def test_made_identity_cards_are_found_valid_and_one_wrong_digit_is_not(seed: int, region: str) -> None:
    first = f"{region}{1950 + seed % 50}{seed % 12 + 1:02d}{seed % 28 + 1:02d}{seed % 1000:03d}"
    number = first + id_card.check_character(first)
    assert found(f"身份证号：{number}。", "id_card") == [(number, True)]
    broken = first[:-1] + str((int(first[-1]) + 1) % 10) + number[-1]
    assert found(f"身份证号：{broken}。", "id_card") == [(broken, False)]


@given(st.text(alphabet="0123456789 -.Xx一二幺张李路号栋元@微信卡\n", max_size=120))
def test_offsets_are_the_originals_and_entities_never_overlap(text: str) -> None:
    end = 0
    for entity in recognise(text):
        assert text[entity.start : entity.end] == entity.text
        assert entity.start >= end
        assert entity.end > entity.start
        end = entity.end
