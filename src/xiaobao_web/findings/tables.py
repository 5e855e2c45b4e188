"""The lists of issues, of notices and of findings."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.findings import queries, services
from xiaobao_web.findings.forms import BatchAssignForm, NoticeForm
from xiaobao_web.findings.models import Finding, Issue, IssueNotice, IssueState
from xiaobao_web.kernel.lists import (
    Batch,
    Column,
    ListPage,
    Tab,
    choice,
    custom,
    days,
    deadline_column,
    everything,
    own_unit,
    person,
    state_in,
    unit,
)

ANSWERS = [("1", _("是")), ("0", _("否"))]


def _waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.waiting_for(user).values("pk"))


def _late(_user: Any, _model: Any) -> Q:
    return Q(state__in=queries.OPEN) & Q(due_on__lt=timezone.localdate())


def _repeated(rows: Any, _name: str, word: str) -> Any:
    return rows.filter(repeat_of__isnull=word == "0")


def _in_time(rows: Any, _name: str, word: str) -> Any:
    return rows.filter(queries.ON_TIME if word == "1" else queries.OFF_TIME)


def _first(rows: Any, _name: str, word: str) -> Any:
    return rows.filter(carried_from__isnull=word == "1")


FIRST = django_filters.ChoiceFilter(
    label=_("沿用"), choices=[("1", _("首次处理")), ("0", _("沿自上一版"))], method=_first, empty_label=_("沿用：全部")
)


class IssueList(ListPage):
    """All issues one may see."""

    name = "issues"
    title = _("问题台账")
    subtitle = _("各处发现的问题：谁负责、几时整改好、证据在哪里、谁销的号。")
    noun = _("项")
    model = Issue
    permission = "findings.view"
    select = ("unit", "owner", "raised_by", "repeat_of")
    search = ("number", "title", "source_name")
    serials = ("number",)
    search_hint = _("问题编号、问题、来源事项")
    primary = (_("登记问题"), "issue_new", "findings.open_issue")
    empty_title = _("台账里还没有问题")
    empty_hint = _("审查、质检、监测、投诉、审计中发现的问题登记在这里，整改后由他人验证销号。")
    columns = (
        Column("number", _("编号"), link=True, fixed=True, sort=True),
        Column("title", _("问题"), link=True, fixed=True),
        Column("severity", _("程度"), kind="severity"),
        Column("source", _("来源"), kind="choice"),
        Column("unit", _("责任机构"), sort="unit__name"),
        Column("owner", _("责任人"), kind="person"),
        Column("state", _("状态"), kind="state", sort=True),
        Column("due_on", _("整改期限"), kind="day", sort=True),
        deadline_column(label=_("当前时限"), sort=False),
        Column("repeat", _("屡查屡犯"), value=lambda row: row.repeat_of.number if row.repeat_of else "", off=True),
        Column("extensions", _("延期次数"), kind="number", off=True),
        Column("returned", _("退回次数"), kind="number", off=True),
        Column("raised_by", _("登记人"), kind="person", off=True),
        Column("found_on", _("发现日期"), kind="day", sort=True, off=True),
        Column("closed_at", _("销号时间"), kind="moment", sort=True, off=True),
    )
    filters = (
        choice("state"),
        choice("source"),
        choice("severity"),
        unit("unit"),
        person("owner"),
        custom(
            "repeat",
            django_filters.ChoiceFilter(
                label=_("屡查屡犯"), choices=ANSWERS, method=_repeated, empty_label=_("屡查屡犯：全部")
            ),
        ),
        custom(
            "on_time",
            django_filters.ChoiceFilter(label=_("按期"), choices=ANSWERS, method=_in_time, empty_label=_("按期：全部")),
        ),
        days("found", field="found_on"),
        days("closed_at"),
    )
    tabs = (
        Tab("waiting", _("待我办"), _waiting, _("现在没有等您办理的问题。")),
        own_unit(),
        Tab("overdue", _("逾期"), _late, _("没有逾期未整改的问题。")),
        state_in("verify", _("待验证"), IssueState.SUBMITTED.value),
        Tab("open", _("在办"), lambda _user, _model: Q(state__in=queries.OPEN), _("没有在办的问题。")),
        everything(),
    )
    batches = (
        Batch("assign", _("派发"), services.assign, permission="findings.assign", form=BatchAssignForm),
        Batch("notice", _("发通报"), services.give_notice, permission="findings.give_notice", form=NoticeForm),
    )

    def post(self, request: Any) -> Any:
        """Do a batch; a notice takes the chosen issues together, since one letter lists all of an organisation."""
        if request.POST.get("batch") == "notice":
            from xiaobao_web.findings.views_notices import give

            return give(request, self.rows(request.user))
        return super().post(request)


class NoticeList(ListPage):
    """Notices one may see."""

    name = "issue_notices"
    title = _("问题通报")
    subtitle = _("向机构发出的通报，以及回执是否已经收到。在问题台账中勾选问题即可发出。")
    noun = _("份")
    model = IssueNotice
    permission = "findings.view"
    select = ("unit", "issued_by", "received_by")
    search = ("number",)
    search_hint = _("通报文号")
    empty_title = _("还没有发出过通报")
    empty_hint = _("在问题台账中勾选若干问题，点“发通报”，每个机构收到一份。")
    columns = (
        Column("number", _("通报文号"), link=True, fixed=True, sort=True),
        Column("unit", _("被通报机构"), sort="unit__name"),
        Column("issued_by", _("发出人"), kind="person"),
        Column("issued_at", _("发出时间"), kind="moment", sort=True),
        deadline_column(label=_("回执期限"), sort=False),
        Column("received_by", _("回执人"), kind="person"),
        Column("received_at", _("回执时间"), kind="moment", sort=True),
    )
    filters = (unit("unit"), days("issued_at"))
    tabs = (
        Tab("waiting", _("待回执"), lambda _user, _model: Q(received_at__isnull=True), _("没有待回执的通报。")),
        own_unit(),
        everything(),
    )


class FindingList(ListPage):
    """What the machine and people found in material: the rows behind the figures of offences and rules."""

    name = "findings"
    title = _("审查发现")
    subtitle = _("机器与人工在材料中的发现，以及审查人员的处理。")
    noun = _("处")
    model = Finding
    permission = "findings.view"
    select = ("version__material__unit", "version__added_by", "decided_by", "review")
    search = ("title", "text", "rule")
    search_hint = _("问题、原文、规则")
    empty_title = _("还没有发现")
    empty_hint = _("材料经机器审查后，发现的问题与处理结果会出现在这里。")
    columns = (
        Column("title", _("问题"), link=True, fixed=True),
        Column("text", _("原文")),
        Column("severity", _("程度"), kind="severity"),
        Column("material", _("材料"), value="version.material.title"),
        Column("unit", _("送审部门"), value="version.material.unit"),
        Column("submitter", _("提交人"), value="version.added_by", kind="person", off=True),
        Column("rule", _("规则"), off=True),
        Column("decision", _("处理"), kind="choice"),
        Column("reason", _("理由"), off=True),
        Column("decided_by", _("处理人"), kind="person", off=True),
        Column("added_at", _("发现时间"), kind="moment", sort=True),
    )
    filters = (
        choice("decision"),
        choice("severity"),
        choice("source"),
        custom("rule", django_filters.CharFilter(field_name="rule", label=_("规则"))),
        custom("first", FIRST),
        custom("title", django_filters.CharFilter(field_name="title", label=_("问题"))),
        unit("unit", field="version__material__unit"),
        person("submitter", field="version__added_by", label=_("提交人")),
        days("added_at", label=_("发现")),
        days("decided_at", label=_("处理")),
    )
    tabs = (everything(),)

    def rows(self, user: Any) -> Any:
        """Return the findings that count: of the newest screening of a version, and those of people."""
        return queries.counting(super().rows(user))

    def url(self, row: Any) -> str:
        """Return the review of a finding, else its material."""
        if row.review_id:
            return reverse("reviews_case", args=[row.review_id])
        return f"{reverse('material', args=[row.version.material_id])}?version={row.version.number}"
