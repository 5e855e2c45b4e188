"""The lists of insights."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaobao_web.insights import queries
from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.kernel.lists import (
    Column,
    ListPage,
    Tab,
    choice,
    days,
    deadline_column,
    everything,
    flag,
    own_unit,
    state_in,
    unit,
)


def _waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.waiting_for(user).values("pk"))


class WarningList(ListPage):
    """Warnings one may see."""

    name = "insight_warnings"
    title = _("投诉预警")
    subtitle = _("每 6 小时比对一次：排除星期、发薪日、节假日、一人多投、产品改名和营销日之后，仍然异常增多的主题。")
    noun = _("条")
    model = EarlyWarning
    permission = "insights.view"
    select = ("unit", "acknowledged_by")
    search = ("number", "title")
    search_hint = _("预警编号、主题词")
    empty_title = _("没有预警")
    empty_hint = _("来件里出现新的问题，或某类问题明显多于往常时，会在这里预警并通知到人。")
    columns = (
        Column("number", _("编号"), link=True, fixed=True, sort=True),
        Column("title", _("主题"), link=True, fixed=True),
        Column("kind", _("类型"), kind="choice"),
        Column("count", _("件数"), kind="number", sort=True),
        Column("expected", _("预期"), kind="number", off=True),
        Column("unit", _("机构"), sort="unit__name"),
        Column("onset", _("起点"), kind="moment"),
        Column("raised_for", _("发现时点"), kind="moment", sort=True),
        Column("state", _("状态"), kind="state", sort=True),
        deadline_column(sort=False),
        Column("acknowledged_by", _("签收人"), kind="person"),
        Column("false_alarm", _("误报"), kind="flag", off=True),
        Column("closed_at", _("关闭时间"), kind="moment", off=True),
    )
    filters = (choice("state"), choice("kind"), unit("unit"), flag("false_alarm"), days("raised_for"))
    tabs = (
        Tab("waiting", _("待我办"), _waiting, _("没有等您签收或处置的预警。")),
        own_unit(),
        everything(),
        state_in("closed", _("已关闭"), "closed"),
    )
