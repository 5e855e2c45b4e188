"""What was read from content, kept once by its hash, and what screening said of a version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class WorkState(TonedChoices):
    """How far background work has come."""

    QUEUED = "queued", "grey", _("排队中")
    RUNNING = "running", "blue", _("进行中")
    DONE = "done", "green", _("已完成")
    FAILED = "failed", "red", _("未成")


class Reading(models.Model):
    """The passages and page images of one content (by SHA-256) as one version of the readers read it."""

    sha256 = models.CharField(max_length=64)
    reader = models.CharField(max_length=40)
    media_type = models.CharField(max_length=100, blank=True)
    passages = models.JSONField(default=list)
    """Each {"text", "confidence", "size", "marks", "start" (offset in text), "anchor": {…}}."""
    pages = models.JSONField(default=list)
    """Each {"page", "file" (StoredFile id), "width", "height", "scale"}."""
    pictures = models.ManyToManyField("kernel.StoredFile", related_name="+", blank=True)
    """The files of `pages`, so that nothing purges them while they are shown."""
    issues = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    text_hash = models.CharField(max_length=64, blank=True, db_index=True)
    seconds = models.FloatField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("读取结果")
        constraints = [models.UniqueConstraint(fields=["sha256", "reader"], name="one_reading_a_content_and_reader")]

    def __str__(self) -> str:
        return self.sha256[:12]


class Screening(models.Model):
    """One screening of a version against the rulebook of its time."""

    State = WorkState

    version = models.ForeignKey(
        "materials.MaterialVersion", models.CASCADE, related_name="screenings", verbose_name=_("版本")
    )
    state = models.CharField(_("状态"), max_length=10, choices=WorkState.choices, default=WorkState.QUEUED.value)
    pack = models.JSONField(_("规则包"), default=dict, blank=True)
    """Which rules run: {"name", "label", "domains", "skipped", "kept", "scenario"}; empty for the whole rulebook."""
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    rulebook = models.CharField(_("规则库版本"), max_length=64, blank=True)
    verdict = models.CharField(_("判断"), max_length=20, blank=True)
    category = models.CharField(_("类别"), max_length=60, blank=True)
    inferred = models.JSONField(default=dict)
    issues = models.JSONField(default=list)
    error = models.TextField(_("失败原因"), blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("机器审查")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"]),
            models.Index(fields=["version", "id"], condition=models.Q(state="done"), name="done_screenings"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_state_display()}"
