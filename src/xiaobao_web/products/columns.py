"""The columns of the tables that may be imported: their names in use, and how a cell is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.products.grades import grade_of
from xiaobao_web.products.models import ProductKind


class Fault(ValueError):
    """Say what is wrong with a cell."""


@dataclass(frozen=True)
class Field:
    """A column: what it fills, its names, how a cell is read, and whether a row needs it."""

    name: str
    label: str
    names: tuple[str, ...]
    read: Callable[[str], Any]
    required: bool = False


_KINDS = {
    "存款": "deposit", "结构性存款": "deposit", "大额存单": "deposit", "理财": "wealth", "理财产品": "wealth",
    "基金": "fund", "公募基金": "fund", "保险": "insurance", "贷款": "loan", "消费贷": "loan",
    "信用贷": "loan", "按揭": "loan", "信用卡": "card", "借记卡": "card", "银行卡": "card",
    "卡": "card", "支付": "payment", "其他": "other",
}  # fmt: skip
_EMPTY = {"", "-", "—", "/", "无", "暂无", "n/a", "na", "null", "none"}


def text_of(most: int) -> Callable[[str], str]:
    """Return a reader of text of at most so many characters; what looks like a formula is refused."""

    def read(cell: str) -> str:
        cell = cell.strip()
        if cell[:1] in ("=", "@") or (cell[:1] in ("+", "-") and len(cell) > 1 and not re.match(r"[+-][\d.]", cell)):
            raise Fault(_("“%(cell)s”像是公式，请改为文字") % {"cell": cell[:20]})
        if len(cell) > most:
            raise Fault(_("超过 %(most)d 字") % {"most": most})
        return "" if cell.lower() in _EMPTY else cell

    return read


def kind(cell: str) -> str:
    """Return the kind of product that a word means."""
    word = cell.strip()
    if word in ProductKind.values:
        return word
    for known, value in sorted(_KINDS.items(), key=lambda item: -len(item[0])):
        if known in word:
            return value
    raise Fault(
        _("不认识的类别“%(cell)s”，可用：%(all)s")
        % {"cell": word[:20], "all": "、".join(str(label) for _v, label in ProductKind.choices)}
    )


def grade(cell: str) -> str:
    """Return a risk grade as R1 to R5."""
    word = cell.strip()
    if word.lower() in _EMPTY:
        return ""
    found = grade_of(word) or (int(word) if re.fullmatch("[1-5]", word) else None)
    if found is None:
        raise Fault(_("看不懂风险等级“%(cell)s”，应写作 R1—R5 或中低风险等") % {"cell": word[:20]})
    return f"R{found}"


def yuan(cell: str) -> Decimal | None:
    """Return an amount in yuan: 10000, 1万元, 10,000.00."""
    word = re.sub(r"[\s,，￥¥元起人民币]", "", cell)
    if word.lower() in _EMPTY:
        return None
    factor = {"万": Decimal(10_000), "千": Decimal(1000), "亿": Decimal(100_000_000)}.get(word[-1:], Decimal(1))
    try:
        amount = Decimal(word.rstrip("万千亿")) * factor
    except InvalidOperation:
        raise Fault(_("看不懂金额“%(cell)s”") % {"cell": cell.strip()[:20]}) from None
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 15:
        raise Fault(_("金额“%(cell)s”超出范围") % {"cell": cell.strip()[:20]})
    return amount.quantize(Decimal("0.01"))


def rates(cell: str) -> tuple[Decimal | None, Decimal | None]:
    """Return the low and high rate a year in percent: 3.6%, 3.6%-7.2%, 0.036 (a share of an Excel cell)."""
    word = cell.strip()
    if word.lower() in _EMPTY:
        return None, None
    found = re.findall(r"\d+(?:\.\d+)?", word)
    if not found or len(found) > 2:
        raise Fault(_("看不懂利率“%(cell)s”，应写作 3.6%% 或 3.6%%-7.2%%") % {"cell": word[:20]})
    numbers = [Decimal(item) for item in found]
    if "%" not in word and "％" not in word and all(number < Decimal("0.3") for number in numbers):
        numbers = [number * 100 for number in numbers]
    if not all(0 <= number <= 1000 for number in numbers) or numbers[0] > numbers[-1]:
        raise Fault(_("利率“%(cell)s”超出范围或前大后小") % {"cell": word[:20]})
    return numbers[0], numbers[-1]


def rate(cell: str) -> Decimal | None:
    """Return one rate a year in percent."""
    return rates(cell)[0]


def day(cell: str) -> date | None:
    """Return a day: 2026-01-31, 2026/1/31, 20260131, 2026年1月31日."""
    word = cell.strip()
    if word.lower() in _EMPTY:
        return None
    parts = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: .*)?", word)
    try:
        return date(*(int(part) for part in parts.groups())) if parts else _no_day(word)
    except ValueError:
        return _no_day(word)


def _no_day(word: str) -> date:
    raise Fault(_("看不懂日期“%(cell)s”，应写作 2026-01-31") % {"cell": word[:20]})


CODE = ("产品代码", "产品编号", "产品编码", "代码", "编码", "code", "productcode")
MASTER = (
    Field("code", "产品代码", CODE, text_of(60), True),
    Field("name", "产品名称", ("产品名称", "名称", "产品", "产品全称", "name"), text_of(120), True),
    Field("kind", "类别", ("类别", "产品类别", "产品类型", "类型", "大类", "kind"), kind, True),
    Field("risk_grade", "风险等级", ("风险等级", "风险评级", "产品风险等级", "风险级别", "riskgrade"), grade),
    Field(
        "min_amount",
        "起点金额",
        ("起点金额", "起购金额", "起投金额", "起存金额", "认购起点", "最低金额", "起购点", "minamount"),
        yuan,
    ),
    Field("term", "期限", ("期限", "产品期限", "投资期限", "存期", "贷款期限", "term"), text_of(60)),
    Field("rates", "年化利率", ("年化利率", "利率", "年利率", "业绩比较基准", "利率区间", "rate"), rates),
    Field("annual_rate_low", "年化利率下限", ("年化利率下限", "利率下限", "最低利率"), rate),
    Field("annual_rate_high", "年化利率上限", ("年化利率上限", "利率上限", "最高利率"), rate),
    Field("fee", "费用", ("费用", "费率", "收费", "手续费", "收费标准", "fee"), text_of(200)),
    Field(
        "issuer",
        "发行或承保机构",
        ("发行机构", "管理人", "承保机构", "发行人", "保险公司", "发行或承保机构", "issuer"),
        text_of(120),
    ),
    Field("unit", "主管部门", ("主管部门", "所属部门", "归口部门", "机构", "部门", "unit"), text_of(100)),
    Field("partner", "合作机构", ("合作机构", "合作方", "partner"), text_of(100)),
    Field("on_sale_from", "上架日", ("上架日", "上架日期", "起售日", "发行日", "开始销售"), day),
    Field("on_sale_until", "下架日", ("下架日", "下架日期", "停售日", "结束销售"), day),
)
PRICES = (
    Field("code", "产品代码", CODE, text_of(60)),
    Field("name", "收费项目", ("收费项目", "项目", "服务项目", "项目名称", "名称"), text_of(120), True),
    Field("price", "收费标准", ("收费标准", "价格", "标准", "收费", "费率"), text_of(200), True),
    Field("pricing", "定价方式", ("定价方式", "定价类型", "政府指导价"), text_of(40)),
    Field("effective_from", "生效日", ("生效日", "生效日期", "执行日期"), day),
)
TEXTS = (
    Field("code", "产品代码", CODE, text_of(60)),
    Field("title", "名称", ("名称", "文本名称", "合同名称", "条款名称", "标题"), text_of(120), True),
    Field("text", "正文", ("正文", "文本", "标准文本", "内容", "条款内容"), text_of(100_000), True),
    Field("version", "版本", ("版本", "版本号"), text_of(40)),
    Field("effective_from", "生效日", ("生效日", "生效日期"), day),
)
TABLES: Mapping[str, tuple[Field, ...]] = {"products": MASTER, "prices": PRICES, "texts": TEXTS}
