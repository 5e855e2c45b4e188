"""After the conclusion: was it launched as approved (落实核验), and does it still hold (回溯评估)?"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """One check of what was launched against what was approved."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="verifications", verbose_name=_("审查"))
    approved_version = models.ForeignKey(
        "materials.MaterialVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准版本"),
    )
    """None, as launched_version, where it is on record that nothing was launched."""
    launched_version = models.ForeignKey(
        "materials.MaterialVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上线版本"),
    )
    place = models.CharField(_("上线位置"), max_length=300)
    same = models.BooleanField(_("一致"), default=False)
    likeness = models.FloatField(_("相似度"), default=0)
    differences = models.JSONField(_("差异"), default=list)
    regions = models.JSONField(_("图像差异"), default=list, blank=True)
    """Pages whose pictures differ: [{"page", "changed" (share), "boxes": [[x, y, width, height] in thousandths]}]."""
    compared_at = models.DateTimeField(_("比对时间"), null=True, blank=True)
    fault = models.CharField(_("没有比对的原因"), max_length=300, blank=True)
    accepted = models.BooleanField(_("核验通过"), null=True, blank=True)
    note = models.TextField(_("说明"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("核验人"))
    at = models.DateTimeField(_("核验时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("落实核验")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.place

    @property
    def comparing(self) -> bool:
        """Tell whether the comparison has still to come."""
        return self.launched_version_id is not None and self.compared_at is None and not self.fault


class PointEvidence(models.Model):
    """The evidence that a point was followed up in what was launched."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="evidence", verbose_name=_("核验"))
    point = models.ForeignKey("reviews.Point", models.PROTECT, related_name="evidence", verbose_name=_("意见要点"))
    followed = models.BooleanField(_("已落实"))
    note = models.TextField(_("证据说明"))

    class Meta:
        verbose_name = verbose_name_plural = _("落实证据")

    def __str__(self) -> str:
        return self.note[:60]


class ReevaluationKind(models.TextChoices):
    """What set a re-evaluation off."""

    PERIODIC = "periodic", _("定期")
    COMPLAINT = "complaint", _("投诉触发")
    LAW = "law", _("法规变化")


class Outcome(models.TextChoices):
    """What a re-evaluation came to."""

    KEEP = "keep", _("继续使用")
    CHANGE = "change", _("修改后重新送审")
    WITHDRAW = "withdraw", _("停止使用")


class Reevaluation(models.Model):
    """A later look at something approved (回溯评估)."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="reevaluations", verbose_name=_("审查"))
    kind = models.CharField(_("触发"), max_length=20, choices=ReevaluationKind)
    trigger = models.CharField(_("触发情况"), max_length=300, blank=True)
    due_on = models.DateField(_("应完成日"))
    opened_at = models.DateTimeField(_("发起时间"), auto_now_add=True)
    screening = models.ForeignKey(
        "materials.Screening",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("重新机审"),
    )
    conclusion = models.CharField(_("结论"), max_length=20, choices=Outcome, blank=True)
    note = models.TextField(_("评估说明"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("评估人"),
    )
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    scope_unit = "review__unit"
    scope_people = ("review__created_by", "by")

    class Meta:
        verbose_name = verbose_name_plural = _("回溯评估")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["done_at", "due_on"])]

    def __str__(self) -> str:
        return f"{self.review} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("reevaluation", args=[self.pk])
