"""The public screening call: places, dialogues, tables, batches, threads, and what it says of unknown facts."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from time import thread_time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.errors import InputError
from xiaobao.judge.model import default_judge
from xiaobao.model import Anchor, Material, Passage, ReadingIssue
from xiaobao.screening.document import Profile
from xiaobao.screening.engine import Row, default_engine, scan_batch
from xiaobao.screening.guess import of_document
from xiaobao.screening.pieces import moment
from xiaobao.screening.screen import Screener, material_of

OFFENCE = "保本保息，到期本金绝对安全"


def text_material(text: str, **facts: str) -> Material:
    """Return a material of one passage."""
    return Material("t", (Passage(text),), scenario=facts.get("scenario", "poster"), at="2026-11-02")


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener()


def test_a_finding_explains_itself(screener: Screener) -> None:
    verdict = screener.screen(text_material(f"稳健理财，{OFFENCE}，欢迎选购"))
    assert verdict.verdict == "violation"
    finding = next(f for f in verdict.findings if f.category == "guaranteed_return")
    assert "保本" in finding.text
    assert finding.version >= 1
    assert {c.norm for c in finding.basis}
    assert all(c.paraphrase for c in finding.basis)
    assert finding.message
    assert finding.remedy
    assert "依据" in finding.why
    assert finding.evidence[0].kind == "words"


noise = st.text(alphabet="　 ·*\u200b😀\n-a1，。稳健理财欢迎", max_size=30)


@settings(max_examples=150, deadline=None)
@given(noise, noise, st.sampled_from(["", " ", "·", "\u200b", "😀", "*"]))
def test_offsets_are_exact_in_the_original(before: str, after: str, between: str) -> None:
    text = before + between.join("保本保息") + after
    verdict = Screener().screen(text_material(text))
    for finding in verdict.findings:
        if finding.start is not None:
            assert text[finding.start : finding.end] == finding.text
        for piece in finding.evidence:
            if piece.kind == "words":
                assert text[piece.start : piece.end] == piece.text


def test_a_finding_over_lines_has_every_box(screener: Screener) -> None:
    passages = (
        Passage("安心理财", Anchor(page=1, box=(0, 0, 100, 20))),
        Passage("到期本金绝", Anchor(page=1, box=(0, 30, 100, 50))),
        Passage("对安全，欢迎选购", Anchor(page=1, box=(0, 60, 100, 80))),
    )
    verdict = screener.screen(Material("m", passages, scenario="poster"))
    finding = next(f for f in verdict.findings if f.start is not None and "本金绝" in f.text)
    assert [a.box for a in finding.boxes] == [(0, 30, 100, 50), (0, 60, 100, 80)]
    assert finding.anchor.box == (0, 30, 100, 50)


def test_turns_keep_their_speakers(screener: Screener) -> None:
    line = {
        "id": "d",
        "scenario": "sales_call",
        "turns": [
            {"role": "customer", "start": 0, "end": 2, "text": "这个理财是不是保本保息的"},
            {"role": "agent", "start": 3, "end": 6, "text": "对的，保本保息，您放心"},
        ],
    }
    verdict = screener.screen(material_of(line))
    assert {f.turn for f in verdict.findings if f.decision == "violation"} == {1}
    finding = next(f for f in verdict.findings if f.turn == 1 and f.start is not None)
    assert finding.anchor.start == 3
    assert line["turns"][1]["text"][finding.start : finding.end] == finding.text  # type: ignore[index]


def test_each_cell_of_a_table_is_a_text_of_its_own(screener: Screener) -> None:
    rows = ("【某行】稳健理财保本保息，立即认购", "【某行】您尾号1234的账户入账100元")
    passages = tuple(Passage(t, Anchor(sheet="短信", cell=f"C{i}")) for i, t in enumerate(rows, 2))
    material = Material(
        "x.xlsx", passages, media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    verdict = screener.screen(material)
    assert {f.anchor.cell for f in verdict.findings if f.start is not None} == {"C2"}
    for finding in verdict.findings:
        if finding.start is not None:
            assert material.text[finding.start : finding.end] == finding.text


def test_what_could_not_be_read_is_never_silence(screener: Screener) -> None:
    issue = ReadingIssue("read.nothing_found", "图片中没有识别出文字")
    verdict = screener.screen(Material("p.png", (), issues=(issue,)))
    assert verdict.verdict == "review"
    assert verdict.as_dict()["issues"][0]["code"] == "read.nothing_found"


def test_unknown_facts_are_inferred_and_reported(screener: Screener) -> None:
    material = material_of({"id": "1", "text": "【某行】稳健理财保本保息，立即认购，拒收请回复R"})
    verdict = screener.screen(material)
    assert verdict.inferred["scenario"] == "marketing_sms"
    assert "wealth" in verdict.inferred["product"]
    assert verdict.inferred["at"].endswith("+08:00")


@pytest.mark.parametrize("line", [{"id": "1"}, {"id": "1", "text": 5}, {"id": "1", "turns": [{"role": "agent"}]}])
def test_a_line_without_text_is_an_error(line: dict[str, object]) -> None:
    with pytest.raises(InputError):
        material_of(line)


def test_naive_times_are_beijing_times() -> None:
    assert moment("2026-11-22 14:05").isoformat() == "2026-11-22T14:05:00+08:00"
    assert moment("2026-11-22T06:05:00+00:00").isoformat() == "2026-11-22T14:05:00+08:00"
    for wrong in ("昨天", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(InputError, match="无法识别"):
            moment(wrong)


def test_times_that_no_conversation_has_are_not_believed() -> None:
    material = material_of({"turns": [{"text": "您好", "start": 10**400, "end": 2}]})
    assert material.passages[0].anchor.start is None
    assert material.passages[0].anchor.end == 2


def test_a_batch_says_what_single_texts_say() -> None:
    texts = [
        f"稳健理财，{OFFENCE}",
        "",
        "您尾号1234的账户入账100元",
        "保 本·保 息😀的理财，年化5%",
        "凡是承诺保本的都是骗局，请警惕",
        "贷款秒批，日息万二，身份证就能贷",
    ] * 3
    batch = pa.RecordBatch.from_pydict({"id": [str(i) for i in range(len(texts))], "text": texts})
    together = scan_batch(batch).to_pylist()
    single = [
        row
        for i, text in enumerate(texts)
        for row in scan_batch(pa.RecordBatch.from_pydict({"id": [str(i)], "text": [text]})).to_pylist()
        if True
    ]
    worded = [r for r in single if r["start"] is not None or r in together]
    assert [r for r in together if r["start"] is not None] == [r for r in worded if r["start"] is not None]
    assert together


def test_threads_share_one_engine() -> None:
    engine = default_engine()
    texts = [f"第{i}款理财，{OFFENCE}，年化{i % 5}%" for i in range(60)]

    def scan(text: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = scan_batch(
            pa.RecordBatch.from_pydict({"id": ["x"], "text": [text]}), engine=engine
        ).to_pylist()
        return rows

    alone = [scan(t) for t in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(scan, texts)) == alone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "。" * 5000,
        "（" * 3000,
        "“" * 3000,
        "不" * 4000 + "保本",
        "保本" * 3000,
        "\ud83d保本保息",
        "a" * 20000,
    ],
)
def test_hostile_texts_end(screener: Screener, text: str) -> None:
    assert screener.screen(text_material(text)).verdict in ("violation", "review", "clear")


def test_what_a_document_repeats_is_found_at_each_of_its_places(screener: Screener) -> None:
    line = f"本行安盈理财{OFFENCE}，到期兑付本金与约定收益，现在购买还有礼品相送，欢迎广大客户前来咨询选购。"
    other = "网点每周一至周五上午九点开门，下午五点关门，周末轮流值班，节假日另行公告，请您提前安排好时间。"
    found = screener.screen(text_material("\n".join([line, other] * 6))).findings
    places = sorted({f.start // (len(line) + len(other) + 2) for f in found if f.start is not None})
    assert places == list(range(6))
    assert all(f.text in line for f in found if f.start is not None)


def test_partners_of_a_hit_are_the_near_ones() -> None:
    text = "代理退保" * 400 + "，我们帮您全额退保，费用两成"
    began = thread_time()
    [scanned] = default_engine().scan_rows([Row(text, "social_post")], every=True)
    assert scanned is not None
    assert thread_time() - began < 2.0


def test_a_clause_said_again_and_again_is_looked_at_three_times() -> None:
    [scanned] = default_engine().scan_rows([Row("保本保息。" * 50, "poster")], every=True)
    assert scanned is not None
    by_rule = Counter(c.rule.id for c in scanned.candidates if not c.omitted)
    assert by_rule
    assert max(by_rule.values()) <= 3


def test_a_price_without_its_annual_rate_is_converted(screener: Screener) -> None:
    verdict = screener.screen(text_material("消费贷火热申请中，日息万五，随借随还，立即申请"))
    finding = next(f for f in verdict.findings if f.category == "rate_not_annualised")
    assert "18.25%" in finding.remedy
    assert "单利" in finding.remedy
    stated = screener.screen(text_material("消费贷日利率0.05%，年化利率仅12%，立即申请"))
    mismatched = next(f for f in stated.findings if f.rule == "loan/annual_rate_mismatch")
    assert "18.25%" in mismatched.why


@pytest.fixture(scope="module")
def judging() -> Screener:
    return Screener(judge=default_judge())


@pytest.mark.parametrize(
    "text",
    [
        "【报刊摘录】“我们的理财保本保息，随存随取”，这样的广告您信吗？",
        "【储户来信】理财经理说保本保息，我当场就签了字。",
        "（读者来信）客户经理跟我讲，这个产品保本，亏了行里兜底。",
        "来信选登：业务员拍胸脯说稳赚不赔，结果亏了三万。",
        "〔案例二〕推销员对老人讲：存进来就是保本的，利息比银行高三倍。",
        "【3·15特辑】主播喊“闭眼入，稳赚”，粉丝跟投后亏了一大半。",
        "【用户投诉】业务员让我跟着操作，说一天能挣三百，垫付的钱全没了。",
        "【裁判要旨】被告承诺保本付息，年化收益二成四，法院认定承诺无效。",
    ],
)
def test_words_that_a_heading_announces_are_anothers(judging: Screener, text: str) -> None:
    assert judging.screen(material_of({"id": "1", "text": text})).verdict == "clear"


@pytest.mark.parametrize(
    "text",
    [
        "【客户来信】本理财产品保本保息，年化收益8%，扫码即可购买，名额有限。",
        "【储户来信】我在贵行买的理财稳赚不赔，保本保息，强烈推荐。",
        "【客户来信】“理财经理给我买的产品保本保息，赚了不少”，这样的产品我行天天有售。",
        "【案例】客户经理说，立即购买可享保本收益，欢迎到店办理。",
        "【新闻快讯】我行独家理财产品，本金绝对安全，保本保息。",
        "【问答】问：这款理财保本吗？答：保本保息，放心买。",
        "【反诈提醒】您的账户存在风险，请加客服微信并提供验证码解除冻结。",
        "【消保课堂】我们的理财经理承诺，本产品保本，收益不低于5%。",
        "【知识消金】黑户也能贷，百分百下款，点链接申请。",
        "【法院公告】限你三日内还清，否则通知你单位领导和全部亲友。",
        "【某银行】本产品保本保息，年化收益8%，立即购买。",
    ],
)
def test_a_heading_is_no_pretext_for_an_offer(judging: Screener, text: str) -> None:
    verdict = judging.screen(material_of({"id": "1", "text": text}))
    assert verdict.verdict == "violation"
    for finding in verdict.findings:
        assert finding.start is None or text[finding.start : finding.end] == finding.text


@pytest.mark.parametrize(
    "text",
    [
        "【反诈提醒】接到陌生来电称您账户异常，请立即挂断并拨打96110核实。",
        "【客户来信】感谢网点工作人员帮我拦下一笔诈骗转账。",
        "【某某消金】理财有风险，请勿轻信保本保息的宣传。",
        "【知识普及】远离非法贷款中介，有需要请到银行网点办理，马上扫码学习防骗知识。",
    ],
)
def test_service_under_a_heading_stays_lawful(judging: Screener, text: str) -> None:
    assert judging.screen(material_of({"id": "1", "text": text})).verdict == "clear"


def test_what_a_document_of_many_short_lines_is_takes_no_longer_than_its_lines() -> None:
    lines = tuple(Passage(f"本理财产品保本保息，第{i % 7}条") for i in range(20_000))
    started = thread_time()
    assert of_document(Material("1", (Passage("营销话术手册"), *lines)), Profile()) == "internal_script"
    assert thread_time() - started < 1.0


def test_a_line_that_stands_on_each_page_names_the_document() -> None:
    text = "\n".join(["第一段说明产品。" * 3, "内部资料"] * 3)
    material = Material("1", tuple(Passage(line) for line in ["甲乙丙丁", "戊己庚辛", "壬癸子丑", *text.split("\n")]))
    assert of_document(material, Profile()) == "internal_script"
