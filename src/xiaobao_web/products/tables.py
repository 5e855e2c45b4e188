"""The list of products."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.lists import Column, ListPage, Tab, choice, everything, own_unit, unit
from xiaobao_web.products.models import Product


def rate_of(product: Product) -> str:
    """Return a product's rate as people write it, empty where it is not known."""
    low, high = product.annual_rate_low, product.annual_rate_high
    ends = dict.fromkeys(f"{value.normalize():f}%" for value in (low, high) if value is not None)
    return "—".join(ends)


class ProductList(ListPage):
    """Products with the facts that material is compared with."""

    name = "products"
    title = _("产品")
    subtitle = _("材料里写的等级、起点、期限、利率与费用，都与这里的要素比对。")
    noun = _("个")
    model = Product
    permission = "products.view"
    select = ("unit", "partner")
    order = "code"
    search = ("code", "name")
    search_hint = _("代码、名称")
    columns = (
        Column("code", _("产品代码"), link=True, sort=True, fixed=True),
        Column("name", _("产品名称"), link=True),
        Column("kind", _("类别"), kind="choice"),
        Column("risk_grade", _("风险等级")),
        Column("min_amount", _("起点金额"), kind="money"),
        Column("rate", _("年化利率"), value=rate_of),
        Column("term", _("期限")),
        Column("fee", _("费用"), off=True),
        Column("unit", _("主管部门"), value="unit.name"),
        Column("partner", _("合作机构"), value="partner.name", off=True),
        Column("updated_at", _("更新时间"), kind="moment", sort=True),
    )
    filters = (choice("kind"), unit("unit"))
    tabs = (
        Tab("sale", _("在售"), lambda _user, _model: _on_sale()),
        own_unit(),
        everything(),
    )
    primary = (_("导入"), "products_import", "products.import")
    empty_title = _("还没有产品")
    empty_hint = _("把产品主数据、价目表和标准文本以 XLSX 或 CSV 导入，材料就会自动与它们比对。")

    def url(self, row: Any) -> str:
        """Return the product's page."""
        return reverse("product", args=[row.pk])


def _on_sale() -> Q:
    today = timezone.localdate()
    begun = Q(on_sale_from__isnull=True) | Q(on_sale_from__lte=today)
    return begun & (Q(on_sale_until__isnull=True) | Q(on_sale_until__gte=today))
