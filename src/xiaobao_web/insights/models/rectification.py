"""The removal of a cause: why it arose, what corrects and what prevents, whether it fell."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from xiaobao_web.insights.states import RectificationMoves, RectificationState

DEEPEST = 6


class Rectification(RectificationMoves, models.Model):
    """One cause at one organisation, on its way to be gone."""

    State = RectificationState

    number = models.CharField(_("整改编号"), max_length=40, unique=True)
    title = models.CharField(_("根因"), max_length=200)
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("责任人"))
    cause = models.CharField(_("投诉原因"), max_length=40)
    business_type = models.CharField(_("业务类别"), max_length=40, blank=True)
    whys = models.JSONField(_("原因链"), default=list)
    """Each line answers why the one before it came about; the last is the root."""
    warning = models.ForeignKey(
        "insights.EarlyWarning", models.PROTECT, null=True, blank=True, related_name="rectifications",
        verbose_name=_("预警"),
    )  # fmt: skip
    issue = models.ForeignKey(
        "findings.Issue", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("问题")
    )
    state = FSMField(
        _("状态"), max_length=20, choices=RectificationState.choices, default=RectificationState.OPEN, protected=True
    )
    effective_on = models.DateField(_("实施完毕"), null=True, blank=True)
    effect = models.JSONField(_("成效"), default=dict, blank=True)
    """The check that led to the conclusion, as reckoned then."""
    conclusion = models.TextField(_("结论"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    checked_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("立项人"))
    created_at = models.DateTimeField(_("立项时间"), auto_now_add=True)

    scope_unit = "unit"
    scope_people = ("owner", "created_by")

    class Meta:
        verbose_name = verbose_name_plural = _("根因整改")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"]), models.Index(fields=["unit", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def tree(self) -> list[tuple[int, str, bool]]:
        """Return the causes as (depth, text, whether nothing lies below): roots are what is to be removed.

        Lines that begin with dashes stand as deep as they have dashes; without any, each line lies below the last.
        """
        branched = any(line.startswith(("-", "－", "—")) for line in self.whys)
        depths: list[int] = []
        texts: list[str] = []
        for place, line in enumerate(self.whys):
            text = line.lstrip("-－— ")
            depth = len(line) - len(line.lstrip("-－—")) if branched else place
            depths.append(min(depth, depths[-1] + 1 if depths else 0, DEEPEST))
            texts.append(text)
        return [
            (depth, text, place + 1 == len(texts) or depths[place + 1] <= depth)
            for place, (depth, text) in enumerate(zip(depths, texts, strict=True))
        ]

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("insight_rectification", args=[self.pk])


class ActionKind(models.TextChoices):
    """What an action is for."""

    CORRECTIVE = "corrective", _("纠正")
    PREVENTIVE = "preventive", _("预防")


class CauseAction(models.Model):
    """A corrective or preventive action with its owner and due date."""

    rectification = models.ForeignKey(Rectification, models.CASCADE, related_name="actions", verbose_name=_("整改"))
    kind = models.CharField(_("类型"), max_length=12, choices=ActionKind)
    text = models.CharField(_("措施"), max_length=300)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("责任人"))
    due_on = models.DateField(_("完成期限"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    proof = models.CharField(_("完成情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("整改措施")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
