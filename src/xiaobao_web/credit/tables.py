"""The list of costings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao.credit.rates import two
from xiaobao_web.credit.models import Costing
from xiaobao_web.kernel.lists import Column, ListPage, days, everything, mine, own_unit, unit


def _share(name: str) -> Any:
    return lambda row: two(getattr(row, name)) / 100


class CostingList(ListPage):
    """Costings that were kept."""

    name = "costings"
    title = _("成本测算")
    subtitle = _("为产品、审查保存的贷款综合成本，每一版的条款与结果都留存。")
    noun = _("份")
    model = Costing
    permission = "credit.view"
    select = ("unit", "product", "review", "created_by")
    search = ("number", "title", "product__name", "review__number")
    search_hint = _("编号、名称、产品、审查编号")
    primary = (_("新的测算"), "credit", "credit.view")
    primary_icon = "calculator"
    empty_title = _("还没有保存的测算")
    empty_hint = _("在“贷款综合成本”里算好后点“保存测算”，就会出现在这里，并显示在产品与审查页面上。")
    columns = (
        Column("number", _("编号"), link=True, fixed=True, sort=True),
        Column("title", _("名称"), link=True),
        Column("product", _("产品"), value="product.name"),
        Column("review", _("审查"), value="review.number"),
        Column("principal", _("本金"), kind="money"),
        Column("periods", _("期数"), kind="number"),
        Column("nominal", _("年化（单利）"), value=_share("nominal_percent"), kind="percent", sort="nominal_percent"),
        Column(
            "effective", _("年化（复利）"), value=_share("effective_percent"), kind="percent", sort="effective_percent"
        ),
        Column("total", _("利息与费用合计"), kind="money", off=True),
        Column("versions_made", _("版本"), kind="number"),
        Column("unit", _("机构"), value="unit.name", off=True),
        Column("created_by", _("测算人"), kind="person"),
        Column("updated_at", _("更新时间"), kind="moment", sort=True),
    )
    filters = (unit("unit"), days("updated_at"))
    tabs = (mine("created_by"), own_unit(), everything())
