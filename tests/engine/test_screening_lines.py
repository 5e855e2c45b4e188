"""Lines of a poster stand for themselves, and a heading speaks for the list under it."""

from __future__ import annotations

import pytest

from xiaobao.judge.model import default_judge
from xiaobao.model import Anchor, Material, Passage, Verdict
from xiaobao.screening.screen import Screener

POSTER = (
    "新品上架 盈余宝180天",
    "过往各期全部兑现，没有亏过一分",
    "参考收益 4.6%",
    "本金无忧，到期连本带利一起拿",
    "同城收益第一，手慢无",
    "仅限今晚，剩余21席",
    "某大学经济学院李教授亲自推荐",
    "购买路径：手机银行—财富—盈余宝",
)
LESSON = (
    "一季度合规培训讲稿",
    "一、背景",
    "上季度受理的投诉里，有三成与销售人员的说法有关，今天只谈说话的分寸，不谈产品，也不谈业绩，请各位带着自己的例子来听。",
    "二、下面这些话不能说",
    "1. “今晚十二点就下架，再也买不到。”——没有依据，属于制造紧迫感。",
    "2. “您测评就按激进的填，不然系统不让买。”——替客户做风险测评。",
    "3. “本金一分不会少，银行给您兜着。”——承诺保本。",
    "三、可以怎么说",
    "“会有涨跌，上一年最多跌过百分之一，您要能接受再考虑，也可以看看存款和国债，我把三种的差别给您列出来。”",
)


def screened(lines: tuple[str, ...]) -> Verdict:
    screener = Screener(judge=default_judge())
    return screener.screen_many([Material("one", tuple(Passage(line) for line in lines))])[0]


def test_each_line_of_a_poster_is_found_for_itself() -> None:
    verdict = screened(POSTER)
    found = {f.category for f in verdict.findings if f.decision == "violation"}
    assert {"guaranteed_return", "absolute_superlative", "false_urgency", "endorsement_by_authority"} <= found
    words = "".join(f.text for f in verdict.findings if f.category == "guaranteed_return")
    assert "本金无忧" in words or "连本带利" in words


def test_a_list_under_a_heading_of_what_one_must_not_say_is_a_lesson() -> None:
    assert screened(LESSON).verdict != "violation"


def test_the_same_list_under_a_heading_that_teaches_it_is_none() -> None:
    taught = tuple("二、厅堂推荐用语" if line.startswith("二、") else line for line in LESSON)
    taught = tuple(line.partition("——")[0] for line in taught)
    assert screened(taught).verdict == "violation"


@pytest.mark.parametrize("asker", ["问：", "客户问：", "Q1："])
def test_what_is_asked_in_a_list_of_questions_is_the_customers(asker: str) -> None:
    lines = (
        f"{asker}理财亏了银行给补吗？",
        "答：不会。理财产品不保证本金和收益，盈亏由投资者承担；如认为销售时有误导，可以向我行投诉，我们会调取记录核实。",
        f"{asker}到期几天到账？",
        "答：封闭式产品一般两个工作日内到账，遇节假日顺延，具体时间以产品说明书为准，也可以在手机银行的持仓页查看进度。",
        f"{asker}额度被降了怎么办？",
        "答：带身份证到网点申请，或者在手机银行上传工作证明，一般一个工作日内处理完毕，结果以短信通知。",
    )
    assert screened(lines).verdict != "violation"


def test_a_finding_of_a_short_slide_stays_within_the_shape_of_its_words() -> None:
    said = ("稳盈理财 保本保息", "到期本金一分不少，亏了我行补足", "本产品由江源银行代销，客服热线 96000")
    boxes = ((0.0, 0.0, 300.0, 40.0), (0.0, 60.0, 300.0, 100.0), (0.0, 120.0, 300.0, 160.0))
    shapes = tuple(Passage(t, Anchor(slide=1, box=box)) for t, box in zip(said, boxes, strict=True))
    material = Material("slide", shapes, media_type="application/vnd.ms-powerpoint")
    verdict = Screener(judge=default_judge()).screen(material)
    placed = [f for f in verdict.findings if f.start is not None]
    assert verdict.verdict == "violation"
    assert {f.text in said[0] or f.text in said[1] for f in placed} == {True}, [f.text for f in placed]
    assert any(f.text in said[0] for f in placed)
    assert any(f.text in said[1] for f in placed)
