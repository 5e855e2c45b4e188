"""The judge: deterministic features, honest training, and what it may and may not do."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from weakref import ref
from zlib import crc32

import numpy as np
import pytest
import rjieba

from xiaobao.errors import InputError, ModelUnavailable
from xiaobao.judge.corpus import Text, groups, read_labelled
from xiaobao.judge.features import (
    BITS,
    BUCKETS,
    WORD_BITS,
    counts,
    ngram_hashes,
    own_voice,
    voices_of,
    word_hashes,
    words_of,
)
from xiaobao.judge.measure import Outcome, covers, tally
from xiaobao.judge.model import PACKAGED, TextJudge, default_judge, read_weights
from xiaobao.model import Material, Passage
from xiaobao.screening.engine import Row, default_engine
from xiaobao.screening.screen import Screener

CORPUS = Path(__file__).parents[2] / "evaluation" / "corpus"


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return default_judge()


def labelled(violation: bool, category: str = "", spans: tuple[tuple[int, int], ...] = (), hard: bool = False) -> Text:
    return Text("t", "g", "poster", "none", "保本保息的理财", violation, category, (), spans, frozenset(), hard)


def test_features_are_stable_numbers() -> None:
    hashes = ngram_hashes("保本保息")
    assert hashes.max() < 1 << BITS
    assert word_hashes("保本理财").min() >= 1 << BITS
    assert word_hashes("保本理财").max() < BUCKETS
    assert ngram_hashes("保本").tolist() == ngram_hashes("保本").tolist()
    buckets, amounts = counts(ngram_hashes("保保"))
    assert len(buckets) == len(set(buckets.tolist())) == len(amounts)
    assert len(ngram_hashes("")) > 0


def test_what_a_text_names_is_apart_from_what_it_says() -> None:
    assert own_voice("他说“保本保息”,别信") == "他说〇,别信"
    assert own_voice("都勾“否”就行,“没关掉的引号") == "都勾“否”就行,“没关掉的引号"
    plain, naming = "保本保息 这话别信", "“保本保息” 这话别信"
    assert own_voice("3. “本金不会少,银行兜着。”") == "3. “本金不会少,银行兜着。”"
    owners, said = voices_of([plain, naming])
    assert set(said[owners == 0].tolist()) == set(word_hashes(plain).tolist())
    assert said.min() >= 1 << BITS
    assert said.max() < BUCKETS
    assert not set(word_hashes("保本保息").tolist()) & set(said[owners == 1].tolist())
    assert set(word_hashes("这话别信").tolist()) <= set(said[owners == 1].tolist())
    assert voices_of([naming])[1].tolist() != voices_of([plain])[1].tolist()


def test_words_and_pairs_have_the_sums_of_their_letters() -> None:
    texts = ["保本 理财，放心买", "", "  ", "apr 年化3.5%", "保本"]
    owners, hashes = words_of(texts)
    for index, text in enumerate(texts):
        words = [word for word in rjieba.cut(text) if not word.isspace()]
        wanted = [crc32(word.encode()) for word in (*words, *(f"{a}_{b}" for a, b in pairwise(words)))]
        sums = [code % (1 << WORD_BITS) + (1 << BITS) for code in wanted]
        assert sorted(hashes[owners == index].tolist()) == sorted(sums)


def test_the_model_file_is_small_and_fits_the_rulebook() -> None:
    assert PACKAGED.stat().st_size < 6_000_000
    weights = read_weights(PACKAGED)
    assert 0.2 <= weights.review_from < weights.violation_from < 0.9


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="make train"):
        read_weights(tmp_path / "none.npz")
    with np.load(PACKAGED) as data:
        arrays = {k: data[k] for k in data.files}
    meta = json.loads(bytes(arrays["meta"]).decode())
    meta["categories"] = meta["categories"][1:]
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ModelUnavailable, match="不一致"):
        read_weights(tmp_path / "other.npz")
    arrays["calibration"] = arrays["calibration"][:3]
    arrays["meta"] = np.frombuffer(json.dumps({**meta, "categories": meta["categories"]}).encode(), dtype=np.uint8)
    np.savez(tmp_path / "short.npz", **arrays)
    with pytest.raises(ModelUnavailable):
        read_weights(tmp_path / "short.npz")


def test_stance_decides_where_words_are_the_same(judge: TextJudge) -> None:
    screener = Screener(judge=judge)

    def said(text: str, scenario: str, role: str) -> str:
        return screener.screen(Material("m", (Passage(text),), scenario=scenario, role=role)).verdict

    assert said("这款理财保本保息，亏了我补给您，放心买", "sales_call", "agent") == "violation"
    assert said("这款理财不保本，也不承诺收益，您要想清楚再买", "sales_call", "agent") == "clear"
    assert said("当时客户经理说保本保息我才买的，现在亏了", "service_chat", "customer") == "clear"
    assert said("凡是承诺保本保息、稳赚不赔的，都是骗局，请勿轻信", "education", "none") == "clear"


TWINS = (
    (
        "education",
        "none",
        "群里喊“三天回本，包赚不亏”，民警提醒：一转钱人就没了，别信。",
        "三天回本，包赚不亏，跟上的进群。",
    ),
    (
        "internal_script",
        "none",
        "错误说法：“这就是存款。”正确说法：“这是保险，退早了有损失。”",
        "统一说法：“这就是存款，到期连本带息。”",
    ),
    (
        "service_chat",
        "agent",
        "您投诉坐席说“不还钱就去单位闹”，经核查属实，我们向您道歉。",
        "不还钱我们就去您单位闹，您看着办。",
    ),
    (
        "internal_script",
        "none",
        "外访守则：不得堵门，不得辱骂，不得向邻居说欠款。",
        "外访要领：堵门，拍照，把欠款讲给邻居听。",
    ),
    (
        "contract_clause",
        "none",
        "提前还清的，利息算到还清当日，余下各期不再收取。",
        "提前还清的，余下各期利息仍须一次付清。",
    ),
)


@pytest.mark.parametrize(("scenario", "role", "lawful", "offending"), TWINS)
def test_the_same_words_named_and_said(judge: TextJudge, scenario: str, role: str, lawful: str, offending: str) -> None:
    texts = (lawful, offending)
    materials = [Material("m", (Passage(text),), scenario=scenario, role=role) for text in texts]
    named, said = Screener(judge=judge).screen_many(materials)
    assert named.verdict != "violation"
    assert said.verdict == "violation"


def test_every_finding_has_a_rule_and_a_clause(judge: TextJudge) -> None:
    texts = ["到期一分不少还您，放这儿跟存银行一样踏实", "", "今天天气不错", "征信花了也能下款，全程包装"]
    for text in texts:
        for finding in Screener(judge=judge).screen(Material("m", (Passage(text),), scenario="social_post")).findings:
            assert default_engine().program.rulebook.rule(finding.rule).basis
            assert finding.basis
            assert 0 <= finding.confidence <= 1


@pytest.mark.parametrize(
    "text", ["今天天气很好，适合出门散步", "我家的小猫又胖了两斤", "楼上装修有点吵", "会议改到下午三点在二楼"]
)
def test_what_is_about_something_else_is_not_read(judge: TextJudge, text: str) -> None:
    assert Screener(judge=judge).screen(Material("m", (Passage(text),))).verdict == "clear"


def test_two_judges_read_one_text_each_in_its_own_way(judge: TextJudge) -> None:
    other = TextJudge(replace(judge.weights, bias=judge.weights.bias + 1.0))
    (scanned,) = default_engine().scan_rows([Row("保本保息，放心买", "sales_call", "agent")], services=judge)
    own, shifted = judge.reading(scanned.context), other.reading(scanned.context)
    assert shifted.logits[0] == pytest.approx(own.logits[0] + 1.0)
    assert judge.reading(scanned.context) is own


@pytest.mark.parametrize("text", ["这款理财保本保息", "保本保息", "稳赚不赔的理财"])
def test_a_short_plain_promise_needs_no_context(judge: TextJudge, text: str) -> None:
    said = Screener(judge=judge).screen(Material("m", (Passage(text),), scenario="sales_call", role="agent"))
    assert (said.verdict, said.category) == ("violation", "guaranteed_return")


@pytest.mark.parametrize("after", ["", "好。", "谢谢。", "欢迎选购。", "祝您生活愉快。"])
def test_polite_words_do_not_take_back_what_three_rules_say(judge: TextJudge, after: str) -> None:
    text = "本产品保本保息，年化收益率高达8%，稳赚不赔。" + after
    said = Screener(judge=judge).screen(Material("m", (Passage(text),), scenario="poster"))
    assert (said.verdict, said.category) == ("violation", "guaranteed_return")


def test_weights_do_not_depend_on_the_company_of_a_text(judge: TextJudge) -> None:
    rows = [Row(t, "sales_call", "agent") for t in ("保本保息，放心买", "您好，请问您是王女士吗", "不保本的，请您知悉")]
    together = default_engine().scan_rows(rows, every=True, services=judge)
    alone = [default_engine().scan_rows([r], every=True, services=judge)[0] for r in rows]
    for a, b in zip(together, alone, strict=True):
        assert a is not None
        assert b is not None
        assert judge.weigh(a) == judge.weigh(b)


def test_a_text_is_gone_with_its_last_use_and_not_with_the_next_collection(judge: TextJudge) -> None:
    collecting = gc.isenabled()
    gc.disable()
    try:
        (scanned,) = default_engine().scan_rows([Row("保本保息，放心买。" * 40, "sales_call", "agent")], services=judge)
        assert scanned is not None
        assert len(judge.extents(scanned.context, scanned.candidates)) == len(judge.weigh(scanned)) > 0
        context = ref(scanned.context)
        del scanned
        assert context() is None
    finally:
        if collecting:
            gc.enable()


def test_near_duplicates_share_a_group() -> None:
    texts = [
        "这款理财产品到期一定保本保息请您放心",
        "这款理财产品到期一定保本保息请您放心吧",
        "今天的账单已经生成，请按时还款",
    ]
    found = groups(texts, ["a", "b", "c"])
    assert found[0] == found[1] != found[2]
    assert len(set(groups(texts, ["a", "b", "a"]))) == 1


def test_training_texts_are_well_formed() -> None:
    seen: set[str] = set()
    for path in sorted(CORPUS.glob("*.jsonl")):
        for text in read_labelled(path):
            assert text.id not in seen, text.id
            seen.add(text.id)
            assert bool(text.category) == text.violation, text.id
    assert len(seen) > 10_000


def test_a_bad_label_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "1", "text": "甲"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="第 1 行"):
        read_labelled(path)


def test_figures_count_as_the_conventions_say() -> None:
    texts = [
        labelled(True, "guaranteed_return", ((0, 4),)),
        labelled(True, "fraud_lure"),
        labelled(False, hard=True),
        labelled(False),
    ]
    outcomes = [
        Outcome(True, "guaranteed_return", ((0, 2),), True),
        Outcome(False, "", (), False),
        Outcome(True, "other", (), True),
        Outcome(False, "", (), False),
    ]
    figures = tally(texts, outcomes)
    assert (figures.recall, figures.precision, figures.f1) == (0.5, 0.5, 0.5)
    assert (figures.false_hard, figures.false_ordinary) == (1.0, 0.0)
    assert (figures.category_right, figures.span_covered) == (1.0, 1.0)
    assert covers([(0, 2)], (0, 4))
    assert not covers([(0, 1)], (0, 4))
