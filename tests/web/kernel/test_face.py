"""The face: marks, formats, chips, navigation, and what every template must keep to under a strict policy."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_web.kernel import clocks, formats, nav
from xiaobao_web.kernel.choices import TonedChoices, tone_of
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.marking import marked
from xiaobao_web.kernel.styleguide import ExampleForm, ExampleState
from xiaobao_web.kernel.timeline import ICONS, moments

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "src" / "xiaobao_web"
TEMPLATES = sorted(path for path in WEB.rglob("templates/**/*.html"))
SCRIPTS = sorted((WEB / "kernel/static/xiaobao").glob("*.js"))
COMPONENTS = sorted((WEB / "kernel/templates/cotton").glob("*.html"))
INLINE = re.compile(
    r"""\sstyle\s*=\s*["']|\son[a-z]+\s*=\s*["']|javascript:|<style|hx-on|<script(?![^>]*\bsrc=)(?![^>]*json)"""
)
SPANS = st.tuples(st.integers(-5, 35), st.integers(-5, 35), st.sampled_from(["high", "medium", "low", "x"]))
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.text(alphabet="保本收益<>&\"' ab\n", max_size=30), st.lists(SPANS, max_size=6))
def test_marking_changes_no_character(text: str, spans: list[tuple[int, int, str]]) -> None:
    html = marked(text, [{"start": a, "end": b, "severity": s, "pk": i} for i, (a, b, s) in enumerate(spans, 1)])
    assert plain(html) == text
    assert html.count("<mark") == html.count("</mark>")
    ids = re.findall(r'id="(mark-\d+)"', html)
    assert len(ids) == len(set(ids))


def test_overlapping_marks_take_the_gravest_and_name_both() -> None:
    low, high = {"start": 0, "end": 4, "severity": "low", "pk": 1}, {"start": 2, "end": 5, "severity": "high", "pk": 2}
    html = marked("保本高收益", [low, high])
    assert '<mark class="hit hit-high" id="mark-2" data-findings="1 2">高收</mark>' in html


def test_marks_escape_what_they_hold() -> None:
    assert "<b>" not in marked("<b>", [{"start": 0, "end": 3}])


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        (formats.money, "12345.67", "12,345.67 元"),
        (formats.money, 0, "0.00 元"),
        (formats.money, None, "无数据"),
        (formats.money, "缺", "无数据"),
        (formats.short_money, 12_300, "1.23 万元"),
        (formats.short_money, 9_999, "9,999.00 元"),
        (formats.short_money, -250_000_000, "-2.50 亿元"),
        (formats.percent, 0.012, "1.20%"),
        (formats.percent, None, "无数据"),
        (formats.percent, float("nan"), "无数据"),
        (formats.day, date(2001, 2, 3), "2001年2月3日"),
        (formats.size, 0, "0 B"),
        (formats.size, 1_258_291, "1.2 MB"),
    ],
)
def test_formats(write: object, value: object, written: str) -> None:
    assert write(value) == written  # type: ignore[operator]


def test_times_are_beijing_and_without_this_year() -> None:
    local = timezone.localtime().replace(month=11, day=22, hour=14, minute=5)
    assert formats.moment(local.astimezone(UTC)) == "11月22日 14:05"


@pytest.mark.parametrize(
    ("due", "values", "text", "tone"),
    [
        (timedelta(days=8), {}, "T-8", "grey"),
        (timedelta(days=3), {}, "T-3", "amber"),
        (timedelta(days=9), {"warn_at": NOW - timedelta(hours=1)}, "T-9", "amber"),
        (timedelta(hours=10), {}, "今天到期", "amber"),
        (timedelta(hours=-1), {}, "今天已逾期", "red"),
        (timedelta(days=-4), {}, "逾期 4 天", "red"),
        (timedelta(days=1), {"met_at": NOW}, "按期完成", "green"),
        (timedelta(days=-1), {"met_at": NOW}, "逾期完成", "amber"),
        (timedelta(days=-1), {"cancelled_at": NOW}, "已取消", "grey"),
    ],
)
def test_chips(due: timedelta, values: dict[str, object], text: str, tone: str) -> None:
    chip = clocks.chip(SimpleNamespace(due_at=NOW + due, label="初审", **values), NOW)
    assert chip is not None
    assert (chip.text, chip.tone) == (text, tone)


def test_no_deadline_no_chip() -> None:
    assert clocks.chip(None) is None


def test_states_have_tones_and_labels() -> None:
    assert tone_of(ExampleState, "rejected") == "red"
    assert tone_of(ExampleState, "unknown") == "grey"
    assert ExampleState.choices[0] == ("draft", "草稿")
    with pytest.raises(ValueError, match="purple"):
        TonedChoices("Bad", {"ONE": ("one", "purple", "一")})


def test_timeline_joins_events_and_comments_newest_first() -> None:
    changes = {"state": ["a", "b"], "标题": ["", "新"]}
    event = SimpleNamespace(
        pk=1, at=NOW, sentence="甲 提交了 乙", type="reviews.submit", facts={"comment": "请看"}, changes=changes
    )
    comment = SimpleNamespace(pk=2, created_at=NOW + timedelta(hours=1), author="丙", body="好")
    first, second = moments([event], [comment])
    assert (first.text, first.body, first.comment) == ("丙 评论", "好", True)
    assert (second.text, second.body, second.changes) == ("甲 提交了 乙", "请看", [("标题", "空", "新")])


def test_navigation_refuses_unknown_sections_and_doubles() -> None:
    with pytest.raises(Undeclared):
        nav.entry("nowhere", "无", "nowhere", None, "home")
    taken = next(iter(nav.ENTRIES), None)
    if taken is not None:
        with pytest.raises(Undeclared):
            nav.entry("desk", "又一次", taken, None, "home")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_templates_hold_nothing_inline(path: Path) -> None:
    found = INLINE.search(path.read_text("utf-8"))
    assert found is None, f"{found.group().strip()} is refused by the page's policy" if found else ""


def test_the_rule_against_inline_code_can_fail() -> None:
    for bad in ('<p style="x">', '<a onclick="x">', "<script>x</script>", '<div hx-on:click="x">'):
        assert INLINE.search(bad)


def test_every_icon_used_is_shipped() -> None:
    shipped = set(json.loads((ROOT / "package.json").read_text("utf-8"))["xiaobao"]["icons"])
    used = set(ICONS.values()) | {item.icon for item in nav.ENTRIES.values()}
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        used |= set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'\sicon="([a-z0-9-]+)"', text))
    for path in SCRIPTS:
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"', path.read_text("utf-8")))
    assert used <= shipped


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_is_described_and_documented(path: Path) -> None:
    assert path.read_text("utf-8").startswith("{% comment %}")
    page = (ROOT / "docs/development/components.md").read_text("utf-8")
    assert f"`c-{path.stem.replace('_', '-')}`" in page


def test_fields_tie_help_and_errors_to_their_control() -> None:
    html = render_to_string("cotton/field.html", {"field": ExampleForm({"title": ""})["title"]})
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_help id_title_error"' in html
    assert 'id="id_title_help"' in html
    assert 'id="id_title_error"' in html


def test_actions_that_are_impossible_say_why_and_cannot_be_sent() -> None:
    action = SimpleNamespace(name="close", label="办结", allowed=False, reason="还有 2 项未答复")
    html = render_to_string("cotton/action.html", {"action": action})
    assert "还有 2 项未答复" in html
    assert 'type="submit"' not in html


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_values_with_a_filter_stand_in_braces(template: Path) -> None:
    """A component reads `:value="rows|length"` as nothing at all, and shows 无数据."""
    assert not re.findall(r' :[a-z]+="[^"{]*\|[^"]*"', template.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_cells_that_become_cards_on_a_phone_say_what_they_are(path):
    for table in re.findall(r"(?s)<table[^>]*as-cards.*?</table>", path.read_text(encoding="utf-8")):
        cells = re.findall(r"<td[^>]*>", table)[1:]
        bare = [cell for cell in cells if "data-label" not in cell and "colspan" not in cell]
        assert len(bare) <= 1, f"{path.name}: only the first cell and the one with the buttons may go without a label"
