"""What the running rulebook and the law register hold, as rows to filter, sort, export and search.

The rulebook itself is the packaged files and the published versions; these rows are made from it and never edited.
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class Severity(models.TextChoices):
    """How grave what a rule finds is."""

    HIGH = "high", _("高")
    MEDIUM = "medium", _("中")
    LOW = "low", _("低")


class Lifecycle(TonedChoices):
    """Where a rule stands in its life."""

    DRAFT = "draft", "grey", _("草稿")
    SHADOW = "shadow", "violet", _("试运行")
    PUBLISHED = "published", "green", _("生效")
    RETIRED = "retired", "grey", _("停用")


class Mirror(models.Model):
    """Which rulebook and register the rows were made from (one row)."""

    rulebook = models.CharField(max_length=64, blank=True)
    laws = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.rulebook


class RuleEntry(models.Model):
    """A rule as lists show it, with how often it hit and how often reviewers agreed."""

    State = Lifecycle

    rule = models.CharField(_("编号"), max_length=100, unique=True)
    title = models.CharField(_("违规"), max_length=160)
    domain = models.CharField(_("领域"), max_length=30)
    category = models.CharField(_("类别"), max_length=60)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity)
    state = models.CharField(_("状态"), max_length=10, choices=Lifecycle.choices)
    may = models.CharField(_("处置"), max_length=10)
    version = models.PositiveIntegerField(_("版本"))
    local = models.BooleanField(_("本机构发布"), default=False)
    owner = models.CharField(_("负责人"), max_length=60, blank=True)
    message = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    laws = models.TextField(blank=True)
    """The labels of its citations, a line each."""
    basis = models.JSONField(default=list)
    """The references it cites, as norm#article."""
    norms = models.CharField(max_length=400, blank=True)
    """The keys of the norms it cites, each between bars, to filter by."""
    media = models.CharField(max_length=300, blank=True)
    """The scenarios it applies to, each between bars; empty for everywhere."""
    problem = models.TextField(blank=True)
    """Why a published version cannot be used by this engine, empty when it can."""
    hits = models.PositiveIntegerField(_("命中"), default=0)
    accepted = models.PositiveIntegerField(_("采纳"), default=0)
    dismissed = models.PositiveIntegerField(_("不采纳"), default=0)
    precision = models.FloatField(_("准确率"), null=True, blank=True)
    weak = models.BooleanField(_("准确率偏低"), default=False)
    last_hit_at = models.DateTimeField(_("最近命中"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则")
        ordering = ["rule"]
        indexes = [
            models.Index(fields=["domain", "rule"]),
            models.Index(fields=["hits", "id"]),
            models.Index(fields=["precision", "id"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the rule's page."""
        return reverse("rule", kwargs={"rule": self.rule})


class NormEntry(models.Model):
    """A norm of the register as lists show it."""

    key = models.CharField(_("简称"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=200)
    number = models.CharField(_("文号"), max_length=100, blank=True)
    issuer = models.CharField(_("发布机关"), max_length=200, blank=True)
    aliases = models.TextField(blank=True)
    in_force_from = models.DateField(_("施行日"), null=True, blank=True)
    in_force_until = models.DateField(_("失效日"), null=True, blank=True)
    confidence = models.CharField(_("可信程度"), max_length=1)
    articles = models.PositiveIntegerField(_("登记条数"), default=0)
    rules = models.PositiveIntegerField(_("规则数"), default=0)
    has_text = models.BooleanField(_("已导入原文"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("法规")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the norm's page."""
        return reverse("law", kwargs={"key": self.key})


class ArticleEntry(models.Model):
    """An article or an item of one, to be found by what it says."""

    norm = models.ForeignKey(NormEntry, models.CASCADE, related_name="entries")
    place = models.CharField(_("条号"), max_length=40)
    label = models.CharField(max_length=260)
    paraphrase = models.TextField(_("大意"))
    confidence = models.CharField(_("可信程度"), max_length=1)
    rights = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("法规条文")
        ordering = ["norm", "pk"]
        constraints = [models.UniqueConstraint(fields=["norm", "place"], name="one_entry_an_article")]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Return the article's page: what rests on it."""
        return reverse("article", kwargs={"key": self.norm.key, "place": self.place})
