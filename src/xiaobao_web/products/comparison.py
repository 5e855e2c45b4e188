"""Compare what a material says of its product with the product's facts; say nothing where it may mean another thing.

A statement counts only when it is about this product (no other product was named last before it), names the fact, and
has the fact's unit. Unknown facts are compared with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel.formats import money
from xiaobao_web.products import fees, wording
from xiaobao_web.products.grades import GRADE_WORDS, grade_of, grades_in
from xiaobao_web.products.mismatch import Mismatch
from xiaobao_web.products.models import Product, ProductKind
from xiaobao_web.products.terms import Term, term_of

if TYPE_CHECKING:
    from xiaobao.text.values import Value

__all__ = ["Mismatch", "compare"]

SHORTEST_NAME = 4
"""Characters from which a product's name is taken as naming it."""
_SAVING = (ProductKind.DEPOSIT, ProductKind.WEALTH, ProductKind.FUND, ProductKind.INSURANCE)
_MIN_BEFORE = re.compile(
    r"(?:起点金额|起点|起购金额|起购|起投金额|起投|起存金额|起存|认购起点|申购起点|最低(?:认购|申购|购买|投资|存入)金额)[^\d，。；,;\n]{0,8}$"
)
_MIN_AFTER = re.compile(r" ?(?:起购|起投|起存|起售|起(?=[，。；,;\s]|$))")
_MIN_NOT = re.compile(r"递增|追加|上限|最高|限额|红包|奖励|赠|满")
_RATE_BEFORE = {
    ProductKind.WEALTH: re.compile(r"业绩比较基准[^。；;\n]{0,14}$"),
    ProductKind.DEPOSIT: re.compile(r"(?:年化?利率|存款利率|挂牌利率|执行利率|利率)[^。；;，,\n]{0,10}$"),
    ProductKind.LOAN: re.compile(r"(?:年化?利率|贷款利率|综合年化|年化|利率|日利率|月利率)[^。；;，,\n]{0,14}$"),
}
_RATE_NOT = re.compile(
    r"罚息|逾期|违约|LPR|基点|优惠|折|费率|手续费|管理费|托管|提前|近[一二三六\d]|历史|以往|涨|税|通胀|同业|市场|上限为法定|提前支取|活期利率"
)
_TERM_BEFORE = re.compile(
    r"(?:产品期限|投资期限|理财期限|存款期限|存期|贷款期限|借款期限|授信期限|保险期间|封闭期限|封闭期|期限)[^\d半一二两三四五六七八九十。；;\n]{0,6}$"
)
_TERM_NOT = re.compile(r"犹豫|冷静|宽限|募集|申购期|兑付|到账|还款期限|投诉|答复|处理|有效期|保管|保存|活动期")


def compare(product: Product, text: str, *, kind: str = "") -> list[Mismatch]:
    """Return where a text contradicts the facts, prices and standard texts of the product it is about."""
    if not text.strip():
        return []
    from xiaobao.text.values import values

    about = _about(product, text)
    found = [value for value in values(text) if about(value.start)]
    out = [*_grade(product, text, about), *_minimum(product, text, found)]
    out += [*_rate(product, text, found), *_term(product, text, found)]
    out += [item for item in fees.compare(product, text) if item.start is None or about(item.start)]
    out += wording.compare(product, text, kind=kind)
    return _once(out)


def _once(found: list[Mismatch]) -> list[Mismatch]:
    """Keep one of equal statements of a fact."""
    kept: dict[tuple[str, str], Mismatch] = {}
    for item in found:
        kept.setdefault((item.fact, re.sub(r"\s", "", item.text) or item.message), item)
    return sorted(kept.values(), key=lambda item: (item.start is None, item.start or 0))


def _about(product: Product, text: str) -> Callable[[int], bool]:
    """Return whether what stands at an offset is about this product: it was the last one named, or none other is."""
    own = [at for name in _names(product) for at in _places(text, name)]
    others = Product.objects.exclude(pk=product.pk).values_list("name", flat=True)
    own_names = _names(product)
    other = [
        at for name in others
        if len(name) >= SHORTEST_NAME and name in text and not any(name in mine for mine in own_names)
        for at in _places(text, name)
    ]  # fmt: skip
    if not other:
        return lambda offset: True
    marks = sorted([*((at, True) for at in own), *((at, False) for at in other)])

    def is_about(offset: int) -> bool:
        before = [mine for at, mine in marks if at <= offset]
        return bool(before) and before[-1]

    return is_about


def _names(product: Product) -> list[str]:
    return [name for name in (product.name, product.code) if len(name) >= SHORTEST_NAME]


def _places(text: str, name: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def _around(text: str, start: int, end: int, before: int = 16, after: int = 8) -> tuple[str, str]:
    return text[max(0, start - before) : start], text[end : end + after]


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the clause around a span, for people to read."""
    left = max((text.rfind(mark, 0, start) for mark in "。；;！!？?\n"), default=-1) + 1
    rights = [at for mark in "。；;！!？?\n" if (at := text.find(mark, end)) >= 0]
    return max(left, start - 40), min([*rights, end + 40, len(text)])


def _source(product: Product) -> str:
    return product.source or _("产品库：%(product)s") % {"product": product}


def _mismatch(
    product: Product, text: str, fact: str, label: str, start: int, end: int, said: str, expected: str, **more: Any
) -> Mismatch:
    left, right = _sentence(text, start, end)
    return Mismatch(
        fact=fact,
        title=_("%(label)s与产品库不一致") % {"label": label},
        start=left,
        end=right,
        text=text[left:right].strip(),
        said=said,
        expected=expected,
        source=_source(product),
        message=_("材料写的%(label)s是“%(said)s”，产品库中“%(product)s”的%(label)s是“%(expected)s”。")
        % {"label": label, "said": said, "product": product.name, "expected": expected},
        remedy=_("改为“%(expected)s”；如产品要素已调整，请先更新产品库。") % {"expected": expected},
        why=_("“%(said)s”与产品库记录的“%(expected)s”单位相同、数值不同。") % {"said": said, "expected": expected},
        **more,
    )


def _grade(product: Product, text: str, about: Callable[[int], bool]) -> Iterator[Mismatch]:
    known = grade_of(product.risk_grade)
    if known is None:
        return
    for said in grades_in(text):
        if said.grade != known and about(said.start):
            expected = (
                f"{product.risk_grade}（{GRADE_WORDS[known]}）"
                if product.risk_grade[:1] in "RrPp"
                else product.risk_grade
            )
            yield _mismatch(
                product, text, "risk_grade", _("风险等级"), said.start, said.end, said.text, expected, severity="high"
            )


def _minimum(product: Product, text: str, found: list[Value]) -> Iterator[Mismatch]:
    if product.min_amount is None or product.kind not in _SAVING:
        return
    for value in found:
        if value.kind != "money" or value.unit != "CNY" or not isinstance(value.value, Decimal):
            continue
        before, after = _around(text, value.start, value.end)
        clause = re.split(r"[，。；,;\n]", before)[-1]
        if not (_MIN_BEFORE.search(before) or _MIN_AFTER.match(after)) or _MIN_NOT.search(clause):
            continue
        said = value.lower if value.lower is not None else value.value
        if said != product.min_amount:
            yield _mismatch(
                product, text, "min_amount", _("起点金额"), value.start, value.end, value.text,
                money(product.min_amount), severity="high",
            )  # fmt: skip


def _rate(product: Product, text: str, found: list[Value]) -> Iterator[Mismatch]:
    wanted = _RATE_BEFORE.get(ProductKind(product.kind))
    low, high = product.annual_rate_low, product.annual_rate_high
    if wanted is None or (low is None and high is None):
        return
    low, high = low if low is not None else high, high if high is not None else low
    assert low is not None
    assert high is not None
    for value in found:
        annual = value.annual if value.kind == "rate" else None
        before, after = _around(text, value.start, value.end, 20, 4)
        if value.kind == "rate" and annual is None and value.period is None and wanted.search(before):
            annual = (
                value.value if isinstance(value.value, Decimal) and "日" not in before and "月" not in before else None
            )
        if annual is None or not wanted.search(before) or _RATE_NOT.search(before + after):
            continue
        if _outside(value, annual, low, high):
            label = _("业绩比较基准") if product.kind == ProductKind.WEALTH else _("年化利率")
            yield _mismatch(
                product, text, "rate", label, value.start, value.end, value.text, _percents(low, high), severity="high"
            )


def _outside(value: Value, annual: Decimal, low: Decimal, high: Decimal) -> bool:
    """Tell whether a stated rate leaves the product's range; daily and monthly ones may count 360 or 365 days."""
    factor = annual / value.value if isinstance(value.value, Decimal) and value.value else Decimal(1)
    slack = Decimal("0.0005") if factor == 1 else high * Decimal("0.02")
    ends = [bound * factor for bound in (value.lower, value.upper) if bound is not None] or [annual]
    return any(end < low - slack or end > high + slack for end in ends)


def _term(product: Product, text: str, found: list[Value]) -> Iterator[Mismatch]:
    known = term_of(product.term)
    if known is None:
        return
    for value in found:
        said = Term.of(value) if value.kind == "duration" else None
        if said is None:
            continue
        before, after = _around(text, value.start, value.end)
        clause = re.split(r"[，。；,;\n]", before)[-1]
        if not _TERM_BEFORE.search(before) or _TERM_NOT.search(clause + after):
            continue
        if said.differs(known):
            yield _mismatch(product, text, "term", _("期限"), value.start, value.end, value.text, product.term)


def _percents(low: Decimal, high: Decimal) -> str:
    ends = [f"{value.normalize():f}%" for value in dict.fromkeys((low, high))]
    return "—".join(ends)
