"""Normalisation: what becomes what, which separators go, and that every offset leads back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.errors import InputError
from xiaobao.text.characters import BREAK, CJK, COLLAPSE, DROP, HARD, SOFT, UNKNOWN, character_table
from xiaobao.text.normalise import ROW_SEPARATOR, normalise, normalise_batch, normalise_term

FORMS = [
    ("保 * 本", "保本"),
    ("保\u200b本\ufeff保\u00ad息", "保本保息"),
    ("保🔥本💰💰无👨‍👩‍👧风险", "保本无风险"),
    ("保→本◆保★息", "保本保息"),
    ("保丶本丨息", "保本息"),
    ("刚\n性\r\n兑付", "刚性兑付"),
    ("ＶＸ：ａｂｃ１２３", "vx:abc123"),
    ("①⑴⒈❶ⅰ𝟏", "1111i1"),
    ("1️⃣2️⃣", "12"),
    ("⑩㎡㈱", "10m2株"),
    ("帳戶賬户账户帐户", "账户账户账户账户"),
    ("貸款無風險，穩賺不賠", "贷款无风险,稳赚不赔"),
    ("乾淨裡裏後臺甚麼", "干净里里后台甚么"),
    ("bǎo本", "bao本"),
    ("年化 3.5%", "年化3.5%"),
    ("收益率 7.2 %", "收益率7.2 %"),
    ("3.5-4.2%", "3.5-4.2%"),
    ("3.5%～4.2％", "3.5%~4.2%"),
    ("5.本金", "5.本金"),
    ("https://a.com/x-y_z?b=1&c=2", "https://a.com/x-y_z?b=1&c=2"),
    ("请点 https://t.cn/a-b 领取", "请点https://t.cn/a-b领取"),
    ("“‘「『』」’”", "““““””””"),
    ("！？；：（），。、《》", "!?;:(),。、《》"),
    ("保本！！！真的？？", "保本!真的?"),
    ("好好好好贷 天天向上", "好贷天天向上"),
    ("等等……。。。", "等等…。"),
    ("a  b\t\nc", "a b c"),
    ("  保本  ", "保本"),
    (" 3.5 ", "3.5"),
    ("𠮷利貸", "吉利贷"),
    ("万分之五‰", "万分之五‰"),
    ("", ""),
    ("\x00", ""),
    ("🔥 💰", ""),
    ("½", "1/2"),
    ("\ud800本", "\ufffd本"),
    ("🅥🅧微信", "vx微信"),
    ("二〇二六", "二〇二六"),
    ("138****1234", "138****1234"),
]


@pytest.mark.parametrize(("source", "expected"), FORMS)
def test_forms(source: str, expected: str) -> None:
    assert normalise(source).text == expected


@pytest.mark.parametrize(
    ("source", "term", "original"),
    [
        ("【 保 * 本 】", "保本", "保 * 本"),
        ("稳\n赚，不赔", "稳赚", "稳\n赚"),
        ("👍保👍本👍", "保本", "保👍本"),
        ("加Ｖ❤信", "v信", "Ｖ❤信"),
        ("约20㎡的房", "20m2", "20㎡"),
        ("高高高高收益", "高收益", "高高高高收益"),
        ("高 高 高收益", "高收益", "高 高 高收益"),
        ("最高收益\u200b", "收益", "收益"),
    ],
)
def test_a_hit_leads_back_to_the_original_words(source: str, term: str, original: str) -> None:
    normal = normalise(source)
    at = normal.text.index(term)
    start, end = normal.original(at, at + len(term))
    assert source[start:end] == original


def test_breaks_are_kept_where_lines_ended() -> None:
    assert normalise("刚性\n兑付").breaks == (2,)
    assert normalise("\n甲\t乙\n").breaks == (1,)
    assert normalise("ab\ncd").breaks == (3,)
    assert normalise("本息——保证").breaks == (2,)
    assert normalise("一行").breaks == ()


def test_empty_spans_are_safe() -> None:
    assert normalise("").original(0, 0) == (0, 0)
    assert normalise(" 保本 ").original(2, 2) == (4, 4)
    assert normalise_batch(["", "保"]).original(0, 0, 0) == (0, 0)


def test_a_batch_locates_rows() -> None:
    batch = normalise_batch(["保本", "", "ab"])
    assert batch.units.dtype == np.uint16
    assert batch.row_starts.tolist() == [0, 3, 4, 7]
    assert batch.row_ends.tolist() == [2, 3, 6]
    assert batch.locate(np.array([0, 1, 4, 5])).tolist() == [0, 0, 2, 2]
    assert len(normalise_batch([])) == 0


def test_terms_need_content() -> None:
    assert normalise_term(" P2P 理財 ") == "p2p理财"
    with pytest.raises(InputError, match="规范化后为空"):
        normalise_term("\u200b")


def test_no_unit_is_nul_or_the_row_separator() -> None:
    table = character_table()
    kept = table.entries[((table.entries >> 16) & DROP) == 0] & 0xFFFF
    assert not np.isin(kept, [0, ROW_SEPARATOR]).any()


def test_every_form_is_its_own_form() -> None:
    """A normalised character stays as it is, so that terms and texts can be normalised twice."""
    table = character_table()
    units = np.unique(table.entries[(table.entries >> 16 & DROP) == 0] & 0xFFFF)
    moved = [chr(u) for u in units if table.entries[u] & 0xFFFF != u or chr(u) in table.expansions]
    assert moved == []


# A slow second writing of the rules, one character at a time, to compare the numpy pass with.


def reference(text: str) -> list[tuple[str, int, int]]:
    table = character_table()
    cells: list[list[int]] = []
    for at, char in enumerate(text):
        entries = table.expansions.get(ord(char), table.entries[ord(char) : ord(char) + 1])
        cells += [[int(e) & 0xFFFF, int(e) >> 16, at, at + 1] for e in entries]
    cells = [c for c in cells if not c[1] & DROP]
    kept = []
    for at, cell in enumerate(cells):
        if cell[1] & (SOFT | HARD):
            before = next((c[1] & CJK for c in reversed(cells[:at]) if not c[1] & (SOFT | HARD)), CJK)
            after = next((c[1] & CJK for c in cells[at + 1 :] if not c[1] & (SOFT | HARD)), CJK)
            if (before and after) or (cell[1] & SOFT and (before or after)):
                continue
        kept.append(cell)
    out: list[list[int]] = []
    at = 0
    while at < len(kept):
        size = 1
        while at + size < len(kept) and kept[at + size][0] == kept[at][0]:
            size += 1
        if kept[at][0] != UNKNOWN and ((kept[at][1] & COLLAPSE) or (kept[at][1] & CJK and size >= 3)):
            out.append([*kept[at][:3], kept[at + size - 1][3]])
        else:
            out += kept[at : at + size]
        at += size
    return [(chr(c[0]), c[2], c[3]) for c in out]


ALPHABET = (
    "保本貸款帳息高高高，。！!……—-./~ \t\n\r*·•_|#3５%‰①⑩㎡½aＡé\u0301\u200b\ufe0f\x00\ud800😀👍🏻𝟏𠮷𠀀(（“’「丶あが가"
)
TEXTS = st.text(st.one_of(st.sampled_from(ALPHABET), st.characters()), max_size=24)


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_the_batch_the_single_row_and_the_reference_agree(texts: list[str]) -> None:
    batch = normalise_batch(texts)
    for index, text in enumerate(texts):
        row, single = batch.row(index), normalise(text)
        expected = reference(text)
        assert row.text == single.text == "".join(c for c, _, _ in expected)
        assert row.starts.tolist() == single.starts.tolist() == [s for _, s, _ in expected]
        assert row.ends.tolist() == single.ends.tolist() == [e for _, _, e in expected]
        assert row.breaks == single.breaks
        for at in range(len(row.text)):
            assert batch.original(index, at, len(row.text)) == row.original(at, len(row.text))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_every_original_slice_normalises_back(text: str) -> None:
    normal = normalise(text)
    table = character_table()
    assert len(normal.starts) == len(normal.ends) == len(normal.text)
    for at, char in enumerate(normal.text):
        start, end = normal.original(at, at + 1)
        assert 0 <= start < end <= len(text)
        if not (int(table.entries[ord(char)]) >> 16) & (SOFT | HARD):
            assert char in normalise(text[start:end]).text
    assert list(normal.breaks) == sorted(set(normal.breaks))
    assert all(0 < b < len(normal.text) for b in normal.breaks)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(" *·🔥\u200b\n、"), max_size=3),
    st.text(st.sampled_from("保本無險貸款"), min_size=2, max_size=6),
)
def test_a_word_pulled_apart_is_found_and_leads_back(noise: list[str], word: str) -> None:
    filler = "".join(c for c in noise if c != "、")
    source = "，" + filler.join(word) + "。"
    normal = normalise(source)
    at = normal.text.index(normalise_term(word))
    start, end = normal.original(at, at + len(normalise_term(word)))
    assert source[start:end] == filler.join(word)


def test_classes_and_compatibility_forms_of_han() -> None:
    entries = character_table().entries
    assert all(entries[ord(c)] >> 16 & CJK for c in "保本〇々あ가ㄅ")
    assert entries[ord("\n")] >> 16 & BREAK
    assert chr(entries[0xF900] & 0xFFFF) == "岂"  # compatibility form, then simplified
