"""Words met in very many entries: the same is found, in the same order, whichever way it is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from xiaobao_web.kernel import search, search_begun, search_index
from xiaobao_web.materials.models import Material

pytestmark = pytest.mark.django_db
KIND = "materials.material"


@pytest.fixture
def material(bank: Any) -> list[Material]:
    """Make material of two organisations, some of it named to people of others, and put it into the search."""
    units, makers = (bank["submitter"].unit, bank["other_branch"].unit), (bank["submitter"], bank["other_branch"])
    made = [
        Material(
            title=f"稳享{n}号{'海报' if n % 3 else '短信'}", kind="poster", unit=units[n % 2],
            created_by=makers[n % 5 == 0],
        )
        for n in range(24)
    ]  # fmt: skip
    rows = Material.objects.bulk_create(made)
    search.index(*rows[12:], *rows[:12])
    return rows


def walked(user: Any, words: str, size: int) -> list[str]:
    """Return the addresses of everything found, page by page."""
    group = search.search_kind(user, KIND, words, limit=size)
    seen = [hit.url for hit in group.hits]
    while group.more:
        group = search.search_kind(user, KIND, words, limit=size, cursor=group.cursor)
        seen += [hit.url for hit in group.hits]
    return seen


@pytest.mark.parametrize("who", ["office", "sender_head", "submitter", "other_branch", "liaison", "stranger"])
@pytest.mark.parametrize("common", [1, 2, 10_000])
def test_many_are_found_like_few(
    bank: Any, material: list[Material], who: str, common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {words: walked(bank[who], words, 100) for words in ("稳享", "海报", "短信 稳享", "稳享7号", "无此词语")}
    seen = search.REGISTERED[KIND].visible(bank[who])
    assert len(expected["稳享"]) == seen.filter(pk__in=[row.pk for row in material]).count()
    for name, value in (("FEW", 2), ("NARROW", 1), ("SPARE", 2), ("MORE", 4)):
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(search_index, "RARE", 0)
    monkeypatch.setattr(search_index, "COMMON", common)
    for words, all_of_it in expected.items():
        for size in (3, 5, 30):
            assert walked(bank[who], words, size) == all_of_it, (words, size)


@pytest.mark.parametrize("who", ["office", "submitter", "stranger"])
def test_a_word_only_begun_beside_others_finds_the_same_whichever_way(
    bank: Any, material: list[Material], who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        Material(title=title, kind="poster", unit=bank["submitter"].unit, created_by=bank["submitter"])
        for title in ("ABC稳享", "稳享 abcd 海", "稳享号", "享稳 xabc", "海稳享 9号")
    ]
    search.index(*Material.objects.bulk_create(odd))
    asked = (
        "稳享7号",
        "稳享 号",
        "稳享 海",
        "稳享 abc",
        "稳享 bcd",
        "稳享 ABC 海",
        "号",
        "abc 海",
        "无此 海",
        "海 号",
        "稳",
    )
    for most in (search.FEW, 5):
        monkeypatch.setattr(search, "FEW", most)
        quickly = {words: walked(bank[who], words, 4) for words in asked}
    monkeypatch.setattr(search_begun, "FEW", -1)
    assert {words: walked(bank[who], words, 4) for words in asked} == quickly
    if who == "office":
        assert all(quickly[words] for words in asked[:4])
        assert not quickly["稳享 bcd"]
