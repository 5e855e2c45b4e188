"""Where other systems are told of events, and each message on its way to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class Endpoint(models.Model):
    """An address that receives events; its secret is kept encrypted and shown only when it is made."""

    name = models.CharField(_("名称"), max_length=80)
    url = models.URLField(_("地址"), max_length=300)
    event_types = models.JSONField(_("事件"), default=list)
    """Names of events, or patterns such as reviews.* and *."""
    active = models.BooleanField(_("启用"), default=True)
    sealed_secret = models.CharField(max_length=300)
    sealed_previous = models.CharField(max_length=300, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    note = models.CharField(_("状况"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接收方")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["url"], name="one_endpoint_a_url")]

    def __str__(self) -> str:
        return self.name


class DeliveryState(TonedChoices):
    """Where a message stands."""

    WAITING = "waiting", "amber", _("待送达")
    DELIVERED = "delivered", "green", _("已送达")
    FAILED = "failed", "red", _("未送达")


class Delivery(models.Model):
    """One message to one endpoint, tried until it is taken or given up."""

    State = DeliveryState

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey("kernel.Event", models.PROTECT, null=True, related_name="+")
    message = models.CharField(max_length=40)
    type = models.CharField(_("事件"), max_length=80)
    payload = models.TextField()
    state = models.CharField(
        _("状态"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING.value
    )
    attempts = models.PositiveIntegerField(_("尝试"), default=0)
    status = models.PositiveSmallIntegerField(_("应答"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    next_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    made_at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("送达记录")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], condition=Q(event__isnull=False), name="one_delivery_an_event"
            )
        ]
        indexes = [models.Index(fields=["endpoint", "-id"])]

    def __str__(self) -> str:
        return f"{self.type} {self.message}"
