"""The engine as the platform uses it: imported when first needed, loaded once a process, with versions of its parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from xiaobao_web.materials.models import MaterialKind

if TYPE_CHECKING:
    from xiaobao.model import Verdict
    from xiaobao.screening.engine import Engine
    from xiaobao.screening.screen import Screener, ScreeningJudge

SCENARIOS: dict[str, str] = {
    MaterialKind.POSTER: "poster",
    MaterialKind.WEB_PAGE: "web_page",
    MaterialKind.VIDEO_SCRIPT: "social_post",
    MaterialKind.SMS: "marketing_sms",
    MaterialKind.POST: "social_post",
    MaterialKind.AGREEMENT: "contract_clause",
    MaterialKind.PRICE_TABLE: "disclosure",
    MaterialKind.SALES_SCRIPT: "internal_script",
    MaterialKind.POLICY: "internal_script",
    MaterialKind.PRODUCT_DOCUMENT: "disclosure",
    MaterialKind.RECORDING: "sales_call",
}
"""The engine's scenario of each kind of material; kinds left out let the engine infer it."""

PRODUCTS: dict[str, str] = {
    "deposit": "deposit",
    "wealth": "wealth",
    "fund": "fund",
    "insurance": "insurance",
    "loan": "loan",
    "card": "credit_card",
    "payment": "payment",
}
"""The engine's name of each kind of product."""


@dataclass(frozen=True)
class RulebookInUse:
    """The rulebook that screens now: its version (a digest), and how the engine is compiled from it when needed."""

    version: str
    compile: Callable[[], Engine]


def packaged() -> RulebookInUse:
    """Return the rulebook that ships with the engine."""
    return RulebookInUse(packaged_version(), _default_engine)


def _default_engine() -> Engine:
    from xiaobao.screening.engine import default_engine

    return default_engine()


provider: Callable[[], RulebookInUse] = packaged
"""Gives the rulebook in use; the knowledge app sets its own, which adds what was published here."""
_lock = Lock()
_screeners: dict[str, Screener] = {}


def use_rulebook(source: Callable[[], RulebookInUse]) -> None:
    """Let every later screening take its rulebook from a source."""
    global provider
    provider = source


def rulebook_version() -> str:
    """Return the version of the rulebook in use, without compiling it."""
    return provider().version


def screener(pack: Mapping[str, Any] | None = None) -> tuple[str, Screener]:
    """Return the version of the rulebook in use and its screener, compiled once a process and version.

    A pack runs a part of it: rules of its `skipped` domains do not run, save those it names as `kept`.
    """
    with _lock:
        book = provider()
        if book.version not in _screeners:
            from xiaobao.screening.screen import Screener

            _screeners.clear()
            _screeners[book.version] = Screener(book.compile(), judge())
        whole = _screeners[book.version]
    if not pack:
        return book.version, whole
    return book.version, whole.limited(frozenset(pack.get("skipped", ())), frozenset(pack.get("kept", ())))


def warm() -> None:
    """Load everything that the first screening would wait for."""
    screen_text("年化利率3.6%起，具体以审批为准。", kind=MaterialKind.POSTER)


@cache
def judge() -> ScreeningJudge | None:
    """Return the judge that ships with the engine, None where its model is not there."""
    from xiaobao.errors import ModelUnavailable
    from xiaobao.judge.model import default_judge

    try:
        return default_judge()
    except ModelUnavailable:
        return None


def screen_text(text: str, *, kind: str = "", product: str = "", channel: str = "") -> tuple[str, Verdict]:
    """Return the rulebook's version and its verdict on a text of a kind of material about a kind of product."""
    from xiaobao.model import Material, Passage

    passages = tuple(Passage(line) for line in text.splitlines() or [""])
    material = Material(
        id="text",
        passages=passages,
        scenario=SCENARIOS.get(kind),
        product=PRODUCTS.get(product),
        channel=channel or None,
    )
    version, reader = screener()
    return version, reader.screen(material)


def _digest(folders: list[str], patterns: tuple[str, ...]) -> str:
    """Return 12 characters that change whenever a file of these folders of the engine does."""
    spec = find_spec("xiaobao")
    root = Path(str(spec.origin)).parent if spec and spec.origin else Path()
    seen = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for pattern in patterns for p in (root / folder).rglob(pattern)):
            seen.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:12]


@cache
def packaged_version() -> str:
    """Return the version of the packaged rulebook: a digest of its rules, word lists and judge."""
    return _digest(["rulebook", "judge"], ("*.yaml", "*.npz"))


@cache
def reader_version() -> str:
    """Return the version of the readers: a digest of their program."""
    return _digest(["readers", "ocr"], ("*.py",))


def basis_of(citations: Any) -> list[dict[str, str]]:
    """Return citations as findings keep them: norm, article, title, label, paraphrase, text, confidence."""
    return [
        {
            "norm": item.norm,
            "article": item.article,
            "title": item.title,
            "label": str(item),
            "paraphrase": item.paraphrase,
            "text": item.text,
            "confidence": item.confidence,
        }
        for item in citations
    ]
