"""Views of lists that people save for themselves."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A person's own tab of a list: a name for an address with its filters and order."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=80)
    name = models.CharField(_("名称"), max_length=20)
    query = models.CharField(max_length=2000, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("保存的视图")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "list_name", "name"], name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name

    def url(self) -> str:
        """Return the address of the view within its list's page."""
        return "?" + urlencode([*parse_qsl(self.query), ("saved", self.pk)])
