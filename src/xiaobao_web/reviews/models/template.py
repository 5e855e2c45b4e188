"""The institution's own Word template of the opinion, and the dossiers made of archived reviews."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OpinionTemplate(models.Model):
    """An uploaded Word template; the newest active one is used, without one the packaged default."""

    name = models.CharField(_("文件名"), max_length=200)
    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    active = models.BooleanField(_("启用"), default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    added_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("意见书模板")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
