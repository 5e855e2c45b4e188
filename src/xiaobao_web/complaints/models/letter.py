"""The decision told to the complainant (处理结果告知书): its versions, its checks, its second eyes, its delivery."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class LetterState(TonedChoices):
    """Where a letter stands."""

    DRAFT = "draft", "grey", _("起草中")
    CHECKING = "checking", "amber", _("待复核")
    APPROVED = "approved", "blue", _("可送达")
    SENT = "sent", "green", _("已送达")
    VOID = "void", "grey", _("已作废")


class DeliveryMode(models.TextChoices):
    """How it was told, and so what proves it (投诉办法 21)."""

    BY_HAND = "by_hand", _("当面递交")
    POST = "post", _("邮寄")
    SMS = "sms", _("短信")
    EMAIL = "email", _("电子邮件")
    CALL = "call", _("电话")
    UNREACHABLE = "unreachable", _("无法联系")


class Letter(models.Model):
    """One version of the letter, in its four parts (投诉办法 19)."""

    State = LetterState
    PARTS = ("facts", "decision", "reasons", "remedies")

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="letters", verbose_name=_("投诉"))
    number = models.CharField(_("文号"), max_length=40, unique=True)
    version = models.PositiveIntegerField(_("版本"))
    facts = models.TextField(_("核实情况"), blank=True)
    decision = models.TextField(_("处理决定"), blank=True)
    reasons = models.TextField(_("依据和理由"), blank=True)
    remedies = models.TextField(_("救济途径"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=LetterState.choices, default=LetterState.DRAFT.value)
    checks = models.JSONField(_("检查结果"), default=list, blank=True)
    needs_second = models.BooleanField(_("须复核"), default=False)
    second_reasons = models.JSONField(default=list, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    written_at = models.DateTimeField(_("起草时间"), default=timezone.now)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    checked_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    check_note = models.CharField(_("复核意见"), max_length=500, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("应急放行人")
    )
    release_reason = models.CharField(_("应急放行理由"), max_length=500, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    mode = models.CharField(_("告知方式"), max_length=12, choices=DeliveryMode, blank=True)
    proof = models.CharField(_("送达凭证"), max_length=300, blank=True)
    document = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("处理结果告知书")
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="one_letter_a_version")]
        indexes = [models.Index(fields=["case"], condition=models.Q(state="checking"), name="letters_to_check")]

    def __str__(self) -> str:
        return self.number

    def text(self) -> str:
        """Return the letter's words."""
        return "\n".join(part for part in (self.facts, self.decision, self.reasons, self.remedies) if part)
