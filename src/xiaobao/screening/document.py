"""Judge what a text is before judging what it says: of which products it speaks, whether it sells, what kind it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from xiaobao.rulebook.lexicons import Lexicons
from xiaobao.rulebook.model import PRODUCTS
from xiaobao.screening.openings import is_sender

PRICE = re.compile(r"\d(?:\.\d+)?\s*[%‰]|百分之|万分之|\d元起|\d万元?起|日息|月息|\d[元块]/?[天日月期]")
CONTACT = re.compile(
    r"(?=[加+微v私扫二联咨找滴后评留戳进入关点d报领])"  # most characters begin none of these
    r"(?:(?:加|\+)(?:我|v|微|q)|微信|vx|私信|扫码|二维码|联系我|咨询我|找我|滴滴|后台回复|评论区|留言|戳我|进群|入群|关注公众号|点击链接|点链接|dd我|报名|领取资料)"
)
SMS_SIGNATURE = re.compile(r"^\s*【[^】]{2,20}】")
COLLECTION = re.compile(r"逾期|欠款|拖欠|欠着|欠的钱|催收|还清|已经?欠|代偿|债务人|失信被执行")
GENRES = ("antifraud", "penalty", "law", "prohibit", "exam", "education", "training", "notice", "contract")
SALES_SCENARIOS = frozenset({"marketing_sms", "poster", "web_page", "social_post", "sales_call"})


@dataclass(frozen=True)
class Profile:
    """What a text is, with the words that say so.

    offer: 0..1, how much it sells; contact: it asks the reader to get in touch; products and genres map a
    name to the words found.
    """

    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    genres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offer: float = 0.0
    contact: bool = False
    scenario: str = ""

    def speaks_only_of(self, products: frozenset[str]) -> bool:
        """Tell whether every product of the text is one of these, and there is at least one."""
        named = set(self.products) - ({"loan"} if "loan" not in products and len(self.products) > 1 else set())
        return bool(named) and named <= products


@cache
def _table(lexicons: Lexicons) -> dict[str, list[tuple[str, str]]]:
    """Map each term to the (group, name) pairs it speaks for."""
    table: dict[str, list[tuple[str, str]]] = {}
    for list_name in lexicons.words:
        group, _, name = list_name.partition(".")
        if group in ("product", "sell", "genre") and name:
            for term in lexicons.terms(list_name):
                table.setdefault(term, []).append((group, name))
    return table


def vocabulary(lexicons: Lexicons) -> frozenset[str]:
    """Return the words a profile rests on."""
    return frozenset(_table(lexicons))


def profile(text: str, found: Iterable[str], lexicons: Lexicons, *, scenario: str = "", product: str = "") -> Profile:
    """Build the profile of a normalised text from the words found in it; given facts win over inferred ones."""
    groups: dict[str, dict[str, set[str]]] = {"product": {}, "sell": {}, "genre": {}}
    table = _table(lexicons)
    for term in table.keys() & found:
        for group, name in table[term]:
            groups[group].setdefault(name, set()).add(term)
    products = _products(groups["product"], text)
    if product in PRODUCTS:
        products = {product: products.get(product, ("（给定）",))}
    genres = {name: tuple(sorted(words)) for name, words in sorted(groups["genre"].items())}
    contact, price = _marks(text)
    sell = groups["sell"]
    price = price or bool(sell.get("price"))
    score = 0.30 * bool(sell.get("call")) + 0.25 * bool(sell.get("praise")) + 0.25 * price + 0.15 * contact
    scenario = scenario or _scenario(text, genres, score)
    if scenario in SALES_SCENARIOS:
        score += 0.25
    return Profile(products, genres, min(1.0, score), contact, scenario)


@lru_cache(maxsize=4)
def _marks(text: str) -> tuple[bool, bool]:
    """Tell whether a text asks to get in touch and names a price; a document is asked for itself and for its parts."""
    return bool(CONTACT.search(text)), bool(PRICE.search(text))


def _products(found: Mapping[str, set[str]], text: str) -> dict[str, tuple[str, ...]]:
    """Keep the products a text speaks of; the narrower product replaces the wider one it contains."""
    products = {name: tuple(sorted(words)) for name, words in sorted(found.items())}
    if products.get("insurance") == ("保险",) and not re.search(r"(?<!存款)保险", text):
        products.pop("insurance")
    if "structured_deposit" in products and set(products.get("deposit", ())) <= {"存款"}:
        products.pop("deposit", None)
    if "wealth" in products and re.search(r"非存款|不是存款|不同于存款|有别于存款", text):
        rest = set(products.get("deposit", ())) - {"存款"}
        products.pop("deposit", None)
        if rest:
            products["deposit"] = tuple(sorted(rest))
    return products


def _scenario(text: str, genres: Mapping[str, tuple[str, ...]], offer: float) -> str:
    """Guess the scenario of a text that came without one."""
    long = len(text) > 400
    if len(COLLECTION.findall(text)) >= (3 if long else 1) and "contract" not in genres:
        return "collection_call"
    if (SMS_SIGNATURE.match(text) and is_sender(text)) or re.search(r"拒收请?回复|退订|回t退", text):
        return "marketing_sms" if offer >= 0.3 else "disclosure"
    if len(genres.get("contract", ())) >= (4 if long else 2):
        return "contract_clause"
    if long and offer >= 0.5:
        return "web_page"
    if "exam" in genres or "education" in genres or len(genres.get("antifraud", ())) >= 2:
        return "education"
    if "training" in genres or ("prohibit" in genres and len(genres["prohibit"]) >= 2):
        return "internal_script"
    if "notice" in genres and offer < 0.5:
        return "disclosure"
    return "web_page"
