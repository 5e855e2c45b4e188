"""Keep the rows of rules, norms and articles equal to the rulebook in use and the register.

Made anew when either changes: at publishing, hourly, and by whoever opens a list first after an upgrade.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import search
from xiaobao_web.knowledge import figures, rulebook
from xiaobao_web.knowledge.models import ArticleEntry, Mirror, NormEntry, RuleEntry

if TYPE_CHECKING:
    from xiaobao.laws import Norm
    from xiaobao.rulebook.model import Rule

RULE_FIELDS = (
    "title", "domain", "category", "severity", "state", "may", "version", "local", "owner", "message", "remedy", "laws",
    "basis", "norms", "media", "problem",
)  # fmt: skip
NORM_FIELDS = (
    "title", "number", "issuer", "aliases", "in_force_from", "in_force_until", "confidence", "articles", "rules",
    "has_text",
)  # fmt: skip


def fresh() -> None:
    """Make the rows anew where they are not those of the rulebook in use; two cheap queries where they are."""
    row = Mirror.objects.filter(pk=1).first()
    if row is None or row.rulebook != rulebook.in_use().version or not row.laws:
        refresh()


def fresh_laws() -> None:
    """Make the rows anew where an imported wording or the packaged register has changed."""
    row = Mirror.objects.filter(pk=1).first()
    if row is None or row.laws != _laws_digest():
        refresh()


def refresh() -> str:
    """Make all rows anew, index them for the search, and return the rulebook's version."""
    book = rulebook.book()
    laws, changed = _laws_digest(), []
    with transaction.atomic():
        row, _made = Mirror.objects.select_for_update().get_or_create(pk=1)
        if row.rulebook != book.version:
            _rules(book)
        if row.laws != laws or row.rulebook != book.version:
            changed = _norms()
        row.rulebook, row.laws, row.made_at = book.version, laws, timezone.now()
        row.save()
        figures.count()
        if changed:
            from xiaobao_web.knowledge import reconsidering

            reconsidering.for_articles(changed, note=_("法规登记更新后，这些条文的大意有变化"))
    return book.version


def _rules(book: rulebook.Book) -> None:
    known = {entry.rule: entry for entry in RuleEntry.objects.all()}
    rows = []
    for rule in book.rulebook.rules:
        entry = known.pop(rule.id, None) or RuleEntry(rule=rule.id)
        for name, value in _rule_values(rule, book).items():
            setattr(entry, name, value)
        rows.append(entry)
    for entry in known.values():
        search.forget(entry)
        entry.delete()
    RuleEntry.objects.bulk_create([row for row in rows if row.pk is None])
    RuleEntry.objects.bulk_update([row for row in rows if row.pk is not None], RULE_FIELDS, batch_size=200)
    search.index(*RuleEntry.objects.all())


def _rule_values(rule: Rule, book: rulebook.Book) -> dict[str, Any]:
    return {
        "title": rule.title[:160], "domain": rule.id.split("/")[0], "category": rule.category,
        "severity": rule.severity, "state": rule.lifecycle, "may": rule.may, "version": rule.version,
        "local": rule.id in book.local, "owner": rule.owner[:60], "message": rule.message, "remedy": rule.remedy,
        "laws": "\n".join(str(item) for item in rule.citations),
        "basis": [f"{item.norm}#{item.article}" for item in rule.citations],
        "norms": _barred({item.norm for item in rule.citations}), "media": _barred(rule.scope.scenarios),
        "problem": book.broken.get(rule.id, ""),
    }  # fmt: skip


def _barred(names: Any) -> str:
    """Return names between bars, so that one of them is found by |name|; empty for none."""
    return f"|{'|'.join(sorted(names))}|" if names else ""


def _laws_digest() -> str:
    """Return what changes when the packaged register or an imported wording does."""
    from xiaobao.laws.register import NORMS
    from xiaobao.laws.store import store_directory

    seen = hashlib.sha256()
    for path in (*sorted(NORMS.glob("*/norm.yaml")), *sorted(store_directory().glob("*.json"))):
        facts = path.stat()
        seen.update(f"{path.name} {path.parent.name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:16]


def _norms() -> list[str]:
    """Make the rows of norms and articles anew; return the articles known before whose paraphrase has changed."""
    from xiaobao.laws import load

    register = load()
    cited = list(RuleEntry.objects.exclude(state="retired").values_list("norms", flat=True))
    known = {entry.key: entry for entry in NormEntry.objects.all()}
    rows = []
    for norm in register.norms():
        entry = known.pop(norm.key, None) or NormEntry(key=norm.key)
        told = sum(f"|{norm.key}|" in names for names in cited)
        for name, value in _norm_values(norm, told, bool(register.texts.record(norm.key))).items():
            setattr(entry, name, value)
        rows.append(entry)
    for entry in known.values():
        search.forget(entry)
        entry.delete()
    NormEntry.objects.bulk_create([row for row in rows if row.pk is None])
    NormEntry.objects.bulk_update([row for row in rows if row.pk is not None], NORM_FIELDS)
    changed = _articles(register)
    search.index(*NormEntry.objects.all())
    search.index(*ArticleEntry.objects.select_related("norm"))
    return changed


def _norm_values(norm: Norm, rules: int, has_text: bool) -> dict[str, Any]:
    return {
        "title": norm.title, "number": norm.number, "issuer": norm.issuer, "aliases": "、".join(norm.aliases),
        "in_force_from": norm.in_force_from, "in_force_until": norm.in_force_until, "confidence": norm.confidence,
        "articles": len(norm.articles), "rules": rules, "has_text": has_text,
    }  # fmt: skip


def _articles(register: Any) -> list[str]:
    from xiaobao.model import Citation

    norms = {entry.key: entry for entry in NormEntry.objects.all()}
    known = {(entry.norm_id, entry.place): entry for entry in ArticleEntry.objects.all()}
    rows: list[ArticleEntry] = []
    changed = []
    for norm in register.norms():
        for article in register.articles(norm.key):
            places = [(article.number, article)]
            places += [(f"{article.number}({key})", item) for key, item in article.items.items()]
            for place, said in places:
                owner = norms[norm.key]
                entry = known.pop((owner.pk, place), None) or ArticleEntry(norm=owner, place=place)
                if entry.pk is not None and entry.paraphrase != said.paraphrase:
                    changed.append(f"{norm.key}#{place}")
                entry.label = str(Citation(norm.key, place, said.confidence, norm.title))[:260]
                entry.paraphrase, entry.confidence, entry.rights = said.paraphrase, said.confidence, list(said.rights)
                rows.append(entry)
    for entry in known.values():
        search.forget(entry)
        entry.delete()
    ArticleEntry.objects.bulk_create([row for row in rows if row.pk is None])
    ArticleEntry.objects.bulk_update(
        [row for row in rows if row.pk is not None], ["label", "paraphrase", "confidence", "rights"], batch_size=200
    )
    return changed
