"""Tokens by which programs use the REST interface in a person's name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A token: only its SHA-256 is kept; it may do a part of what its person may."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("所属人")
    )
    name = models.CharField(_("用途"), max_length=60)
    hint = models.CharField(_("令牌开头"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("权限"), default=list)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    expires_at = models.DateTimeField(_("有效期至"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    scope_people = ("person",)

    class Meta:
        verbose_name = verbose_name_plural = _("接口令牌")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Tell whether it is neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()
