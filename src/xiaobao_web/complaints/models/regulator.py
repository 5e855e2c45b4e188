"""What a regulator hands over (转办件): its number and its own deadline, urging and sending back, the report."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Who hands over."""

    NFRA = "12378", _("金融监管（12378）")
    PBOC = "12363", _("人民银行（12363）")
    CITY = "12345", _("政务热线（12345）")
    CSRC = "12386", _("证监会（12386）")
    MARKET = "12315", _("市场监管（12315）")
    ASSOCIATION = "association", _("消费者协会")
    PETITION = "petition", _("信访部门")
    MEDIA = "media", _("媒体转交")


class RegulatorTransfer(models.Model):
    """A regulator's transfer, kept under the regulator's number and deadline."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="transfers_in", verbose_name=_("投诉"))
    source = models.CharField(_("转办来源"), max_length=20, choices=Source)
    bureau = models.CharField(_("转办机构"), max_length=80)
    number = models.CharField(_("转办编号"), max_length=80)
    received_by_bureau = models.DateField(_("监管收到投诉"), null=True, blank=True)
    forwarded_on = models.DateField(_("转出日期"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到转办"))
    due_on = models.DateField(_("要求反馈"), null=True, blank=True)
    urged = models.JSONField(_("督办"), default=list, blank=True)
    """[{"at", "text", "by"}]"""
    sent_back = models.JSONField(_("退回补正"), default=list, blank=True)
    report = models.JSONField(_("反馈内容"), default=dict, blank=True)
    enclosed = models.JSONField(_("附件"), default=list, blank=True)
    """[{"attachment", "stored", "told", "name", "sha256"}]"""
    document = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    rows = models.JSONField(default=list, blank=True)
    """Digests of the rows of bureaus' tables that were taken in, so that a row sent again changes nothing."""

    scope_unit = "case__unit"
    scope_people = ("case__handler", "case__leader")

    class Meta:
        verbose_name = verbose_name_plural = _("转办件")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="one_transfer_a_number")]

    def __str__(self) -> str:
        return f"{self.bureau} {self.number}"


class LocalBureau(models.Model):
    """A bureau (属地局) and the branch that its transfers go to."""

    source = models.CharField(_("转办来源"), max_length=20, choices=Source)
    name = models.CharField(_("转办机构"), max_length=80, unique=True)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("设置人"))
    set_at = models.DateTimeField(_("设置时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("属地局")
        ordering = ["source", "name"]

    def __str__(self) -> str:
        return self.name


class BureauTemplate(models.Model):
    """The Word template of a bureau's feedback report; the newest active one of a bureau is used."""

    bureau = models.CharField(_("转办机构"), max_length=80)
    name = models.CharField(_("文件名"), max_length=200)
    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    active = models.BooleanField(_("使用中"), default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    added_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("反馈报告模板")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau"], condition=models.Q(active=True), name="one_active_template_a_bureau"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bureau} {self.name}"
