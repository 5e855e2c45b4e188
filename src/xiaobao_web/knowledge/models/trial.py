"""What a draft would do: hits in shadow kept apart from findings, and comparisons over past material."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices

SURE = 0.8
"""From which confidence a violation reads 确定."""
VALID_DAYS = 7
"""How old a comparison may be when its draft is published."""


class ShadowRun(models.Model):
    """That a draft in shadow ran with one screening, and how often it hit there."""

    draft = models.ForeignKey("knowledge.RuleDraft", models.CASCADE, related_name="shadow_runs")
    screening = models.ForeignKey("materials.Screening", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    hits = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "screening", "digest"], name="one_shadow_run_a_screening")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.screening_id}"


class Judged(models.TextChoices):
    """What a reviewer says of a hit in shadow."""

    OPEN = "", _("未判")
    RIGHT = "right", _("判得对")
    WRONG = "wrong", _("误报")


class ShadowHit(models.Model):
    """What a draft in shadow found; never shown to who handed the material in."""

    run = models.ForeignKey(ShadowRun, models.CASCADE, related_name="found")
    draft = models.ForeignKey("knowledge.RuleDraft", models.CASCADE, related_name="shadow_hits")
    version = models.ForeignKey("materials.MaterialVersion", models.CASCADE, related_name="+")
    decision = models.CharField(_("机器判断"), max_length=12)
    confidence = models.FloatField(_("把握"))
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(_("原文"), blank=True)
    also = models.CharField(max_length=100, blank=True)
    """A rule in force that found the same words, empty where only the draft did."""
    judged = models.CharField(_("判断"), max_length=5, choices=Judged, default=Judged.OPEN, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    scope_unit = "version__material__unit"
    scope_people = ("version__added_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("试运行命中")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["draft", "id"])]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def sure(self) -> str:
        """Return how sure the machine was, in words."""
        if self.decision != "violation":
            return _g("疑似，需人工判断")
        return _g("确定") if self.confidence >= SURE else _g("较确定")


class BacktestState(TonedChoices):
    """How far a comparison has come."""

    QUEUED = "queued", "grey", _("排队中")
    RUNNING = "running", "blue", _("进行中")
    DONE = "done", "green", _("已完成")
    FAILED = "failed", "red", _("未成")


class Backtest(models.Model):
    """A comparison of the rulebook in use with what a draft would make of it, over readings of past material."""

    State = BacktestState

    draft = models.ForeignKey("knowledge.RuleDraft", models.CASCADE, related_name="backtests")
    digest = models.CharField(max_length=64)
    rulebook = models.CharField(_("对照规则库"), max_length=64, blank=True)
    wanted = models.PositiveIntegerField(_("样本上限"), default=500)
    total = models.PositiveIntegerField(_("样本"), default=0)
    done = models.PositiveIntegerField(_("已比对"), default=0)
    new = models.PositiveIntegerField(_("新增命中"), default=0)
    lost = models.PositiveIntegerField(_("减少命中"), default=0)
    changed = models.PositiveIntegerField(_("判断改变"), default=0)
    kept = models.PositiveIntegerField(_("不变"), default=0)
    state = models.CharField(
        _("状态"), max_length=10, choices=BacktestState.choices, default=BacktestState.QUEUED.value
    )
    error = models.TextField(blank=True)
    seconds = models.FloatField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    asked_at = models.DateTimeField(_("发起时间"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回测")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.draft} 回测"

    @property
    def going(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state in (BacktestState.QUEUED.value, BacktestState.RUNNING.value)

    @property
    def fresh(self) -> bool:
        """Tell whether it is done and recent enough to publish on."""
        at = self.finished_at
        recent = at is not None and at >= timezone.now() - timedelta(days=VALID_DAYS)
        return self.state == BacktestState.DONE.value and recent


class ChangeKind(models.TextChoices):
    """How a finding differs between the two rulebooks."""

    NEW = "new", _("新增")
    LOST = "lost", _("减少")
    CHANGED = "changed", _("判断改变")
    KEPT = "kept", _("不变")


class BacktestChange(models.Model):
    """One finding that differs (or a sample of those that do not), with the words around it."""

    backtest = models.ForeignKey(Backtest, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=8, choices=ChangeKind)
    version = models.ForeignKey("materials.MaterialVersion", models.CASCADE, related_name="+")
    rule = models.CharField(max_length=100)
    title = models.CharField(max_length=160)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    lead = models.CharField(max_length=120, blank=True)
    tail = models.CharField(max_length=120, blank=True)

    scope_unit = "version__material__unit"
    scope_people = ("version__added_by",)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["backtest", "kind", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text[:30]}"
