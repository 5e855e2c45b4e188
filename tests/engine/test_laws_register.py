"""The register of norms: names, loci, resolving, dates, rights, and how a wrong norm file is told."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.errors import LawError
from xiaobao.laws import RIGHTS, Register, load
from xiaobao.laws.norm import read_norm
from xiaobao.laws.numbering import Locus, article_order, chinese_numeral, fold, numeral_value, parse_locus
from xiaobao.laws.register import NORMS


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return load(texts=tmp_path_factory.mktemp("texts"))


@pytest.mark.parametrize(
    ("reference", "norm", "article"),
    [
        ("广告法#25", "广告法", "25"),
        ("广告法#25(一)", "广告法", "25(一)"),
        ("广告法#25（1）", "广告法", "25(一)"),
        ("《广告法》第二十五条第（一）项", "广告法", "25(一)"),
        ("《中华人民共和国广告法》第二十五条", "广告法", "25"),
        ("中华人民共和国消费者权益保护法第五十五条第一款", "消费者权益保护法", "55第一款"),
        ("PBoC5 Art23(四)", "人行消保办法", "23(四)"),
        ("pboc5#16（七）", "人行消保办法", "16(七)"),
        ("人民银行令〔2020〕第5号#34", "人行消保办法", "34"),
        ("PIPL14", "个人信息保护法", "14"),
        ("适当性13(二)", "适当性办法", "13(二)"),
        ("适当性(证)22(二)", "证券期货适当性办法", "22(二)"),
        ("适当性（证）#22", "证券期货适当性办法", "22"),
        ("刑法第二百九十三条之一", "刑法", "293之一"),
        ("刑法#287之二", "刑法", "287之二"),
        ("公告〔2021〕3号", "公告3号", "*"),
        ("公告[2021]3号#*", "公告3号", "*"),
        ("消金办法#*(催收)", "消金办法", "*(催收)"),
        ("GB/T 45251", "催收指引", "*"),
        ("民法典#1024", "民法典", "1024"),
        ("投诉办法#18", "投诉办法", "18"),
    ],
)
def test_resolves_every_way_of_writing(register: Register, reference: str, norm: str, article: str) -> None:
    citation = register.resolve(reference)
    assert (citation.norm, citation.article) == (norm, article)
    assert citation.title
    assert citation.paraphrase
    assert citation.text == ""


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("广高法#25", "广告法"),
        ("广告法#26", "广告法#25"),
        ("广告法#第几条", "看不懂"),
        ("广告法", "须引用到条"),
        ("公告3号#4", "只能整体引用"),
        ("治安管理处罚法#42", "旧版条号不得引用"),
        ("反不正当竞争法第十条", "旧版条号不得引用"),
        ("网络安全法#41", "旧版条号不得引用"),
        ("随便写写", "对不上任何规范"),
        ("", "对不上任何规范"),
        ("广告法#", "看不懂"),
        ("广告法#25(百)", "看不懂"),
    ],
)
def test_says_what_is_wrong_and_what_is_near(register: Register, reference: str, expected: str) -> None:
    with pytest.raises(LawError) as caught:
        register.resolve(reference)
    assert expected in caught.value.message
    assert caught.value.code == "law"


def test_item_without_own_description_takes_its_article(register: Register) -> None:
    item, article = register.resolve("广告法#28(三)"), register.resolve("广告法#28")
    assert item.article == "28(三)"
    assert item.paraphrase == article.paraphrase
    assert register.resolve("广告法#25(一)").paraphrase != register.resolve("广告法#25").paraphrase


def test_confidence_is_per_fact(register: Register) -> None:
    assert register.resolve("网络营销办法#10(七)").confidence == "Q"
    assert register.resolve("网络营销办法#16").confidence == "S"
    assert register.resolve("9号令#22").confidence == "Q"
    assert register.resolve("9号令#42").confidence == "S"
    assert register.resolve("9号令#39").confidence == "M"
    assert register.resolve("公告3号").confidence == "S"
    assert register.resolve("公告3号#*(计算方法)").confidence == "M"


def test_dates_bound_what_is_in_force(register: Register) -> None:
    assert not register.in_force("网络营销办法", date(2026, 9, 29))
    assert register.in_force("网络营销办法", date(2026, 9, 30))
    assert not register.in_force("金规〔2026〕2号", date(2026, 7, 31))
    assert register.in_force("金规〔2026〕2号#*", date(2026, 8, 1))
    assert register.in_force("适当性办法#12", date(2026, 2, 1))
    assert not register.in_force("适当性办法#12", date(2026, 1, 31))


def test_rights_are_of_the_eight(register: Register) -> None:
    assert register.rights("投诉办法#18") == ("依法求偿权",)
    assert "信息安全权" in register.rights("PIPL#23")
    served = {r for n in register.norms() for a in n.articles.values() for r in a.rights}
    assert served == set(RIGHTS)


def test_every_listed_article_resolves_under_every_name(register: Register) -> None:
    for norm in register.norms():
        for name in norm.names:
            assert register.norm(name) is norm
            for article in register.articles(name):
                if norm.superseded_years:
                    assert article.number == "*"
                assert register.resolve(f"{name}#{article.number}").norm == norm.key
                for item in article.items:
                    assert register.resolve(f"{norm.key}#{article.number}({item})").article.endswith(f"({item})")


def test_one_folder_a_norm(register: Register) -> None:
    folders = [p for p in NORMS.iterdir() if p.is_dir()]
    assert len(folders) == len(register.norms()) >= 80
    assert all(p.name.isascii() and (p / "norm.yaml").is_file() for p in folders)


def test_loads_fast() -> None:
    start = time.perf_counter()
    [read_norm(p) for p in NORMS.glob("*/norm.yaml")]
    assert time.perf_counter() - start < 1.0
    assert load() is load()


@given(st.integers(1, 99))
def test_numerals_go_round(value: int) -> None:
    assert numeral_value(chinese_numeral(value)) == value


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99))
def test_loci_go_round(number: int, extra: int, item: int) -> None:
    locus = Locus(f"{number}之{chinese_numeral(extra)}", chinese_numeral(item))
    assert parse_locus(fold(str(locus))) == locus
    full = f"第{chinese_numeral(number)}条之{chinese_numeral(extra)}第（{chinese_numeral(item)}）项"
    assert parse_locus(fold(full)) == locus


@given(st.text(max_size=20))
def test_any_text_gives_a_citation_or_a_law_error(text: str) -> None:
    try:
        citation = load().resolve(text)
    except LawError as error:
        outcome = error.message
    else:
        outcome = citation.norm
    assert outcome


def test_articles_are_ordered_by_number(register: Register) -> None:
    numbers = [a.number for a in register.articles("刑法")]
    assert numbers == sorted(numbers, key=article_order)
    assert numbers.index("293") + 1 == numbers.index("293之一")
    assert numeral_value("一千零三十四") == 1034


GOOD = 'key: 甲\ntitle: "甲办法"\nconfidence: T\narticles:\n  "1":\n    paraphrase: "大意"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 1", "键值结构"),
        ("key: [", "无法读取"),
        ("key: 甲\nconfidence: T\n", "缺少 title"),
        (GOOD.replace("confidence: T", "confidence: X"), "T、Q、S、M"),
        (GOOD + "    rights: [睡觉权]\n", "睡觉权"),
        (GOOD + "    remark: 一\n", "remark"),
        (GOOD.replace('"大意"', '""'), "paraphrase"),
        (GOOD + "in_force_from: 去年\n", "日期"),
        (GOOD.replace("articles:\n", "articles: 无\nignored:\n"), "ignored"),
    ],
)
def test_a_wrong_norm_file_is_named(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "norm.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(LawError) as caught:
        read_norm(path)
    assert expected in caught.value.message
    assert str(path) in caught.value.message


def test_a_repealed_norm_and_article_end(tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "norm.yaml").write_text(
        GOOD + "    until: 2022-06-30\n  '2':\n    paraphrase: 大意\nin_force_until: 2023-12-31\n", "utf-8"
    )
    register = load(tmp_path, tmp_path / "texts")
    assert register.in_force("甲#1", date(2022, 6, 30))
    assert not register.in_force("甲#1", date(2022, 7, 1))
    assert register.in_force("甲#2", date(2023, 12, 31))
    assert not register.in_force("甲", date(2024, 1, 1))


def test_two_norms_may_not_share_a_name(tmp_path: Path) -> None:
    for folder, title in (("a", "甲办法"), ("b", "乙办法")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "norm.yaml").write_text(
            f'key: {title}\ntitle: "{title}"\naliases: ["共名"]\nconfidence: T\n', "utf-8"
        )
    with pytest.raises(LawError, match="共名"):
        load(tmp_path, tmp_path / "texts")
