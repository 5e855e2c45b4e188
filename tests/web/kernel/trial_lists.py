"""A list of issues for the tests of lists, with every kind of column, filter and batch."""

from __future__ import annotations

from django import forms
from django.urls import path

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel import lists
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.urls import urlpatterns as platform


def rename(row, *, by, word):
    """Put a word before a title; closed issues refuse."""
    if row.state == "closed":
        raise Refused("已销号，不能再改。")
    Issue.objects.filter(pk=row.pk).update(title=f"{word}{row.title}")


class WordForm(forms.Form):
    """The word to put before."""

    word = forms.CharField(label="前缀", max_length=5)


class TrialList(lists.ListPage):
    """Issues."""

    name = "trial_issues"
    title = "问题台账"
    noun = "项"
    model = Issue
    permission = "trial.view"
    columns = (
        lists.Column("number", "编号", link=True, fixed=True, sort=True),
        lists.Column("title", "问题", sort=True),
        lists.Column("source", "来源", kind="choice"),
        lists.Column("severity", "严重程度", kind="severity", sort=True),
        lists.Column("unit", "责任机构", sort="unit__name"),
        lists.Column("owner", "责任人", kind="person"),
        lists.Column("state", "状态", kind="state", sort=True),
        lists.deadline_column(),
        lists.Column("due_on", "整改期限", kind="day", sort=True),
        lists.Column("returned", "退回次数", kind="number", off=True),
        lists.Column("raised_at", "登记时间", kind="moment", off=True),
    )
    filters = (
        lists.choice("state"),
        lists.choice("source"),
        lists.unit("unit"),
        lists.person("owner"),
        lists.days("found", field="found_on", label="发现"),
        lists.days("raised", field="raised_at", label="登记"),
        lists.flag("active", field="unit__active"),
    )
    tabs = (lists.mine("owner", "raised_by"), lists.own_unit(), lists.overdue(), lists.everything())
    batches = (lists.Batch("rename", "改名", rename, permission="trial.rename", form=WordForm),)
    search = ("number", "title")
    select = ("unit", "owner")
    empty_title = "还没有问题"
    empty_hint = "各项检查发现的问题会登记在这里。"

    def url(self, row):
        """Return the row's page."""
        return f"/trial/{row.pk}/"


urlpatterns = [*platform, TrialList.at("trial/"), path("", TrialList.as_view())]
