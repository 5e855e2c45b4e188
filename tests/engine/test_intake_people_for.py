"""Whose case it is where one person speaks for another: the name of whose account it is, whoever writes or calls."""

from __future__ import annotations

import pytest

from xiaobao.intake import fill, people
from xiaobao.intake.names import is_person, may_be_person
from xiaobao.intake.narrative import narrative

AT = "2026-11-27T09:00"


def found(text: str) -> str | None:
    reading = people.find(narrative("web", AT, text, None))
    return reading.value if reading else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是替我妈妈柳春桃来投诉的，我叫郑文博，她的理财亏了。", "柳春桃"),
        ("我叫郑文博，替我妈妈柳春桃来投诉，她的存折被取走三万元。", "柳春桃"),
        ("本人郑文博，代父亲郑长河反映问题，他的信用卡被多扣年费。", "郑长河"),
        ("我叫何雨晴，是薛素芬的女儿，我妈的定期存单到期被转成保险。", "薛素芬"),
        ("我叫何雨晴，我系薛素芬的监护人，她的账户被冻结。", "薛素芬"),
        ("帮我外婆投诉，外婆叫孙玉梅，我叫林晓，外婆的养老金取不出来。", "孙玉梅"),
        ("我叫林晓，帮我老公问一下信用卡的事，他叫程立民，被扣了两百。", "程立民"),
        ("我叫林晓，替邻居薛秀英来投诉，她不会打字。", "薛秀英"),
        ("我叫林晓，帮同事程立民反映一下，他的卡被锁了。", "程立民"),
        ("我叫韩磊，我老婆薛敏陪我去的网点，柜员说我的卡被冻结。", "韩磊"),
        ("我叫韩磊，朋友程立民介绍我买的理财，现在取不出来。", "韩磊"),
    ],
)
def test_the_name_is_of_whose_account_it_is(text, name):
    assert found(text) == name


def test_a_call_in_which_the_holder_is_asked_for():
    said = [
        ("agent", "您好，请问您贵姓？"), ("customer", "我姓郑，郑文博。"),
        ("agent", "好的，请问您母亲叫什么名字？"), ("customer", "柳春桃。她的卡被扣了钱。"),
    ]  # fmt: skip
    story = narrative("call", AT, None, [{"role": role, "text": text} for role, text in said])
    reading = people.find(story)
    assert reading is not None
    assert reading.value == "柳春桃"


def test_who_speaks_for_another_is_told_from_the_customer():
    text = "我是替我妈妈柳春桃来投诉的，我叫郑文博，她的理财亏了。"
    story = narrative("web", AT, text, None)
    reading = people.find(story)
    assert people.is_of_speaker(story, text.index("郑文博"), reading)
    assert not people.is_of_speaker(story, text.index("柳春桃"), reading)
    own = "我叫郑文博，我的信用卡被扣了年费，我妈妈柳春桃可以作证。"
    story = narrative("web", AT, own, None)
    assert not people.is_of_speaker(story, own.index("郑文博"), people.find(story))


@pytest.mark.parametrize("word", ["飞单", "代持", "套现", "过桥", "揽储", "砍头息"])
def test_words_of_the_trade_are_no_names(word):
    assert not may_be_person(word)
    assert not is_person(word)
    assert found(f"投诉人：{word}的受害者") is None
    assert found(f"客户：{word}，请严查。") is None


def test_a_town_that_an_agent_asked_for_is_no_customer() -> None:
    told = ("agent", "哪个城市的？"), ("customer", "海州市"), ("agent", "好的"), ("customer", "我姓单，单雄")
    ticket = fill(channel="call", received_at="2026-05-01", turns=[{"role": role, "text": text} for role, text in told])
    assert ticket.customer_name != "海州市"
