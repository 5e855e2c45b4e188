"""Costings that were kept: terms of a loan and what they come to, version after version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Costing(models.Model):
    """A loan's cost as it was reckoned for a product or a review; its figures are those of its last version."""

    number = models.CharField(_("测算编号"), max_length=40, unique=True)
    title = models.CharField(_("测算名称"), max_length=120)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    product = models.ForeignKey(
        "products.Product", models.SET_NULL, null=True, blank=True, related_name="costings", verbose_name=_("产品")
    )
    review = models.ForeignKey(
        "reviews.Review", models.SET_NULL, null=True, blank=True, related_name="costings", verbose_name=_("审查")
    )
    versions_made = models.PositiveIntegerField(_("版本"), default=1)
    principal = models.DecimalField(_("本金（元）"), max_digits=18, decimal_places=2)
    periods = models.PositiveIntegerField(_("期数"))
    total = models.DecimalField(_("利息与费用合计（元）"), max_digits=18, decimal_places=2)
    nominal_percent = models.DecimalField(_("年化（单利，%）"), max_digits=18, decimal_places=4)
    effective_percent = models.DecimalField(_("年化（复利，%）"), max_digits=18, decimal_places=4)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("测算人"))
    created_at = models.DateTimeField(_("测算时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    scope_unit = "unit"
    scope_people = ("created_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("成本测算")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the costing's page."""
        return reverse("costing", args=[self.pk])


class CostingVersion(models.Model):
    """One version: the terms as the engine reads them, what they came to, and by which engine."""

    costing = models.ForeignKey(Costing, models.CASCADE, related_name="versions", verbose_name=_("成本测算"))
    number = models.PositiveIntegerField(_("版本"))
    terms = models.JSONField(_("条款"))
    total = models.DecimalField(_("利息与费用合计（元）"), max_digits=18, decimal_places=2)
    nominal_percent = models.DecimalField(_("年化（单利，%）"), max_digits=18, decimal_places=4)
    effective_percent = models.DecimalField(_("年化（复利，%）"), max_digits=18, decimal_places=4)
    engine = models.CharField(_("引擎版本"), max_length=40)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("测算人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("测算版本")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["costing", "number"], name="one_costing_version_a_number")]

    def __str__(self) -> str:
        return f"{self.costing.number} v{self.number}"
