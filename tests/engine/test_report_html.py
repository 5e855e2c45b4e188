"""The HTML report: inert whatever a material says, linked both ways, honest about what is not shown."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from planted import SAMPLES
from report_rules import write_rules

from xiaobao.model import Anchor, Material, Passage, Verdict
from xiaobao.report import html, pictures
from xiaobao.report.html import report
from xiaobao.report.session import Result, Session, Setup
from xiaobao.report.view import item

HOSTILE = "<script>alert(1)</script>“保本保收益”<img src=x onerror=alert(2)>{{ 7*7 }}</mark></style>&amp;"
VOID = {"meta", "img", "br", "link", "input", "hr"}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(Setup(write_rules(tmp_path_factory.mktemp("rules")), judge=False))


class Page(HTMLParser):
    """Collect tags, ids, links and attributes; complain about tags that do not close."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given.get("href")))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def lines(session: Session, *texts: str) -> list[Result]:
    return session.run([(i, f"m{i}", {"id": f"m{i}", "text": text}) for i, text in enumerate(texts, 1)])


def made(session: Session, results: list[Result]) -> str:
    return report(results, rules=session.rules, judged=False)


def test_a_hostile_text_and_name_are_shown_and_do_nothing(session: Session) -> None:
    results = session.run([(1, "<svg onload=alert(3)>", {"text": HOSTILE})])
    source = made(session, results)
    page = Page(source)
    assert not {"script", "svg", "iframe", "link", "object", "form"} & set(page.tags)
    assert "img" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source
    assert "{{ 7*7 }}" in source
    assert page.open == []


def test_nothing_is_loaded_from_elsewhere_and_the_policy_says_so(session: Session) -> None:
    source = made(session, lines(session, "保本保收益"))
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in source
    assert not re.search(r"https?://|url\(|@import|src=\"(?!data:)", source)


def test_every_link_leads_somewhere_and_every_finding_to_its_words(session: Session) -> None:
    results = lines(session, "保本保收益。国家兜底。", "年化收益百分之五", "天气很好")
    page = Page(made(session, results))
    targets = [link[1:] for link in page.links]
    assert sorted(set(targets) - set(page.ids)) == []
    assert len(page.ids) == len(set(page.ids))
    assert {"m1f1", "m1f2", "m1q1", "m1q2", "m2f1"} <= set(page.ids)
    assert "m2q1" not in page.ids


def test_a_poster_shows_its_page_with_boxes_over_the_words(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    Image.new("RGB", (2000, 1000), "white").save(path)
    passages = (
        Passage("标题", Anchor(box=(0, 0, 100, 40), scale=1.0)),
        Passage("今天开始保本保收益", Anchor(box=(200, 100, 1100, 200), scale=1.0)),
    )
    material = Material(str(path), passages, "image/png", facts={"width": 2000, "height": 1000})
    verdict = session.screener.screen(material)
    source = made(session, [Result(1, str(path), material, verdict, path=str(path))])
    assert source.count("data:image/jpeg;base64,") == 1
    found = re.search(r'class="box high[^"]*" id="m1q1" href="#m1f1" style="left:([\d.]+)%;top:([\d.]+)%', source)
    assert found is not None
    shown = item(Result(1, str(path), material, verdict, path=str(path)), 1).findings[0]
    left, top, right, bottom = shown.marks[0].box
    words = material.passages[1].text
    start = words.index(shown.finding.text) / len(words)
    assert (left, top, right, bottom) == pytest.approx((200 + 900 * start, 100, 1100, 200), abs=1)
    assert float(found[1]) == pytest.approx(100 * left / 2000, abs=1)
    assert float(found[2]) == pytest.approx(10, abs=2)


def test_the_pages_of_a_pdf_are_shown_where_findings_are(session: Session) -> None:
    path = str(SAMPLES / "loan-contract.pdf")
    result = session.run([(1, path, path)])[0]
    assert result.material is not None
    at = result.material.text.index("最终解释权")
    assert result.verdict is not None
    finding = session.screener.screen(Material("x", (Passage("保本保收益"),))).findings[0]
    moved = replace(finding, start=at, end=at + 5, text="最终解释权", evidence=())
    verdict = replace(result.verdict, verdict="violation", findings=(moved,))
    source = made(session, [replace(result, verdict=verdict)])
    page = result.material.passages[result.material.passage_at(at)].anchor.page
    assert f"第 {page} 页" in source
    assert source.count("data:image/jpeg;base64,") == 1


def test_pictures_stop_at_the_budget_and_it_says_so(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures.Budget, "__init__", lambda self: setattr(self, "left", 10))
    path = tmp_path / "p.png"
    Image.new("RGB", (300, 300), "red").save(path)
    material = Material(str(path), (Passage("保本保收益", Anchor(box=(0, 0, 100, 20))),), "image/png")
    source = made(session, [Result(1, "p", material, session.screener.screen(material), path=str(path))])
    assert "data:image" not in source
    assert "只附上前 0 页" in source
    assert "<mark" in source


def test_a_file_gone_since_it_was_read_still_gives_a_report(session: Session, tmp_path: Path) -> None:
    material = Material("p", (Passage("保本保收益", Anchor(box=(0, 0, 100, 20))),), "image/png")
    verdict = session.screener.screen(material)
    source = made(session, [Result(1, "p", material, verdict, path=str(tmp_path / "gone.png"))])
    assert "有的页面图片未能附上：文件不存在" in source


def test_no_findings_reads_so_and_never_lawful(session: Session) -> None:
    source = made(session, lines(session, "天气很好"))
    body = source[source.index("<body") : source.index("<footer")]
    assert "未发现问题" in body
    assert not re.search("合规|通过", body)


def test_errors_and_unread_places_are_listed(session: Session, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    paths = [str(tmp_path / "empty.txt"), str(SAMPLES / "landing-page.html")]
    source = made(session, session.run([(i, p, p) for i, p in enumerate(paths, 1)]))
    assert "文件为空" in source
    assert "没有读清的地方" in source
    assert "36 个字符被隐藏" in source


def test_many_materials_are_all_listed_and_the_rest_is_owned_up_to(session: Session) -> None:
    count = html.DETAILED + 30
    source = made(session, lines(session, *["保本保收益"] * count, "天气很好"))
    assert source.count("<tr>") == count + 2
    assert source.count('<section class="material"') == html.DETAILED
    assert "另有 30 份" in source


def test_a_long_text_is_shown_around_its_findings(session: Session) -> None:
    passages = (*tuple(Passage(f"第{i}句话天气很好") for i in range(300)), Passage("保本保收益"))
    material = Material("long", passages)
    source = made(session, [Result(1, "long", material, session.screener.screen(material))])
    assert "略去 298 段" in source
    assert source.count('class="block') == 3


def test_overlapping_findings_keep_their_own_numbers(session: Session) -> None:
    material = Material("x", (Passage("本产品保本保收益，国家兜底"),))
    base = session.screener.screen(material).findings[0]
    one = replace(base, rule="r/1", start=0, end=8, evidence=())
    two = replace(base, rule="r/2", start=3, end=13, evidence=())
    source = made(session, [Result(1, "x", material, Verdict("x", "violation", "other", (one, two)))])
    page = Page(source)
    assert {"m1q1", "m1q2", "m1f1", "m1f2"} <= set(page.ids)
    assert [link for link in page.links if link.startswith("#m1f")].count("#m1f1") == 1


def test_a_material_with_too_many_findings_shows_the_first_and_counts_all(session: Session) -> None:
    material = Material("many", tuple(Passage("今天保本保收益。") for _ in range(400)))
    source = made(session, [Result(1, "many", material, session.screener.screen(material))])
    assert source.count('<article class="finding') == 300
    assert "另有 100 处" in source
    assert "共 400 处问题" in source
