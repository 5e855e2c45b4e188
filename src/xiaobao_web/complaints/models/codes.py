"""The official codes of our classes (JR/T 0169-2018) and the sheets they were taken from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CodeSheet(models.Model):
    """A sheet of official codes that was taken in: its version, who did it, what it changed."""

    version = models.CharField(_("版本"), max_length=60)
    name = models.CharField(_("文件名"), max_length=200)
    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, related_name="+")
    made = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("变更"), default=0)
    kept = models.PositiveIntegerField(_("未变"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("导入人")
    )
    at = models.DateTimeField(_("导入时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("官方编码表")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.version


class OfficialCode(models.Model):
    """The official code of one of our keys, from the sheet the institution imports."""

    field = models.CharField(_("项目"), max_length=20)
    key = models.CharField(_("本平台类别"), max_length=60)
    code = models.CharField(_("官方编码"), max_length=30)
    name = models.CharField(_("官方名称"), max_length=80, blank=True)
    sheet = models.ForeignKey(CodeSheet, models.PROTECT, null=True, related_name="codes", verbose_name=_("官方编码表"))

    class Meta:
        verbose_name = verbose_name_plural = _("官方分类编码")
        ordering = ["field", "key"]
        constraints = [models.UniqueConstraint(fields=["field", "key"], name="one_code_a_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.code}"
