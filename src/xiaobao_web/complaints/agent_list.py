"""The list of groups behind which paid agents may stand."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import agent_groups
from xiaobao_web.complaints.models import AgentGroup, AgentVerdict
from xiaobao_web.kernel.lists import Column, ListPage, Tab, choice, custom, everything, unit
from xiaobao_web.kernel.lists.filters import ListFilter


def _begin(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _since(rows: Any, _name: str, day: Any) -> Any:
    return rows.having(received_at__gte=_begin(day))


def _until(rows: Any, _name: str, day: Any) -> Any:
    return rows.having(received_at__lt=_begin(day + timedelta(days=1)))


def _below(rows: Any, _name: str, chosen: Any) -> Any:
    if chosen is None:
        return rows
    units = apps.get_model("people", "Organisation").objects.filter(path__startswith=chosen.path)
    return rows.having(contact__unit__in=list(units.values_list("pk", flat=True)))


def _day(label: Any, method: Any) -> django_filters.Filter:
    pick = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(label=label, method=method, widget=pick)


def _build_unit(model: Any) -> dict[str, django_filters.Filter]:
    """Return the filter by the organisation of a contact that the person sees, and all below it."""
    made = unit("unit", label=_("机构")).build(model)
    made["unit"].method = _below
    return made


def _waiting(_user: Any, _model: Any) -> Q:
    return agent_groups.waiting()


class AgentGroupList(ListPage):
    """Groups one may see; how many is counted from the contacts one may see."""

    name = "complaint_agent_groups"
    title = _("黑产线索")
    subtitle = _(
        "同一联系方式用于几名客户、几名客户用同一文稿、几天内集中到达、写明通过代理人联系的来件。"
        "线索只提示多看一眼，不是不受理、不办理或少办一步的理由。"
    )
    noun = _("组")
    model = AgentGroup
    permission = agent_groups.SEE
    select = ("verdict_by",)
    search = ("number",)
    serials = ("number",)
    search_hint = _("线索编号")
    order = "-last_at"
    empty_title = _("没有黑产线索")
    empty_hint = _("来件登记后由后台比对：有共同之处的归为一组列在这里，身份保密的不参加比对。")
    columns = (
        Column("number", _("编号"), link=True, fixed=True, sort=True),
        Column("reason", _("共同之处"), value=agent_groups.reason, link=True, fixed=True),
        Column("kind", _("线索"), kind="choice"),
        Column("n", _("件数"), kind="number"),
        Column("names", _("署名人数"), kind="number"),
        Column("units", _("机构数"), kind="number", off=True),
        Column("first", _("最早收到"), kind="day"),
        Column("last", _("最近收到"), kind="day", sort="last_at"),
        Column("verdict", _("判断"), kind="state", tone=lambda row: AgentVerdict(row.verdict).colour),
        Column("fresh", _("判断后新增"), value=lambda row: row.fresh or None, kind="number"),
        Column("verdict_by", _("判断人"), kind="person"),
        Column("verdict_at", _("判断时间"), kind="moment", off=True),
    )
    filters = (
        choice("kind"),
        choice("verdict"),
        ListFilter("unit", _build_unit),
        custom("received_from", _day(_("收到时间起"), _since)),
        custom("received_to", _day(_("收到时间止"), _until)),
    )
    tabs = (
        Tab("waiting", _("待判断"), _waiting, _("没有待判断的线索；判断过的在“全部”里，又增多的会回到这里。")),
        Tab("watching", _("持续关注"), lambda _user, _model: Q(verdict=AgentVerdict.WATCHING.value),
            _("没有持续关注的线索。")),
        everything(),
    )  # fmt: skip

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all groups a person may see, with what they see of each, unordered."""
        return agent_groups.groups(user)
