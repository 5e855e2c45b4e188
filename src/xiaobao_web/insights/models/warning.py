"""An early warning: what grew beyond what the past explains, who was told, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from xiaobao_web.insights.states import WarningMoves, WarningState


class WarningKind(models.TextChoices):
    """How a topic grew."""

    EMERGING = "emerging", _("新出现")
    RISING = "rising", _("快速上升")
    HOT = "hot", _("持续升温")


class EarlyWarning(WarningMoves, models.Model):
    """One topic that grew; the machine's figures stay as they were when it was raised."""

    State = WarningState

    number = models.CharField(_("预警编号"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=10, choices=WarningKind)
    title = models.CharField(_("主题"), max_length=200)
    terms = models.JSONField(_("主题词"), default=list)
    strength = models.FloatField(_("强度"))
    count = models.PositiveIntegerField(_("件数"))
    expected = models.FloatField(_("预期件数"), default=0)
    days = models.PositiveIntegerField(_("统计天数"), default=0)
    onset = models.DateTimeField(_("起点"), null=True, blank=True)
    raised_for = models.DateTimeField(_("发现时点"))
    """The moment up to which texts counted."""
    raised_at = models.DateTimeField(_("预警时间"), auto_now_add=True)
    heated_at = models.DateTimeField(_("升温时间"), null=True, blank=True)
    why = models.CharField(_("理由"), max_length=300)
    examples = models.JSONField(default=list)
    """Keys of contacts (complaints.contact)."""
    series = models.JSONField(default=list)
    """[["2026-03-01", 2], …]: contacts of the topic a day before it was raised."""
    facts = models.JSONField(default=dict)
    """The commonest business_type, cause and product of its contacts with the share each has."""
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    told = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("已通知"))
    state = FSMField(
        _("状态"), max_length=20, choices=WarningState.choices, default=WarningState.RAISED, protected=True
    )
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签收人")
    )
    acknowledged_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    measure = models.TextField(_("处置措施"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("关闭人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    conclusion = models.TextField(_("结论"), blank=True)
    false_alarm = models.BooleanField(_("误报"), null=True, blank=True)
    issue = models.ForeignKey(
        "findings.Issue", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("问题")
    )

    scope_unit = "unit"
    scope_people = ("acknowledged_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("投诉预警")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"]), models.Index(fields=["unit", "id"]),
                   models.Index(fields=["raised_for"])]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the warning's page."""
        return reverse("insight_warning", args=[self.pk])


class Watch(models.Model):
    """The last look: up to when, over how many texts, in how many seconds."""

    name = models.CharField(max_length=40, unique=True)
    looked_at = models.DateTimeField(_("计算时间"), null=True, blank=True)
    until = models.DateTimeField(_("数据截至"), null=True, blank=True)
    texts = models.PositiveIntegerField(_("文本数"), default=0)
    """Texts that count in it, those remembered from earlier looks included."""
    read = models.PositiveIntegerField(_("本次读取"), default=0)
    seconds = models.FloatField(_("用时"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("预警计算")

    def __str__(self) -> str:
        return self.name


class WatchPart(models.Model):
    """Six hours as the watch remembers them: features as numbers and keys of contacts, never their words."""

    bin = models.PositiveIntegerField(unique=True)
    """The number of the six hours, as the engine counts them."""
    count = models.PositiveIntegerField(default=0)
    """Contacts received in them when they were heard; another number now means that they must be heard again."""
    packed = models.BinaryField(default=b"")
    head = models.BinaryField(default=b"")
    """What the watch knew as these hours began, from where it can go on."""
    resumes = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("预警记忆")
        ordering = ["bin"]

    def __str__(self) -> str:
        return str(self.bin)
