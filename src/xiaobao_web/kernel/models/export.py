"""Exports of lists as sheets: who asked for which rows, how far it is, until when it can be fetched."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class ExportState(TonedChoices):
    """How far an export is."""

    WAITING = "waiting", "grey", _("排队中")
    RUNNING = "running", "blue", _("生成中")
    READY = "ready", "green", _("可下载")
    FAILED = "failed", "red", _("未成功")
    EXPIRED = "expired", "grey", _("已过期")


class Export(models.Model):
    """One export; its file lies under MEDIA_ROOT/exports until it expires."""

    State = ExportState

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports", verbose_name=_("导出人")
    )
    list_name = models.CharField(max_length=80)
    title = models.CharField(_("列表"), max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    conditions = models.CharField(_("条件"), max_length=1000, blank=True)
    columns = models.JSONField(_("列"), default=list)
    chosen = models.JSONField(_("所选行"), default=list, blank=True)
    """Ids of chosen rows; empty for all rows of the query."""
    state = models.CharField(_("状态"), max_length=10, choices=ExportState.choices, default=ExportState.WAITING)
    total = models.PositiveIntegerField(_("符合条件的行数"), default=0)
    rows = models.PositiveIntegerField(_("已写入的行数"), default=0)
    size = models.PositiveBigIntegerField(_("大小"), default=0)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    secret = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("有效期至"), null=True, blank=True)

    scope_people = ("person",)

    class Meta:
        verbose_name = verbose_name_plural = _("导出")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "id"]), models.Index(fields=["state", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.title} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    @property
    def under_way(self) -> bool:
        """Tell whether the file is still to come."""
        return self.state in (ExportState.WAITING, ExportState.RUNNING)

    @property
    def file_name(self) -> str:
        """Return the name under which the file is saved."""
        return f"{self.title}_{timezone.localtime(self.created_at):%Y%m%d_%H%M}.xlsx"
