"""The values of the register: a norm, its articles and their items, and how one is read from its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

from xiaobao.errors import LawError
from xiaobao.model import Confidence

RIGHTS = ("财产安全权", "知情权", "自主选择权", "公平交易权", "依法求偿权", "受教育权", "受尊重权", "信息安全权")
"""The eight rights of financial consumers (国办发〔2015〕81号)."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NORM_KEYS = {
    "key", "title", "aliases", "number", "issuer", "in_force_from", "in_force_until",
    "confidence", "source", "version", "superseded_years", "note", "articles",
}  # fmt: skip
_ARTICLE_KEYS = {"paraphrase", "confidence", "rights", "items", "since", "until", "note"}


@dataclass(frozen=True, slots=True)
class Article:
    """What an article (or an item of one) says in our words, how well that is known and which rights it serves."""

    number: str
    paraphrase: str
    confidence: Confidence
    rights: tuple[str, ...] = ()
    items: Mapping[str, Article] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Norm:
    """A law, regulation, interpretation, standard or notice, with the articles that the rulebook may rest on.

    version is the day of the latest adoption or amendment whose numbering the articles follow;
    superseded_years are years of older versions whose numbering must not be cited.
    """

    key: str
    title: str
    confidence: Confidence
    aliases: tuple[str, ...] = ()
    number: str = ""
    issuer: str = ""
    in_force_from: date | None = None
    in_force_until: date | None = None
    source: str = ""
    version: date | None = None
    superseded_years: tuple[int, ...] = ()
    note: str = ""
    articles: Mapping[str, Article] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name under which the norm may be cited."""
        return tuple(dict.fromkeys(n for n in (self.key, self.title, *self.aliases, self.number) if n))


def read_norm(path: Path) -> Norm:
    """Return the norm written in a norm.yaml; LawError names the file and what is wrong in it."""
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LawError(f"{path}：规范文件无法读取：{error}") from error
    if not isinstance(data, dict):
        raise LawError(f"{path}：规范文件应为键值结构")
    _known(data, _NORM_KEYS, f"{path}")
    for name in ("key", "title", "confidence"):
        if not isinstance(data.get(name), str) or not data[name]:
            raise LawError(f"{path}：缺少 {name}")
    confidence = _confidence(data["confidence"], f"{path}")
    articles = data.get("articles") or {}
    if not isinstance(articles, dict):
        raise LawError(f"{path}：articles 应为“条号：内容”结构")
    return Norm(
        key=data["key"],
        title=data["title"],
        confidence=confidence,
        aliases=tuple(str(a) for a in data.get("aliases") or ()),
        number=data.get("number") or "",
        issuer=data.get("issuer") or "",
        in_force_from=_day(data.get("in_force_from"), f"{path} in_force_from"),
        in_force_until=_day(data.get("in_force_until"), f"{path} in_force_until"),
        source=data.get("source") or "",
        version=_day(data.get("version"), f"{path} version"),
        superseded_years=tuple(data.get("superseded_years") or ()),
        note=data.get("note") or "",
        articles={str(n): _article(str(n), a, confidence, (), f"{path} 第{n}条") for n, a in articles.items()},
    )


def _article(number: str, data: Any, confidence: Confidence, rights: tuple[str, ...], where: str) -> Article:
    if not isinstance(data, dict) or not isinstance(data.get("paraphrase"), str) or not data["paraphrase"].strip():
        raise LawError(f"{where}：缺少 paraphrase（条文大意）")
    _known(data, _ARTICLE_KEYS, where)
    confidence = _confidence(data.get("confidence", confidence), where)
    rights = tuple(data.get("rights", rights))
    unknown = [r for r in rights if r not in RIGHTS]
    if unknown:
        raise LawError(f"{where}：不认识的权利“{'、'.join(unknown)}”，可用：{'、'.join(RIGHTS)}")
    items = data.get("items") or {}
    return Article(
        number=number,
        paraphrase=data["paraphrase"].strip(),
        confidence=confidence,
        rights=rights,
        items={str(i): _article(str(i), a, confidence, rights, f"{where}({i})") for i, a in items.items()},
        since=_day(data.get("since"), f"{where} since"),
        until=_day(data.get("until"), f"{where} until"),
        note=data.get("note") or "",
    )


def _known(data: Mapping[str, Any], keys: set[str], where: str) -> None:
    extra = [str(k) for k in data if k not in keys]
    if extra:
        raise LawError(f"{where}：不认识的键“{'、'.join(extra)}”，可用：{'、'.join(sorted(keys))}")


def _confidence(value: Any, where: str) -> Confidence:
    if value not in ("T", "Q", "S", "M"):
        raise LawError(f"{where}：confidence 应为 T、Q、S、M 之一，现为“{value}”")
    return cast(Confidence, value)


def _day(value: Any, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise LawError(f"{where}：日期应写作 2026-01-31，现为“{value}”")
