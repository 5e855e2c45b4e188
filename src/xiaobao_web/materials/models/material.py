"""A material and its versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MaterialKind(models.TextChoices):
    """Kinds of material; each has the engine's scenario in `services.SCENARIOS`."""

    POSTER = "poster", _("海报与图片")
    WEB_PAGE = "web_page", _("网页与 App 页面")
    VIDEO_SCRIPT = "video_script", _("视频脚本")
    SMS = "sms", _("短信")
    POST = "post", _("社交媒体图文")
    AGREEMENT = "agreement", _("协议与合同")
    PRICE_TABLE = "price_table", _("价目与收费")
    SALES_SCRIPT = "sales_script", _("销售话术")
    POLICY = "policy", _("制度文件")
    PRODUCT_DOCUMENT = "product_document", _("产品说明")
    RECORDING = "recording", _("录音录像与转写")
    OTHER = "other", _("其他")


class Material(models.Model):
    """Something the institution says or means to say; its content is in its versions."""

    title = models.CharField(_("名称"), max_length=160)
    kind = models.CharField(_("类型"), max_length=20, choices=MaterialKind)
    product = models.ForeignKey(
        "products.Product", models.PROTECT, null=True, blank=True, related_name="materials", verbose_name=_("产品")
    )
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("所属机构"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人"))
    created_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    template = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="variants", verbose_name=_("母版")
    )
    free_fields = models.JSONField(_("可变字段"), default=list, blank=True)

    scope_unit = "unit"
    scope_people = ("created_by",)
    text_index = ("title",)

    class Meta:
        verbose_name = verbose_name_plural = _("材料")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "id"])]

    def __str__(self) -> str:
        return self.title


class MaterialVersion(models.Model):
    """One version of a material: a stored file or a pasted text, with its hashes; never changed afterwards."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="versions", verbose_name=_("材料"))
    number = models.PositiveIntegerField(_("版本号"))
    name = models.CharField(_("文件名"), max_length=200)
    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("文字"), blank=True)
    sha256 = models.CharField(_("指纹"), max_length=64, db_index=True)
    perceptual_hash = models.CharField(_("感知指纹"), max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    reading = models.ForeignKey("materials.Reading", models.PROTECT, null=True, blank=True, related_name="versions")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人"))
    added_at = models.DateTimeField(_("提交时间"), auto_now_add=True)

    scope_unit = "material__unit"
    scope_people = ("added_by", "material__created_by")

    class Meta:
        verbose_name = verbose_name_plural = _("材料版本")
        ordering = ["material", "number"]
        constraints = [models.UniqueConstraint(fields=["material", "number"], name="one_number_a_version")]
        indexes = [models.Index(fields=["id", "material", "added_by"], name="versions_without_their_texts")]

    def __str__(self) -> str:
        return f"{self.material} 第 {self.number} 版"
