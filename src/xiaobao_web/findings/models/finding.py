"""A finding on a version of a material: by a rule, by comparing facts, or by a person; decided by a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """How grave a finding is."""

    HIGH = "high", _("高")
    MEDIUM = "medium", _("中")
    LOW = "low", _("低")


class FindingSource(models.TextChoices):
    """Who found it."""

    RULE = "rule", _("规则")
    FACT = "fact", _("要素比对")
    READING = "reading", _("读取")
    PERSON = "person", _("人工")


class Decision(models.TextChoices):
    """What a person decided about it."""

    OPEN = "open", _("待处理")
    ACCEPTED = "accepted", _("采纳")
    DISMISSED = "dismissed", _("不采纳")


class Finding(models.Model):
    """Which words where, under which article, what to write instead, how sure; what a person decided, and why."""

    version = models.ForeignKey(
        "materials.MaterialVersion", models.PROTECT, related_name="findings", verbose_name=_("材料版本")
    )
    screening = models.ForeignKey("materials.Screening", models.CASCADE, null=True, blank=True, related_name="findings")
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("审查")
    )
    source = models.CharField(_("来源"), max_length=10, choices=FindingSource, default=FindingSource.RULE)
    rule = models.CharField(_("规则"), max_length=100, blank=True)
    rule_version = models.PositiveIntegerField(_("规则版本"), default=0)
    title = models.CharField(_("问题"), max_length=160)
    category = models.CharField(_("类别"), max_length=60, blank=True)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity, default=Severity.MEDIUM)
    machine_decision = models.CharField(_("机器判断"), max_length=12, blank=True)
    confidence = models.FloatField(_("把握"), default=1.0)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(_("原文"), blank=True)
    anchor = models.JSONField(default=dict, blank=True)
    boxes = models.JSONField(default=list, blank=True)
    """Each {"page", "box": [x0, y0, x1, y1], "scale"} as the engine's anchors."""
    basis = models.JSONField(_("依据"), default=list, blank=True)
    """Each {"norm", "article", "title", "label", "paraphrase", "text", "confidence"}."""
    message = models.TextField(_("说明"), blank=True)
    remedy = models.TextField(_("改法"), blank=True)
    why = models.TextField(_("理由"), blank=True)
    evidence = models.JSONField(default=list, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    """The same finding (rule and words) in the next version has the same fingerprint: decisions carry over by it."""
    decision = models.CharField(_("处理"), max_length=10, choices=Decision, default=Decision.OPEN)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    scope_unit = "version__material__unit"
    scope_people = ("version__added_by",)
    text_index = ("title", "text", "rule")

    class Meta:
        verbose_name = verbose_name_plural = _("发现")
        ordering = ["version", "start", "pk"]
        indexes = [
            models.Index(fields=["rule", "decision"]),
            models.Index(fields=["review", "decision"]),
            models.Index(fields=["version", "decision"]),
            models.Index(fields=["added_at"]),
            models.Index(fields=["decided_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def pack_label(self) -> str:
        """Return which rule pack found it, empty for the whole rulebook and for people."""
        return str(self.screening.pack.get("label", "")) if self.screening is not None else ""
