"""Opinions, their points, and the sender's answer to each point."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices
from xiaobao_web.reviews.models.review import Conclusion


class Opinion(models.Model):
    """The review opinion of one round: conclusion, wording, points; numbered when issued."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="opinions", verbose_name=_("审查"))
    round = models.PositiveIntegerField(_("轮次"))
    number = models.CharField(_("意见书编号"), max_length=40, blank=True, db_index=True)
    conclusion = models.CharField(_("结论"), max_length=10, choices=Conclusion, blank=True)
    text = models.TextField(_("总体意见"), blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    issued_at = models.DateTimeField(_("出具时间"), null=True, blank=True)
    document = models.ForeignKey(
        "kernel.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("意见书")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("审查意见")
        ordering = ["review", "round"]
        constraints = [models.UniqueConstraint(fields=["review", "round"], name="one_opinion_a_round")]

    def __str__(self) -> str:
        return self.number or f"{self.review} 第 {self.round} 轮意见"


class PointState(TonedChoices):
    """How far a point has come."""

    OPEN = "open", "amber", _("待答复")
    ANSWERED = "answered", "blue", _("已答复")
    ESCALATED = "escalated", "amber", _("待行领导审批")
    SETTLED = "settled", "green", _("已了结")


class Point(models.Model):
    """One point of an opinion: what is wrong, under which article, what is required."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="points", verbose_name=_("意见"))
    order = models.PositiveIntegerField(default=0)
    finding = models.ForeignKey(
        "findings.Finding", models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("发现")
    )
    text = models.TextField(_("意见内容"))
    required = models.TextField(_("修改要求"), blank=True)
    basis = models.JSONField(_("依据"), default=list, blank=True)
    severity = models.CharField(_("严重程度"), max_length=10, default="medium")
    must = models.BooleanField(_("必须修改"), default=True)
    State = PointState
    state = models.CharField(_("状态"), max_length=10, choices=PointState.choices, default=PointState.OPEN)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to", verbose_name=_("沿自上一轮要点")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("意见要点")
        ordering = ["opinion", "order", "pk"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def standing_answer(self) -> Answer | None:
        """Return the answer that counts, None before one was given."""
        rows = [row for row in self.answers.all() if not row.superseded]
        return rows[-1] if rows else None


class Answer(models.Model):
    """The sender's answer to a point: adopted with a new version, or not, for a reason an executive approves."""

    point = models.ForeignKey(Point, models.CASCADE, related_name="answers", verbose_name=_("意见要点"))
    adopted = models.BooleanField(_("采纳"))
    version = models.ForeignKey(
        "materials.MaterialVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("修改后版本"),
    )
    text = models.TextField(_("答复"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("答复人"))
    at = models.DateTimeField(_("答复时间"), auto_now_add=True)
    approved = models.BooleanField(_("行领导同意"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审批行领导"),
    )
    approved_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("委托审批的行领导"),
    )
    """Whose post the approver acted with; None where it was their own."""
    approved_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    approval_note = models.TextField(_("审批意见"), blank=True)
    confirmed = models.BooleanField(_("审查岗认可"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    superseded = models.BooleanField(_("已重新答复"), default=False)
    confirm_note = models.TextField(_("确认意见"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("答复")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]
