"""How a text stands to the words found in it, and what the engine makes of it by rules alone."""

from __future__ import annotations

import pytest

from xiaobao.rulebook.lexicons import Lexicons
from xiaobao.screening.context import Context
from xiaobao.screening.document import Profile, profile
from xiaobao.screening.engine import default_engine
from xiaobao.screening.stance import stances
from xiaobao.text.normalise import normalise


def kinds(text: str, word: str, role: str = "") -> set[str]:
    """Return the kinds of stance toward the first occurrence of a word."""
    normalised = normalise(text)
    context = Context(normalised, {}, set(), Lexicons({}), role=role)
    start = normalised.text.index(word)
    return {s.kind for s in stances(context, start, start + len(word))}


@pytest.mark.parametrize(
    ("text", "word", "stance"),
    [
        ("本产品不保本", "保本", "negated"),
        ("我行从未承诺保本", "保本", "negated"),
        ("这里并非无风险", "风险", "negated"),
        ("打破刚性兑付", "刚性兑付", "negated"),
        ("不得使用“保本”等字样", "保本", "prohibited"),
        ("严禁向客户承诺保本", "保本", "prohibited"),
        ("话术中出现“稳赚不赔”的一律扣分", "稳赚不赔", "prohibited"),
        ("谨防以保本为名的骗局", "保本", "warned"),
        ("凡是承诺保本的都是诈骗", "保本", "warned"),
        ("所谓“稳赚不赔”的说法不可信", "稳赚不赔", "quoted"),
        ("某公司因宣传保本被处罚", "保本", "reported"),
        ("保本高息的说法是假的", "保本高息", "corrected"),
        ("您知道这款产品不是保本的吧？您了解保本与非保本的区别吗？", "保本与", "asked"),
    ],
)
def test_stance_is_found(text: str, word: str, stance: str) -> None:
    assert stance in kinds(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("不用担心，保本的", "保本"),
        ("不仅保本，收益还高", "保本"),
        ("没有不保本的，放心", "保本"),
        ("无论涨跌都保本", "保本"),
        ("别犹豫了，保本产品", "保本"),
        ("毫不夸张，保本", "保本"),
        ("到期保本，欢迎来电", "保本"),
    ],
)
def test_no_stance_where_nothing_is_denied(text: str, word: str) -> None:
    assert "negated" not in kinds(text, word)


@pytest.mark.parametrize(
    ("text", "word", "stance"),
    [
        ("邻居收到一条“月息三分，随取随走”。上网一查，公司早已失联。", "月息三分", "quoted"),
        ("海报上的“稳赚”二字没有依据，已撤下。", "稳赚", "quoted"),
        ("错误回答：“跟存定期一样。”", "存定期", "quoted"),
        ("关于您反映坐席威胁上门一事，经查属实，我们向您道歉。", "威胁上门", "reported"),
    ],
)
def test_what_comes_after_settles_whose_words_they_are(text: str, word: str, stance: str) -> None:
    assert stance in kinds(text, word, role="agent")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("客户嫌低，口径统一“月息三分，随取随走”，别提公司失联过。", "月息三分"),
        ("海报写大字，“稳赚”二字放最上面，颜色要红。", "稳赚"),
        ("关于您反映的事，我看过了，不买保险就批不了。", "不买保险"),
    ],
)
def test_words_handed_on_or_repeated_stay_the_speakers(text: str, word: str) -> None:
    assert not {"quoted", "reported"} & kinds(text, word, role="agent")


@pytest.mark.parametrize("text", ["【某银行】保本理财今日发售，点击抢购", "保本理财今日发售，拒收请回复R【某银行】"])
def test_the_sender_of_a_message_speaks_for_itself(text: str) -> None:
    assert "reported" not in kinds(text, "保本")


@pytest.mark.parametrize(
    "text",
    [
        "【某银行案例】宣传保本理财",
        "据报道【某银行】宣传保本理财，市民多有不满",
        "【风险提示】某银行宣传保本理财",
        "【某银行】某公司宣传保本理财",
    ],
)
def test_an_institution_spoken_of_is_reported(text: str) -> None:
    assert "reported" in kinds(text, "保本")


def test_the_customers_words_are_not_the_institutions() -> None:
    assert "customer" in kinds("当时说保本我才买的", "保本", role="customer")


def described(text: str, **given: str) -> Profile:
    """Return the profile the engine gives a text."""
    return default_engine().profile(text, **given)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("定期存款保本保息，受存款保险保障", "deposit"),
        ("稳健理财，业绩比较基准3.2%", "wealth"),
        ("消费贷日息低至万二，立即申请", "loan"),
        ("增额终身寿，趸交十万", "insurance"),
        ("储蓄国债电子式三年期", "government_bond"),
        ("结构性存款挂钩黄金", "structured_deposit"),
    ],
)
def test_product_is_inferred(text: str, product: str) -> None:
    assert product in described(text).products


def test_deposit_insurance_is_no_insurance_product() -> None:
    assert "insurance" not in described("存款受存款保险保障").products


def test_a_statement_that_it_is_no_deposit_does_not_make_it_one() -> None:
    assert "deposit" not in described("理财非存款，产品有风险").products


def test_given_facts_win_over_inferred_ones() -> None:
    seen = described("理财收益高", product="deposit", scenario="poster")
    assert set(seen.products) == {"deposit"}
    assert seen.scenario == "poster"


def test_an_offer_sells_and_a_notice_does_not() -> None:
    offer = described("限时福利！年化4.2%，立即扫码抢购", scenario="poster")
    notice = described("尊敬的客户，您尾号1234的账户于11月2日入账100元", scenario="disclosure")
    assert offer.offer > 0.6 > notice.offer


def test_what_a_text_is_comes_in_one_order() -> None:
    seen = described("贷款、保险、基金、理财、信托、信用卡、国债都可以办理，谨防骗局，严禁诱导，违者处罚")
    assert len(seen.products) > 4
    assert list(seen.products) == sorted(seen.products)
    assert list(seen.genres) == sorted(seen.genres)


def test_profile_of_nothing() -> None:
    assert profile("", {}, default_engine().program.rulebook.lexicons).products == {}


LESSON = (
    "金融知识进万家。听到这些话，请挂电话。",
    "“内部渠道，无抵押秒放款，先付验证金。",
    "“跟着老师买，保本保息，月赚三成。",
    "凡承诺高收益、零风险的投资都是骗局，切勿轻信；一旦受骗请立即报警。银行不会要求您把钱转到所谓安全账户。",
    "不轻信、不转账、不透露，守住自己的钱袋子。遇到可疑的人和事，请先问问家人，也可以到网点找工作人员核实。",
    "本行在社区、学校、乡镇设有宣传点，每季度开展一次活动，居民可以免费参加，现场领取防骗手册和问答卡片。"
    "反诈热线96110，全天有人接听。",
)


def test_what_a_lesson_quotes_without_closing_the_quotation_is_not_its_own() -> None:
    from xiaobao.judge.model import default_judge
    from xiaobao.model import Material, Passage
    from xiaobao.screening.screen import Screener

    screener = Screener(judge=default_judge())
    taught = screener.screen(Material("1", tuple(Passage(line) for line in LESSON)))
    assert taught.verdict != "violation", taught.findings
    sold = [line.lstrip("“") for line in LESSON[1:3]] + ["加微信进群，额度有限。" * 3, "网点地址见官网。" * 25]
    assert screener.screen(Material("2", tuple(Passage(line) for line in sold))).verdict == "violation"


def test_a_regulator_that_is_said_to_recommend_reports_nothing() -> None:
    from xiaobao.screening.stance import REPORT

    assert REPORT.search("监管部门批准推荐，比国债还稳") is None
    assert REPORT.search("监管部门已对该说法立案") is not None
