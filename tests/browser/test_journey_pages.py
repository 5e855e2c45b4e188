"""Every page of the navigation and the main pages behind it, as people of several posts see them, on desk and phone.

No complaint of the console, no refused resource, no failed request, nothing wider than the screen; axe-core finds no
serious or critical fault. XIAOBAO_PICTURES=folder keeps a picture of each page as a phone shows it.
"""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from typing import Any

import pytest
from django.urls import reverse
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, of_web_tests
from playwright.sync_api import Page
from reachable import faults

__all__ = ["journal_may_be_flushed", "journey"]
PEOPLE = ("submitter", "reviewer", "office", "admin")
EVERYBODY = ("search", "inbox", "exports", "tokens", "delegations", "mfa_index")
"""Names of the pages that everybody has beside the navigation."""
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ONCE = (("light", WIDE), ("dark", PHONE))
"""How every page is looked at."""
FULLY = (*ONCE, ("dark", WIDE), ("light", PHONE))
"""How the main pages are looked at: the work-desk, a list, a case, the reading desk, signing in."""
MAIN = re.compile(r"/(\?.*)?$|/reviews/(\?.*)?$|/reviews/\d+/(desk/)?$|/account/login/$")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.audit,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def filled(bank: Any) -> dict[str, list[str]]:
    """Make reviews at several stages; return the further pages of each person."""
    flow = of_web_tests("reviews_of_tests", "reviews/conftest.py").Flow(bank, lambda **_values: nullcontext())
    draft, taken, issued = flow.draft(), flow.decided(), flow.issued()
    entry = issued.materials.get()
    one = f"/reviews/{issued.pk}/"
    return {
        "submitter": [
            f"/reviews/{draft.pk}/edit/", one, f"{one}answers/", "/reviews/new/", "/reviews/batch/",
            f"/materials/{entry.material_id}/", "/search/?q=海报",
        ],
        "reviewer": [
            f"/reviews/{taken.pk}/", f"/reviews/{taken.pk}/desk/", f"/reviews/{taken.pk}/opinion/",
            "/reviews/?view=all&state=answering&subject=marketing", "/reviews/?view=all&q=没有这样的词",
            "/reviews/guides/marketing/",
        ],
        "office": [one, "/reviews/template/"],
        "admin": [],
    }  # fmt: skip


def addresses(page: Page) -> list[str]:
    """Return the addresses of the page's navigation."""
    found = page.eval_on_selector_all("nav a[href], aside a[href]", "all => all.map(one => one.getAttribute('href'))")
    return [href for href in dict.fromkeys(found) if href.startswith("/") and "logout" not in href]


def looked_at(journey: Journey, page: Page, path: str) -> list[str]:
    """Open an address and return what is wrong with it in each of its looks."""
    looks, wrong = FULLY if MAIN.match(path) else ONCE, []
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    answer = page.goto(journey.url + path, wait_until="networkidle")
    if answer is None or answer.status >= 400:
        return [f"{path}: {answer.status if answer else 'no answer'}"]
    for theme, size in looks:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate("document.fonts.ready")
        named = f"{path} ({theme}, {size['width']})"
        wrong += [f"{named}: {fault}" for fault in faults(page)]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            wrong.append(f"{named}: wider than the screen: {page.evaluate(WIDEST)}")
        if size is PHONE and theme == "dark" and os.environ.get("XIAOBAO_PICTURES"):
            page.emulate_media(color_scheme="light")
            journey.picture(page, re.sub(r"\W+", "-", path).strip("-") or "home")
    return wrong


WIDEST = """[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(one => one.tagName + '.' + one.className).join(' ')"""


@pytest.mark.parametrize("who", PEOPLE)
def test_pages_are_whole_and_accessible(journey: Journey, who: str) -> None:
    further = filled(journey.bank)[who]
    page = journey.at(who, "/")
    wanted = list(dict.fromkeys([*addresses(page), *further, *(reverse(name) for name in EVERYBODY)]))
    assert len(wanted) > len(EVERYBODY) + 4, wanted
    wrong = [fault for path in wanted for fault in looked_at(journey, page, path)]
    told = [f"{item.split(': ', 1)[-1]}" for item in journey.trouble]
    assert not wrong + told, "\n".join(dict.fromkeys(wrong + told))


def test_signing_in_is_whole_and_accessible(journey: Journey) -> None:
    page = journey.page("nobody")
    wrong = looked_at(journey, page, reverse("account_login"))
    assert not wrong + journey.trouble, "\n".join(wrong + journey.trouble)
