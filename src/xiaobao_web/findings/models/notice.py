"""Notices (问题通报): one letter to one organisation about several issues, and its receipt."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class IssueNotice(models.Model):
    """A numbered letter to an organisation that lists its issues, until its receipt (回执) has come."""

    number = models.CharField(_("通报文号"), max_length=80)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("被通报机构"))
    issues = models.ManyToManyField("findings.Issue", related_name="notices", verbose_name=_("问题"))
    demand = models.TextField(_("整改要求"), blank=True)
    document = models.ForeignKey(
        "kernel.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("通报")
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发出人"))
    issued_at = models.DateTimeField(_("发出时间"), auto_now_add=True)
    receipt = models.TextField(_("回执"), blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("回执人")
    )
    received_at = models.DateTimeField(_("回执时间"), null=True, blank=True)

    scope_unit = "unit"
    scope_people = ("issued_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("问题通报")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["number", "unit"], name="one_notice_a_unit")]
        indexes = [models.Index(fields=["unit", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"

    def get_absolute_url(self) -> str:
        """Return the notice's page."""
        return reverse("issue_notice", args=[self.pk])
