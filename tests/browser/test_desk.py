"""A reviewer at the desk in a real browser: keys walk and decide, opinions by selecting and drawing, on a phone too."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))
os.environ["DJANGO_SETTINGS_MODULE"] = "web_settings"
os.environ.setdefault("XIAOBAO_TEST_SQLITE", str(Path(tempfile.mkdtemp(prefix="xiaobao-desk-")) / "test.sqlite3"))

import django

django.setup()

import pytest  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect  # noqa: E402
from reachable import faults  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src/xiaobao_web/vendor"
CALL = "[00:00] 坐席：这款保本保息，稳赚不赔。\n[00:03] 客户：有风险吗？\n[00:06] 坐席：没有任何风险，国家兜底。\n"
POSTER = "保本保息，年化收益高达 8%"

# The bank of the other tests; their conftest has a name that is taken here.
_spec = importlib.util.spec_from_file_location("bank_of_tests", ROOT / "tests/web/conftest.py")
assert _spec is not None
assert _spec.loader is not None
BANK = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = BANK
_spec.loader.exec_module(BANK)
journal_may_be_flushed = BANK.journal_may_be_flushed

pytestmark = pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets")


@dataclass
class Site:
    """The platform served, its reviewer's session, and the reviews made for the tests."""

    url: str
    session: str
    text: int
    poster: int
    call: int


def picture() -> bytes:
    from PIL import Image, ImageDraw

    out = io.BytesIO()
    image = Image.new("RGB", (800, 1000), "white")
    ImageDraw.Draw(image).rectangle((60, 700, 400, 900), fill="navy")
    image.save(out, "PNG")
    return out.getvalue()


def silence(seconds: int = 10) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(((i * 97) % 9000).to_bytes(2, "little") for i in range(8000 * seconds)))
    return out.getvalue()


def _reviews() -> tuple[str, int, int, int]:
    """Make the bank and three reviews, each taken by the reviewer; return the reviewer's session and their numbers."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from xiaobao_web.materials.models import Reading
    from xiaobao_web.reviews import services

    bank = BANK.make_bank()

    def taken(subject: str, *materials: dict[str, Any]) -> Any:
        review = services.create(by=bank["submitter"], title="安享理财海报", subject=subject, channels=["网点"])
        for values in materials:
            services.add_material(review, by=bank["submitter"], **values)
        asked = services.questions_of(review)
        answers = {question.id: {"answer": "yes", "note": "", "evidence": []} for question in asked}
        services.save_assessment(review, answers, by=bank["submitter"])
        review = services.finish_assessment(review, by=bank["submitter"])
        services.submit(services.sign(review, by=bank["sender_head"]), by=bank["submitter"])
        review.refresh_from_db()
        return services.take(review, by=bank["reviewer"])

    words = f"{POSTER}，稳赚不赔！\n本产品仅剩最后 10 席。\n客服电话 95500。\n零风险，闭眼买。"
    text = taken("marketing", {"text": words, "title": "短信文案", "kind": "sms"})
    poster = taken("marketing", {"upload": SimpleUploadedFile("poster.png", picture()), "title": "海报"})
    reading = Reading.objects.get(versions=poster.materials.get().version)
    anchor = {"box": [80.0, 100.0, 680.0, 150.0], "scale": 1.0}
    reading.passages = [{"text": POSTER, "confidence": 1.0, "size": 50, "marks": [], "start": 0, "anchor": anchor}]
    reading.text = POSTER
    reading.save()
    call = taken(
        "script",
        {"upload": SimpleUploadedFile("call.txt", CALL.encode()), "title": "电销转写", "kind": "recording"},
        {"upload": SimpleUploadedFile("call.wav", silence()), "title": "电销录音", "kind": "recording"},
    )
    client = Client()
    client.force_login(bank["reviewer"], backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value, text.pk, poster.pk, call.pk


@pytest.fixture
def site(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Site]:
    """Serve the platform with reviews in it."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    settings.MEDIA_ROOT = tmp_path / "files"
    made = _reviews()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield Site(f"http://127.0.0.1:{server.port}", *made)
    server.terminate()


@pytest.fixture
def trouble() -> Iterator[list[str]]:
    """Collect what the browser complains of; fail when there is anything."""
    found: list[str] = []
    yield found
    assert found == []


def signed_in(browser: Browser, site: Site, **options: Any) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce", **options)
    context.add_cookies([{"name": "sessionid", "value": site.session, "url": site.url}])
    return context


def opened(context: BrowserContext, address: str, trouble: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda told: trouble.append(told.text) if told.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("response", lambda got: trouble.append(f"{got.status} {got.url}") if got.status >= 400 else None)

    def failed(asked: Request) -> None:
        if asked.resource_type != "media":  # a player gives up a part of a recording that it no longer needs
            trouble.append(f"failed: {asked.method} {asked.url}: {asked.failure}")

    page.on("requestfailed", failed)
    page.goto(address, wait_until="networkidle")
    return page


def select_words(page: Page, words: str) -> None:
    """Select words of the material as a mouse would."""
    page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.getElementById("document"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words);
                if (at < 0) continue;
                getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
                return;
            }
            throw new Error("no such words");
        }""",
        words,
    )


def test_keys_walk_decide_and_finish(site: Site, browser: Browser, trouble: list[str]) -> None:
    context = signed_in(browser, site, viewport={"width": 1366, "height": 768})
    page = opened(context, f"{site.url}/reviews/{site.text}/desk/", trouble)
    cards = page.locator(".finding")
    total = cards.count()
    assert total >= 3
    current = page.locator(".finding[aria-current]")
    expect(current).to_have_attribute("data-number", "1")
    page.keyboard.press("n")
    expect(current).to_have_attribute("data-number", "2")
    assert page.locator("mark.is-current").count() >= 1
    page.keyboard.press("p")
    page.keyboard.press("a")
    expect(cards.first).to_have_attribute("data-decision", "accepted")
    expect(page.locator("#desk-progress")).to_have_attribute("data-decided", "1")
    expect(current).to_have_attribute("data-number", "2")
    page.keyboard.press("d")
    expect(page.locator(".finding[aria-current] .dismiss textarea")).to_be_focused()
    page.keyboard.type("另有显著提示")
    page.keyboard.press("Enter")
    expect(cards.nth(1)).to_have_attribute("data-decision", "dismissed")
    expect(cards.nth(1)).to_contain_text("另有显著提示")
    page.keyboard.press("d")
    page.keyboard.press("1")
    expect(page.locator(".finding[aria-current] .dismiss textarea")).to_have_value("另有显著提示")
    page.keyboard.press("Escape")
    page.click("[data-finish]")
    expect(page.locator(".finish-open li")).to_have_count(total - 2)
    page.keyboard.press("Escape")
    for _left in range(total - 2):
        page.keyboard.press("a")
        expect(page.locator(".is-sending")).to_have_count(0)
    expect(page.locator("#desk-progress")).to_have_attribute("data-decided", str(total))
    page.click("[data-finish]")
    page.check("#finish input[value='change']")
    page.click("#finish form .btn-primary")
    page.wait_for_url(f"**/reviews/{site.text}/")
    expect(page.locator("body")).to_contain_text("初审已完成")
    context.close()


def test_opinion_on_selected_words_with_its_article(site: Site, browser: Browser, trouble: list[str]) -> None:
    context = signed_in(browser, site, viewport={"width": 1440, "height": 900})
    page = opened(context, f"{site.url}/reviews/{site.text}/desk/", trouble)
    total = page.locator(".finding").count()
    select_words(page, "客服电话 95500")
    page.keyboard.press("m")
    expect(page.locator("[data-manual-place]")).to_contain_text("客服电话 95500")
    page.keyboard.type("客服电话不完整")
    page.fill("#manual-law", "广告法 25")
    expect(page.locator("#manual-laws [role=option]").first).to_contain_text("第25条")
    page.press("#manual-law", "Enter")
    expect(page.locator(".clause-tag")).to_have_count(1)
    page.fill("#manual-remedy", "写明客服电话与受理时间")
    page.click("#manual .btn-primary")
    expect(page.locator(".finding")).to_have_count(total + 1)
    made = page.locator(".finding[aria-current]")
    expect(made).to_contain_text("客服电话不完整")
    expect(made).to_contain_text("人工")
    expect(page.locator("mark.is-current")).to_have_text("客服电话 95500")
    expect(page.locator("#manual")).to_be_hidden()
    page.keyboard.press("c")
    page.keyboard.type("请送审人补充")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".finding[aria-current] .remark-line")).to_contain_text("请送审人补充")
    assert faults(page) == []
    context.close()


def test_opinion_in_a_drawn_box_and_words_on_a_picture(site: Site, browser: Browser, trouble: list[str]) -> None:
    context = signed_in(browser, site, viewport={"width": 1366, "height": 768})
    page = opened(context, f"{site.url}/reviews/{site.poster}/desk/", trouble)
    expect(page.locator(".layer .words text")).to_have_text(POSTER)
    select_words(page, "年化收益")
    page.keyboard.press("m")
    expect(page.locator("#manual [name=start]")).to_have_value(str(POSTER.index("年化收益")))
    page.keyboard.press("Escape")
    page.evaluate("getSelection().removeAllRanges()")
    page.keyboard.press("b")
    layer = page.locator(".layer").bounding_box()
    assert layer is not None
    unit = layer["width"] / 800
    page.mouse.move(layer["x"] + 100 * unit, layer["y"] + 200 * unit)
    page.mouse.down()
    page.mouse.move(layer["x"] + 300 * unit, layer["y"] + 320 * unit, steps=4)
    page.mouse.up()
    page.fill("#manual-name", "标识不清")
    page.press("#manual-name", "Control+Enter")
    expect(page.locator(".finding[aria-current]")).to_contain_text("标识不清")
    box = page.locator(".box-group.is-current .box").first
    assert abs(float(box.get_attribute("x") or 0) - 98) < 3
    assert abs(float(box.get_attribute("width") or 0) - 204) < 5
    page.keyboard.press("z")
    expect(page.locator("[data-zoom-text]")).to_have_text("150 %")
    assert faults(page) == []
    context.close()


def test_recording_plays_by_keys(site: Site, browser: Browser, trouble: list[str]) -> None:
    context = signed_in(browser, site, viewport={"width": 1366, "height": 768})
    page = opened(context, f"{site.url}/reviews/{site.call}/desk/", trouble)
    expect(page.locator(".turn")).to_have_count(3)
    page.wait_for_function("document.querySelector('audio').readyState >= 1")
    now = "document.querySelector('audio').currentTime"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(now) == pytest.approx(3, abs=0.2)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(now) == pytest.approx(3, abs=0.2)
    expect(page.locator(".turn.is-playing")).to_contain_text("有风险吗")
    assert page.evaluate("getSelection().toString()") == ""
    assert faults(page) == []
    context.close()


def test_a_phone_has_a_sheet_of_findings(site: Site, browser: Browser, trouble: list[str]) -> None:
    context = signed_in(browser, site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(context, f"{site.url}/reviews/{site.text}/desk/", trouble)
    side = page.locator("#desk-side")
    expect(side).to_have_attribute("data-sheet", "peek")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.tap("[data-sheet-toggle]")
    expect(side).to_have_attribute("data-sheet", "half")
    page.tap(".finding[aria-current] [data-accept]")
    expect(page.locator("#desk-progress")).to_have_attribute("data-decided", "1")
    assert faults(page) == []
    context.close()


def test_what_the_server_refuses_is_taken_back_and_kept(site: Site, browser: Browser) -> None:
    context = signed_in(browser, site, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{site.url}/reviews/{site.text}/desk/", wait_until="networkidle")
    page.route("**/desk/findings/**", lambda route: route.abort())
    first = page.locator(".finding").first
    page.keyboard.press("d")
    page.keyboard.type("写好的理由")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-note")).to_be_visible()
    expect(first).to_have_attribute("data-decision", "open")
    expect(first.locator("textarea[name=reason]")).to_have_value("写好的理由")
    page.unroute("**/desk/findings/**")
    first.locator("textarea[name=reason]").press("Enter")
    expect(first).to_have_attribute("data-decision", "dismissed")
    context.close()
