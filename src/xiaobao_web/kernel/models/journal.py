"""The journal's tables. Database triggers refuse every change of an event; personal values alone may be deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One thing that happened: who did what to what, when, with which facts, chained to the event before it."""

    at = models.DateTimeField(_("时间"))
    type = models.CharField(_("类型"), max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    actor_name = models.CharField(_("操作人姓名"), max_length=80, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_name = models.CharField(_("对象"), max_length=200, blank=True)
    unit_id = models.BigIntegerField(null=True)
    facts = models.JSONField(_("事实"), default=dict)
    changes = models.JSONField(_("变更"), default=dict)
    personal_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("留痕")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"]),
            models.Index(fields=["type", "id"]),
            models.Index(fields=["actor", "id"]),
        ]

    def __str__(self) -> str:
        kept = getattr(self, "kept", None)  # see kernel.kept
        return f"{self.type} {self.subject_name if kept is None else kept.name}"


class EventPersonal(models.Model):
    """The erasable personal values of an event; the event keeps only their salted digest."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="personal_values")
    salt = models.CharField(max_length=64)
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("留痕的个人信息")

    def __str__(self) -> str:
        return f"event {self.pk}"


class ChainHead(models.Model):
    """The last hash of the chain and the number of its events; its row is the lock that orders writers."""

    hash = models.CharField(max_length=64)
    length = models.BigIntegerField(default=0)
    last_event = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("留痕链头")

    def __str__(self) -> str:
        return self.hash
