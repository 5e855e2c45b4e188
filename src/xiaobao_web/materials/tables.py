"""The lists of material, of the registry and of placements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.lists import Column, ListPage, Tab, choice, days, everything, mine, own_unit, unit
from xiaobao_web.materials.models import ApprovedMaterial, ApprovedState, Material, Placement, Screening


class MaterialList(ListPage):
    """Material a person may see."""

    name = "materials"
    title = _("材料")
    noun = _("份")
    model = Material
    permission = "materials.view"
    select = ("unit", "product", "created_by")
    search = ("title",)
    search_hint = _("材料名称")
    columns = (
        Column("title", _("名称"), link=True, fixed=True),
        Column("kind", _("类型"), kind="choice"),
        Column("product", _("产品"), value="product.name"),
        Column("unit", _("所属机构"), value="unit.name"),
        Column("screening", _("机器审查"), value=lambda row: row.screening_label, kind="text"),
        Column("created_by", _("提交人"), kind="person"),
        Column("created_at", _("提交时间"), kind="moment", sort=True),
    )
    filters = (choice("kind"), unit("unit"), days("created_at"))
    tabs = (mine("created_by"), own_unit(), everything())
    primary = (_("新建材料"), "material_add", "materials.add")
    empty_title = _("还没有材料")
    empty_hint = _("送审的海报、短信、合同等会出现在这里，机器审查的结果一并保存。")

    def url(self, row: Any) -> str:
        """Return the material's page."""
        return reverse("material", args=[row.pk])

    def extend(self, rows: list[Any]) -> None:
        """Read the newest screening of each material."""
        newest: dict[int, Screening] = {}
        found = (
            Screening.objects.filter(version__material__in=rows)
            .select_related("version")
            .order_by("version__number", "pk")
        )
        for item in found:
            newest[item.version.material_id] = item
        for row in rows:
            row.screening_label = newest[row.pk].get_state_display() if row.pk in newest else ""


class RegistryList(ListPage):
    """The registry of approved material (营销宣传台账)."""

    name = "registry"
    title = _("营销宣传台账")
    subtitle = _("批准过的每一份材料：能在哪里用、用到什么时候、现在投放在哪里。")
    noun = _("份")
    model = ApprovedMaterial
    permission = "materials.registry"
    select = ("unit", "product", "version")
    search = ("number", "title")
    search_hint = _("备案编号、名称")
    columns = (
        Column("number", _("备案编号"), link=True, sort=True, fixed=True),
        Column("title", _("名称"), link=True),
        Column("product", _("产品"), value="product.name"),
        Column("unit", _("所属机构"), value="unit.name"),
        Column("channels", _("渠道"), value=lambda row: "、".join(row.channels) or str(_("不限"))),
        Column("valid_from", _("有效起"), kind="day", sort=True, off=True),
        Column("valid_until", _("有效止"), kind="day", sort=True),
        Column("placed", _("在投"), value=lambda row: row.placed, kind="number"),
        Column("state", _("状态"), kind="state"),
    )
    filters = (choice("state"), unit("unit"), days("valid_until"))
    tabs = (
        Tab("valid", _("有效"), lambda _user, _model: Q(state=ApprovedState.VALID.value)),
        Tab("expiring", _("30 天内到期"), lambda _user, _model: _expiring(), _("30 天内没有到期的材料。")),
        own_unit(),
        everything(),
    )
    primary = (_("批准过吗？"), "material_ask", "materials.check")
    primary_icon = "search"
    empty_title = _("台账还是空的")
    empty_hint = _("消保审查办结后，通过的材料自动登记到这里，连同指纹、有效期与渠道。")

    def url(self, row: Any) -> str:
        """Return the entry's page."""
        return reverse("approved", args=[row.pk])

    def extend(self, rows: list[Any]) -> None:
        """Count what is shown of each entry."""
        open_ones = Placement.objects.filter(approved__in=rows, removed_at__isnull=True)
        counted = dict(open_ones.order_by().values_list("approved").annotate(n=Count("pk")))
        for row in rows:
            row.placed = counted.get(row.pk, 0)


def _expiring() -> Q:
    today = timezone.localdate()
    return Q(state=ApprovedState.VALID.value, valid_until__range=(today, today + timedelta(days=30)))


class PlacementList(ListPage):
    """Where approved material is shown."""

    name = "placements"
    title = _("投放记录")
    noun = _("处")
    model = Placement
    permission = "materials.placements"
    select = ("approved", "unit", "person", "partner")
    search = ("place", "approved__title", "approved__number")
    search_hint = _("位置、材料名称、编号")
    columns = (
        Column("approved", _("材料"), value="approved.title", link=True, fixed=True),
        Column("kind", _("方式"), kind="choice"),
        Column("channel", _("渠道")),
        Column("place", _("位置或网址")),
        Column("unit", _("投放机构"), value="unit.name"),
        Column("who", _("员工或合作机构"), value=lambda row: str(row.person or row.partner or "")),
        Column("copies", _("数量"), kind="number"),
        Column("start", _("投放起"), kind="day", sort=True),
        Column("end", _("投放止"), kind="day", sort=True),
        Column("removed_at", _("下线时间"), kind="moment", sort=True),
    )
    filters = (choice("kind"), unit("unit"), days("start"))
    tabs = (
        Tab("shown", _("在投"), lambda _user, _model: Q(removed_at__isnull=True)),
        Tab("past", _("应下线"), lambda _user, _model: _past(), _("没有应下线而未下线的投放。")),
        Tab("staff", _("员工转发"), lambda _user, _model: Q(kind="staff")),
        Tab("partner", _("合作机构广告"), lambda _user, _model: Q(kind="partner")),
        own_unit(),
        everything(),
    )
    primary = (_("营销宣传台账"), "registry", "materials.registry")
    empty_title = _("还没有投放")
    empty_hint = _("在台账中打开一份有效的材料，登记它投放在哪里。")

    def url(self, row: Any) -> str:
        """Return the page of the material that is placed."""
        return reverse("approved", args=[row.approved_id])


def _past() -> Q:
    today = timezone.localdate()
    over = Q(end__lt=today) | ~Q(approved__state=ApprovedState.VALID.value) | Q(approved__valid_until__lt=today)
    return Q(removed_at__isnull=True) & over
