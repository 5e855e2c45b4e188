"""Files as rows: the bytes once by their SHA-256, and what they are attached to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class ScanState(TonedChoices):
    """Whether a file may be handed out."""

    WAITING = "waiting", "blue", _("等待安全检查")
    CLEAN = "clean", "green", _("已检查")
    BLOCKED = "blocked", "red", _("已拦截")
    FAILED = "failed", "amber", _("检查未完成")
    RELEASED = "released", "violet", _("人工放行")


class RetentionClass(models.TextChoices):
    """How long a file is kept; the date itself is on the row, a later class of longer keeping wins."""

    WORKING = "working", _("过程材料")
    ARCHIVE = "archive", _("业务档案")
    EVIDENCE = "evidence", _("投诉与纠纷证据")
    PERMANENT = "permanent", _("永久保存")


class StoredFile(models.Model):
    """One content, stored once; its bytes lie under MEDIA_ROOT by the hash. The row outlives purged bytes."""

    State = ScanState

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(_("大小"))
    media_type = models.CharField(_("类型"), max_length=100)
    suffix = models.CharField(max_length=10)
    state = models.CharField(_("安全检查"), max_length=10, choices=ScanState, default=ScanState.WAITING)
    reason = models.CharField(_("检查结果"), max_length=500, blank=True)
    remarks = models.JSONField(_("检查明细"), default=list, blank=True)
    """What the scan found: [{"code", "message", "place", "blocks"}]."""
    scanned_at = models.DateTimeField(_("检查时间"), null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    ruling = models.CharField(_("放行或驳回理由"), max_length=300, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("放行或驳回人"),
    )
    ruled_at = models.DateTimeField(_("放行或驳回时间"), null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(_("存入时间"), auto_now_add=True)
    hold_reason = models.CharField(_("冻结事由"), max_length=200, blank=True)
    purged_at = models.DateTimeField(_("销毁时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("文件")
        indexes = [
            models.Index(fields=["state", "id"], condition=~Q(state="clean"), name="files_not_released"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"

    @property
    def released(self) -> bool:
        """Tell whether people may have the bytes."""
        return self.state in (ScanState.CLEAN, ScanState.RELEASED) and self.purged_at is None

    @property
    def stopped(self) -> bool:
        """Tell whether the scan stopped it: blocked, or not finished."""
        return self.state in (ScanState.BLOCKED, ScanState.FAILED)


class Attachment(models.Model):
    """A stored file attached to anything, under a name and for a purpose; removed ones stay until retention says."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    stored = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments", verbose_name=_("文件"))
    name = models.CharField(_("文件名"), max_length=200)
    purpose = models.CharField(_("用途"), max_length=60, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    personal = models.BooleanField(_("含个人信息"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上传人")
    )
    added_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移除人")
    )
    retention = models.CharField(_("保存类别"), max_length=20, choices=RetentionClass, default=RetentionClass.WORKING)
    retain_until = models.DateField(_("保存至"), null=True, blank=True)
    hold_reason = models.CharField(_("冻结事由"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("附件")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["retain_until"], condition=Q(retain_until__isnull=False), name="attachments_to_purge"),
        ]

    def __str__(self) -> str:
        return self.name
