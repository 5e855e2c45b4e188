"""Deadlines as rows: what is due by when, on which basis, and how the date was reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Deadline(models.Model):
    """One clock on one object; open while neither met nor cancelled."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("事项"), max_length=60)
    label = models.CharField(_("名称"), max_length=80)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("起算"))
    due_at = models.DateTimeField(_("到期"))
    warn_at = models.DateTimeField(_("提醒"))
    met_at = models.DateTimeField(_("完成"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    working = models.JSONField(_("推算过程"), default=list)
    provisional = models.BooleanField(_("暂定"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("期限")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_deadline_a_kind",
            )
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(
                fields=["subject_type", "subject_id", "due_at"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="open_deadlines_of_subjects",
            ),
            models.Index(
                fields=["due_at"], condition=Q(met_at__isnull=True, cancelled_at__isnull=True), name="open_deadlines"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.due_at:%Y-%m-%d}"
