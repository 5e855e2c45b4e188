"""How a case is settled: offers within approval limits, and mediation."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class OfferKind(models.TextChoices):
    """What is offered."""

    REFUND = "refund", _("退还费用")
    REDUCTION = "reduction", _("减免息费")
    COMPENSATION = "compensation", _("补偿或赔偿")
    REPAYMENT = "repayment", _("还款安排")
    APOLOGY = "apology", _("道歉说明")
    OTHER = "other", _("其他")


class OfferState(TonedChoices):
    """Where an offer stands."""

    ASKED = "asked", "amber", _("待审批")
    APPROVED = "approved", "blue", _("已批准，待答复")
    REFUSED = "refused", "red", _("未批准")
    ACCEPTED = "accepted", "green", _("投诉人接受")
    DECLINED = "declined", "grey", _("投诉人不接受")
    DONE = "done", "green", _("已履行")


class Offer(models.Model):
    """What the institution offers; an amount needs the approval of somebody whose limit reaches it."""

    State = OfferState

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="offers", verbose_name=_("投诉"))
    kind = models.CharField(_("方式"), max_length=14, choices=OfferKind)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, default=0)
    terms = models.TextField(_("方案"))
    state = models.CharField(_("状态"), max_length=10, choices=OfferState.choices, default=OfferState.ASKED.value)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    decided_as = models.CharField(_("审批岗位"), max_length=20, blank=True)
    note = models.CharField(_("审批意见"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    done_at = models.DateTimeField(_("履行时间"), null=True, blank=True)
    proof = models.CharField(_("履行凭证"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("处理方案")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class MediationState(TonedChoices):
    """Where a mediation stands."""

    PROPOSED = "proposed", "amber", _("待同意")
    RUNNING = "running", "blue", _("调解中")
    AGREED = "agreed", "green", _("达成协议")
    FAILED = "failed", "grey", _("未达成")
    REFUSED = "refused", "grey", _("不同意调解")


class Mediation(models.Model):
    """A mediation by an organisation outside; the clock stands still from consent to its end (投诉办法 23)."""

    State = MediationState

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="mediations", verbose_name=_("投诉"))
    organisation = models.CharField(_("调解组织"), max_length=120)
    mediator = models.CharField(_("调解员"), max_length=40, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=MediationState.choices, default=MediationState.PROPOSED.value
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    consented_at = models.DateTimeField(_("投诉人同意"), null=True, blank=True)
    consent_proof = models.CharField(_("同意凭证"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    agreement = models.TextField(_("协议内容"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["proposed", "running"]), name="one_open_mediation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_state_display()}"


class MediationSession(models.Model):
    """One sitting of a mediation."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="sessions")
    at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    note = models.TextField(_("情况"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("调解场次")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
