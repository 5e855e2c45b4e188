"""Products, prices and standard texts, as the institution keeps them; imported as tables, each row with its source."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductKind(models.TextChoices):
    """Kinds of product, as the engine names them."""

    DEPOSIT = "deposit", _("存款")
    WEALTH = "wealth", _("理财")
    FUND = "fund", _("基金")
    INSURANCE = "insurance", _("保险")
    LOAN = "loan", _("贷款")
    CARD = "card", _("银行卡")
    PAYMENT = "payment", _("支付")
    OTHER = "other", _("其他")


class Product(models.Model):
    """A product or service: the facts that material about it must agree with; unknown facts are empty, never zero."""

    code = models.CharField(_("产品代码"), max_length=60, unique=True)
    name = models.CharField(_("产品名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=20, choices=ProductKind)
    risk_grade = models.CharField(_("风险等级"), max_length=10, blank=True)
    min_amount = models.DecimalField(_("起点金额（元）"), max_digits=18, decimal_places=2, null=True, blank=True)
    term = models.CharField(_("期限"), max_length=60, blank=True)
    annual_rate_low = models.DecimalField(_("年化利率下限（%）"), max_digits=9, decimal_places=4, null=True, blank=True)
    annual_rate_high = models.DecimalField(
        _("年化利率上限（%）"), max_digits=9, decimal_places=4, null=True, blank=True
    )
    fee = models.CharField(_("费用"), max_length=200, blank=True)
    issuer = models.CharField(_("发行或承保机构"), max_length=120, blank=True)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("主管部门"))
    partner = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("合作机构")
    )
    on_sale_from = models.DateField(_("上架日"), null=True, blank=True)
    on_sale_until = models.DateField(_("下架日"), null=True, blank=True)
    facts = models.JSONField(_("其他要素"), default=dict, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    scope_unit = "unit"

    class Meta:
        verbose_name = verbose_name_plural = _("产品")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class PriceItem(models.Model):
    """A line of the price list."""

    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="prices", verbose_name=_("产品")
    )
    name = models.CharField(_("收费项目"), max_length=120)
    price = models.CharField(_("收费标准"), max_length=200)
    pricing = models.CharField(_("定价方式"), max_length=40, blank=True)
    effective_from = models.DateField(_("生效日"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("价目")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.price}"


class StandardText(models.Model):
    """The approved wording of a contract or statement."""

    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="texts", verbose_name=_("产品")
    )
    title = models.CharField(_("名称"), max_length=120)
    text = models.TextField(_("正文"))
    version = models.CharField(_("版本"), max_length=40, blank=True)
    effective_from = models.DateField(_("生效日"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("标准文本")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class TableImport(models.Model):
    """One import of a table: what came in, what was refused and why."""

    kind = models.CharField(_("表"), max_length=20)
    name = models.CharField(_("文件"), max_length=200)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    made = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("更新"), default=0)
    faults = models.JSONField(_("未导入"), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("表格导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
