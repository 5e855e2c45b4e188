"""Fees: what a material says of a fee against the product's fees and the price list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from xiaobao_web.products.mismatch import Mismatch
from xiaobao_web.products.models import Product

FEE_NAMES = (
    "认购费|申购费|赎回费|固定管理费|投资管理费|管理费|托管费|销售服务费|销售费|超额业绩报酬|账户管理费|工本费|年费|挂失费"
    "|转账手续费|汇款手续费|取现手续费|分期手续费|手续费|提前还款违约金|违约金|账户服务费|服务费|担保费|保险费|评估费"
)
_NAME = re.compile(rf"(?P<name>{FEE_NAMES})(?:率)?")
_BETWEEN = re.compile(
    r"(?:的?(?:标准|收取|费率|年化|按年|按月|每年|每月|每笔|每次|(?:剩余|贷款|未还)?本金的?|为|是|按|：|:|仅|只需|低至|人民币|[（(]年化?[）)]|\s)){0,4}$"
)
_FREE_BEFORE = re.compile(r"(?:免收?|不收取?|免除|零|(?<![\d.])0)(?:任何)?$")
_FREE_AFTER = re.compile(r"(?:为|：|:|\s)*(?:免收?|不收取?|全免|减免|无(?=[，。；,;\s]|$)|零(?=[，。；,;\s]|$))")
_CONDITION = re.compile(r"满|首年|首次|达标|优惠|活动|期间|折|新客|前\d|次年|刷卡|符合条件|原价|原标准|原为")
REACH = 12


@dataclass(frozen=True)
class Fee:
    """A fee: its name, what it is in percent (of a period) or yuan, where it stands."""

    name: str
    amount: Decimal
    unit: str
    period: str
    start: int
    end: int
    text: str


def fees_in(text: str, *, conditions: bool = False) -> Iterator[Fee]:
    """Yield the fees a text states plainly; conditional and promotional ones only with `conditions`."""
    from xiaobao.text.values import values

    found = [v for v in values(text) if v.kind in ("rate", "money") and isinstance(v.value, Decimal)]
    for match in _NAME.finditer(text):
        left = max(text.rfind(mark, 0, match.start()) for mark in "。；;，,\n") + 1
        ends = [at for mark in "。；;\n" if (at := text.find(mark, match.end())) >= 0]
        clause = text[left : min([*ends, len(text)])]
        if not conditions and _CONDITION.search(clause):
            continue
        value = next((v for v in found if match.end() <= v.start <= match.end() + REACH), None)
        if value is not None and _BETWEEN.fullmatch(text[match.end() : value.start]) and value.lower is None:
            unit = "%" if value.kind == "rate" else value.unit
            yield Fee(match["name"], Decimal(str(value.value)), unit, value.period or "", match.start(), value.end,
                      text[match.start() : value.end])  # fmt: skip
        elif free := _FREE_AFTER.match(text, match.end()):
            yield Fee(match["name"], Decimal(0), "", "", match.start(), free.end(), text[match.start() : free.end()])
        elif before := _FREE_BEFORE.search(text[: match.start()]):
            yield Fee(
                match["name"], Decimal(0), "", "", before.start(), match.end(), text[before.start() : match.end()]
            )


def compare(product: Product, text: str) -> Iterator[Mismatch]:
    """Yield the fees a text states otherwise than the product's fees or its price list."""
    known: dict[str, list[tuple[Fee, str]]] = {}
    for fee in fees_in(product.fee, conditions=True):
        known.setdefault(fee.name, []).append((fee, product.source or _("产品库")))
    prices = product.prices.all()
    for price in prices:
        for fee in fees_in(f"{price.name}：{price.price}", conditions=True):
            known.setdefault(fee.name, []).append((fee, price.source or _("价目表")))
    for said in fees_in(text):
        comparable = [(fee, source) for fee, source in known.get(said.name, []) if _comparable(said, fee)]
        if comparable and not any(said.amount == fee.amount for fee, _source in comparable):
            yield _told(product, said, *comparable[0])


def _comparable(said: Fee, known: Fee) -> bool:
    """Tell whether two fees have one unit and, where both name one, one period; free is comparable with anything."""
    if not said.unit or not known.unit:
        return True
    return said.unit == known.unit and (not said.period or not known.period or said.period == known.period)


def _told(product: Product, said: Fee, known: Fee, source: str) -> Mismatch:
    return Mismatch(
        fact="fee",
        title=_("费用与产品库不一致"),
        text=said.text,
        said=said.text,
        expected=known.text,
        source=source,
        start=said.start,
        end=said.end,
        severity="high",
        message=_("材料写“%(said)s”，“%(product)s”登记的是“%(expected)s”（%(source)s）。")
        % {"said": said.text, "product": product.name, "expected": known.text, "source": source},
        remedy=_("改为“%(expected)s”；如收费已调整，请先更新价目表。") % {"expected": known.text},
        why=_("同一收费项目“%(name)s”，数值不同。") % {"name": said.name},
    )
