"""The frame and its components in a real browser: nothing refused, usable by keyboard, on a phone, by a reader."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))
os.environ["DJANGO_SETTINGS_MODULE"] = "web_settings"
os.environ.setdefault("XIAOBAO_TEST_SQLITE", str(Path(tempfile.mkdtemp(prefix="xiaobao-face-")) / "test.sqlite3"))

import django

django.setup()

import pytest  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402
from reachable import faults  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src/xiaobao_web/vendor"
PASSWORD = "correct horse 42"

pytestmark = pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets")


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Serve the platform and yield its address; set up before the browser, whose event loop hides connections."""
    from django.contrib.auth import get_user_model
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    with django_db_blocker.unblock():
        get_user_model().objects.create_user(username="face", password=PASSWORD, name="王小芳")
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@pytest.fixture
def trouble() -> Iterator[list[str]]:
    """Collect what the browser complains of; fail when there is anything."""
    found: list[str] = []
    yield found
    assert found == []


def listen(page: Page, trouble: list[str]) -> None:
    """Note every complaint of the console, broken script, failed request and refused answer."""
    page.on("console", lambda told: trouble.append(told.text) if told.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
    page.on("response", lambda got: trouble.append(f"{got.status} {got.url}") if got.status >= 400 else None)


@pytest.fixture
def page(site: str, browser: Browser, settings: Any, trouble: list[str]) -> Iterator[Page]:
    """Yield a page signed in, on the page of components."""
    settings.DEBUG = True
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    opened.goto(f"{site}/account/login/?next=/styleguide/")
    opened.fill("[name=login]", "face")
    opened.fill("[name=password]", PASSWORD)
    opened.click("main button[type=submit]")
    opened.wait_for_url("**/styleguide/")
    opened.wait_for_load_state("networkidle")
    listen(opened, trouble)
    opened.reload(wait_until="networkidle")
    yield opened
    context.close()


@pytest.mark.django_db
def test_the_page_of_components_is_for_developers(client: Any, django_user_model: Any, settings: Any) -> None:
    settings.DEBUG = False
    client.force_login(
        django_user_model.objects.create_user(username="guest", name="客", password=PASSWORD),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_component_is_reachable_and_fits(page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.reload(wait_until="networkidle")
    assert page.get_attribute("html", "data-bs-theme") == theme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


def test_a_list_is_walked_and_chosen_by_keyboard(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tr.is-current a[data-open]").inner_text() == "SC2026-00012"
    assert page.locator("[data-batch-count]").inner_text() == "已选 1 项"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_the_palette_opens_filters_and_closes(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("导出")
    page.wait_for_selector("#palette [role=option]")
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()


def test_a_disabled_verb_says_why_on_focus(page: Page) -> None:
    page.locator("button[aria-disabled=true]:visible").first.focus()
    assert page.locator(".tip:visible").inner_text() == "还有 2 项意见未答复，答复后才能办结。"


def test_typed_text_is_offered_again(page: Page) -> None:
    page.fill("#id_title", "打了一半")
    kept = "[localStorage, sessionStorage].some(store => Object.values(store).some(text => text.includes('打了一半')))"
    for _ in range(100):  # typing is kept when it pauses
        if page.evaluate(kept):
            break
        page.wait_for_timeout(100)
    page.reload(wait_until="networkidle")
    page.click(".draft-note .btn-primary")
    assert page.input_value("#id_title") == "打了一半"


def test_a_chart_is_drawn_when_it_comes_near(page: Page) -> None:
    page.locator("#volume").scroll_into_view_if_needed()
    page.wait_for_selector("#volume canvas")


def test_the_theme_is_kept(page: Page) -> None:
    page.click("button.who")
    page.click("[data-theme-toggle]")
    page.reload(wait_until="networkidle")
    assert page.get_attribute("html", "data-bs-theme") == "dark"


def test_files_are_sent_without_leaving_the_page(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "海报.txt"
    file.write_text("保本", "utf-8")
    page.evaluate("window.stayed = true")
    page.set_input_files("#file", str(file))
    assert "海报.txt" in page.inner_text("[data-upload-list]")
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("[data-upload-list] li", state="detached")
    assert page.evaluate("window.stayed")


def test_a_failed_request_says_what_was_kept(page: Page, trouble: list[str]) -> None:
    page.context.route("**/broken", lambda route: route.fulfill(status=500, body=""))
    page.evaluate("htmx.ajax('GET', '/broken', {target: '#content'}).catch(() => 1)")
    note = page.wait_for_selector(".toast-note.tone-error")
    assert note is not None
    assert "已填写的内容还在" in note.inner_text()
    trouble.clear()
