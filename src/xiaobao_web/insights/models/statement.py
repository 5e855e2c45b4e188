"""Tables as they were handed in: frozen with a version; and the figures that rates are per."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.periods import Period


class Span(models.TextChoices):
    """What a table is of."""

    FIRST_HALF = "h1", _("上半年")
    SECOND_HALF = "h2", _("下半年")
    YEAR = "year", _("全年")


def period_of(year: int, span: str) -> Period:
    """Return the days of a half-year or a year."""
    first = date(year, 7, 1) if span == Span.SECOND_HALF else date(year, 1, 1)
    last = date(year, 6, 30) if span == Span.FIRST_HALF else date(year, 12, 31)
    return Period("custom", first, last)


class Statement(models.Model):
    """The tables of a half-year or a year, as reckoned in one moment; later ones are new versions beside it."""

    year = models.PositiveIntegerField(_("年度"))
    span = models.CharField(_("期间"), max_length=5, choices=Span)
    version = models.PositiveIntegerField(_("版本"))
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    tables = models.JSONField(default=list)
    """[{"title", "heads", "rows": [[{"value", "kind"}]], "note"}]"""
    total = models.PositiveIntegerField(_("投诉件数"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    sheet = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+", verbose_name=_("表格"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("固化人"))
    made_at = models.DateTimeField(_("固化时间"), auto_now_add=True)

    scope_unit = "unit"
    scope_people = ("made_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("投诉统计表")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "span", "version"], name="one_statement_version")
        ]

    def __str__(self) -> str:
        return f"{self.year} 年{self.get_span_display()}投诉统计表 第 {self.version} 版"

    def get_absolute_url(self) -> str:
        """Return the statement's page."""
        return reverse("insight_statement", args=[self.pk])

    @property
    def period(self) -> Period:
        """Return the days it is of."""
        return period_of(self.year, self.span)


class Seat(models.Model):
    """The province in which an organisation is, those below it included where they have none of their own."""

    unit = models.OneToOneField("people.Organisation", models.CASCADE, related_name="+", verbose_name=_("机构"))
    province = models.CharField(_("所在省份"), max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = _("机构所在地")
        ordering = ["unit__path"]

    def __str__(self) -> str:
        return f"{self.unit} {self.province}"


class Base(models.Model):
    """How many outlets and customers an organisation had in a year, those below it included."""

    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    year = models.PositiveIntegerField(_("年度"))
    outlets = models.PositiveIntegerField(_("网点数"), null=True, blank=True)
    customers = models.PositiveBigIntegerField(_("个人客户数"), null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    set_at = models.DateTimeField(_("登记时间"), auto_now=True)

    scope_unit = "unit"

    class Meta:
        verbose_name = verbose_name_plural = _("统计基数")
        ordering = ["-year", "unit__path"]
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="one_base_a_year")]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"
