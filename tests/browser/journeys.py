"""The platform served to real browsers, one a person; what any of them complains of is kept."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))
os.environ["DJANGO_SETTINGS_MODULE"] = "web_settings"
os.environ.setdefault("XIAOBAO_TEST_SQLITE", str(Path(tempfile.mkdtemp(prefix="xiaobao-journey-")) / "test.sqlite3"))

import django

django.setup()

import pytest  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Download, Locator, Page, Request  # noqa: E402
from reachable import faults  # noqa: E402

PHONE = {"width": 390, "height": 844}
ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src/xiaobao_web/vendor"
PATIENCE = 300_000
"""Milliseconds that a page may take: a poster is read within the request that uploads it."""


def of_web_tests(name: str, path: str) -> ModuleType:
    """Return a conftest of the other tests as a module; its own name is taken here."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tests/web" / path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


BANK = of_web_tests("bank_of_tests", "conftest.py")
journal_may_be_flushed = BANK.journal_may_be_flushed


class Journey:
    """The platform served, and a browser for each person; what any of them complains of is kept."""

    def __init__(self, url: str, bank: Any, browser: Browser, pictures: Path | None) -> None:
        self.url, self.bank, self.browser, self.pictures = url, bank, browser, pictures
        self.trouble: list[str] = []
        self.pages: dict[str, Page] = {}

    def page(self, who: str) -> Page:
        """Return the page of a person, signed in; of `nobody`, not signed in."""
        if who not in self.pages:
            context = self.browser.new_context(
                locale="zh-CN", viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce"
            )
            if who != "nobody":
                context.add_cookies([{"name": "sessionid", "value": self._session(who), "url": self.url}])
            self.pages[who] = self._listened(context, who)
        return self.pages[who]

    def _session(self, who: str) -> str:
        from django.test import Client

        client = Client()
        client.force_login(self.bank[who], backend="django.contrib.auth.backends.ModelBackend")
        return str(client.cookies["sessionid"].value)

    def _listened(self, context: BrowserContext, who: str) -> Page:
        context.set_default_timeout(PATIENCE)
        page, told = context.new_page(), self.trouble

        def complained(line: ConsoleMessage) -> None:
            if line.type in {"error", "warning"}:
                told.append(f"{who}: {line.text} at {page.url}")

        begun: dict[Request, int] = {}
        pages_asked = 0

        def asking(asked: Request) -> None:
            nonlocal pages_asked
            if asked.is_navigation_request() and asked.frame == page.main_frame:
                pages_asked += 1
            begun[asked] = pages_asked

        def failed(asked: Request) -> None:
            # What the page still asked for in the background (the tab's icon too), and what it had not loaded yet when
            # the next page was asked for, is given up.
            gone_on = pages_asked > begun.get(asked, pages_asked)
            background = asked.resource_type in {"fetch", "xhr", "other"}
            if asked.failure != "net::ERR_ABORTED" or not (background or gone_on):
                told.append(f"{who}: failed {asked.resource_type} {asked.url} {asked.failure}")

        page.on("console", complained)
        page.on("pageerror", lambda error: told.append(f"{who}: {error} at {page.url}"))
        page.on("response", lambda got: told.append(f"{who}: {got.status} {got.url}") if got.status >= 400 else None)
        page.on("request", asking)
        page.on("requestfailed", failed)
        return page

    def at(self, who: str, path: str) -> Page:
        """Open an address as a person."""
        page = self.page(who)
        page.goto(self.url + path, wait_until="networkidle")
        return page

    def downloaded(self, page: Page, link: Locator) -> Download:
        """Return the file that a link gives; what a browser saves instead of showing it tells as a page given up."""
        heard = len(self.trouble)
        with page.expect_download() as got:
            link.click()
        self.trouble[heard:] = [told for told in self.trouble[heard:] if "net::ERR_ABORTED" not in told]
        return got.value

    def well(self) -> None:
        """Fail where a browser complained of something on the way."""
        assert not self.trouble, "\n".join(self.trouble)

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture of the page for the manual, where they are asked for: now and then Chromium never ends one."""
        if self.pictures is None:
            return
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=self.pictures / f"{name}.png", caret="initial")  # hiding it would need an inline style


@pytest.fixture
def journey(transactional_db: None, settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Journey]:
    """Serve the platform with a bank in it; set up before the browser, whose event loop hides connections."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    settings.MEDIA_ROOT = tmp_path / "files"
    bank = BANK.make_bank()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    pictures = Path(asked) if (asked := os.environ.get("XIAOBAO_PICTURES")) else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    made = Journey(f"http://127.0.0.1:{server.port}", bank, request.getfixturevalue("browser"), pictures)
    yield made
    for page in made.pages.values():
        page.context.close()
    server.terminate()


def looked_at(page: Page, *, phone: bool = False) -> None:
    """Fail where the page is wider than its window, a phone's too where asked, or hard to reach."""
    own = page.viewport_size
    for size in (own, PHONE) if phone else (own,):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert not page.evaluate("document.scrollingElement.scrollWidth > innerWidth"), f"{page.url} {size} is too wide"
        wrong = faults(page)
        assert not wrong, wrong
    page.set_viewport_size(own)  # type: ignore[arg-type]


def labelled(page: Page) -> None:
    """Fail where a figure on a phone does not say what it is."""
    bare = page.locator(".as-cards tbody td:not([data-label]):not(:first-child)")
    assert bare.count() == 0, bare.first.inner_text()


def weeks_of(bank: Any) -> Any:
    """Return what makes weeks of contacts up to now."""
    from django.utils import timezone

    module: Any = of_web_tests("weeks_of_tests", "insights/conftest.py")
    module.NOW = timezone.now()
    return module.Weeks(bank)


def reviews_of(bank: Any) -> Any:
    """Return what walks reviews through their stages; jobs run after each commit, which is real here."""
    module: Any = of_web_tests("reviews_of_tests", "reviews/conftest.py")
    return module.Flow(bank, lambda execute: nullcontext())
