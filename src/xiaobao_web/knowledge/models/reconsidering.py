"""What a change of a rule or a law asks to be looked at again, and official texts on their way into the register."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class Cause(models.TextChoices):
    """What set it off."""

    RULE = "rule", _("规则变化")
    LAW = "law", _("法规变化")


class ReconsiderState(TonedChoices):
    """How far a proposal has come."""

    OPEN = "open", "amber", _("待消保办确认")
    CONFIRMED = "confirmed", "green", _("已发起回溯")
    DISMISSED = "dismissed", "grey", _("不需要回溯")


class Reconsideration(models.Model):
    """A proposal to look again at approved material in use, because what it was reviewed under has changed."""

    State = ReconsiderState

    number = models.CharField(_("编号"), max_length=40, unique=True)
    cause = models.CharField(_("起因"), max_length=10, choices=Cause)
    reference = models.CharField(_("变化的规则或条文"), max_length=200)
    title = models.CharField(_("变化"), max_length=200)
    note = models.TextField(_("说明"), blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ReconsiderState.choices, default=ReconsiderState.OPEN.value
    )
    created_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提出人")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    decision_note = models.TextField(_("确认意见"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回溯提议")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the page on which it is confirmed."""
        return reverse("reconsideration", args=[self.pk])


class ReconsiderItem(models.Model):
    """One approved material in use that a proposal names, why, and what the office made of it."""

    proposal = models.ForeignKey(Reconsideration, models.CASCADE, related_name="items")
    approved = models.ForeignKey("materials.ApprovedMaterial", models.CASCADE, related_name="+")
    why = models.CharField(_("为什么"), max_length=300)
    chosen = models.BooleanField(_("回溯"), null=True, blank=True)
    reevaluation = models.ForeignKey(
        "reviews.Reevaluation", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("回溯评估")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("回溯提议的材料")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "approved"], name="one_item_an_approval")]

    def __str__(self) -> str:
        return self.why


class ImportState(TonedChoices):
    """How far an import of official texts has come."""

    EXAMINED = "examined", "amber", _("待确认")
    CONFIRMED = "confirmed", "green", _("已导入")
    DISCARDED = "discarded", "grey", _("已放弃")


class TextImport(models.Model):
    """A file of official texts: tried first, then imported by a person who saw what it would do."""

    State = ImportState

    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    name = models.CharField(_("文件名"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=ImportState.choices, default=ImportState.EXAMINED.value)
    reports = models.JSONField(default=list)
    """What the importer says of each norm in each file, as `xiaobao.laws.importer.FileReport.as_dict`."""
    changes = models.JSONField(default=list)
    """Each {"norm", "title", "new": [articles], "changed": [articles], "same": count}."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("法规文本导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
