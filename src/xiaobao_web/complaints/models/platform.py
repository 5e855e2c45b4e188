"""Payment platforms whose complaints are fetched and answered: how each is asked, and what was answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class Platform(models.Model):
    """A payment platform: its adapter, how the adapter speaks with it, its secrets sealed."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    adapter = models.CharField(_("接入方式"), max_length=20, default="http")
    options = models.JSONField(_("配置"), default=dict)
    sealed = models.JSONField(default=dict)
    """{name of the secret: sealed with the system's key}; never shown, never logged"""
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("登记机构"))
    active = models.BooleanField(_("启用"), default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("设置人"))
    set_at = models.DateTimeField(_("设置时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("支付平台")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ReplyState(TonedChoices):
    """How far an answer to a platform has come."""

    WAITING = "waiting", "blue", _("待送出")
    SENT = "sent", "green", _("已送出")
    FAILED = "failed", "red", _("未送出")


class PlatformReply(models.Model):
    """An answer to a complaint that a payment platform handed over; sent again under the same token it is the same."""

    State = ReplyState

    platform = models.ForeignKey("complaints.Platform", models.PROTECT, related_name="replies")
    contact = models.ForeignKey("complaints.Contact", models.PROTECT, related_name="platform_replies")
    text = models.TextField(_("回复内容"))
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=ReplyState.choices, default=ReplyState.WAITING.value)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    """Times it was begun to be handed over, kept before the platform is asked"""
    busy_until = models.DateTimeField(null=True, editable=False)
    """Until when somebody is handing it over"""
    error = models.CharField(_("原因"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("回复人"))
    at = models.DateTimeField(_("回复时间"), auto_now_add=True)
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)

    scope_unit = "contact__unit"
    scope_people = ("by",)

    class Meta:
        verbose_name = verbose_name_plural = _("支付平台回复")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.platform} {self.contact}"
