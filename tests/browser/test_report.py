"""The HTML report of samples in a browser: nothing refused, boxes and anchors in place, narrow screens too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from xiaobao.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"
MADE_OF = ("wealth-poster.png", "loan-contract.pdf", "sales-call.txt", "marketing-sms.xlsx")
DESK, PHONE = (1440, 900), (390, 844)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a report on four samples; asks for the browser first, lest it is made for nothing."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    paths = [str(SAMPLES / name) for name in MADE_OF]
    done = CliRunner().invoke(main, ["screen", *paths, "--format", "html", "--output", str(path)])
    assert done.exit_code == 0, done.output
    return path


@dataclass
class Journey:
    """An opened report with all that went wrong while it was open."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def journey(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Journey]:
    """Yield the opened report; at the end nothing may have been refused, failed, complained of or fetched."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    met = Journey(page)
    page.on("console", lambda message: met.wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: met.wrong.append(f"error: {error}"))
    page.on("requestfailed", lambda failed: met.wrong.append(f"failed: {failed.url[:200]}"))
    page.on("request", lambda asked: met.asked.append(asked.url))
    page.goto(report.as_uri())
    yield met
    page.close()
    assert met.wrong == []
    assert [url for url in met.asked if not url.startswith("data:")] == [report.as_uri()]


def test_every_material_is_there_with_its_findings(journey: Journey) -> None:
    page = journey.page
    assert "违规" in page.locator("h1").inner_text()
    assert page.locator("section.material").count() == len(MADE_OF)
    assert page.locator("article.finding").count() > 20
    for card in page.locator("article.finding").all():
        assert card.locator("h3").inner_text().strip()


def test_boxes_lie_on_their_page_and_can_be_seen(journey: Journey) -> None:
    page = journey.page
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    boxes = page.locator(".paper .box")
    assert boxes.count() > 10
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.paper .box')].filter(box => {
            const b = box.getBoundingClientRect(), p = box.parentElement.getBoundingClientRect()
            return b.width < 4 || b.height < 3 || b.left < p.left - 2 || b.top < p.top - 2
                || b.right > p.right + 2 || b.bottom > p.bottom + 2 }).map(box => box.outerHTML)"""
    )
    assert outside == []


def test_numbers_do_not_lie_on_each_other(journey: Journey) -> None:
    covered = journey.page.evaluate(
        """() => [...document.querySelectorAll('.paper')].flatMap(paper => {
            const tags = [...paper.querySelectorAll('.tag')], out = []
            tags.forEach((tag, i) => tags.slice(i + 1).forEach(other => {
                const a = tag.getBoundingClientRect(), b = other.getBoundingClientRect()
                const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
                const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
                if (wide > a.width / 2 && high > a.height / 2) out.push([tag.innerText, other.innerText])
            }))
            return out })"""
    )
    assert covered == []


def test_links_lead_to_words_and_back(journey: Journey) -> None:
    page = journey.page
    dangling = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))"
        ".filter(h => !document.getElementById(h.slice(1)))"
    )
    assert dangling == []
    page.emulate_media(reduced_motion="reduce")
    pin = page.locator("article.finding a.pin").last
    target = (pin.get_attribute("href") or "")[1:]
    pin.click()
    assert page.url.endswith(f"#{target}")
    page.wait_for_function(_SEEN, arg=target)
    box = page.locator(".paper .box[href]").first
    target = (box.get_attribute("href") or "")[1:]
    box.click()
    page.wait_for_function(_SEEN, arg=target)


_SEEN = """id => { const r = document.getElementById(id).getBoundingClientRect()
    return r.bottom >= 0 && r.top <= innerHeight }"""


def test_nothing_is_wider_than_the_screen(journey: Journey) -> None:
    page = journey.page
    for details in page.locator("details").all()[:40]:
        details.evaluate("d => { d.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # What a parent cuts off would not widen the page, and still could not be read.
    cut = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, h3, td, th, blockquote, .message, .remedy, summary, .facts')]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert cut == []
