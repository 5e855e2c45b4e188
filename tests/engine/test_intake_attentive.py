"""The transformer that reads a complaint as a whole: cutting, reckoning, long texts, damaged files."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

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
    said = attentive.read(narrative("web", "2026-06-01T09:00:00", text, None)).heads
    for head, wanted in (("business_type", business), ("cause", cause)):
        if wanted is not None:
            assert attentive.HEADS[head][int(said[head].argmax())] == wanted


def test_who_speaks_is_told_of_a_conversation() -> None:
    turns = [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "我的卡被锁了。怎么解?"}]
    assert attentive.told(narrative("call", None, None, turns)) == "客服:您好 客户:我的卡被锁了，怎么解"


def test_what_is_read_of_a_conversation_keeps_its_places() -> None:
    turns = [{"role": "agent", "text": " 您好,哪款?"}, {"role": "customer", "text": "我的卡被锁了。怎么解?"}]
    story = narrative("call", None, None, turns)
    text, origin = attentive.placed(story)
    assert len(text) == len(origin)
    assert all(at < 0 or story.plain[at] == char for at, char in zip(origin, text, strict=True))
    assert "".join(text[n] for n, at in enumerate(origin) if at < 0) == "客服:， 客户:，"


@pytest.mark.parametrize("text", ["年费", "  年  费\n\n收 ", "①年㎡费", "ＡＢ年㍿费…收", "e\u0301年"])
def test_pieces_know_where_they_stand(text: str) -> None:
    found = attentive.packaged().pieces.placed(text)
    assert all(0 <= start <= end <= len(text) for _, start, end in found)
    assert all(a[2] <= b[2] and a[1] <= b[1] for a, b in pairwise(found))
    covered = {at for _, start, end in found for at in range(start, end)}
    assert covered >= {at for at, char in enumerate(text) if not char.isspace()}


def test_names_are_read_at_their_characters() -> None:
    story = narrative("web", None, "我在江澜银行买的“月光宝盒”亏了，柜员小谭说保本", None)
    tags = attentive.read(story).tags
    assert tags.shape == (len(story.plain), len(attentive.TAGS))
    told = [attentive.TAGS[row.argmax()] for row in tags]
    for name, kind in (("江澜银行", "I"), ("月光宝盒", "P"), ("小谭", "S")):
        at = story.plain.index(name)
        assert told[at : at + len(name)] == [f"B-{kind}", *[f"I-{kind}"] * (len(name) - 1)]
    assert told[0] == told[-1] == "O"


def test_of_the_middle_of_a_long_text_nothing_is_said() -> None:
    story = narrative("web", None, "年费多收了。" * 300 + "我要退保", None)
    read = np.abs(attentive.read(story).tags).sum(axis=1) > 0
    assert read[0]
    assert read[-1]
    assert not read[len(read) // 2]


def test_both_readings_count() -> None:
    kinds = {kind: dict.fromkeys(attentive.HEADS[kind], 1 / len(attentive.HEADS[kind])) for kind in classes.KINDS}
    whole = {kind: np.arange(len(attentive.HEADS[kind]), dtype=np.float32) for kind in classes.KINDS}
    both = classes.joined(classes.Scores(kinds, {}), whole)
    for kind in classes.KINDS:
        assert both.ranked(kind)[0][0] == attentive.HEADS[kind][-1]
        assert sum(both.by_kind[kind].values()) == pytest.approx(1)
        first, second = both.ranked(kind)[0][1], both.ranked(kind)[1][1]
        assert math.log(first / second) == pytest.approx(classes.BESIDE, abs=1e-6)


@pytest.mark.parametrize(
    "harm", ["missing", "empty", "cut", "no model", "without its vocabulary", "of other classes", "of other tags"]
)
def test_a_damaged_file_is_told(tmp_path: Path, harm: str) -> None:
    path, whole = tmp_path / "attentive.onnx", attentive.PACKAGED.read_bytes()
    harmed = {
        "empty": b"",
        "cut": whole[:100_000],
        "no model": b"PK\x03\x04" * 1000,
        "without its vocabulary": whole.replace(b"pieces\x12", b"peaces\x12"),
        "of other tags": whole.replace(b'"I-C"', b'"I-X"'),
        "of other classes": whole.replace("催收方式与手段".encode(), "催收方式及手段".encode()),
    }
    if harm != "missing":
        path.write_bytes(harmed[harm])
        assert path.read_bytes() != whole
    with pytest.raises(ModelUnavailable, match="全文模型"):
        attentive.load(path)


def test_a_text_reads_alike_alone_and_on_many_threads() -> None:
    texts = [f"第{n}次了，信用卡年费又扣了{n}百，客服说查不到" for n in range(12)]
    alone = [attentive.read(narrative("web", None, text, None)) for text in texts]
    with ThreadPoolExecutor(6) as pool:
        beside = list(pool.map(lambda text: attentive.read(narrative("web", None, text, None)), texts))
    for one, other in zip(alone, beside, strict=True):
        assert np.array_equal(one.tags, other.tags)
        for head in attentive.HEADS:
            assert np.array_equal(one.heads[head], other.heads[head])
