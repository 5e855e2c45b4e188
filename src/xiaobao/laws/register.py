"""The register of norms: load it once, resolve citations like 广告法#25(一) against it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from xiaobao.errors import LawError
from xiaobao.laws.norm import RIGHTS, Article, Norm, read_norm
from xiaobao.laws.numbering import Locus, article_order, fold, parse_locus
from xiaobao.laws.store import TextStore, store_directory
from xiaobao.model import Citation

__all__ = ["NORMS", "RIGHTS", "Article", "Norm", "Register", "load"]

NORMS = Path(__file__).parent / "norms"
"""Where the package keeps its norms: one folder a norm."""


class Register:
    """Know the norms and their articles under every name in use, and the imported wording where there is one."""

    def __init__(self, norms: Iterable[Norm], texts: TextStore) -> None:
        self.texts = texts
        self._norms: dict[str, Norm] = {}
        self._names: dict[str, Norm] = {}
        for norm in norms:
            self._norms[norm.key] = norm
            for name in norm.names:
                other = self._names.setdefault(fold(name), norm)
                if other is not norm:
                    raise LawError(f"名称“{name}”同时属于《{other.title}》和《{norm.title}》")
        self._longest = sorted(self._names, key=len, reverse=True)

    def norms(self) -> tuple[Norm, ...]:
        """Return all norms in the order of their keys."""
        return tuple(sorted(self._norms.values(), key=lambda n: n.key))

    def norm(self, name: str) -> Norm:
        """Return the norm of a key, alias, document number or title; LawError with the nearest names otherwise."""
        found = self._names.get(fold(name))
        if found is None:
            raise LawError(f"没有登记名为“{name}”的规范{self._nearest(name)}")
        return found

    def articles(self, norm: str) -> tuple[Article, ...]:
        """Return the described articles of a norm in their order."""
        return tuple(sorted(self.norm(norm).articles.values(), key=lambda a: article_order(a.number)))

    def resolve(self, reference: str) -> Citation:
        """Return the citation that a reference names, with title, paraphrase and the imported wording.

        Accepts 广告法#25, 广告法#25(一), 《广告法》第二十五条第（一）项, PBoC5 Art23(四), 公告3号#*.
        An item that is not described apart takes its article's paraphrase. LawError says what is near.
        """
        norm, locus = self.locate(reference)
        article = self._described(norm, locus, reference)
        return Citation(
            norm=norm.key,
            article=str(locus),
            confidence=article.confidence,
            title=norm.title,
            paraphrase=article.paraphrase,
            text=self.texts.text(norm.key, locus),
        )

    def rights(self, reference: str) -> tuple[str, ...]:
        """Return which of the eight rights the referenced article protects."""
        norm, locus = self.locate(reference)
        return self._described(norm, locus, reference).rights

    def in_force(self, reference: str, on: date) -> bool:
        """Tell whether a norm, or the article a reference names, is in force on a day; unknown ends bound nothing."""
        known = self._names.get(fold(reference))
        norm, locus = (known, None) if known else self.locate(reference)
        spans = [(norm.in_force_from, norm.in_force_until)]
        if locus is not None:
            article = self._described(norm, locus, reference)
            spans.append((article.since, article.until))
        return all((start is None or start <= on) and (end is None or on <= end) for start, end in spans)

    def locate(self, reference: str) -> tuple[Norm, Locus]:
        """Return the norm and the place that a reference names, without asking whether the place is described."""
        name, mark, rest = reference.partition("#")
        if mark:
            norm = self.norm(name)
            locus = parse_locus(fold(rest))
            if locus is None:
                raise LawError(f"“{reference}”的条号看不懂：“{rest}”，应写作 25、25(一)、293之一 或 *")
            return norm, locus
        folded = fold(reference)
        for candidate in self._longest:
            if folded.startswith(candidate):
                rest = folded[len(candidate) :]
                locus = parse_locus(rest) if rest else Locus("*")
                if locus is not None:
                    return self._names[candidate], locus
        raise LawError(f"“{reference}”对不上任何规范或条号{self._nearest(reference)}")

    def _described(self, norm: Norm, locus: Locus, reference: str) -> Article:
        if norm.superseded_years and locus.number != "*":
            years = "、".join(str(y) for y in norm.superseded_years)
            raise LawError(
                f"《{norm.title}》条号已随修订改变，{years}年旧版条号不得引用，现行条号尚未核对；请引用 {norm.key}#*"
            )
        article = norm.articles.get(locus.number)
        if article is None:
            raise LawError(self._missing(norm, locus, reference))
        return article.items.get(locus.item, article)

    def _missing(self, norm: Norm, locus: Locus, reference: str) -> str:
        if set(norm.articles) == {"*"}:
            return f"《{norm.title}》只能整体引用，请写 {norm.key}#*"
        if locus.number == "*":
            return f"《{norm.title}》须引用到条，例如 {norm.key}#{min(norm.articles, key=article_order)}"
        wanted = article_order(locus.number)[0]
        near = sorted(norm.articles, key=lambda n: (abs(article_order(n)[0] - wanted), article_order(n)))[:3]
        shown = "、".join(f"{norm.key}#{n}" for n in sorted(near, key=article_order))
        return f"“{reference}”：《{norm.title}》第{locus.number}条没有登记，相近的有 {shown}"

    def _nearest(self, name: str) -> str:
        hits = process.extract(fold(name), self._longest, scorer=fuzz.ratio, limit=6, score_cutoff=45)
        keys = list(dict.fromkeys(self._names[hit[0]].key for hit in hits))[:3]
        return f"，是否指：{'、'.join(keys)}" if keys else ""


def load(norms: Path | None = None, texts: Path | None = None) -> Register:
    """Return the register of a folder of norms (the package's own by default) with a folder of imported wordings.

    Read once per pair of folders; LawError names the file of a norm that is wrong.
    """
    return _load(norms or NORMS, texts or store_directory())


@lru_cache(maxsize=8)
def _load(norms: Path, texts: Path) -> Register:
    return Register((read_norm(p) for p in sorted(norms.glob("*/norm.yaml"))), TextStore(texts))
