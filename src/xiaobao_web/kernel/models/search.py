"""What can be searched: one row an object, its words in a full-text index kept by the vendor's migration."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """One object's title and text; written anew on each change, so that the id tells the newest."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    title = models.CharField(_("标题"), max_length=300)
    text = models.TextField(_("正文"), blank=True)
    url = models.CharField(max_length=300)
    unit_id = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(_("更新时间"))
    positions = models.PositiveIntegerField(default=0)
    """How many words the text has; PostgreSQL keeps positions of the first 16,383 only."""

    class Meta:
        verbose_name = verbose_name_plural = _("搜索条目")
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="one_search_entry_a_subject")
        ]
        indexes = [models.Index(fields=["unit_id", "subject_type", "id"], name="search_entries_by_unit")]

    def __str__(self) -> str:
        return self.title
