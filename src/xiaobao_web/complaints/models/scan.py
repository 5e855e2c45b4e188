"""A letter that came as scanned pages: the pages, what was read on each, what a person wrote beside the picture."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class ScanReading(TonedChoices):
    """How far the reading of a letter has come."""

    QUEUED = "queued", "grey", _("等待识别")
    RUNNING = "running", "blue", _("正在识别")
    DONE = "done", "green", _("识别完成")
    FAILED = "failed", "red", _("识别未成")


class LetterScan(models.Model):
    """The scan of a letter; its files are attached to its contact, in the order of `sources`."""

    State = ScanReading

    contact = models.OneToOneField("complaints.Contact", models.PROTECT, related_name="scan", verbose_name=_("来件"))
    sources = models.JSONField(_("文件"), default=list)
    """[[sha256, name], …] in reading order"""
    pages = models.JSONField(_("页"), default=list)
    """Each {"source", "page", "file", "width", "height", "lines": [{"text", "sure", "box"}], "issues": [sentence],
    "read": bool, "text", "by", "at"}; boxes in pixels of the picture."""
    pictures = models.ManyToManyField("kernel.StoredFile", related_name="+", blank=True)
    """The files of `pages`, so that nothing purges them while the letter itself is kept"""
    total = models.PositiveIntegerField(_("页数"), default=0)
    state = models.CharField(_("状态"), max_length=10, choices=ScanReading.choices, default=ScanReading.QUEUED.value)
    error = models.CharField(_("原因"), max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    added_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("识别时间"), null=True, blank=True)

    scope_unit = "contact__unit"
    scope_people = ("added_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("来信扫描件")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.contact.number} {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        """Return the address of the page where the letter is read beside its picture."""
        return reverse("complaint_scan", args=[self.contact_id])

    @property
    def unread(self) -> list[int]:
        """Return the places (from 1) of pages on which nothing was read and nothing was written by hand."""
        return [place for place, page in enumerate(self.pages, 1) if not str(page["text"]).strip() and not blank(page)]


def blank(page: dict[str, Any]) -> bool:
    """Tell whether a page shows nothing at all."""
    return bool(page.get("blank"))
