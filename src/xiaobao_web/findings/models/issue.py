"""The rectification ledger (问题台账): one table every app writes to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from xiaobao_web.findings.models.finding import Severity
from xiaobao_web.kernel.choices import TonedChoices


class IssueState(TonedChoices):
    """States of an issue, from found to struck off."""

    OPEN = "open", "amber", _("待派发")
    ASSIGNED = "assigned", "blue", _("待制定计划")
    RECTIFYING = "rectifying", "cyan", _("整改中")
    SUBMITTED = "submitted", "violet", _("待验证")
    CLOSED = "closed", "green", _("已销号")
    VOID = "void", "grey", _("已作废")


class IssueSource(models.TextChoices):
    """Where an issue comes from."""

    REGULATOR = "regulator", _("监管意见")
    NOTICE = "notice", _("监管通报")
    AUDIT = "audit", _("审计")
    UNANNOUNCED = "unannounced", _("飞行检查")
    REVIEW = "review", _("消保审查")
    INSPECTION = "inspection", _("质检")
    ALERT = "alert", _("行为监测")
    COMPLAINT = "complaint", _("投诉")
    SELF_CHECK = "self_check", _("自查")


class Issue(models.Model):
    """One problem: who owns it, by when, how it is put right, with which evidence, and who checked."""

    number = models.CharField(_("问题编号"), max_length=40, unique=True)
    title = models.CharField(_("问题"), max_length=200)
    description = models.TextField(_("情况"), blank=True)
    source = models.CharField(_("来源"), max_length=20, choices=IssueSource)
    source_label = models.CharField(max_length=80, blank=True)
    """The label of the model it came from, as `reviews.review`, with source_id its key."""
    source_id = models.BigIntegerField(null=True, blank=True)
    source_name = models.CharField(_("来源事项"), max_length=200, blank=True)
    finding = models.ForeignKey(
        "findings.Finding", models.PROTECT, null=True, blank=True, related_name="issues", verbose_name=_("发现")
    )
    category = models.CharField(_("类别"), max_length=60, blank=True)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity, default=Severity.MEDIUM)
    basis = models.JSONField(_("依据"), default=list, blank=True)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任人")
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    raised_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    found_on = models.DateField(_("发现日期"))
    due_on = models.DateField(_("整改期限"), null=True, blank=True)
    state = FSMField(_("状态"), max_length=20, choices=IssueState.choices, default=IssueState.OPEN, protected=True)
    plan = models.TextField(_("整改计划"), blank=True)
    outcome = models.TextField(_("整改结果"), blank=True)
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("销号人")
    )
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    returned = models.PositiveIntegerField(_("退回次数"), default=0)
    extensions = models.PositiveIntegerField(_("延期次数"), default=0)
    repeat_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="repeats", verbose_name=_("屡查屡犯")
    )

    State = IssueState
    scope_unit = "unit"
    scope_people = ("owner", "raised_by")
    text_index = ("number", "title", "source_name")

    class Meta:
        verbose_name = verbose_name_plural = _("问题")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["state", "id"]),
            models.Index(fields=["due_on"]),
            models.Index(fields=["owner", "state"]),
            models.Index(fields=["found_on"]),
            models.Index(fields=["closed_at"]),
            models.Index(fields=["unit", "id"]),
            models.Index(fields=["source_label", "source_id"]),
            models.Index(fields=["category", "unit"]),
            # All that figures ask of an issue, so that they read no rows.
            models.Index(
                fields=[
                    "found_on",
                    "state",
                    "closed_at",
                    "due_on",
                    "source",
                    "repeat_of",
                    "unit",
                    "owner",
                    "raised_by",
                ],
                name="issues_found_figures",
            ),
            models.Index(
                fields=["closed_at", "raised_at", "due_on", "state", "unit", "owner", "raised_by", "id"],
                name="issues_closed_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the issue's page."""
        return reverse("issue", args=[self.pk])

    @transition(
        field=state,
        source=[IssueState.OPEN, IssueState.ASSIGNED],
        target=IssueState.ASSIGNED,
        custom={"label": _("派发"), "primary": True},
    )
    def assign(self, *, by: object, unit: Any, owner: Any, due_on: date) -> None:
        """Give it to an owner with a due date."""
        self.unit, self.owner, self.due_on = unit, owner, due_on

    @transition(
        field=state,
        source=IssueState.ASSIGNED,
        target=IssueState.RECTIFYING,
        custom={"label": _("提交整改计划"), "primary": True},
    )
    def plan_out(self, *, by: object, plan: str) -> None:
        """Say how it will be put right."""
        self.plan = plan

    @transition(
        field=state,
        source=IssueState.RECTIFYING,
        target=IssueState.SUBMITTED,
        custom={"label": _("提交验证"), "primary": True},
    )
    def hand_in(self, *, by: object, outcome: str) -> None:
        """Say what was done; evidence is attached."""
        self.outcome, self.handed_in_by = outcome, by  # type: ignore[assignment]

    @transition(field=state, source=IssueState.SUBMITTED, target=IssueState.RECTIFYING, custom={"label": _("退回整改")})
    def send_back(self, *, by: object, reason: str) -> None:
        """Send it back: not put right yet."""
        self.returned += 1

    @transition(
        field=state,
        source=IssueState.SUBMITTED,
        target=IssueState.CLOSED,
        custom={"label": _("销号"), "primary": True},
    )
    def close(self, *, by: object, at: object) -> None:
        """Strike it off; by someone other than its owner."""
        self.verified_by, self.closed_at = by, at  # type: ignore[assignment]

    @transition(
        field=state,
        source=[IssueState.OPEN, IssueState.ASSIGNED],
        target=IssueState.VOID,
        custom={"label": _("作废"), "danger": True},
    )
    def void(self, *, by: object, reason: str) -> None:
        """Void an entry made by mistake."""


class IssueExtension(models.Model):
    """A request for more time, and what was decided."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="extension_requests", verbose_name=_("问题"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    old_due = models.DateField(_("原期限"))
    new_due = models.DateField(_("申请延至"))
    reason = models.TextField(_("理由"))
    approved = models.BooleanField(_("同意"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    note = models.CharField(_("审批意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("延期申请")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.issue} → {self.new_due}"


class Measure(models.TextChoices):
    """How somebody is held to account."""

    TALK = "talk", _("约谈提醒")
    CRITICISM = "criticism", _("通报批评")
    PERFORMANCE = "performance", _("扣减绩效")
    POSTING = "posting", _("调整岗位")
    DISCIPLINE = "discipline", _("纪律处分")
    OTHER = "other", _("其他")


class IssueAccountability(models.Model):
    """Who was held to account for an issue, how, and by which document."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="accountabilities", verbose_name=_("问题"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("被问责人")
    )
    kind = models.CharField(_("方式"), max_length=20, choices=Measure, default=Measure.OTHER)
    measure = models.TextField(_("问责情况"))
    document = models.CharField(_("文号"), max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("问责")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.issue} {self.get_kind_display()}"
