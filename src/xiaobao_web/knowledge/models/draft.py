"""A draft of a rule: proposed by one person, tried in shadow, published by another."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from xiaobao_web.kernel.choices import TonedChoices


class DraftState(TonedChoices):
    """States of a draft."""

    DRAFT = "draft", "grey", _("起草中")
    PROPOSED = "proposed", "amber", _("待批准")
    SHADOW = "shadow", "violet", _("试运行")
    PUBLISHED = "published", "green", _("已发布")
    RETIRED = "retired", "grey", _("已停用")
    DISCARDED = "discarded", "grey", _("已放弃")


class DraftKind(models.TextChoices):
    """What a draft means to do."""

    NEW = "new", _("新规则")
    CHANGE = "change", _("修改")
    RETIRE = "retire", _("停用")


DRAFT, PROPOSED, SHADOW = DraftState.DRAFT.value, DraftState.PROPOSED.value, DraftState.SHADOW.value
PUBLISHED, RETIRED, DISCARDED = DraftState.PUBLISHED.value, DraftState.RETIRED.value, DraftState.DISCARDED.value


class RuleDraft(models.Model):
    """A rule as somebody wants it, over the version it starts from; states move only through kernel.states."""

    State = DraftState

    number = models.CharField(_("编号"), max_length=40, unique=True)
    rule = models.CharField(_("规则"), max_length=100, db_index=True)
    title = models.CharField(_("违规"), max_length=160)
    kind = models.CharField(_("类型"), max_length=10, choices=DraftKind)
    base_version = models.PositiveIntegerField(_("原版本"), default=0)
    yaml = models.TextField(_("内容"))
    digest = models.CharField(max_length=64)
    note = models.TextField(_("修改理由"))
    state = FSMField(_("状态"), max_length=12, choices=DraftState.choices, default=DRAFT, protected=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("修改人"))
    created_at = models.DateTimeField(_("起草时间"), auto_now_add=True)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)
    proposed_at = models.DateTimeField(_("提请时间"), null=True, blank=True)
    shadow_since = models.DateTimeField(_("试运行起"), null=True, blank=True)
    shadow_until = models.DateTimeField(_("试运行止"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    reason = models.CharField(_("退回原因"), max_length=300, blank=True)

    scope_people = ("created_by",)

    class Meta:
        verbose_name = verbose_name_plural = _("规则草稿")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the draft's page."""
        return reverse("rule_draft", kwargs={"number": self.pk})

    @property
    def editable(self) -> bool:
        """Tell whether its text may still be changed."""
        return self.state == DRAFT and self.kind != DraftKind.RETIRE

    @property
    def open(self) -> bool:
        """Tell whether it is neither done nor given up."""
        return self.state in (DRAFT, PROPOSED, SHADOW)

    @transition(
        field=state, source=DRAFT, target=PROPOSED, custom={"label": _("提请批准"), "primary": True}
    )
    def propose(self, *, by: Any) -> None:
        """Ask others to try and publish it."""
        self.proposed_at, self.reason = timezone.now(), ""

    @transition(field=state, source=PROPOSED, target=SHADOW, custom={"label": _("开始试运行")})
    def trial(self, *, by: Any) -> None:
        """Let it run with every screening, its findings kept apart."""
        self.shadow_since, self.shadow_until = timezone.now(), None

    @transition(
        field=state,
        source=[PROPOSED, SHADOW],
        target=DRAFT,
        custom={"label": _("退回修改"), "danger": True},
    )
    def send_back(self, *, by: Any, reason: str) -> None:
        """Give it back to its author."""
        self._end_shadow()
        self.reason = reason

    @transition(
        field=state,
        source=[PROPOSED, SHADOW],
        target=PUBLISHED,
        custom={"label": _("批准发布"), "primary": True},
    )
    def publish(self, *, by: Any) -> None:
        """Let it take effect."""
        self._end_shadow()
        self.decided_by, self.decided_at = by, timezone.now()

    @transition(field=state, source=PUBLISHED, target=RETIRED, custom={"label": _("停用"), "quiet": True})
    def retire(self, *, by: Any) -> None:
        """Mark as no longer in force."""

    @transition(
        field=state,
        source=[DRAFT, PROPOSED],
        target=DISCARDED,
        custom={"label": _("放弃草稿"), "danger": True},
    )
    def discard(self, *, by: Any) -> None:
        """Give it up."""

    def _end_shadow(self) -> None:
        if self.state == SHADOW:
            self.shadow_until = timezone.now()
