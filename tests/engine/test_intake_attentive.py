"""The transformer that reads a complaint as a whole: cutting, reckoning, long texts, damaged files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import attentive, classes
from xiaobao.intake.narrative import narrative
from xiaobao.intake.pieces import END, SPACE, START, UNKNOWN, Pieces

SMALL = Pieces(
    ["<s>", "<pad>", "</s>", "<unk>", SPACE, "年", "费", "年费", "收", "年费收"], [0, 0, 0, 0, -1, -3, -3, -4, -2, -9]
)


def test_the_likeliest_cut_is_taken() -> None:
    # 年费 + 收 is −6, 年 + 费 + 收 −8, the one piece −9.
    assert SMALL.cut("年费收") == [4, 7, 8]


def test_what_no_piece_has_is_unknown_and_nothing_is_lost() -> None:
    assert SMALL.cut("年x费") == [4, 5, UNKNOWN, 6]
    assert SMALL.cut("  \n ") == []
    assert SMALL.cut("年\n\n费") == [4, 5, 4, 6]


def test_the_pieces_of_the_package_give_the_text_again() -> None:
    pieces = attentive.packaged().pieces
    by_number = {number: piece for piece, (number, _) in pieces._known.items()}
    text = "6月3号在江澜银行办的分期,客服说免息,账单多出128.50元"
    found = pieces.cut(text)
    assert UNKNOWN not in found
    assert "".join(by_number[n] for n in found).replace(SPACE, "") == text
    assert len(found) < len(text)


def test_of_a_long_text_the_front_and_the_end_are_read() -> None:
    pieces = attentive.packaged().pieces
    found = attentive.numbers("年费多收了。" * 300 + "我要退保", pieces)
    short = attentive.numbers("我要退保", pieces)
    assert len(found) == attentive.MOST
    assert (found[0], found[-1]) == (START, END)
    assert found[-len(short) + 2 : -1] == short[2:-1]


def _plainly(state: Any, of: Any, sides: int) -> Any:
    """Return what a layer gives, number by number."""

    def normed(row: Any, scale: Any, bias: Any) -> Any:
        mean = sum(row) / len(row)
        spread = math.sqrt(sum((x - mean) ** 2 for x in row) / len(row))
        return [(x - mean) / spread * s + b for x, s, b in zip(row, scale, bias, strict=True)]

    length, width = state.shape
    each = width // sides
    asked = [
        [sum(state[t][i] * of["asked"][i][o] for i in range(width)) + of["asked_bias"][o] for o in range(3 * width)]
        for t in range(length)
    ]
    out = []
    for t in range(length):
        seen = []
        for side in range(sides):
            at = side * each
            weights = [
                math.exp(sum(asked[t][at + i] * asked[u][width + at + i] for i in range(each)) / math.sqrt(each))
                for u in range(length)
            ]
            seen += [
                sum(w * asked[u][2 * width + at + i] for u, w in enumerate(weights)) / sum(weights) for i in range(each)
            ]
        row = [
            x + sum(seen[i] * of["seen"][i][o] for i in range(width)) + of["seen_bias"][o]
            for o, x in enumerate(state[t])
        ]
        row = normed(row, of["norm"], of["norm_bias"])
        inner = [
            sum(row[i] * of["inner"][i][o] for i in range(width)) + of["inner_bias"][o]
            for o in range(len(of["inner_bias"]))
        ]
        bent = [x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) for x in inner]
        row = [
            x + sum(bent[i] * of["outer"][i][o] for i in range(len(bent))) + of["outer_bias"][o]
            for o, x in enumerate(row)
        ]
        out.append(normed(row, of["last"], of["last_bias"]))
    return np.array(out)


def test_a_layer_reckons_as_the_formulas_say() -> None:
    chance = np.random.default_rng(4)
    width, inner, sides = 8, 12, 2
    shapes = {"asked": (width, 3 * width), "seen": (width, width), "inner": (width, inner), "outer": (inner, width)}
    of = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    of |= {f"{name}_bias": chance.normal(size=shape[1]).astype(np.float32) for name, shape in shapes.items()}
    of |= {name: chance.normal(size=width).astype(np.float32) for name in ("norm", "norm_bias", "last", "last_bias")}
    state = chance.normal(size=(5, width)).astype(np.float32)
    wanted = _plainly(state.copy(), of, sides)
    assert np.abs(attentive._layer(state, of, sides) - wanted).max() < 1e-4


@pytest.mark.parametrize(
    ("text", "business", "cause"),
    [
        ("催收一天打三十个电话，还打到我单位骂我同事，我只是晚还了一周", "债务催收", "催收方式与手段"),
        ("信用卡年费突然从300涨到600，说不用就会收，从来没人通知我", "信用卡", None),
        ("刚才有人冒充客服骗我把验证码报出去，卡里的两万块被转走了", None, "资金被盗/欺诈"),
        ("手机银行从昨晚开始一直白屏登录不上，重装了三次也没用", "电子银行", "系统与渠道故障"),
    ],
)
def test_plain_complaints_are_read_rightly(text: str, business: str | None, cause: str | None) -> None:
    said = attentive.read(narrative("web", "2026-06-01T09:00:00", text, None))
    for head, wanted in (("business_type", business), ("cause", cause)):
        if wanted is not None:
            assert attentive.HEADS[head][int(said[head].argmax())] == wanted


def test_who_speaks_is_told_of_a_conversation() -> None:
    turns = [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "我的卡被锁了。怎么解?"}]
    assert attentive.told(narrative("call", None, None, turns)) == "客服:您好 客户:我的卡被锁了，怎么解"


def test_both_readings_count() -> None:
    kinds = {kind: dict.fromkeys(attentive.HEADS[kind], 1 / len(attentive.HEADS[kind])) for kind in classes.KINDS}
    whole = {kind: np.arange(len(attentive.HEADS[kind]), dtype=np.float32) for kind in classes.KINDS}
    both = classes.joined(classes.Scores(kinds, {}), whole)
    for kind in classes.KINDS:
        assert both.ranked(kind)[0][0] == attentive.HEADS[kind][-1]
        assert sum(both.by_kind[kind].values()) == pytest.approx(1)
        first, second = both.ranked(kind)[0][1], both.ranked(kind)[1][1]
        assert math.log(first / second) == pytest.approx(classes.BESIDE, abs=1e-6)


def test_the_whole_is_read_where_the_classes_are_open() -> None:
    def scores(business: float, cause: float) -> classes.Scores:
        parts = {"business_type": business, "cause": cause}
        return classes.Scores({k: {"a": p, "b": 1 - p} for k, p in parts.items()}, {})

    assert classes.is_sure(scores(classes.SURE, 0.9))
    assert not classes.is_sure(scores(0.9, classes.SURE - 0.01))
    assert not classes.is_sure(scores(classes.SURE - 0.01, 0.9))


@pytest.mark.parametrize("harm", ["missing", "cut", "of other classes"])
def test_a_damaged_file_is_told(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "attentive.npz"
    if harm == "cut":
        path.write_bytes(attentive.PACKAGED.read_bytes()[:100_000])
    elif harm == "of other classes":
        np.savez(path, meta=np.frombuffer(b'{"heads": {}, "layers": 0, "sides": 1}', np.uint8))
    with pytest.raises(ModelUnavailable, match="全文模型"):
        attentive.load(path)
