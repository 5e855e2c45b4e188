"""What follows an answer: the superior's review (核查), call-backs, and whose responsibility it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReviewResult(models.TextChoices):
    """What a review decides."""

    UPHELD = "upheld", _("维持处理决定")
    CHANGED = "changed", _("变更处理决定")
    REDO = "redo", _("责令重新处理")


class SuperiorReview(models.Model):
    """A review by the superior institution: process, time limit and result are looked at (投诉办法 20)."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="reviews", verbose_name=_("投诉"))
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("核查机构"))
    reason = models.TextField(_("申请理由"))
    applied_at = models.DateTimeField(_("收到申请"))
    late = models.BooleanField(_("超过 30 日申请"), default=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    process_note = models.TextField(_("处理过程"), blank=True)
    time_note = models.TextField(_("处理时限"), blank=True)
    result_note = models.TextField(_("处理结果"), blank=True)
    result = models.CharField(_("核查决定"), max_length=10, choices=ReviewResult, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    notified_at = models.DateTimeField(_("告知时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("核查")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(decided_at__isnull=True), name="one_open_superior_review"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_result_display() or '核查中'}"


class CallBack(models.Model):
    """A call after the answer: reached or not, how satisfied (1 to 5), what was said."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="callbacks", verbose_name=_("投诉"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    reached = models.BooleanField(_("已接通"), default=True)
    score = models.PositiveSmallIntegerField(_("满意度"), null=True, blank=True)
    done = models.BooleanField(_("诉求是否落实"), null=True, blank=True)
    note = models.TextField(_("情况"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("回访人"))

    class Meta:
        verbose_name = verbose_name_plural = _("回访")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Fault(models.TextChoices):
    """Whose responsibility a complaint is."""

    FULL = "full", _("有责")
    PART = "part", _("部分有责")
    NONE = "none", _("无责")


class Responsibility(models.Model):
    """A finding of responsibility; the unit may ask once for it to be looked at again by somebody else."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="responsibilities", verbose_name=_("投诉"))
    fault = models.CharField(_("认定"), max_length=10, choices=Fault)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    cause = models.CharField(_("根本原因"), max_length=200)
    reason = models.TextField(_("认定理由"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("认定人"))
    at = models.DateTimeField(_("认定时间"), default=timezone.now)
    contested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    contested_at = models.DateTimeField(_("申请复核"), null=True, blank=True)
    contest_reason = models.TextField(_("复核理由"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision = models.CharField(_("复核后认定"), max_length=10, choices=Fault, blank=True)
    decision_note = models.TextField(_("复核意见"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("责任认定")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_fault_display()}"

    @property
    def stands(self) -> str:
        """Return the finding that counts: the one after the second look where there was one."""
        return self.decision or self.fault
