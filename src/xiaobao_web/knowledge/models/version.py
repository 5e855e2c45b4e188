"""What was published here: versions of rules that stand over the packaged ones, and retirements."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RuleVersion(models.Model):
    """One version of a rule published here, or the retirement of one; never changed, only followed by another."""

    rule = models.CharField(_("规则"), max_length=100)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("违规"), max_length=160)
    yaml = models.TextField(_("内容"))
    digest = models.CharField(max_length=64)
    retired = models.BooleanField(_("停用"), default=False)
    current = models.BooleanField(_("现行"), default=True)
    note = models.TextField(_("说明"), blank=True)
    draft = models.OneToOneField("knowledge.RuleDraft", models.PROTECT, related_name="published_version")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发布人")
    )
    published_at = models.DateTimeField(_("发布时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则版本")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["rule", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(current=True), name="one_current_version_a_rule")
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"
