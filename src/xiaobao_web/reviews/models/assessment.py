"""The sending department's self-assessment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SelfAssessment(models.Model):
    """The answers to a questionnaire in its version: {"answer", "note", "evidence": [attachment ids]} by question."""

    review = models.OneToOneField("reviews.Review", models.CASCADE, related_name="assessment", verbose_name=_("审查"))
    questionnaire = models.CharField(_("问卷"), max_length=40)
    questionnaire_version = models.PositiveIntegerField(_("问卷版本"))
    answers = models.JSONField(_("答案"), default=dict)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("自评人"),
    )
    done_at = models.DateTimeField(_("自评时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("自评")

    def __str__(self) -> str:
        return f"{self.review} {self.questionnaire}"
