"""Importing official texts: encodings, headings, items, versions, and files that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.errors import LawError, UnreadableFile, UsageError
from xiaobao.laws import Register, load
from xiaobao.laws.commands import laws
from xiaobao.laws.importer import FileReport, import_texts
from xiaobao.laws.statute import decode, read_statutes

LAW = """# 中华人民共和国广告法

2021年4月29日 某次会议修正

<!-- INFO END -->

## 第一章 总 则

第一条 甲规定的是第一件事。

第二条 乙不得有下列情形：

（一）甲项的事；

（二）乙项的事，依照第（一）项办；

（三）丙项的事。

有前款情形的，另行处理。

第二条之一　丙另有规定。

第五条 丁适用
第四条的规定，不再重复。
第五条的规定照旧。
"""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return load(texts=tmp_path / "texts")


def _run(tmp_path: Path, register: Register, files: dict[str, str | bytes]) -> dict[str, list[FileReport]]:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    out: dict[str, list[FileReport]] = {}
    for report in import_texts(folder, register):
        out.setdefault(report.file, []).append(report)
    return out


def test_articles_items_and_gaps(tmp_path: Path, register: Register) -> None:
    (report,) = _run(tmp_path, register, {"a.md": LAW})["a.md"]
    assert (report.status, report.norm, report.articles, report.version) == ("imported", "广告法", 4, 2021)
    assert report.gaps == ("3", "4")
    assert len(report.sha256) == 64
    articles = register.texts.record("广告法")["articles"]
    assert list(articles) == ["1", "2", "2之一", "5"]
    assert articles["2"]["items"] == {"一": "甲项的事；", "二": "乙项的事，依照第（一）项办；", "三": "丙项的事。"}
    assert articles["2"]["text"].endswith("有前款情形的，另行处理。")
    assert articles["2"]["chapter"] == "第一章 总 则"
    assert articles["5"]["text"] == "丁适用\n第四条的规定，不再重复。\n第五条的规定照旧。"
    assert register.texts.record("广告法")["sources"][0]["file"] == "a.md"


def test_resolve_carries_the_imported_wording(tmp_path: Path, register: Register) -> None:
    assert register.resolve("广告法#25(一)").text == ""
    _run(tmp_path, register, {"a.txt": "广告法\n第二十五条 不得：（一）甲事；（二）乙事。\n第二十六条 丙事。\n"})
    assert register.resolve("广告法#25").text == "不得：（一）甲事；（二）乙事。"
    assert register.resolve("广告法#25(一)").text == "甲事；"
    assert register.resolve("广告法#25(二)").text == "乙事。"
    assert register.resolve("广告法#25(九)").text == "不得：（一）甲事；（二）乙事。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_chinese_encodings(tmp_path: Path, register: Register, encoding: str) -> None:
    (report,) = _run(tmp_path, register, {"a.txt": LAW.encode(encoding)})["a.txt"]
    assert (report.status, report.articles) == ("imported", 4)
    assert "甲项的事" in register.texts.record("广告法")["articles"]["2"]["text"]


def test_big5_comes_back_simplified(tmp_path: Path, register: Register) -> None:
    text = (
        "中華人民共和國廣告法\n2021年4月29日 會議修正\n第一條 為了規範廣告活動，應當誠實。\n第二條 經營者不得說謊。\n"
    )
    (report,) = _run(tmp_path, register, {"a.txt": text.encode("big5hkscs")})["a.txt"]
    assert (report.status, report.norm, report.encoding) == ("imported", "广告法", "big5hkscs")
    assert register.texts.record("广告法")["articles"]["2"]["text"] == "经营者不得说谎。"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("# 中华人民共和国治安管理处罚法\n2012年10月26日 会议修正\n第一条 甲。\n", "superseded"),
        ("# 中华人民共和国反不正当竞争法\n2019年4月23日 会议修正\n第一条 甲。\n", "superseded"),
        ("# 网络安全法\n第一条 甲。\n", "superseded"),
        ("# 广告法\n2018年10月26日 会议修正\n第一条 甲。\n", "superseded"),
        ("# 广告法\n2027年1月1日 会议修订\n第一条 甲。\n", "newer"),
        ("# 广告法\n2021年4月29日 会议修正，自2022年1月1日起施行\n第一条 甲。\n", "imported"),
        ("# 某市停车办法\n第一条 甲。\n", "unmatched"),
        ("# 广告法实施细则\n第一条 甲。\n", "unmatched"),
        ("# 金融产品网络营销管理办法 第十六条（要点，非原文）\n甲。\n", "not_wording"),
        ("# 广告法\n没有条文。\n", "empty"),
    ],
)
def test_versions_and_strangers(tmp_path: Path, register: Register, text: str, status: str) -> None:
    (report,) = _run(tmp_path, register, {"a.md": text})["a.md"]
    assert report.status == status
    assert report.message
    assert (tmp_path / "texts").exists() == (status == "imported")


def test_the_year_of_the_file_name_counts_when_the_text_has_none(tmp_path: Path, register: Register) -> None:
    reports = _run(tmp_path, register, {"广告法_2015.md": "# 广告法\n第一条 甲。\n"})
    assert reports["广告法_2015.md"][0].status == "superseded"


def test_bad_files_are_reported_and_never_stop_the_rest(tmp_path: Path, register: Register) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": b"", "b.md": bytes(range(256)) * 40, "c.md": b"\xff\xfe", "d.txt": "English only. Article 1.",
        "e.md": LAW, "f.pdf": b"%PDF",
    }  # fmt: skip
    reports = _run(tmp_path, register, files)
    assert {n: r[0].status for n, r in reports.items() if n != "c.md"} == {
        "a.txt": "unreadable", "b.md": "unreadable", "d.txt": "unreadable", "e.md": "imported",
    }  # fmt: skip
    assert reports["c.md"][0].status in {"unreadable", "unmatched"}
    with pytest.raises(UsageError, match="不是文件夹"):
        import_texts(tmp_path / "absent", register)


def test_one_file_may_hold_excerpts_of_several_norms(tmp_path: Path, register: Register) -> None:
    text = """# 摘录

## 广告法 第二十五条（2021年修正）
不得：（一）甲事；……（三）丙事。

## 关于某些事情的管理办法（令〔2020〕1号（修订））
第二十六条 别家的条文。

## 公开募集证券投资基金宣传推介材料管理暂行规定（证监会公告〔2020〕59号，2020-10-01施行）
第四条 丁事。

（第五条在来源中仅有要点。）

## 关于加强私募投资基金监管的若干规定（证监会公告〔2020〕71号）第六条第一款第（四）（七）项
（四）戊事；
（七）己事。
"""
    reports = {r.norm: r for r in _run(tmp_path, register, {"a.md": text})["a.md"] if r.norm}
    assert set(reports) == {"广告法", "基金宣传规定", "私募规定"}
    assert register.resolve("广告法#25(三)").text == "丙事。"
    assert "26" not in register.texts.record("广告法")["articles"]
    assert register.texts.record("基金宣传规定")["articles"]["4"]["text"] == "丁事。"
    assert register.resolve("私募规定#6(七)").text == "己事。"


def test_parts_of_a_code_join_and_a_second_run_changes_nothing(tmp_path: Path, register: Register) -> None:
    files: dict[str, str | bytes] = {
        "总则.md": "# 民法典\n# 总则\n第一条 甲。\n第一条 又一个甲。\n",
        "合同编.md": "# 中华人民共和国民法典\n# 合同编\n## 第一章  一般规定\n第四百六十三条 乙。\n",
        "批复.md": "# 最高人民法院关于新民间借贷司法解释适用范围问题的批复\n某院：\n一、甲。\n",
    }
    first = _run(tmp_path, register, files)
    assert first["总则.md"][0].duplicates == ("1",)
    assert first["合同编.md"][0].gaps == ()
    once = register.texts.record("民法典")["articles"]
    assert list(once) == ["463", "1"] or list(once) == ["1", "463"]
    assert register.resolve("民间借贷批复#*").text == "某院：\n一、甲。"
    _run(tmp_path, register, files)
    record = register.texts.record("民法典")
    assert record["articles"] == once
    assert len(record["sources"]) == 2
    other = _run(tmp_path, register, {"重来.md": "# 民法典\n第一条 丙。\n"})
    assert other["重来.md"][0].replaced == ("1",)


def test_a_broken_store_is_told(tmp_path: Path, register: Register) -> None:
    (tmp_path / "texts").mkdir()
    for content in ("{", "[]", "{}"):
        (tmp_path / "texts" / "广告法.json").write_text(content)
        with pytest.raises(LawError, match="重新导入"):
            register.resolve("广告法#25")
        os.utime(tmp_path / "texts" / "广告法.json", ns=(1, len(content)))


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except UnreadableFile:
        return
    assert read_statutes(text, lambda _: None)


@given(st.text(alphabet="第一二三十条之（）#广告法 \n。：；节0", max_size=120))
@settings(max_examples=120, deadline=None)
def test_any_text_is_cut_without_losing_articles(text: str) -> None:
    for statute in read_statutes(text, lambda heading: "广告法" if heading == "广告法" else None):
        for article in statute.articles.values():
            assert article.text
            assert all(item in article.text for item in article.items.values())


def test_the_commands_import_and_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("# 广告法\n第二十五条 甲事。\n", "utf-8")
    runner = CliRunner()
    done = runner.invoke(laws, ["import", str(tmp_path / "in"), "--json"])
    assert done.exit_code == 0, done.output
    assert orjson.loads(done.output)[0]["status"] == "imported"
    shown = runner.invoke(laws, ["show", "广告法第二十五条", "--json"])
    assert orjson.loads(shown.output)["text"] == "甲事。"
    assert "甲事。" in runner.invoke(laws, ["show", "广告法#25"]).output
    (tmp_path / "in" / "b.md").write_bytes(b"\x00\x01")
    assert runner.invoke(laws, ["import", str(tmp_path / "in")]).exit_code == 1
    assert runner.invoke(laws, ["import", str(tmp_path / "absent")]).exit_code == 2


def test_the_commands_list_and_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path))
    runner = CliRunner()
    norms = orjson.loads(runner.invoke(laws, ["list", "--json"]).output)
    assert {"广告法", "投诉办法"} <= {n["key"] for n in norms}
    then = orjson.loads(runner.invoke(laws, ["list", "--on", "2026-09-29", "--json"]).output)
    assert "网络营销办法" not in {n["key"] for n in then}
    whole = orjson.loads(runner.invoke(laws, ["show", "广告法", "--json"]).output)
    assert "25" in {a["article"] for a in whole["articles"]}
    refused = runner.invoke(laws, ["show", "广高法#25"])
    assert refused.exit_code == 2
    assert "是否指：广告法" in refused.output


def test_files_of_other_kinds_are_told_and_never_pass_for_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "广告法.pdf").write_bytes(b"%PDF-1.7")
    (folder / ".hidden").write_bytes(b"")
    runner = CliRunner()
    done = runner.invoke(laws, ["import", str(folder)])
    assert done.exit_code == 2
    assert "广告法.pdf" in done.output
    assert ".hidden" not in done.output
    (folder / "a.md").write_text("# 广告法\n第二十五条 甲事。\n", "utf-8")
    done = runner.invoke(laws, ["import", str(folder)])
    assert done.exit_code == 0
    assert "另有 1 个文件" in done.stderr
