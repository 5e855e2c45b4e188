"""How far an offence reaches, and turns that are understood only with what was said before them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from xiaobao.judge.corpus import Text, read_calls
from xiaobao.judge.marked import lengthened
from xiaobao.judge.model import TextJudge, default_judge
from xiaobao.judge.passages import BELONGS, BRIDGE, MARKS, SHOWN, Stretches, grown
from xiaobao.model import Anchor, Material, Passage
from xiaobao.screening.engine import Row, Scanned, default_engine
from xiaobao.screening.pieces import pieces_of, said_before
from xiaobao.screening.screen import Screener, material_of

CALLS = Path(__file__).parents[2] / "evaluation" / "calls"
SPANS = [(0, 10), (10, 20), (20, 30), (30, 40)]
YES, NO, NEAR = BELONGS + 1, BELONGS - BRIDGE - 1, BELONGS - BRIDGE / 2


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return default_judge()


@pytest.mark.parametrize(
    ("belongs", "passage"),
    [
        ([NO, YES, NO, NO], (10, 20)),
        ([YES, YES, YES, NO], (0, 30)),
        ([NO, YES, NEAR, YES], (10, 40)),
        ([NO, YES, NO, YES], (10, 20)),
        ([NO, YES, NEAR, NO], (10, 20)),
    ],
)
def test_a_passage_grows_over_what_belongs_to_it_and_bridges_one_clause(
    belongs: list[float], passage: tuple[int, int]
) -> None:
    assert grown(SPANS, belongs, 1, 1) == passage


def test_a_passage_stays_narrow_enough_to_be_shown() -> None:
    spans = [(at, at + 40) for at in range(0, 400, 40)]
    start, end = grown(spans, [YES] * 10, 4, 4)
    assert 40 <= end - start <= SHOWN


def test_each_clause_is_told_by_the_same_numbers() -> None:
    head, text = np.array([1.0, 2.0, 0.5]), np.array([0.1, 0.9, -0.4])
    features = Stretches.of([0, 3], SPANS[:3], [0, 0, 1], text, [30]).features([0], np.arange(3), head)
    assert features.shape == (3, MARKS)
    assert features[1, 2] == 0
    assert features[0, 9] == pytest.approx(0.9)
    assert features[1, 9] == 0, "the next clause is in another sentence"


def test_stretches_laid_out_together_are_told_by_the_numbers_each_has_alone() -> None:
    random = np.random.default_rng(7)
    sizes = [3, 0, 1, 5, 2]
    bounds = [0, *np.cumsum(sizes).tolist()]
    spans = [(at * 7, at * 7 + 4 + at % 3) for at in range(sum(sizes))]
    sentences = [0, 0, 1, 2, 2, 2, 3, 3, 4, 4, 4]
    text, head = random.normal(size=(2, sum(sizes)))
    together = Stretches.of(bounds, spans, sentences, text, [size * 7 for size in sizes])
    wanted = [0, 3, 4]
    rows = np.concatenate([np.arange(bounds[i], bounds[i + 1]) for i in wanted])
    found = iter(together.features(wanted, rows, head[rows]))
    for i in wanted:
        own = slice(bounds[i], bounds[i + 1])
        alone = Stretches.of([0, sizes[i]], spans[own], sentences[own], text[own], [sizes[i] * 7])
        for row in alone.features([0], np.arange(sizes[i]), head[own]):
            assert row.tolist() == next(found).tolist()


def test_windows_cut_together_belong_as_each_does_alone(judge: TextJudge) -> None:
    said = (
        "这款理财保本保息，亏了我补给您。",
        "今天网点九点开门，请您带好身份证。",
        "——",
        "到期一分不少，",
        "手慢无！",
    )
    (scanned,) = default_engine().scan_rows([Row("".join(said * 12), "sales_call", "agent")], services=judge)
    assert scanned is not None
    together, alone = judge.reading(scanned.context), TextJudge(judge.weights).reading(scanned.context)
    assert len(together.windows) > 4
    together.belong(range(len(together.windows)), 3)
    for index in reversed(range(len(together.windows))):
        assert together.clauses(index) == alone.clauses(index)
        assert together.belonging(index, 3) == pytest.approx(alone.belonging(index, 3), abs=1e-12)


def test_the_shown_passage_holds_the_whole_promise_and_not_the_neutral_sentence(judge: TextJudge) -> None:
    text = (
        "您好，我们网点上周刚搬到滨江路，门口有停车位。这款理财您放心买，本金一分不少，亏了差多少我自己掏钱给您补上。"
    )
    verdict = Screener(judge=judge).screen(Material("m", (Passage(text),), scenario="sales_call", role="agent"))
    found = [f for f in verdict.findings if f.decision == "violation" and f.category == "guaranteed_return"]
    assert verdict.verdict == "violation"
    assert any("一分不少" in f.text and "给您补上" in f.text for f in found)
    assert not any("停车位" in f.text for f in found)


def turns(*said: tuple[str, str], scenario: str = "sales_call") -> Material:
    passages = tuple(Passage(text, Anchor(turn=i, speaker=who)) for i, (who, text) in enumerate(said))
    return Material("d", passages, media_type="application/x-dialogue", scenario=scenario)


def test_what_was_said_before_is_the_last_two_turns() -> None:
    material = turns(("agent", "您好"), ("customer", "会亏吗？"), ("agent", "不会"), ("customer", "好"))
    assert said_before(material, 0) == ""
    assert said_before(material, 1) == "您好。"
    assert said_before(material, 3) == "会亏吗？不会。"


def test_an_answer_is_read_with_its_question(judge: TextJudge) -> None:
    def weight(question: str) -> float:
        material = turns(("customer", question), ("agent", "对，没问题，您放一百个心。"))
        row = [p for p in _rows(material) if p.before][-1]
        (scanned,) = default_engine().scan_rows([row], every=True, services=judge)
        assert scanned is not None
        reading = judge.reading(scanned.context)
        reading.need([0])
        return float(reading.logits[0])

    assert weight("到期本金一分不少，亏了你来补，是吧？") > weight("那我明天上午十点来网点找你办，行吗？")


def _rows(material: Material) -> list[Row]:
    return [piece.row for piece in pieces_of(0, material, default_engine())]


def test_the_offending_turn_is_found_and_the_lawful_answer_is_not(judge: TextJudge) -> None:
    question = ("customer", "那会不会亏啊？")
    wrong = turns(question, ("agent", "不会亏，真亏了差多少我自己掏钱给您补上。"))
    lawful = turns(question, ("agent", "有可能亏，这个产品不保本，您想清楚再决定。"))
    found, clear = Screener(judge=judge).screen_many([wrong, lawful])
    assert {f.turn for f in found.findings if f.decision == "violation"} == {1}
    assert clear.verdict == "clear"


def test_an_offence_stays_with_the_turn_that_commits_it(judge: TextJudge) -> None:
    wrong = ("agent", "你再不还，我就把你的照片和欠条贴到你们小区门口，让全村都知道。")
    call = turns(wrong, ("customer", "你不能这样。"), ("agent", "你看着办。"), scenario="collection_call")
    found = Screener(judge=judge).screen(call)
    assert {f.turn for f in found.findings if f.decision == "violation"} == {0}


def test_what_was_said_before_counts_for_itself(judge: TextJudge) -> None:
    def logit(before: str) -> float:
        (scanned,) = default_engine().scan_rows(
            [Row("您的意思我明白了，我先记录下来，您看还有别的问题吗？", "sales_call", "agent", before=before)],
            every=True,
            services=judge,
        )
        assert scanned is not None
        reading = judge.reading(scanned.context)
        reading.need([0])
        return float(reading.logits[0])

    threat = "你再不还，我就把你的照片和欠条贴到你们小区门口。"
    assert logit(threat) < 0
    assert logit(threat) - logit("您好，这里是江源银行。") < 1.5


def test_a_short_answer_after_an_offence_is_left_to_a_person(judge: TextJudge) -> None:
    class Certain(TextJudge):
        """Weigh every candidate alike, so that only the place of a turn decides."""

        def weigh(self, scanned: Scanned) -> list[float]:
            return [0.7] * len(scanned.candidates)

    said = (("agent", "保本保息，亏了我赔给您"), ("customer", "真的？"), ("agent", "保本保息"))
    found = Screener(judge=Certain(judge.weights)).screen(turns(*said)).findings
    by_turn = {f.turn: f.decision for f in found if not f.rule.startswith("meaning/")}
    assert by_turn == {0: "violation", 2: "review"}
    alone = Screener(judge=Certain(judge.weights)).screen(turns(*said[1:])).findings
    assert {f.decision for f in alone if not f.rule.startswith("meaning/")} == {"violation"}


def test_calls_are_read_turn_by_turn_alone_and_after_what_came_before(tmp_path: Path) -> None:
    row = {
        "id": "c",
        "scenario": "service_call",
        "turns": [{"role": "customer", "text": "能退吗"}, {"role": "agent", "text": "不能"}],
        "labels": [{"turn_index": 1, "category": "service_attitude", "also": []}],
    }
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    alone, after = read_calls(path)
    assert (alone.text, after.text) == ("不能", "能退吗。不能")
    assert alone.scenario == "service_chat"
    assert alone.violation
    assert after.spans == ((4, 6),)


def test_labelled_calls_are_well_formed_and_the_held_out_ones_are_others() -> None:
    ids: dict[str, set[str]] = {}
    for name in ("training", "heldout"):
        rows = [json.loads(line) for line in (CALLS / f"{name}.jsonl").read_text("utf-8").splitlines()]
        ids[name] = {r["id"] for r in rows}
        for row in rows:
            material = material_of(row)
            assert row["compliant"] == (not row["labels"]), row["id"]
            assert all(material.passages[x["turn_index"]].anchor.speaker == "agent" for x in row["labels"]), row["id"]
    assert len(ids["training"]) > 50
    assert not ids["training"] & ids["heldout"]


def test_marked_texts_are_set_beside_lawful_ones_with_their_marks_moved() -> None:
    none: frozenset[str] = frozenset()
    hours = [f"本网点第{i}号窗口每天上午九点到十一点半办理零钱兑换业务" for i in range(5)]
    lawful = [Text(t, t, "poster", "none", t, False, "", (), (), none, False) for t in hours]
    wrong = Text(
        "v", "v", "poster", "none", "保本保息，随时可取", True, "guaranteed_return", (), ((0, 4),), none, False
    )
    ((spans, scanned),) = lengthened(default_engine(), [*lawful, wrong])
    ((start, end),) = spans
    assert scanned.context.normalised.source[start:end] == "保本保息"
    assert len(scanned.context.normalised.source) > len(wrong.text)
