"""Duplicates: the same event, another of the same customer, a template letter, a stranger; candidates; agents."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.cli import main
from xiaobao.errors import InputError
from xiaobao.insight import Index, agent_signs, compare, facts_of, keys
from xiaobao.insight.agents import came_at_once, clue_of, is_of_one_wording, most_at_once


def told(text: str, at: str = "2026-03-18T10:00:00", **more: Any) -> dict[str, Any]:
    return {"received_at": at, "text": text, **more}


FIRST = told("3月12日我尾号4471的信用卡在国外被刷了8,960元，当时我人在公司。请撤销。芦海燕 13812345678")
RENT = "我的工资卡3月2日被限额，房租3,500元交不出来"
LETTER = "本人{}，在贵行办理贷款{}元，贵行未明示年化利率，现要求退还全部费用并书面答复，否则向监管部门举报。联系电话{}"
CALL = "坐席：您好\n客户：卡让人在外国盗刷八千九百六，上周四的事，尾号4471\n坐席：您贵姓\n客户：我姓芦"
TRANSFER = "【转办】消费者芦海燕（电话13812345678）反映信用卡3月12日被境外盗刷8960元"


@pytest.mark.parametrize(
    ("b", "same", "link"),
    [
        (told(CALL), True, "same_event"),
        (told(TRANSFER, "2026-04-02"), True, "same_event"),
        (told("替爱人反映，她尾号4471的卡3月12日境外被盗刷8960块，我叫施文博，电话13812345678"), True, "same_event"),
        (told("去年办的装修分期说免息，现在每月多收手续费。芦海燕 13812345678", "2025-08-01"), False, "same_customer"),
        (told("3月9日尾号0093的卡在境外被盗刷2,300元，要求撤销。韦志强 13598765432"), False, "none"),
        (told("网点排队两小时，只开一个窗口"), False, "none"),
    ],
)  # fmt: skip
def test_pairs(b: dict[str, Any], same: bool, link: str) -> None:
    found = compare(FIRST, b)
    assert (found.probability >= 0.5) is same
    assert found.link == link
    assert found.why or not same


def test_the_reasons_name_what_is_shared_and_hide_numbers() -> None:
    why = "；".join(compare(FIRST, told("芦海燕 13812345678，3月12日被盗刷8960元，尾号4471")).why)
    assert "金额相同（8960元）" in why
    assert "日期相同（2026-03-12）" in why
    assert "13812345678" not in why


def test_a_template_letter_of_another_person_is_linked_as_such() -> None:
    a = told(LETTER.format("韦志强", 36500, "13598765432"))
    found = compare(a, told(LETTER.format("庞丽娟", 52000, "13777776666")))
    assert found.link == "template"
    assert found.probability < 0.5
    assert found.why[0] == "同一模板、不同的人"
    assert compare(a, a).link == "same_event"


@given(st.integers(0, 5), st.integers(0, 5))
def test_the_order_of_a_pair_does_not_matter(i: int, j: int) -> None:
    texts = [FIRST["text"], RENT, LETTER.format("韦志强", 36500, "13598765432"), "", "尾号4471", "昨天被盗刷8960元"]
    one, two = told(texts[i]), told(texts[j], "2026-03-20")
    assert compare(one, two).probability == pytest.approx(compare(two, one).probability)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("昨天转的账", {date(2026, 3, 17)}),
        ("上周四扣的", {date(2026, 3, 12)}),
        ("周五去的网点", {date(2026, 3, 13)}),
        ("3号扣了钱", {date(2026, 3, 3)}),
        ("25号扣了钱", {date(2026, 2, 25)}),
        ("12月5日办的", {date(2025, 12, 5)}),
        ("3.12取款", {date(2026, 3, 12)}),
        ("上个月15号", {date(2026, 2, 15)}),
        ("2月30日", set()),
    ],
)
def test_dates_are_resolved_against_the_day_of_receipt(text: str, dates: set[date]) -> None:
    assert facts_of(told(text)).dates == dates


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("亏了三万二", {32000}),
        ("被扣2w", {20000}),
        ("8千6没到账", {8600}),
        ("1,234.56元", {"1234.56"}),
        ("尾号8888", set()),
        ("每月让人扣25那个", {25}),
        ("你们转95588，催收12378号，扣了3次", set()),
    ],
)
def test_sums_are_read_as_people_write_them(text: str, amounts: set[Any]) -> None:
    assert facts_of(told(text)).amounts == {Decimal(a) for a in amounts}


def test_facts_keep_customers_and_leave_staff() -> None:
    facts = facts_of(told("我叫芦海燕，江岳银行东湖支行的客户经理王建国不理我，卡号末四位4471"))
    assert facts.people == {"芦海燕"}
    assert facts.tails == {"4471"}
    assert facts.banks == {"江岳银行"}
    assert facts.branches == {"东湖"}


def test_the_index_finds_the_event_among_others() -> None:
    index = Index()
    for n in range(1000):
        text = f"{n % 28 + 1}号在第{n}网点被扣{1000 + 7 * n}元，尾号{n:04d}，电话138{n:08d}"
        index.add(f"C{n}", facts_of(told(text)))
    index.add("same", facts_of(FIRST))
    later = facts_of(told("芦女士称信用卡上周四在境外被盗刷8960元，尾号4471"))
    assert index.candidates(later, most=5)[0] == "same"
    assert len(index) == 1001
    assert index.candidates(facts_of(told(""))) == []


def test_rare_words_bring_tellings_of_one_time_together_and_are_then_forgotten() -> None:
    index, first = Index(), facts_of(told("理财经理戴着墨镜写过字条，说保证还本", "2026-03-02", id="F"))
    index.add("first", first)
    for n in range(60):
        index.add(f"C{n}", facts_of(told(f"信用卡年费收了{n}次，要求退", "2026-03-05")))
    later = facts_of(told("当时给我写过字条，那人戴墨镜", "2026-04-10"))
    assert index.candidates(later, most=1) == ["first"]
    for month in (4, 5, 6, 7, 8):
        index.add(f"M{month}", facts_of(told("信用卡年费又收了", f"2026-{month:02}-20")))
    assert sorted(index._near) == list(range(min(index._near), max(index._near) + 1))[-4:]
    assert len(index) == 66


def test_keys_are_stable_and_storable() -> None:
    found = keys(facts_of(FIRST))
    assert found == sorted(set(keys(facts_of(FIRST))))
    assert all(0 < key < 2**63 for key in found)


def test_agents_are_told_by_what_their_letters_share() -> None:
    names = ("韦志强", "庞丽娟", "洪文博", "柳春梅")
    letters = [
        facts_of(told(LETTER.format(name, 30000 + 1000 * n, "13700001111"), f"2026-03-{11 + 3 * n}", id=f"L{n}"))
        for n, name in enumerate(names)
    ]
    alone = facts_of(told(RENT + "，请联系代理人，勿联系本人", id="R"))
    found = {sign.kind: sign for sign in agent_signs([*letters, alone])}
    assert set(found) == {"number", "wording", "words"}
    assert found["number"].ids == ("L0", "L1", "L2", "L3")
    assert "4 名" in found["number"].reason
    assert found["words"].ids == ("R",)
    close = [facts_of(told(f.text, "2026-03-11", id=f.id)) for f in letters]
    assert "mass" in {sign.kind for sign in agent_signs(close)}
    assert agent_signs([facts_of(FIRST), facts_of(told(RENT))]) == []


def test_relatives_who_share_a_number_and_insurers_agents_are_no_sign() -> None:
    words = "我是{}，电话13700001111，保险代理人没有说明退保损失。"
    two = [facts_of(told(words.format(name), id=name)) for name in ("韦志强", "庞丽娟")]
    assert agent_signs(two) == []
    third = facts_of(told("我叫洪文博，电话13700001111，年费没有告知，要求退。", id="third"))
    (sign,) = agent_signs([*two, third])
    assert (sign.kind, len(sign.ids)) == ("number", 3)


def test_a_clue_has_the_keys_that_are_stored() -> None:
    facts = facts_of(told(LETTER.format("韦志强", 30000, "13700001111"), "2026-03-11"))
    clue = clue_of(facts)
    assert {clue.person, *clue.numbers, *clue.wording} <= set(keys(facts))
    assert is_of_one_wording(clue, LETTER.format("庞丽娟", 41000, "13700002222"))
    assert not is_of_one_wording(clue, RENT)
    assert not clue_of(facts, letter=False).wording
    assert set(clue_of(facts, numbers=["13900001111"]).numbers.values()) == {"13900001111"}
    short = clue_of(facts_of(told("年费没有告知，要求退。")))
    assert not short.wording


def test_many_at_once_are_counted_over_three_days() -> None:
    days = [datetime(2026, 3, day) for day in (1, 2, 4, 9, 20, 21)]
    assert most_at_once(days) == 3
    assert most_at_once([]) == 0
    assert came_at_once(3, 3)
    assert not came_at_once(4, 3)
    assert came_at_once(90, 5)


def test_the_command_answers_each_line_and_refuses_bad_ones(tmp_path: Path) -> None:
    lines = [
        json.dumps({"pair_id": "P1", "a": FIRST, "b": FIRST, "label": 1}),
        '{"pair_id":"P2","a":{"text":"x"}}',
        '{"pair_id":"P3","a":{"text":5},"b":{"text":"x"}}',
        '{"pair_id":"P4","a":{"text":""},"b":{"turns":[{"role":"customer","text":"被盗刷"}]}}',
        '{"pair_id":"P5","a":{"text":"x","received_at":"何时"},"b":{"text":"x"}}',
        '{"pair_id":"P6","a":{"text":"昨天扣款","received_at":"0001-01-01"},"b":{"text":"x"}}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = CliRunner().invoke(main, ["duplicates", "--input", str(tmp_path / "in.jsonl")])
    assert done.exit_code == 1
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert out[0]["pair_id"] == "P1"
    assert out[0]["probability"] > 0.9
    assert out[0]["extra"] == {"label": 1}
    assert [o["pair_id"] for o in out] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert [o.get("error", {}).get("code") for o in out] == [
        None, "input.type", "input.missing", None, "input.time", "input.time",
    ]  # fmt: skip


def test_no_text_is_an_input_error() -> None:
    with pytest.raises(InputError, match="text"):
        facts_of({"received_at": "2026-03-01"})


WHO = "我叫宋安宁，电话13800004321，"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("买的保险要退保只退一半，当时说随时能退。", "理赔申请交了两个月没结果，住院花了12000元。"),
        ("手机银行登录不上，打客服一直占线。", "自助机吞了我的卡，三天了没人处理。"),
        ("3月2日催收打给我父母，要求停止骚扰。", "征信报告上有一笔逾期记录是错的，要求更正。"),
        ("3月2日信用卡分期没说手续费，多扣285元。", "6月8日信用卡被盗刷5600元，要求赔付。"),
        ("理财到期没有兑付，客户经理躲着不见。", "信用卡年费说好免的还是扣了。"),
        ("3月2日转账5000元没到账。", "6月9日转账8000元没到账，又是这个问题。"),  # her own words are no template
    ],
)
def test_another_matter_of_the_same_customer_is_no_same_event(first: str, second: str) -> None:
    found = compare(
        {"text": WHO + first, "received_at": "2026-06-20"}, {"text": WHO + second, "received_at": "2026-07-15"}
    )
    assert found.probability < 0.5
    assert found.link == "same_customer"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("买的保险要退保只退一半，当时说随时能退。", "业务员讲得好好的随时可退，现在退保金只给百分之五十，骗人。"),
        ("自助机吞了我的卡，三天了没人处理。", "机器把我卡吞掉后一直不还，已经快一周了，催第二次。"),
        ("征信报告上有一笔逾期记录是错的，要求更正。", "我反映过的征信错误到现在没改，那笔逾期根本不是我的。"),
        ("6月8日信用卡被盗刷5600元，要求赔付。", "上次说的信用卡被人刷了五千六，还是不赔，我要找监管。"),
    ],
)
def test_the_same_matter_in_other_words_without_facts_is_the_same_event(first: str, second: str) -> None:
    found = compare(
        {"text": WHO + first, "received_at": "2026-06-20"}, {"text": WHO + second, "received_at": "2026-06-29"}
    )
    assert found.probability >= 0.5
    assert found.link == "same_event"


def test_who_calls_is_read_from_answers_and_staff_are_nobody_s_name() -> None:
    turns = [
        {"role": "agent", "text": "您好，请问您贵姓"},
        {"role": "customer", "text": "姓芦"},
        {"role": "agent", "text": "请问是哪家支行"},
        {"role": "customer", "text": "东湖支行，上回登记过，姓管的经理说好三天放款"},
    ]
    facts = facts_of({"received_at": "2026-03-18", "turns": turns})
    assert facts.customer == "芦"
    assert facts.surnames == {"芦"}
    assert facts.staff == {"管"}
    assert facts.branches == {"东湖"}
    assert facts.again
    assert "贵姓" not in facts.own


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("本人于贵行东湖支行办按揭后遭来电推销，请书面告知结果。 芦海燕", "芦海燕"),
        ("芦海燕再问一次：卡什么时候解", "芦海燕"),
        ("再次反映：卡什么时候解。谢谢", ""),
    ],
)
def test_whoever_signs_or_begins_is_the_customer(text: str, name: str) -> None:
    assert facts_of(told(text)).customer == name


@pytest.mark.parametrize("text", ["晓雯银行的手机软件打不开", "成天让我等，晓雯手机银行又闪退了"])
def test_a_brand_is_nobody(text: str) -> None:
    facts = facts_of(told(text))
    assert (facts.people, facts.customer) == (frozenset(), "")


@pytest.mark.parametrize(
    ("text", "again", "anew"),
    [
        ("上周反映过的年费到现在没退", True, False),
        ("催办：那张卡什么时候解冻", True, False),
        ("这次是另外一张卡的事", False, True),
        ("上次的年费已经退了，现在说的是利息", False, True),
        ("年费怎么收了两笔", False, False),
    ],
)
def test_complaints_say_whether_they_were_told_before(text: str, again: bool, anew: bool) -> None:
    facts = facts_of(told(text))
    assert (facts.again, facts.anew) == (again, anew)


LOCKED = "出门买菜才发现卡被限制，转不出去也刷不了，柜台说要等上面批，材料交了三回。芦海燕 13812345678"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (LOCKED, "我那张被管控的卡还是不能用，材料早齐了，请解除。芦海燕 13812345678", True),
        (LOCKED, "寄来的账单多了一笔会员服务费，没开过，退掉。芦海燕 13812345678", False),
        (LOCKED, "理财经理说稳赚不赔，如今本金少了一截。芦海燕 13812345678", False),
        (LOCKED, "借记卡不能用了，说要等上级审批，一家老小等钱过节。庞丽娟 13777776666", False),
    ],
)
def test_what_the_trouble_is_tells_where_neither_day_nor_sum_is_said(first: str, second: str, same: bool) -> None:
    found = compare(told(first), told(second, "2026-03-29"))
    assert (found.probability >= 0.5) is same
    assert found.link == ("same_event" if same else "same_customer" if "芦海燕" in second else "none")


def test_reasons_tell_what_is_alike_and_then_what_differs() -> None:
    a = told("3月2日尾号4471的卡扣年费300元，当初说免。芦海燕 13812345678")
    b = told("3月9日尾号0093的卡扣年费600元，当初说免。芦海燕 13812345678")
    found = compare(a, b)
    assert found.why == (*found.alike, *found.differs)
    assert "联系电话相同（*******5678）" in found.alike
    assert "事由相同（信用卡年费）" in found.alike
    assert "金额不同（300元／600元）" in found.differs
    assert "卡尾号不同（4471／0093）" in found.differs
    assert "13812345678" not in "".join(found.why)
    other = compare(a, told("贵司催收打爆我父母的电话，还去单位闹。芦海燕 13812345678"))
    assert any(reason.startswith("问题原因不同") for reason in other.differs)


def test_what_facts_rule_out_is_not_read_for_its_matter() -> None:
    a = facts_of(told("3月2日在江岳银行被扣年费300元。芦海燕 13812345678"))
    b = facts_of(told("6月8日在澄海银行转账8,000元没到账。庞丽娟 13777776666", "2026-06-20"))
    assert compare(a, b).probability < 0.5
    assert "matter" not in vars(a)
    assert "matter" not in vars(b)
    compare(a, facts_of(told("年费又收了，请退。芦海燕 13812345678")))
    assert vars(a)["matter"].likely[0]


def test_words_about_nothing_have_no_matter() -> None:
    assert facts_of(told("芦海燕 13812345678")).matter is None
    found = compare(told("芦海燕 13812345678"), told("芦海燕 13812345678 在吗", "2026-05-20"))
    assert 0 < found.probability < 1


def test_without_an_encoder_the_other_weights_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    from xiaobao.embedding import named
    from xiaobao.insight import duplicates, matter
    from xiaobao.intake import classes

    for module in (matter, classes):
        monkeypatch.setattr(module, "default", lambda: named("lexical"))
    matter.matter_of.cache_clear()
    try:
        used = duplicates.weights(False)
        assert set(duplicates.weights(True)) - set(used) == {"meaning", "who_meaning"}
        same = compare(told(LOCKED), told("我那张被管控的卡还是不能用，材料早齐了。芦海燕 13812345678", "2026-03-29"))
        other = compare(told(LOCKED), told("理财经理说稳赚不赔，如今本金少了一截。芦海燕 13812345678", "2026-03-29"))
        assert other.probability < 0.5 < same.probability
    finally:
        matter.matter_of.cache_clear()


@pytest.mark.parametrize(
    ("first", "second", "link"),
    [
        ("请统一联系代理人，勿联系本人。", "", "agent"),
        ("", "已全权委托他人处理。", "agent"),
        ("", "保险代理人说保本。", "same_customer"),
        ("", "", "same_customer"),
    ],
)
def test_one_number_for_two_people_is_an_agents_where_a_letter_says_so(first: str, second: str, link: str) -> None:
    one = told(f"本人章伟明，联系电话17012345678，信用卡年费450元没有告知，要求退还。{first}")
    two = told(f"我是柳洋，电话17012345678，房贷利率太高，要求降息。{second}")
    found = compare(one, two)
    assert found.link == link
    assert ("提到代理" in found.why[0]) == (link == "agent")


def test_reasons_show_no_whole_name() -> None:
    one = told("本人章伟明，电话17012345678，柜员王小丽让我买理财，3月2日买了三万元，亏了。")
    two = told("我叫章伟明，17012345678，柜员王小丽3月2日卖给我三万元理财，现在亏本，请处理。")
    found = compare(one, two)
    words = "；".join([*found.why, *found.alike, *found.differs])
    assert "姓名相同（章**）" in words
    assert "章伟明" not in words
    assert "王小丽" not in words


@pytest.mark.parametrize("words", ["请在三日内答复", "3日之内必须退款", "限三日以内回复"])
def test_a_span_of_days_is_no_day(words: str) -> None:
    assert facts_of(told(f"贵行年费没有告知，{words}。")).dates == frozenset()
    assert len(facts_of(told("3日内部员工私下告诉我的，年费没有告知。")).dates) == 1
