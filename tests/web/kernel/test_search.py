"""Search: Chinese of two characters, parts of numbers, what one may see, honest counts; on either database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from xiaobao_web.kernel import search, search_index
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.words import MOST_TEXT, parts_of, wanted, words_of
from xiaobao_web.people.models import Organisation, Person

pytestmark = pytest.mark.django_db
TEXTS: dict[str, str] = {}


@pytest.fixture
def registered(bank, monkeypatch):
    """Make organisations and people searchable: all organisations of one's own branch, everything for the office."""
    monkeypatch.setattr(search, "REGISTERED", {})
    monkeypatch.setattr(search, "FEW", 3)
    monkeypatch.setattr(search, "NARROW", 2)
    TEXTS.clear()

    def visible(user):
        rows = Organisation.objects.all()
        return rows if "office" in user.roles_now() else rows.filter(pk=user.unit_id)

    search.searchable(
        Organisation, title=lambda row: f"{row.code.upper()} {row.name}", text=lambda row: TEXTS.get(row.code, ""),
        url=lambda row: f"/people/units/{row.pk}/", visible=visible,
    )  # fmt: skip
    search.searchable(
        Person, title=lambda row: row.name, text=lambda row: row.title, url=lambda row: f"/people/{row.pk}/",
        visible=lambda user: Person.objects.all(), label="人员",
    )  # fmt: skip
    return bank


def indexed(bank, key: str, text: str = "", name: str | None = None) -> Organisation:
    unit = bank.units[key]
    TEXTS[key] = text
    if name is not None:
        unit.name = name
    search.index(unit)
    return unit


def found(bank, words: str, who: str = "office") -> list[str]:
    return [hit.title for group in search.search(bank[who], words) for hit in group.hits]


def test_words_of_a_text():
    assert words_of("贷款利率3.65%，APR") == ["贷款", "款利", "利率", "率", "3", "65", "apr"]
    assert words_of("ＳＣ２０２６") == ["sc2026"]
    assert parts_of("SC26 APR 审查") == ["sc", "sc2", "sc26", "c2", "c26", "26"]
    assert [(word.words, word.begun) for word in wanted("贷款利 a 率")] == [
        (("贷款", "款利"), False), (("a",), True), (("率",), True),
    ]  # fmt: skip
    assert wanted("，。!?") == []


@pytest.mark.parametrize(
    "words",
    [
        "贷款",
        "利率",
        "款利",
        "消费贷款利率",
        "率",
        "消",
        "APR",
        "apr",
        "ap",
        "3.65",
        "36500",
        "贷款 APR",
        "Ａｐｒ",
        "“贷款”",
    ],
)
def test_words_are_found_in_texts(registered, words):
    indexed(registered, "retail", "消费贷款利率：年化（单利）3.65 %，APR 以合同为准，金额 36500.00 元")
    assert found(registered, words) == ["RETAIL 零售金融部"]


@pytest.mark.parametrize("words", ["利贷", "款率", "贷款存款", "贷款 存款", "pr", "6500", "元贷"])
def test_what_is_not_there_is_not_found(registered, words):
    indexed(registered, "retail", "消费贷款利率：APR，金额 36500.00 元")
    assert found(registered, words) == []


@pytest.mark.parametrize(
    "words", ["SC2026-00001", "sc2026", "2026-00001", "00001", "0001", "C2026", "2026", "SC2026-0000", "26 零售"]
)
def test_parts_of_a_number_are_found(registered, words):
    indexed(registered, "retail", name="SC2026-00001 零售")
    indexed(registered, "legal", name="SC2025-00777 法律")
    assert found(registered, words) == ["RETAIL SC2026-00001 零售"]


@pytest.mark.parametrize(
    "words", ['"', "'", "贷款' OR 1", "*", "贷款*", "NEAR(", "title:", "a & | !", "\\", "%s", "\0贷款", "(", "贷款)"]
)
def test_marks_of_query_languages_mean_nothing(registered, words):
    indexed(registered, "retail", "贷款")
    assert found(registered, words) == (["RETAIL 零售金融部"] if words in ("贷款*", "\0贷款", "贷款)") else [])


def test_titles_come_first_then_the_newest(registered):
    indexed(registered, "retail", "贷款")
    indexed(registered, "legal", "贷款")
    indexed(registered, "audit", name="贷款审计")
    indexed(registered, "retail", "贷款")
    assert found(registered, "贷款") == ["AUDIT 贷款审计", "RETAIL 零售金融部", "LEGAL 法律合规部"]


def test_a_word_in_the_title_and_one_in_the_text_are_found_together(registered):
    indexed(registered, "audit", "零售贷款", name="年度审计")
    assert found(registered, "审计 贷款") == ["AUDIT 年度审计"]


def test_changes_and_removals_are_followed(registered):
    unit = indexed(registered, "retail", "贷款")
    indexed(registered, "retail", "存款")
    assert found(registered, "贷款") == []
    assert found(registered, "存款") == ["RETAIL 零售金融部"]
    search.forget(unit)
    assert found(registered, "存款") == []
    assert not SearchEntry.objects.exists()


@pytest.mark.parametrize("narrow", [0, 1])
def test_only_what_one_may_see_is_found_also_behind_many_others(registered, monkeypatch, narrow):
    monkeypatch.setattr(search, "NARROW", narrow)
    indexed(registered, "branch", "贷款")
    for key in ("retail", "legal", "audit", "service", "sub_branch", "branch_two"):
        indexed(registered, key, "贷款")
    assert len(found(registered, "贷款")) == 5
    assert found(registered, "贷款", "liaison") == ["BRANCH 江城分行"]
    assert found(registered, "贷款", "stranger") == []


def test_pages_hold_each_hit_once_and_counts_are_honest(registered):
    for key in registered.units:
        indexed(registered, key, "贷款", name="贷款部" if key in ("retail", "legal", "audit") else None)
    group = search.search_kind(registered["office"], "people.organisation", "贷款", limit=4)
    assert group.more
    seen = [hit.title for hit in group.hits]
    while group.more:
        group = search.search_kind(registered["office"], "people.organisation", "贷款", limit=4, cursor=group.cursor)
        seen += [hit.title for hit in group.hits]
    assert len(seen) == len(set(seen)) == len(registered.units)
    assert search.search_kind(registered["office"], "people.organisation", "贷款", limit=len(seen)).more is False


def test_long_texts_are_found_to_their_end(registered):
    indexed(registered, "retail", "存" * 30_000 + "，末尾的特别约定" + "款" * 40_000)
    assert found(registered, "特别约定") == ["RETAIL 零售金融部"]
    varied = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(MOST_TEXT))
    indexed(registered, "legal", varied)
    assert found(registered, varied[50_000:50_006]) == ["LEGAL 法律合规部"]


def test_excerpts_are_escaped_and_marked(registered):
    indexed(registered, "retail", "前言" * 60 + "<script>alert(1)</script>贷款利率" + "后文" * 80, name="<b>贷款</b>")
    hit = search.search(registered["office"], "贷款 alert")[0].hits[0]
    assert hit.title_html == 'RETAIL &lt;b&gt;<mark class="found">贷款</mark>&lt;/b&gt;'
    assert '&lt;script&gt;<mark class="found">alert</mark>(1)' in hit.excerpt_html
    assert "<script" not in hit.excerpt_html
    assert hit.excerpt_html.startswith("…")
    assert hit.excerpt_html.endswith("…")


def test_reindexing_writes_everything_anew_and_drops_what_is_gone(registered, capsys):
    for key in registered.units:
        TEXTS[key] = "贷款"
    gone = indexed(registered, "partner", "贷款")
    SearchEntry.objects.filter(subject_id=gone.pk).update(subject_id=10**6)
    call_command("reindex")
    assert f"机构：{len(registered.units)} 条" in capsys.readouterr().out
    assert SearchEntry.objects.filter(subject_type="people.organisation").count() == len(registered.units)
    assert found(registered, "施管") == ["施管理"]
    with pytest.raises(Undeclared, match="没有登记搜索"):
        call_command("reindex", "no.thing")


def test_the_index_holds_no_words_without_an_entry(registered):
    unit = indexed(registered, "retail", "贷款")
    SearchEntry.objects.all().delete()
    query = search_index.matching("people.organisation", wanted("贷款"), in_title=None, before=None, most=10)
    assert search_index.ids(query) == []
    assert unit.pk


def test_queries_are_few_and_their_number_does_not_grow(registered, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(search, "FEW", 1000)
    for key in registered.units:
        indexed(registered, key, "贷款")
    person = registered["office"]
    person.roles_now()
    # On PostgreSQL how common a word is among a kind is counted once and remembered for a while.
    with django_assert_num_queries(5 if connection.vendor == "sqlite" else 13):
        assert found(registered, "贷款")
    with django_assert_num_queries(5 if connection.vendor == "sqlite" else 9):
        assert found(registered, "贷款")


def test_the_page_its_fragment_and_its_json(registered, client_of):
    unit = indexed(registered, "retail", "贷款")
    client, address = client_of("office"), reverse("search")
    page = client.get(address, {"q": "贷款"}).content.decode()
    assert "<html" in page
    assert '<mark class="found">贷款</mark>' in page
    fragment = client.get(address, {"q": "贷款"}, headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip() in page
    quick = client.get(reverse("search_quick"), {"q": "贷款"}).json()
    assert {"title": "RETAIL 零售金融部", "kind": "机构", "url": f"/people/units/{unit.pk}/"} in quick
    assert {row["kind"] for row in quick} == {"机构", "审查要点"}
    assert client.get(address, {"q": "贷款"}, headers={"Accept": "application/json"}).json()["results"]
    assert "没有找到“存款”" in client.get(address, {"q": "存款"}).content.decode()
    assert "要找什么" in client.get(address).content.decode()
    assert client.get(address, {"q": "贷款", "kind": "people.organisation", "after": "x:y"}).status_code == 200
    assert client.get(address, {"q": "贷款", "kind": "no.thing"}).status_code == 404
    assert client.post(address).status_code == 405
    assert client.post(reverse("search_quick")).status_code == 405
    assert client_of("stranger").get(reverse("search_quick"), {"q": "贷款"}).json() == []
