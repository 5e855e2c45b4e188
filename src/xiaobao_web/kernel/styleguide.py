"""The page on which developers see every component with every state; served only when DEBUG is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices
from xiaobao_web.kernel.states import Action


class ExampleState(TonedChoices):
    """States of a made-up review, one of each tone."""

    DRAFT = "draft", "grey", _("草稿")
    SCREENED = "screened", "blue", _("机审完成")
    FIRST_REVIEW = "first_review", "cyan", _("初审中")
    SECOND_REVIEW = "second_review", "violet", _("复核中")
    ANSWERING = "answering", "amber", _("待答复")
    CONCLUDED = "concluded", "green", _("已办结")
    REJECTED = "rejected", "red", _("不通过")


class ExampleForm(forms.Form):
    """A form with each kind of control."""

    title = forms.CharField(label=_("标题"), help_text=_("写明产品和用途，例如：稳健理财 10 月海报"))
    kind = forms.ChoiceField(label=_("材料类型"), choices=[("poster", _("海报")), ("sms", _("短信"))])
    due = forms.DateField(label=_("希望完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    channels = forms.MultipleChoiceField(
        label=_("投放渠道"),
        choices=[("app", _("手机银行")), ("branch", _("网点")), ("partner", _("合作机构"))],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label=_("加急"), required=False)


@dataclass(frozen=True)
class Clock:
    """A deadline of the example."""

    due_at: Any
    warn_at: Any
    label: str = "初审"
    basis: str = "审查办法第 12 条：受理后 5 个工作日"
    working: list[str] = field(default_factory=lambda: ["11月18日受理，当日不计", "11月21日至22日为周末"])
    provisional: bool = False
    met_at: Any = None
    cancelled_at: Any = None


@dataclass(frozen=True)
class Colleague:
    """A person of the example."""

    name: str
    unit: str

    def __str__(self) -> str:
        return self.name


def _clocks() -> list[Clock]:
    now = timezone.now()

    def clock(days: float, **values: Any) -> Clock:
        due = timezone.localtime(now + timedelta(days=days)).replace(hour=23, minute=59, second=59)
        return Clock(due, due - timedelta(days=3), **values)

    met = clock(-1, met_at=now - timedelta(days=3))
    return [clock(8), clock(2), clock(0), clock(-4), met, clock(40, provisional=True)]


def _examples() -> dict[str, Any]:
    now = timezone.now()
    submitted = SimpleNamespace(
        pk=1,
        at=now - timedelta(hours=5),
        sentence="李明 提交了 SC2026-00012",
        type="reviews.submit",
        facts={},
        changes={"标题": ["理财海报", "稳健理财 10 月海报"]},
    )
    accepted = SimpleNamespace(
        pk=2,
        at=now - timedelta(hours=1),
        sentence="王芳 受理了 SC2026-00012",
        type="reviews.accept",
        facts={},
        changes={},
    )
    comment = SimpleNamespace(
        pk=3, created_at=now - timedelta(hours=2), author="王芳", body="请补充业绩比较基准的说明。"
    )
    text = "本产品安全可靠，预期年化收益 4.2%，买到就是赚到。投资有风险，购买前请阅读说明书。"
    return {
        "states": list(ExampleState),
        "clocks": _clocks(),
        "actions": [
            Action("accept", "受理", True, primary=True),
            Action("transfer", "转派", True),
            Action("conclude", "办结", False, reason="还有 2 项意见未答复，答复后才能办结。"),
            Action("reject", "退回", True, danger=True),
        ],
        "events": [submitted, accepted],
        "comments": [comment],
        "text": text,
        "spans": [
            {"start": 3, "end": 7, "severity": "low", "pk": 3},
            {"start": 8, "end": 19, "severity": "high", "pk": 1},
            {"start": 20, "end": 26, "severity": "medium", "pk": 2},
        ],
        "basis": {
            "title": "《示例管理办法》",
            "article": "第12条",
            "paraphrase": "宣传不得使用让人误以为收益有保证的说法。",
            "confidence": "Q",
        },
        "person": Colleague("王小芳", "示例分行"),
        "chart": {
            "xAxis": {"type": "category", "data": ["6月", "7月", "8月", "9月", "10月", "11月"]},
            "yAxis": {"type": "value", "name": "件"},
            "series": [
                {"name": "受理", "type": "bar", "data": [42, 51, 47, 60, 58, 63]},
                {"name": "办结", "type": "bar", "data": [40, 49, 50, 57, 60, 61]},
            ],
        },
        "chart_rows": [["9月", 60, 57], ["10月", 58, 60], ["11月", 63, 61]],
        "tabs": [
            {"label": "我的", "url": "?view=mine", "count": 4, "current": True},
            {"label": "本机构", "url": "?view=unit", "count": 28},
            {"label": "逾期", "url": "?view=late", "count": 1},
            {"label": "全部", "url": "?view=all"},
        ],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; 404 unless DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    form = ExampleForm(request.GET if "title" in request.GET else None)
    return render(request, "styleguide/styleguide.html", {"form": form, **_examples()})


urlpatterns = [path("styleguide/", styleguide, name="styleguide")]
