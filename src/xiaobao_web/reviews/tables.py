"""The lists of reviews and of re-evaluations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
    flag,
    mine,
    overdue,
    own_unit,
    person,
    state_in,
    unit,
)
from xiaobao_web.reviews import data, queries, services
from xiaobao_web.reviews.models import Reevaluation, ReturnRecord, Review, ReviewState


def _waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.waiting_for(user).values("pk"))


def _returned(rows: Any, _name: str, word: str) -> Any:
    return rows.filter(returns__gt=0) if word == "1" else rows.filter(returns=0)


def _returned_for(rows: Any, _name: str, code: str) -> Any:
    return rows.filter(pk__in=ReturnRecord.objects.filter(reason=code).values("review"))


RETURNED = django_filters.ChoiceFilter(
    label=_("退回"), choices=[("1", _("退回过")), ("0", _("没有退回过"))], method=_returned, empty_label=_("退回：全部")
)
RETURNED_FOR = django_filters.ChoiceFilter(
    label=_("退回原因"),
    choices=lambda: [(item.code, item.label) for item in data.return_reasons()],
    method=_returned_for,
    empty_label=_("退回原因：全部"),
)


class ReviewList(ListPage):
    """All reviews one may see."""

    name = "reviews"
    title = _("消保审查")
    noun = _("件")
    model = Review
    permission = "reviews.view"
    select = ("unit", "created_by", "reviewer", "product")
    search = ("number", "title", "external_ref", "opinion_numbers")
    serials = ("number", "opinion_numbers")
    search_hint = _("审查编号、事项、意见书编号")
    primary = (_("送审"), "review_new", "reviews.create")
    empty_title = _("还没有送审事项")
    empty_hint = _("产品、制度、协议、宣传材料上线前在这里送审；机器先读一遍，审查岗再出意见。")
    columns = (
        Column("number", _("审查编号"), link=True, fixed=True, sort=True),
        Column("title", _("送审事项"), link=True, fixed=True),
        Column("subject", _("类型"), kind="choice"),
        Column("lane", _("通道"), kind="choice", off=True),
        Column("unit", _("送审部门"), sort="unit__name"),
        Column("state", _("状态"), kind="state", sort=True),
        deadline_column(sort=False),
        Column("reviewer", _("审查人"), kind="person"),
        Column("round", _("轮次"), kind="number", off=True),
        Column("returns", _("退回次数"), kind="number", off=True),
        Column("high_risk", _("高风险"), kind="flag", off=True),
        Column("conclusion", _("结论"), kind="choice", off=True),
        Column("minutes", _("审查用时（分钟）"), kind="number", off=True),
        Column("submitted_at", _("提交时间"), kind="moment", sort=True),
    )
    filters = (
        choice("state"),
        choice("subject"),
        choice("lane"),
        unit("unit"),
        choice("conclusion"),
        flag("high_risk"),
        person("created_by"),
        custom("returned", RETURNED),
        custom("reason", RETURNED_FOR),
        days("submitted_at"),
        days("opinion_at"),
    )
    tabs = (
        Tab("waiting", _("待我办"), _waiting, _("现在没有等您办理的审查。")),
        mine("created_by", "reviewer", "second_reviewer"),
        own_unit(),
        overdue(),
        everything(),
        state_in("done", _("已办结"), ReviewState.CONCLUDED, ReviewState.ARCHIVED),
        Tab("sample", _("待抽查"), lambda _user, _model: queries.to_sample(), _("没有等总行抽查的分行自审。")),
    )
    batches = (
        Batch("take", _("领取"), lambda row, by, **values: services.take(row, by=by), permission="reviews.take"),
    )


class ReevaluationList(ListPage):
    """Re-evaluations to do and done."""

    name = "reevaluations"
    title = _("回溯评估")
    subtitle = _("已批准的事项按期、因投诉或因法规变化重新评估。")
    noun = _("件")
    model = Reevaluation
    permission = "reviews.reevaluate"
    select = ("review__unit", "by")
    search = ("review__number", "review__title", "trigger")
    search_hint = _("审查编号、事项、触发情况")
    empty_title = _("没有回溯评估")
    empty_hint = _("办结满一年、收到投诉或法规变化时，这里会出现需要重新评估的事项。")
    columns = (
        Column("review.number", _("审查编号"), value="review.number", link=True, fixed=True),
        Column("review.title", _("事项"), value="review.title", link=True, fixed=True),
        Column("kind", _("触发"), kind="choice"),
        Column("trigger", _("触发情况")),
        Column("unit", _("部门"), value="review.unit"),
        Column("due_on", _("应完成"), kind="day", sort=True),
        Column("conclusion", _("结论"), kind="choice"),
        Column("done_at", _("完成时间"), kind="moment", sort=True),
    )
    filters = (choice("kind"), choice("conclusion"), days("due_on"))
    tabs = (
        Tab("open", _("待评估"), lambda _user, _model: Q(done_at__isnull=True), _("没有待评估的事项。")),
        Tab("done", _("已评估"), lambda _user, _model: Q(done_at__isnull=False)),
        everything(),
    )

    def url(self, row: Any) -> str:
        """Return the page of a re-evaluation."""
        return reverse("reevaluation", args=[row.pk])
