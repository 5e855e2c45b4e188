"""The lists of insights."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaobao_web.insights import queries
from xiaobao_web.insights.models import EarlyWarning, Rectification, Statement
from xiaobao_web.kernel.lists import (
    Column,
    ListPage,
    Tab,
    choice,
    days,
    deadline_column,
    everything,
    flag,
    mine,
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


class StatementList(ListPage):
    """Tables that were frozen."""

    name = "insight_statements"
    title = _("投诉统计表")
    subtitle = _("半年、年度统计表固化后不再变化；数据有更正时固化新的一版，旧版保留。")
    noun = _("份")
    model = Statement
    permission = "insights.view"
    select = ("made_by", "unit")
    search = ("note",)
    search_hint = _("说明")
    primary = (_("固化统计表"), "insight_freeze", "insights.freeze")
    primary_icon = "archive"
    empty_title = _("还没有固化的统计表")
    empty_hint = _("向监管报送前把半年或年度统计表固化：报出去的数字以后随时可以原样取出。")
    columns = (
        Column("title", _("统计表"), value=str, link=True, fixed=True),
        Column("year", _("年度"), sort=True),
        Column("span", _("期间"), kind="choice"),
        Column("version", _("版本"), kind="number"),
        Column("total", _("投诉件数"), kind="number"),
        Column("note", _("说明"), off=True),
        Column("made_by", _("固化人"), kind="person"),
        Column("made_at", _("固化时间"), kind="moment", sort=True),
    )
    filters = (choice("span"),)
    tabs = (everything(),)


class RectificationList(ListPage):
    """Causes on their way to be gone."""

    name = "insight_rectifications"
    title = _("根因整改")
    subtitle = _("为什么会有这些投诉、怎么改、改完以后同因投诉是否真的下降。")
    noun = _("项")
    model = Rectification
    permission = "insights.view"
    select = ("unit", "owner", "issue")
    search = ("number", "title")
    search_hint = _("整改编号、根因")
    primary = (_("立项"), "insight_rectification_new", "insights.rectify")
    empty_title = _("还没有根因整改")
    empty_hint = _("从预警页或这里立项：追问为什么，登记纠正和预防措施，实施后与其他机构比较成效。")
    columns = (
        Column("number", _("编号"), link=True, fixed=True, sort=True),
        Column("title", _("根因"), link=True, fixed=True),
        Column("cause", _("投诉原因")),
        Column("unit", _("责任机构"), sort="unit__name"),
        Column("owner", _("责任人"), kind="person"),
        Column("state", _("状态"), kind="state", sort=True),
        Column("issue", _("问题台账"), value="issue.number"),
        Column("effective_on", _("实施完毕"), kind="day", sort=True),
        Column("created_at", _("立项时间"), kind="moment", sort=True),
    )
    filters = (choice("state"), unit("unit"), days("created_at"))
    tabs = (mine("owner", "created_by"), own_unit(), everything())
