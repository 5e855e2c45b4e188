"""A browser for journeys: Chromium of the system, or the one that Playwright brought; without one they say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MISSING = "没有 Chromium，浏览器测试没有运行：apt-get install chromium，或 playwright install chromium"
_skipped: list[str] = []


def _executable(brought: str) -> str | None:
    """Return the path of a Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), brought if Path(brought).exists() else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium; skip where there is none."""
    with sync_playwright() as playwright:
        path = _executable(playwright.chromium.executable_path)
        if path is None:
            _skipped.append(MISSING)
            pytest.skip(MISSING)
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that journeys were left out, which a count of skipped tests hides."""
    skipped = terminalreporter.stats.get("skipped", [])
    if _skipped or any(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(MISSING, yellow=True)
