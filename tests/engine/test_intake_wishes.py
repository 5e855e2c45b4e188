"""What a complaint asks for: several wishes at once, none invented from facts; the name after a family name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import asks, classes, fill, train, train_alarms, train_degrees, train_wishes, wishes
from xiaobao.intake.ticket import CAUSES, DEMANDS

DAY = "2025-05-06T09:00:00"
CORPUS = Path(__file__).parents[2] / "evaluation" / "intake"
SEALED = ("w13.jsonl", "w16.jsonl", "w19.jsonl", "w21.jsonl", "w22.jsonl")
"""Complaints of foreign authors that are only measured."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("信用卡年费三百块，从来没人说过要收，退！", {"退款退费"}),
        ("信用卡欠三万，失业半年了，请停止计息，分六十期让我慢慢还。", {"减免息费", "协商还款"}),
        ("银行柜员忽悠我妈把定期变成了保险，退保，本金全部退给我。", {"解除合同/退保", "退款退费"}),
        ("柜员当众骂我妈，必须道歉，开除这个员工。", {"道歉", "处理员工"}),
        ("贷款批了一个月还不放款，请尽快放款。", {"其他"}),
    ],
)
def test_wishes_said(text: str, expected: set[str]) -> None:
    assert set(fill(channel="web", received_at=DAY, text=text).demand) == expected


def test_likely_demands_count() -> None:
    just, under = wishes.COUNTS + 0.01, wishes.COUNTS - 0.01
    likely = dict.fromkeys(DEMANDS, 0.0) | {"道歉": 0.7, "赔偿": under, "退款退费": just, "其他": 0.1}
    assert wishes.counted(likely) == {"道歉", "退款退费"}
    for name, least in wishes.OWN_COUNTS.items():
        assert wishes.counted({name: least + 0.01}) == {name}
        assert not wishes.counted({name: least - 0.01})


def test_wording_of_the_other_side_counts_less() -> None:
    number = next(n for n, family in enumerate(asks.families()) if family.search("把钱退给我"))
    own, told = asks.met("扣了两百，把钱退给我"), asks.met("客服说退给我，后来没有下文了，一直没有人管")
    assert own[number] == 1.0
    assert told[number] == pytest.approx(asks.REPORTED)
    assert told[number + len(asks.families())] == 0.0


def test_wording_in_a_wish_is_told_from_a_tale() -> None:
    number = next(n for n, family in enumerate(asks.families()) if family.search("对这个柜员严肃处理"))
    wished, tale = asks.met("请对这个柜员严肃处理,电话已留"), asks.met("上次对那个柜员处理得很快,后来又换了一位")
    place = number + 2 * len(asks.families())
    assert wished[number] == 1.0
    assert wished[place] == 1.0
    assert tale[place] == 0.0


def test_wording_of_a_refusal_is_no_wish() -> None:
    number = next(n for n, family in enumerate(asks.families()) if family.search("把钱退给我"))
    wished, refused = asks.met("请把钱退给我,电话已留"), asks.met("我不是要你们把钱退给我,电话已留")
    blocks = [number + block * len(asks.families()) for block in range(4)]
    assert [wished[place] for place in blocks] == [1.0, 0.0, 1.0, 0.0]
    assert [refused[place] for place in blocks] == [1.0, 0.0, 0.0, 1.0]


def test_the_net_is_heard_where_classes_and_meaning_are_known() -> None:
    model = wishes.packaged()
    width = model.hidden.shape[1] - 4 * len(asks.families()) - 2 * len(DEMANDS) - len(CAUSES)
    leaning, meaning = np.zeros(width - classes.MEANING, np.float32), np.zeros(classes.MEANING, np.float32)
    text = "年费扣了三百，请退给我"
    alone = wishes.likely(text, ("退款退费",), "定价收费")
    heard = wishes.likely(text, ("退款退费",), "定价收费", leaning=leaning, meaning=meaning)
    assert alone != heard
    assert wishes.likely(text, ("退款退费",), "定价收费", leaning=leaning) == alone
    assert 0.0 < min(heard.values()) < max(heard.values()) < 1.0


def test_the_sealed_complaints_teach_nothing(tmp_path: Path) -> None:
    for file in CORPUS.glob("*.jsonl"):
        if file.name not in SEALED:
            (tmp_path / file.name).symlink_to(file)
    lines = [line for name in SEALED for line in (CORPUS / name).read_text("utf-8").splitlines()]
    sealed = {row["text"] for row in map(json.loads, lines) if "text" in row}
    assert sealed
    taught = train_wishes.read(tmp_path, {})  # reads every file it wants: none is a sealed one
    assert taught
    assert not sealed & {row.plain for row in taught}
    assert not {*SEALED} & {*train.WEIGHT, *train_degrees.WEIGHT, *train_alarms.WHOLE, *train_alarms.URGENT}


@pytest.mark.parametrize("text", ["", " ", "。。。", "退" * 5_000, "，" * 5_000])
def test_families_bear_any_text(text: str) -> None:
    assert asks.met(text).shape == (4 * len(asks.families()),)


def test_windows_pair_neighbours() -> None:
    assert wishes.windows("退钱，道歉。谢谢") == ["退钱", "道歉", "谢谢", "退钱,道歉", "道歉,谢谢"]


def test_model_file_returns_as_saved(tmp_path: Path) -> None:
    model = wishes.packaged()
    path = tmp_path / "wishes.npz"
    wishes.save(model, path)
    read = wishes.load(path)
    said = [wishes.likely("请把多收的钱退给我", ("退款退费",), "定价收费", one) for one in (model, read)]
    assert said[0] == pytest.approx(said[1], abs=1e-3)


def test_damaged_model_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wishes.npz"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match="诉求模型"):
        wishes.load(path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我姓王，王建国，投诉你们银行乱收费。", "王建国"),
        ("免贵姓王，叫王建国", "王建国"),
        ("本人姓欧阳，欧阳建国，要求退款", "欧阳建国"),
        ("我姓王，王总说不给退", "王"),
    ],
)
def test_full_name_follows_family_name(text: str, name: str) -> None:
    assert fill(channel="web", received_at=DAY, text=text).customer_name == name
