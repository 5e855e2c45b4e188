"""Which clause voices which wish: the right one, the customer's own, on any text, by a file that returns as saved."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import fill, train_voices, train_wishes, voices
from xiaobao.intake.narrative import narrative
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS

CORPUS = Path(__file__).parents[2] / "evaluation" / "intake"
LEANING = np.full(len(CAUSES) + len(BUSINESS_TYPES), 1 / len(CAUSES), np.float32)
SEALED = ("w13.jsonl", "w16.jsonl", "w19.jsonl", "w21.jsonl", "w22.jsonl")


@pytest.mark.parametrize(
    ("text", "demand", "clause"),
    [
        ("上月账单多出三百六年费，办卡时没人提过，这三百六得给我退回来，电话已留", "退款退费", 2),
        ("柜员把我妈推来推去，站了两个钟头，她得当面给老人赔个不是，我们等着", "道歉", 2),
        ("卡被你们锁了五天，孩子学费交不出去，赶紧把卡给我解开，不要再拖", "恢复账户功能", 2),
    ],
)
def test_the_clause_of_the_wish_is_the_loudest(text: str, demand: str, clause: int) -> None:
    story = narrative("web", "2026-01-05", text, None)
    heard = voices.hear(story, LEANING)
    assert heard is not None
    clauses, logits = heard
    assert int(logits[:, DEMANDS.index(demand)].argmax()) == clause
    assert voices.loudest(clauses, logits, demand)[0] == (clauses[clause].start, clauses[clause].end)


def test_agents_are_not_heard() -> None:
    turns = [
        {"role": "agent", "text": "您是要退款还是要我们道歉呢"},
        {"role": "customer", "text": "我就想弄明白这笔钱是怎么扣的"},
    ]
    heard = voices.clauses(narrative("call", "2026-01-05", None, turns))
    assert {clause.turn for clause in heard} == {1}


def test_a_ticket_points_at_the_clause_that_voices_the_wish() -> None:
    text = "我在网点存了二十年的钱，上周卡被限额，每天只能转一千。给我把限额提回去，孩子等着交学费。"
    ticket = fill(channel="web", received_at="2026-01-05", text=text)
    shown = [span.text for span in ticket.evidence["demand"]]
    assert "恢复账户功能" in ticket.demand
    assert any("提回去" in one for one in shown)


def test_who_speaks_is_no_part_of_the_wish() -> None:
    text = "坐席：您好，请讲\n客户：年费扣了三百六，没人问过我\n坐席：您希望怎么办\n客户：把那三百六退给我"
    ticket = fill(channel="call", received_at="2026-01-05", text=text)
    assert "退款退费" in ticket.demand
    assert "把那三百六退给我" in [span.text for span in ticket.evidence["demand"]]


@pytest.mark.parametrize("text", ["退", "。。。退。", "？" * 300, "把钱退给我，" * 2_000])
def test_any_text_is_heard(text: str) -> None:
    heard = voices.hear(narrative("web", "2026-01-05", text, None), LEANING)
    assert heard is not None
    clauses, logits = heard
    assert len(clauses) <= voices.MOST
    assert logits.shape == (max(1, len(clauses)), len(DEMANDS))
    assert np.isfinite(voices.gathered(logits)).all()


def test_marks_are_of_training_narratives_only() -> None:
    marked = train_voices.second_reading(CORPUS)
    assert marked
    assert not [key for key in marked if train_wishes.is_held_out(*key) or key[0] in SEALED]
    sealed = {json.loads(line)["id"] for name in SEALED for line in (CORPUS / name).read_text("utf-8").splitlines()}
    passages = [json.loads(line) for line in (CORPUS / train_voices.PASSAGES).read_text("utf-8").splitlines()]
    assert not sealed & {passage["id"] for passage in passages}


def test_marks_lie_within_their_passages() -> None:
    for line in (CORPUS / train_voices.PASSAGES).read_text("utf-8").splitlines():
        passage = json.loads(line)
        assert set(passage["voiced"]) <= set(DEMANDS)
        assert passage["cause"] in CAUSES
        assert all(0 <= a < b <= len(passage["text"]) for places in passage["voiced"].values() for a, b in places)


def test_a_model_is_fitted_to_marks_and_returns_as_saved(tmp_path: Path) -> None:
    lines = (CORPUS / train_voices.PASSAGES).read_text("utf-8").splitlines()[:120]
    (tmp_path / train_voices.PASSAGES).write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / train_voices.VOICED).write_text("", encoding="utf-8")
    rows = train_voices.read(tmp_path, {})
    model = train_voices.fit(rows)
    voices.save(model, tmp_path / "voices.npz")
    again = voices.load(tmp_path / "voices.npz")
    right = []
    for row in rows:
        logits = voices.weigh(row.grams, row.meant, row.around, model)
        assert voices.weigh(row.grams, row.meant, row.around, again) == pytest.approx(logits, abs=0.15)
        right += [bool(voiced[said.argmax()]) for said, voiced in zip(logits, row.voiced, strict=True) if voiced.any()]
    assert np.mean(right) > 0.7


def test_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "voices.npz"
    path.write_bytes(b"no model")
    with pytest.raises(ModelUnavailable, match="诉求语句模型"):
        voices.load(path)
