"""Pages of the law register: a norm with its articles, and what rests on an article."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import impact, mirror
from xiaobao_web.knowledge.models import NormEntry
from xiaobao_web.knowledge.tables import CONFIDENCE, standing
from xiaobao_web.materials.engine import basis_of


@require_GET
def norm(request: SignedIn, key: str) -> HttpResponse:
    """Show a norm: when it is in force, its articles, what rests on it."""
    require(request.user, "knowledge.view")
    entry, found = _norm(key)
    articles = _articles(entry)
    resting = impact.rules(key)
    by_article: dict[str, int] = {}
    for item in resting:
        for number in {reference.partition("#")[2].partition("(")[0] for reference in item.references}:
            by_article[number] = by_article.get(number, 0) + 1
    return render(
        request,
        "knowledge/law.html",
        {
            "entry": entry, "norm": found, "standing": standing(entry), "resting": resting,
            "articles": [(item, by_article.get(item["place"], 0)) for item in articles],
            "asked": impact.asked(key), "known": CONFIDENCE.get(entry.confidence, entry.confidence),
        },
    )  # fmt: skip


def _norm(key: str) -> tuple[NormEntry, Any]:
    from xiaobao.errors import LawError
    from xiaobao.laws import load

    mirror.fresh()
    entry = NormEntry.objects.filter(key=key).first()
    try:
        found = load().norm(key)
    except LawError:
        found = None
    if entry is None or found is None:
        raise Hidden(_("没有登记这部法规。"))
    return entry, found


def _articles(entry: NormEntry) -> list[dict[str, Any]]:
    """Return the articles of a norm with their items beneath, paraphrase, wording, confidence and rights."""
    from xiaobao.laws import load

    register = load()
    out = []
    for article in register.articles(entry.key):
        said = _told(register, entry.key, article.number, article)
        said["items"] = [
            _told(register, entry.key, f"{article.number}({key})", item) for key, item in article.items.items()
        ]
        out.append(said)
    return out


def _told(register: Any, key: str, place: str, article: Any) -> dict[str, Any]:
    from xiaobao.errors import LawError

    try:
        text = register.resolve(f"{key}#{place}").text
    except LawError:
        text = ""
    return {
        "place": place, "paraphrase": article.paraphrase, "text": text, "rights": list(article.rights),
        "known": str(CONFIDENCE.get(article.confidence, article.confidence)), "mark": article.confidence,
        "since": article.since, "until": article.until, "note": article.note,
    }  # fmt: skip


@require_GET
def article(request: SignedIn, key: str, place: str) -> HttpResponse:
    """Show an article and everything that rests on it."""
    from xiaobao.errors import LawError
    from xiaobao.laws import load

    require(request.user, "knowledge.view")
    entry, found = _norm(key)
    reference = f"{key}#{place}"
    register = load()
    try:
        citation = register.resolve(reference)
        rights = register.rights(reference)
    except LawError as error:
        raise Hidden(error.message) from error
    return render(
        request,
        "knowledge/article.html",
        {
            "entry": entry, "norm": found, "citation": basis_of([citation])[0], "reference": reference,
            "rights": rights, "impact": impact.of(reference, request.user), "standing": standing(entry),
            "known": CONFIDENCE.get(citation.confidence, citation.confidence),
        },
    )  # fmt: skip
