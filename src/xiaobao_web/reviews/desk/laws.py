"""Find an article by what one remembers of it: the norm's name, its number, a word of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiaobao.laws import Article, Norm

MOST = 12


@dataclass(frozen=True)
class Entry:
    """An article one can choose: how it is cited, what it says, and the words it is found by."""

    reference: str
    label: str
    paraphrase: str
    names: str
    words: str


@cache
def _entries() -> tuple[Entry, ...]:
    from xiaobao.laws import load

    register = load()
    out: list[Entry] = []
    for norm in register.norms():
        for article in register.articles(norm.key):
            out.append(_entry(norm, article, article.number))
            out.extend(_entry(norm, item, f"{article.number}({key})") for key, item in article.items.items())
    return tuple(out)


def _entry(norm: Norm, article: Article, number: str) -> Entry:
    from xiaobao.model import Citation

    label = str(Citation(norm.key, number, article.confidence, norm.title))
    names = " ".join(norm.names).lower()
    words = f"{names} {label} {article.paraphrase}".lower()
    return Entry(f"{norm.key}#{number}", label, article.paraphrase, names, words)


def search(query: str, *, most: int = MOST) -> list[dict[str, Any]]:
    """Return articles for a query, the named one first, then those with all the words: reference, label, paraphrase."""
    words = query.lower().replace("《", " ").replace("》", " ").split()[:8]
    if not words:
        return []
    found = {item.reference: item for item in _named(query)}
    scored = []
    for place, item in enumerate(_entries()):
        if all(word in item.words or _is_number(word, item) for word in words):
            named = sum(word in item.names for word in words) + sum(2 for word in words if _is_number(word, item))
            scored.append((-named, place, item))
    for _score, _place, item in sorted(scored, key=lambda row: row[:2])[: most * 2]:
        found.setdefault(item.reference, item)
    rows = list(found.values())[:most]
    return [{"reference": item.reference, "label": item.label, "paraphrase": item.paraphrase} for item in rows]


def _is_number(word: str, item: Entry) -> bool:
    number = word.strip("第条#")
    return number.isdigit() and item.reference.partition("#")[2].partition("(")[0] == number


def _named(query: str) -> list[Entry]:
    """Return the article that the whole query cites, if it does."""
    from xiaobao.errors import LawError
    from xiaobao.laws import load

    try:
        cited = load().resolve(query.strip())
    except LawError:
        return []
    if cited.article == "*":
        return []
    return [Entry(f"{cited.norm}#{cited.article}", str(cited), cited.paraphrase, "", "")]
