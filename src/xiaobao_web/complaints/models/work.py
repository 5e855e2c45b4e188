"""The work on a case: the events its clocks run by, tasks, transfers, extensions, the record of the investigation."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class CaseEvent(models.Model):
    """What starts, stretches, pauses or ends a clock, as xiaobao.calendar.clocks reads it; only added to."""

    case = models.ForeignKey("complaints.Case", models.PROTECT, related_name="clock_events", verbose_name=_("投诉"))
    kind = models.CharField(_("事件"), max_length=30)
    at = models.DateTimeField(_("时间"))
    facts = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("时限事件")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Escalation(models.Model):
    """A step of the ladder that was told for a deadline, so that it is told once."""

    deadline = models.ForeignKey("kernel.Deadline", models.CASCADE, related_name="complaint_escalations")
    step = models.CharField(max_length=30)
    due_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deadline", "step", "due_at"], name="one_escalation_a_step")]

    def __str__(self) -> str:
        return self.step


class TaskState(TonedChoices):
    """States of a business unit's task."""

    OPEN = "open", "amber", _("待回复")
    ANSWERED = "answered", "blue", _("待负责人审批")
    APPROVED = "approved", "green", _("已回复")
    CANCELLED = "cancelled", "grey", _("已撤销")


class Task(models.Model):
    """What a business unit is asked: it answers by a day, its head approves."""

    State = TaskState

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="tasks", verbose_name=_("投诉"))
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("协办单位"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协办人")
    )
    request = models.TextField(_("要求"))
    reply = models.TextField(_("回复"), blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=TaskState.choices, default=TaskState.OPEN.value)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("派发人"))
    asked_at = models.DateTimeField(_("派发时间"), default=timezone.now)
    due_on = models.DateField(_("应回复"))
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    approved_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    returned = models.PositiveIntegerField(_("退回次数"), default=0)
    passed = models.PositiveIntegerField(_("转交次数"), default=0)
    """How often it went on to another unit; the number is limited."""
    note = models.CharField(_("审批意见"), max_length=500, blank=True)

    scope_unit = "unit"
    scope_people = ("assignee", "asked_by")

    class Meta:
        verbose_name = verbose_name_plural = _("协办任务")
        ordering = ["pk"]
        indexes = [models.Index(fields=["assignee", "state"]), models.Index(fields=["unit", "state"])]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_state_display()}"

    @property
    def is_closed(self) -> bool:
        """Tell whether what it asked is for those alone who see its case: called off, and the case confidential."""
        return self.state == TaskState.CANCELLED.value and self.case.confidential

    @property
    def title(self) -> str:
        """Return what it is called: as its case, a closed one without what may tell that somebody wants confidence."""
        return str(_("已收回的协办任务")) if self.is_closed else self.case.title

    @property
    def case_name(self) -> str:
        """Return what notices on it call its case."""
        return self.case.number if self.is_closed else str(self.case)

    def get_absolute_url(self) -> str:
        """Return the address of the task's page, which shows no more of the case than the unit needs."""
        return reverse("complaint_task", args=[self.pk])


class Transfer(models.Model):
    """One passing-on of a case, from whom to whom and why; their number is limited."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="transfer_records", verbose_name=_("投诉"))
    from_unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    from_handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to_handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("原因"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("转派")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.from_unit} → {self.to_unit}"


class ExtensionKind(models.TextChoices):
    """The two steps by which the term grows (投诉办法 18): 15 → 30 → 60 days from receipt."""

    COMPLEX = "complex", _("情况复杂，延长至 30 日")
    SPECIAL = "special", _("情况特别复杂，再延长 30 日")


class Extension(models.Model):
    """A request to answer later: asked, decided before the day, told to the complainant before the day."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="extensions", verbose_name=_("投诉"))
    kind = models.CharField(_("类型"), max_length=10, choices=ExtensionKind)
    reason = models.TextField(_("理由"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    approved = models.BooleanField(_("同意"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    note = models.CharField(_("审批意见"), max_length=300, blank=True)
    notified_at = models.DateTimeField(_("告知时间"), null=True, blank=True)
    notice_mode = models.CharField(_("告知方式"), max_length=20, blank=True)
    notice_proof = models.CharField(_("告知凭证"), max_length=200, blank=True)
    over = models.BooleanField(_("已随期限重新计算失效"), default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("延期")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=(models.Q(approved__isnull=True) | models.Q(approved=True)) & models.Q(over=False),
                name="one_extension_a_kind",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class RecordKind(models.TextChoices):
    """What an entry of the record is."""

    CALL = "call", _("电话联系")
    VISIT = "visit", _("面谈")
    RECEPTION = "reception", _("领导接访")
    INQUIRY = "inquiry", _("内部调查")
    EVIDENCE = "evidence", _("调取证据")
    LETTER = "letter", _("往来函件")
    FACTS = "facts", _("投诉人补充")
    ATTEMPT = "attempt", _("联系未果")


class Record(models.Model):
    """One entry of the investigation's record."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="records", verbose_name=_("投诉"))
    kind = models.CharField(_("类型"), max_length=12, choices=RecordKind)
    at = models.DateTimeField(_("发生时间"))
    text = models.TextField(_("内容"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接访领导")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("记录人"))
    made_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调查记录")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
