"""What a file holds but no eye sees excuses nothing and warns of nothing."""

from __future__ import annotations

import pytest

from xiaobao.model import Anchor, Finding, Material, Passage
from xiaobao.prominence import unseen
from xiaobao.readers import read
from xiaobao.screening.screen import Screener

OFFER = "安禾添利60天，业绩比较基准2.5%-3.0%，一元起购，每周二开放，手机银行搜“安禾”立即购买"
WARNING = "理财非存款，产品有风险，投资须谨慎"
PROMISE = "这款安禾理财保本保息"
EXCUSE = "本产品可能亏损本金"
MISSING = "wealth/risk_warning_missing"
LONG = "安禾银行成立以来服务本地居民，网点遍布全市，营业时间为每日九点至十七点。" * 8


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener()


def page(*lines: tuple[str, str]) -> Material:
    """Return a web page of paragraphs, each with its style."""
    body = "".join(f'<p style="{style}">{text}</p>' for text, style in lines)
    return read(f"<html><meta charset=utf-8><body>{body}</body></html>".encode(), name="页.html")


def found(screener: Screener, material: Material, rule: str) -> list[Finding]:
    return [f for f in screener.screen(material).findings if f.rule == rule]


@pytest.mark.parametrize("rest", ["", LONG])
@pytest.mark.parametrize("style", ["color:#fff;background:#fff", "color:#fefefe", "opacity:0.1"])
def test_a_warning_in_the_colour_of_its_ground_is_none(screener: Screener, style: str, rest: str) -> None:
    seen = page((OFFER, ""), (WARNING, ""), (rest, ""))
    assert not found(screener, seen, MISSING)
    (finding,) = found(screener, page((OFFER, ""), (WARNING, style), (rest, "")), MISSING)
    assert finding.decision in ("violation", "review")
    assert "看不见" in finding.why


@pytest.mark.parametrize(("size", "claim", "enough"), [(3, 20, False), (8, 40, True), (3, 10, True), (12, 60, True)])
def test_tiny_print_beside_a_large_claim_is_no_warning(
    screener: Screener, size: float, claim: float, enough: bool
) -> None:
    tiny = frozenset({"tiny"} if size < 6 else ())
    lines = (Passage(OFFER, size=claim), Passage(WARNING, size=size, marks=tiny))
    missing = found(screener, Material("t", lines, scenario="poster"), MISSING)
    assert (not missing) == enough
    assert all("不够醒目" in f.why for f in missing)


@pytest.mark.parametrize("rest", ["", LONG])
def test_an_excuse_in_the_colour_of_its_ground_is_none(screener: Screener, rest: str) -> None:
    rule = "wealth/principal_guarantee"
    assert not found(screener, page((PROMISE, ""), (EXCUSE, ""), (rest, "")), rule)
    (finding,) = found(screener, page((PROMISE, ""), (EXCUSE, "color:#fff"), (rest, "")), rule)
    assert finding.decision == "violation"


def test_what_is_hidden_together_explains_itself(screener: Screener) -> None:
    lines = (Passage("封面"), Passage("本产品不保本，亏损由您承担", Anchor(part="hidden"), marks=frozenset({"hidden"})))
    assert not found(screener, Material("t", lines, scenario="poster"), "wealth/principal_guarantee")


def test_pale_print_of_a_picture_was_seen() -> None:
    pale = frozenset({"pale"})
    lines = (Passage("甲", confidence=0.97, marks=pale), Passage("乙乙", marks=pale), Passage("丙"))
    assert unseen(Material("t", lines)) == ((2, 4),)
