"""Allow-lists: phrases that are in order here, for a rule or a category, until a day."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from xiaobao_web.kernel.choices import TonedChoices


class AllowState(TonedChoices):
    """States of an allow-list entry."""

    PROPOSED = "proposed", "amber", _("待批准")
    ACTIVE = "active", "green", _("有效")
    EXPIRED = "expired", "grey", _("已到期")
    REFUSED = "refused", "red", _("未批准")
    WITHDRAWN = "withdrawn", "grey", _("已撤销")


PROPOSED, ACTIVE = AllowState.PROPOSED.value, AllowState.ACTIVE.value


class AllowEntry(models.Model):
    """A phrase whose hits are set aside with the reason shown; approved by a second person, until a day."""

    State = AllowState

    phrase = models.CharField(_("短语"), max_length=120)
    rule = models.CharField(_("规则"), max_length=100, blank=True)
    category = models.CharField(_("类别"), max_length=60, blank=True)
    unit = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用机构")
    )
    product = models.ForeignKey(
        "products.Product", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用产品")
    )
    reason = models.CharField(_("理由"), max_length=300)
    starts_on = models.DateField(_("起"))
    expires_on = models.DateField(_("至"))
    state = FSMField(_("状态"), max_length=10, choices=AllowState.choices, default=PROPOSED, protected=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    created_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    used = models.PositiveIntegerField(_("放行次数"), default=0)
    last_used_at = models.DateTimeField(_("最近放行"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(_("终止原因"), max_length=300, blank=True)

    scope_unit = "unit"
    scope_people = ("created_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("白名单")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "expires_on"])]
        constraints = [
            models.CheckConstraint(condition=~(Q(rule="") & Q(category="")), name="allow_names_a_rule_or_a_category"),
            models.CheckConstraint(
                condition=Q(expires_on__gte=models.F("starts_on")), name="allow_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"“{self.phrase}”"

    def get_absolute_url(self) -> str:
        """Return the entry's page."""
        return reverse("allow_entry", kwargs={"number": self.pk})

    @transition(
        field=state, source=PROPOSED, target=ACTIVE, custom={"label": _("批准"), "primary": True}
    )
    def approve_allow(self, *, by: Any) -> None:
        """Let it set hits aside."""
        self.approved_by, self.approved_at = by, timezone.now()

    @transition(
        field=state,
        source=PROPOSED,
        target=AllowState.REFUSED.value,
        custom={"label": _("不批准"), "danger": True},
    )
    def refuse_allow(self, *, by: Any, reason: str) -> None:
        """Refuse it for a reason."""
        self.ended_reason = reason

    @transition(
        field=state,
        source=[PROPOSED, ACTIVE],
        target=AllowState.WITHDRAWN.value,
        custom={"label": _("撤销"), "danger": True},
    )
    def withdraw_allow(self, *, by: Any, reason: str) -> None:
        """End it before its day."""
        self.ended_reason = reason

    @transition(
        field=state,
        source=ACTIVE,
        target=AllowState.EXPIRED.value,
        custom={"label": _("到期"), "quiet": True},
    )
    def expire_allow(self, *, by: Any) -> None:
        """Mark as past its day."""
