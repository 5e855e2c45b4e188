"""The registry of approved material and its placements: the marketing ledger (营销宣传台账)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from xiaobao_web.kernel.choices import TonedChoices


class ApprovedState(TonedChoices):
    """States of an approved version."""

    VALID = "valid", "green", _("有效")
    EXPIRED = "expired", "amber", _("已过期")
    WITHDRAWN = "withdrawn", "red", _("已撤回")


class ApprovedMaterial(models.Model):
    """A version somebody approved: what may be used, where, for what product and until when."""

    State = ApprovedState

    number = models.CharField(_("备案编号"), max_length=40, unique=True)
    version = models.OneToOneField(
        "materials.MaterialVersion", models.PROTECT, related_name="approval", verbose_name=_("版本")
    )
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, null=True, blank=True, related_name="approvals", verbose_name=_("审查")
    )
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("所属机构"))
    product = models.ForeignKey(
        "products.Product", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("产品")
    )
    title = models.CharField(_("名称"), max_length=160)
    channels = models.JSONField(_("渠道"), default=list)
    valid_from = models.DateField(_("有效起"))
    valid_until = models.DateField(_("有效止"), null=True, blank=True)
    conditions = models.TextField(_("使用条件"), blank=True)
    is_template = models.BooleanField(_("模板备案"), default=False)
    state = FSMField(
        _("状态"), max_length=20, choices=ApprovedState.choices, default=ApprovedState.VALID.value, protected=True
    )
    sha256 = models.CharField(max_length=64, db_index=True)
    text_hash = models.CharField(max_length=64, blank=True, db_index=True)
    perceptual_hash = models.CharField(max_length=64, blank=True, db_index=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), auto_now_add=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(_("撤回原因"), max_length=300, blank=True)

    scope_unit = "unit"
    text_index = ("number", "title")

    class Meta:
        verbose_name = verbose_name_plural = _("已批准材料")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "id"]), models.Index(fields=["state", "valid_until"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def usable_on(self, day: date) -> bool:
        """Tell whether it may be used on a day."""
        until = self.valid_until is None or day <= self.valid_until
        return self.state == ApprovedState.VALID.value and self.valid_from <= day and until

    @transition(
        field=state,
        source=ApprovedState.VALID.value,
        target=ApprovedState.WITHDRAWN.value,
        custom={"label": _("撤回"), "danger": True},
    )
    def withdraw_approval(self, *, by: object, reason: str) -> None:
        """Withdraw: from now on it may not be used."""
        self.withdrawal_reason = reason

    @transition(
        field=state,
        source=ApprovedState.VALID.value,
        target=ApprovedState.EXPIRED.value,
        custom={"label": _("到期"), "quiet": True},
    )
    def expire(self, *, by: object) -> None:
        """Mark as past its validity."""


class BandKind(models.TextChoices):
    """What a band was cut from."""

    IMAGE = "image", _("图像")
    TEXT = "text", _("文字")


class Band(models.Model):
    """One band of an approved version's fingerprint: near-duplicates share one, so they are looked up, not searched."""

    approved = models.ForeignKey(ApprovedMaterial, models.CASCADE, related_name="bands")
    kind = models.CharField(max_length=5, choices=BandKind)
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value", "kind", "approved"], name="bands_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class TextSignature(models.Model):
    """The minhash of an approved version's words: 64 numbers of 32 bits."""

    approved = models.OneToOneField(ApprovedMaterial, models.CASCADE, primary_key=True, related_name="signature")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"signature {self.pk}"


class PlacementKind(models.TextChoices):
    """Who put it where."""

    OWN = "own", _("本行投放")
    STAFF = "staff", _("员工转发")
    VIDEO = "video", _("短视频")
    PARTNER = "partner", _("合作机构广告")


class Placement(models.Model):
    """Where an approved material is shown: by whom, from when, how many copies, and the proof it was taken down."""

    approved = models.ForeignKey(ApprovedMaterial, models.PROTECT, related_name="placements", verbose_name=_("材料"))
    kind = models.CharField(_("方式"), max_length=10, choices=PlacementKind, default=PlacementKind.OWN)
    channel = models.CharField(_("渠道"), max_length=60)
    place = models.CharField(_("位置或网址"), max_length=300)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("投放机构"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("投放人")
    )
    partner = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("合作机构")
    )
    copies = models.PositiveIntegerField(_("数量"), default=1)
    start = models.DateField(_("投放起"))
    end = models.DateField(_("投放止"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    removed_at = models.DateTimeField(_("下线时间"), null=True, blank=True)
    removal_note = models.CharField(_("下线说明"), max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    added_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    scope_unit = "unit"
    scope_people = ("added_by", "person")

    class Meta:
        verbose_name = verbose_name_plural = _("投放")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=models.F("start")), name="placement_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.place}"
