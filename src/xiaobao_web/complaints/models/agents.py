"""Groups of contacts behind which paid agents may stand (黑产线索), and what people made of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class AgentKind(models.TextChoices):
    """What the contacts of a group share; a wording of which many came within three days is a mass."""

    NUMBER = "number", _("同一联系方式")
    WORDING = "wording", _("同一文稿")
    MASS = "mass", _("集中到达")
    WORDS = "words", _("代理用语")


class AgentVerdict(TonedChoices):
    """What people made of a group."""

    OPEN = "open", "amber", _("待判断")
    NORMAL = "normal", "green", _("正常")
    WATCHING = "watching", "blue", _("持续关注")
    HANDED_OVER = "handed_over", "grey", _("已移交")


class AgentGroup(models.Model):
    """Contacts that share what paid agents share; those of confidential complainants are in none.

    Figures here are of all its contacts: what a person is shown is counted from those the person may see.
    """

    number = models.CharField(_("线索编号"), max_length=40, unique=True)
    kind = models.CharField(_("线索"), max_length=10, choices=AgentKind)
    shared = models.CharField(_("共同之处"), max_length=60, blank=True)
    """The end of a number, or a month; never a whole number."""
    seed = models.ForeignKey("complaints.Contact", models.SET_NULL, null=True, related_name="+")
    """The letter that others of the wording are compared with."""
    count = models.PositiveIntegerField(_("件数"), default=0)
    people = models.PositiveIntegerField(_("人数"), default=0)
    peak = models.PositiveIntegerField(_("三天内最多"), default=0)
    last_at = models.DateTimeField(_("最近收到"), null=True)
    verdict = models.CharField(_("判断"), max_length=12, choices=AgentVerdict.choices, default=AgentVerdict.OPEN.value)
    verdict_at = models.DateTimeField(_("判断时间"), null=True)
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("判断人")
    )
    verdict_count = models.PositiveIntegerField(default=0)
    """Its contacts when it was judged."""
    created_at = models.DateTimeField(_("发现时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("黑产线索")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["last_at", "id"]), models.Index(fields=["kind", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """Return the group's page."""
        return reverse("complaint_agent_group", args=[self.pk])


class AgentGroupKey(models.Model):
    """A key by which new contacts meet a group: of its number, its wording, its month."""

    group = models.ForeignKey(AgentGroup, models.CASCADE, related_name="keys")
    key = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("线索比对键")
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="one_key_a_group")]

    def __str__(self) -> str:
        return f"{self.key}"


class AgentMember(models.Model):
    """A contact of a group."""

    group = models.ForeignKey(AgentGroup, models.CASCADE, related_name="members")
    contact = models.ForeignKey("complaints.Contact", models.CASCADE, related_name="agent_members")
    person = models.BigIntegerField(default=0)
    """The key of who complains, 0 where no full name is told."""
    through = models.BooleanField(default=False)
    """Whether it speaks through an agent."""
    received_at = models.DateTimeField(_("收到时间"))
    added_at = models.DateTimeField(_("归入时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("线索来件")
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="once_in_a_group")]
        indexes = [models.Index(fields=["group", "received_at"])]

    def __str__(self) -> str:
        return f"{self.contact_id}"


class AgentJudgement(models.Model):
    """What somebody made of a group, and why; never changed."""

    group = models.ForeignKey(AgentGroup, models.CASCADE, related_name="judgements")
    verdict = models.CharField(_("判断"), max_length=12, choices=AgentVerdict.choices)
    reason = models.CharField(_("理由"), max_length=500)
    count = models.PositiveIntegerField(_("当时件数"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("判断人"))
    at = models.DateTimeField(_("判断时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("线索判断")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.by}"
