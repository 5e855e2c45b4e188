"""The rulebook in use: what ships with the engine, overlaid with what was published here.

Published versions never change, so the list of the current ones names a rulebook for good: its digest is the version
that screenings keep, and every process compiles it once when it first meets it. No process needs to be told.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.knowledge.models import RuleVersion
from xiaobao_web.materials import engine

if TYPE_CHECKING:
    from xiaobao.rulebook.lexicons import Lexicons
    from xiaobao.rulebook.load import Rulebook
    from xiaobao.rulebook.model import Rule
    from xiaobao.screening.engine import Engine

log = logging.getLogger(__name__)
RULE_ID = re.compile(r"[a-z][a-z0-9_]{1,29}/[a-z][a-z0-9_]{1,59}")
Stamp = tuple[int, str, int, bool, str]
"""A current version: key, rule, version, retired, digest of its text."""


def digest_of(text: str) -> str:
    """Return the digest of a rule's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def stamps() -> tuple[Stamp, ...]:
    """Return the current published versions, in the order of their rules; one query."""
    rows = RuleVersion.objects.filter(current=True).order_by("rule")
    return tuple(rows.values_list("pk", "rule", "version", "retired", "digest"))


def version_of(current: tuple[Stamp, ...]) -> str:
    """Return the name of a rulebook: the packaged one's digest, and that of what stands over it."""
    base = engine.packaged_version()
    if not current:
        return base
    told = "\n".join(f"{rule} {version} {retired} {digest}" for _pk, rule, version, retired, digest in current)
    return f"{base}+{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def in_use() -> engine.RulebookInUse:
    """Return the rulebook that screens now; compiled only where and when it is needed."""
    current = stamps()
    if not current:
        return engine.packaged()
    return engine.RulebookInUse(version_of(current), lambda: _compiled(current))


def _compiled(current: tuple[Stamp, ...]) -> Engine:
    from xiaobao.screening.engine import Engine

    return Engine(book_of(current).rulebook)


@dataclass(frozen=True)
class Book:
    """A rulebook with where its rules come from and what of it this engine cannot read."""

    version: str
    rulebook: Rulebook
    local: frozenset[str]
    broken: dict[str, str]


_lock = Lock()
_books: dict[str, Book] = {}


def book() -> Book:
    """Return the rulebook in use, read once a process and version."""
    return book_of(stamps())


def book_of(current: tuple[Stamp, ...]) -> Book:
    """Return the rulebook of some published versions over the packaged one.

    A published version that this engine cannot read any more leaves the packaged rule in force and is told in `broken`.
    """
    name = version_of(current)
    with _lock:
        if name not in _books:
            while len(_books) > 2:
                _books.pop(next(iter(_books)))
            _books[name] = _overlaid(name, current)
        return _books[name]


def _overlaid(name: str, current: tuple[Stamp, ...]) -> Book:
    from xiaobao.errors import RuleError
    from xiaobao.rulebook.load import Rulebook, load

    packaged = load()
    texts = dict(RuleVersion.objects.filter(pk__in=[stamp[0] for stamp in current]).values_list("pk", "yaml"))
    rules = {rule.id: rule for rule in packaged.rules}
    broken: dict[str, str] = {}
    local: set[str] = set()
    for pk, rule, _version, retired, _digest in current:
        if retired:
            if rule in rules:
                rules[rule] = replace(rules[rule], lifecycle="retired")
            local.add(rule)
            continue
        try:
            rules[rule] = parsed(texts[pk], rule)
            local.add(rule)
        except RuleError as error:
            log.error("published rule %s cannot be read: %s", rule, error)
            broken[rule] = error.message
    ordered = tuple(sorted(rules.values(), key=lambda item: item.id))
    return Book(name, Rulebook(ordered, packaged.lexicons), frozenset(local), broken)


@lru_cache(maxsize=1)
def lexicons() -> Lexicons:
    """Return the shared word lists of the packaged rulebook."""
    from xiaobao.rulebook.lexicons import Lexicons
    from xiaobao.rulebook.load import PACKAGE

    return Lexicons.read([PACKAGE / "lexicons"])


@lru_cache(maxsize=512)
def parsed(text: str, rule: str) -> Rule:
    """Return a rule from its text; raises RuleError with line and key."""
    from xiaobao.laws import load as laws
    from xiaobao.rulebook.load import parse_rule
    from xiaobao.rulebook.source import Source

    return parse_rule(Source(f"{rule}.yaml", text), rule, lexicons(), laws())


@dataclass(frozen=True)
class RuleText:
    """The text of a rule in force: from here or from the package."""

    rule: str
    yaml: str
    version: RuleVersion | None
    packaged: str

    @property
    def retired(self) -> bool:
        """Tell whether the rule was retired here."""
        return self.version is not None and self.version.retired


def text_of(rule: str) -> RuleText:
    """Return the text of a rule; raises Hidden where there is none."""
    row = RuleVersion.objects.select_related("draft", "author", "published_by").filter(rule=rule, current=True).first()
    packaged = packaged_text(rule)
    if row is None and not packaged:
        raise Hidden(_("没有这条规则，或它已改名。"))
    return RuleText(rule, row.yaml if row is not None and row.yaml else packaged, row, packaged)


@lru_cache(maxsize=512)
def packaged_text(rule: str) -> str:
    """Return the text of a rule that ships with the engine, empty where there is none."""
    from xiaobao.rulebook.load import PACKAGE

    if not RULE_ID.fullmatch(rule) or rule.split("/")[0] in ("lexicons", "schema"):
        return ""
    path = Path(PACKAGE) / f"{rule}.yaml"
    return path.read_text(encoding="utf-8-sig") if path.is_file() else ""


def alone(rule: Rule) -> Rulebook:
    """Return a rulebook of one rule as if it were in force, to try it by itself."""
    from xiaobao.rulebook.load import Rulebook

    return Rulebook((replace(rule, lifecycle="published"),), lexicons())


def with_rule(base: Rulebook, rule: Rule) -> Rulebook:
    """Return a rulebook in which a rule stands in the place of its former version."""
    from xiaobao.rulebook.load import Rulebook

    rules = {item.id: item for item in base.rules}
    rules[rule.id] = rule
    return Rulebook(tuple(sorted(rules.values(), key=lambda item: item.id)), base.lexicons)
