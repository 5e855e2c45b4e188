"""Who works on a review, and how often and why it was returned."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Duty(models.TextChoices):
    """What somebody does on a review."""

    FIRST = "first", _("初审")
    PARALLEL = "parallel", _("并行审查")
    SECOND = "second", _("复核")
    LEGAL = "legal", _("法律会签")
    SAMPLE = "sample", _("总行抽查")


class Assignment(models.Model):
    """A person's duty on a review in a round: when it began, when it was done, what they say, how long it took."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="assignments", verbose_name=_("审查"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    duty = models.CharField(_("职责"), max_length=10, choices=Duty)
    round = models.PositiveIntegerField(_("轮次"), default=1)
    assigned_at = models.DateTimeField(_("分派时间"), auto_now_add=True)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    agrees = models.BooleanField(_("同意"), null=True, blank=True)
    note = models.TextField(_("意见"), blank=True)
    seconds = models.PositiveIntegerField(_("用时（秒）"), default=0)
    spent_at = models.DateTimeField(null=True, blank=True)
    """When time was reported last: no report adds more than has passed since."""
    transferred_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("转办给"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("经办")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person", "duty", "round"],
                condition=Q(done_at__isnull=True),
                name="one_open_assignment",
            )
        ]
        indexes = [models.Index(fields=["person", "done_at"])]

    def __str__(self) -> str:
        return f"{self.person} {self.get_duty_display()}"


class ReturnRecord(models.Model):
    """One return to the sender: from which state, for which kind of reason."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="return_records", verbose_name=_("审查"))
    from_state = models.CharField(_("退回环节"), max_length=20)
    reason = models.CharField(_("退回原因"), max_length=40)
    detail = models.TextField(_("说明"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("退回人"))
    at = models.DateTimeField(_("退回时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("退回记录")
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.reason
