"""Names told character by character: those no pattern expects, where they stand, by a file that is refused when cut."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import fill, named, tagged, train_tagged
from xiaobao.intake.attentive import TAGS
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import narrative
from xiaobao.intake.tagged import Named
from xiaobao.intake.train_tagged import Told, places, renamed, sequence

CORPUS = Path(__file__).parents[2] / "evaluation" / "intake"
SEALED = ("w13", "w16", "w19", "w21", "w22", "w23", "w24")


def story_of(text: str):
    return narrative("web", "2026-05-01", text, None)


def test_pieces_hold_every_character_once() -> None:
    story = story_of("第一句。" + "很长的一句，" * 60 + "\n\n  最后一句没有标点" + "字" * 400)
    cut = tagged.pieces(story)
    assert max(end - start for start, end in cut) <= tagged.LONGEST
    assert all(a[1] <= b[0] for a, b in pairwise(cut))
    told = "".join(story.plain[start:end] for start, end in cut)
    assert told.replace("\n", "").replace(" ", "") == story.plain.replace("\n", "").replace(" ", "")


def test_every_character_of_a_piece_has_features() -> None:
    story = story_of("①我在“海珀银行”办的鑫悦宝3号？A款 𠀀。")
    for start, rows in tagged.features(story, [("inst", 4, 8)]):
        assert all(f"c0={'0' if c.isdigit() else c}" in row for c, row in zip(story.plain[start:], rows, strict=False))
    rows = [row for _, piece in tagged.features(story, [("inst", 4, 8)]) for row in piece]
    assert sum("h:inst:B" in row for row in rows) == sum("h:inst:E" in row for row in rows) == 1


def test_a_pattern_stays_unless_the_model_surely_says_another() -> None:
    story = story_of("海珀银行的鑫悦宝亏了，经办的是小谭")
    found = Found("海珀", ((0, 2),), 0.8)
    sure, less = Named("P", 5, 8, 0.95), Named("P", 5, 8, 0.6)
    settled = tagged.settled("product_name", story, found, [sure])
    assert settled is not None
    assert (settled.value, settled.places) == ("鑫悦宝", ((5, 8),))
    assert tagged.settled("product_name", story, found, [less]) is found
    assert tagged.settled("product_name", story, found, [sure, Named("P", 0, 2, 0.2)]) is found
    assert tagged.settled("product_name", story, None, [less]) is None
    alone = tagged.settled("product_name", story, None, [sure])
    assert alone is not None
    assert alone.value == "鑫悦宝"
    assert tagged.settled("product_name", story, None, [Named("S", 15, 17, 0.99)]) is None


def test_places_of_a_ticket_are_found_also_where_the_institution_is_scattered() -> None:
    story = story_of("我是海珀银行的老客户，上周去滨江支行找小谭，买的鑫悦宝")
    gold = {"institution_branch": "海珀银行滨江支行", "product_name": "鑫悦宝", "staff_mentioned": "小谭"}
    marked = {(kind, story.text[a:b]) for kind, a, b in places(story, gold)}
    assert marked == {("I", "海珀银行"), ("I", "滨江支行"), ("P", "鑫悦宝"), ("S", "小谭")}


def test_other_names_are_put_in_their_places() -> None:
    turns = [
        {"role": "agent", "text": "请问是哪款产品"},
        {"role": "customer", "text": "鑫悦宝，就是小谭推的那个鑫悦宝"},
    ]
    story = narrative("call", "2026-05-01", None, turns)
    start = story.text.index("鑫悦宝")
    again = story.text.rindex("鑫悦宝")
    told = Told(story, [("P", start, start + 3), ("P", again, again + 3)], 1)
    other = renamed(told, {name: ["山海谣二代"] for name, _ in train_tagged._SORTS}, random.Random(1))
    assert [other.story.text[a:b] for _, a, b in other.places] == ["山海谣二代", "山海谣二代"]
    assert other.story.roles == story.roles
    assert sequence(4, other.places[0][1], other.places) == ["B-P", "I-P", "I-P", "I-P"]


def test_marked_passages_hold_what_their_marks_say() -> None:
    rows = [json.loads(line) for line in (CORPUS / "marked.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 1_500
    for row in rows:
        text = row.get("text") or "\n".join(turn["text"] for turn in row["turns"])
        assert all(0 <= a < b <= len(text) and "\n" not in text[a:b] for _, a, b in row["names"]), row["id"]


def test_sealed_sets_and_held_out_rows_teach_nothing() -> None:
    assert not set(train_tagged.VALUED) & set(SEALED)
    kept = {
        json.loads(line)["id"]
        for line in (CORPUS / "w20.jsonl").read_text(encoding="utf-8").splitlines()
        if json.loads(line)["id"].endswith(("0", "4", "8"))
    }
    texts = {told.story.text for told in train_tagged.read(CORPUS)}
    for line in (CORPUS / "w20.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        story = narrative(row["channel"], row["received_at"], row.get("text"), row.get("turns"))
        assert (story.text in texts) == (row["id"] not in kept)


def row_of(**odds: float) -> list[float]:
    """Return the probabilities of the tags of a character, the rest shared alike; B_P stands for B-P."""
    given = {tag.replace("_", "-"): value for tag, value in odds.items()}
    rest = (1 - sum(given.values())) / (len(TAGS) - len(given))
    return [given.get(tag, rest) for tag in TAGS]


def test_names_hang_together() -> None:
    # The second character alone would be the inside of a member of staff, which cannot stand behind a product.
    told = np.array([row_of(B_P=0.9), row_of(I_S=0.5, I_P=0.45), row_of(O=0.9), row_of(I_C=0.6, O=0.3)])
    ((kind, start, end, sure),) = tagged.spelled(told)
    assert (kind, start, end) == ("P", 0, 2)
    assert sure == pytest.approx(0.45, abs=0.01)


def test_two_names_of_a_kind_side_by_side_stay_two() -> None:
    told = np.array([row_of(B_P=0.9), row_of(I_P=0.9), row_of(B_P=0.9), row_of(I_P=0.9)])
    assert [(start, end) for _, start, end, _ in tagged.spelled(told)] == [(0, 2), (2, 4)]


def test_both_readings_of_a_character_count_and_silence_does_not() -> None:
    told = np.array([row_of(O=0.6, B_P=0.35), row_of(O=0.6, B_P=0.35)])
    read = np.log(np.array([row_of(B_P=0.95), [1.0] * len(TAGS)]))
    both = tagged.joined(told, read)
    assert TAGS[both[0].argmax()] == "B-P"
    assert both[1] == pytest.approx(told[1])
    assert both.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "tagged.crfsuite"
    whole = tagged.PACKAGED.read_bytes()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "other": b"PK" + whole[2:]}[damage])
    with pytest.raises(ModelUnavailable, match="make train"):
        tagged.Model(path)


def test_threads_get_what_one_alone_gets() -> None:
    texts = [
        f"我在云麓银行办的{name}一直扣钱，柜员小{who}说不退" for name, who in zip("甲乙丙丁", "赵钱孙李", strict=True)
    ]
    stories = [story_of(text) for text in texts] * 8
    alone = [named.read(story) for story in stories]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(named.read, stories)) == alone


def test_a_long_text_is_told_to_its_limit() -> None:
    ticket = fill(channel="web", received_at="2026-05-01", text="我投诉云麓银行乱收费。" * 1_500)
    assert ticket.institution_branch == "云麓银行"
