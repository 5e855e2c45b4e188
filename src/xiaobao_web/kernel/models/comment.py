"""What people say about an object."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """One remark on an object, perhaps at a place in it or in answer to another; never edited, withdrawn at most."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answers")
    anchor = models.JSONField(_("位置"), null=True, blank=True)
    body = models.TextField(_("内容"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("评论人"))
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("提到"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    scope_people = ("author",)

    class Meta:
        verbose_name = verbose_name_plural = _("评论")
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"])]

    def __str__(self) -> str:
        return f"{self.author} {self.at:%Y-%m-%d}"
