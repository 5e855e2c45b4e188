"""Every contact a customer makes, as it came, and what it was found to be (甄别)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from xiaobao_web.complaints.states import ContactMoves, ContactState


class Channel(models.TextChoices):
    """Where a contact came in."""

    CALL = "call", _("电话")
    BRANCH = "branch", _("网点来访")
    WEB = "web", _("网上表单")
    FEEDBACK = "feedback", _("意见反馈")
    EMAIL = "email", _("邮件")
    CHAT = "chat", _("在线客服")
    LETTER = "letter", _("来信")
    REGULATOR = "regulator_transfer", _("监管转办")
    PAYMENT = "payment_platform", _("支付平台")
    API = "api", _("系统接口")
    IMPORT = "import", _("批量导入")


class ContactKind(models.TextChoices):
    """What a contact is; only a complaint becomes a case."""

    COMPLAINT = "complaint", _("投诉")
    INQUIRY = "inquiry", _("咨询")
    SUGGESTION = "suggestion", _("建议")
    REPORT = "report", _("举报")
    PETITION = "petition", _("信访")


class Contact(ContactMoves, models.Model):
    """One contact, kept as it came; `key` names it once in its source, so that the same thing twice is one row."""

    number = models.CharField(_("登记号"), max_length=40, unique=True)
    channel = models.CharField(_("渠道"), max_length=30, choices=Channel)
    received_at = models.DateTimeField(_("收到时间"))
    key = models.CharField(max_length=200, unique=True)
    source_system = models.CharField(_("来源系统"), max_length=60, blank=True)
    source_number = models.CharField(_("来源编号"), max_length=80, blank=True, db_index=True)
    thread = models.CharField(_("往来标识"), max_length=80, blank=True, db_index=True)
    sender = models.CharField(_("来件人"), max_length=200, blank=True)
    subject = models.CharField(_("标题"), max_length=200, blank=True)
    text = models.TextField(_("原文"), blank=True)
    turns = models.JSONField(_("对话"), default=list, blank=True)
    details = models.JSONField(_("渠道资料"), default=dict, blank=True)
    ticket = models.JSONField(_("填单"), default=dict, blank=True)
    """{"fields": {…}, "machine": {…}, "evidence": {…}, "confidence": {…}, "corrections": […]}"""
    people_count = models.PositiveIntegerField(_("人数"), default=1)
    face_to_face = models.BooleanField(_("面谈"), default=False)
    confidential = models.BooleanField(_("身份保密"), default=False)
    """Whether the complainant, or the case it went into, keeps who complains: its words are then not looked through."""
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    kind_proposed = models.CharField(_("机器建议"), max_length=20, choices=ContactKind, blank=True)
    kind_confidence = models.FloatField(_("把握"), null=True, blank=True)
    kind_why = models.CharField(_("建议理由"), max_length=200, blank=True)
    kind = models.CharField(_("甄别结果"), max_length=20, choices=ContactKind, blank=True)
    kind_reason = models.CharField(_("甄别理由"), max_length=300, blank=True)
    kind_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("甄别人")
    )
    kind_at = models.DateTimeField(_("甄别时间"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    checked_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    sampled = models.BooleanField(_("抽查"), default=False)
    sampled_at = models.DateTimeField(_("抽查时间"), null=True, blank=True)
    sampled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("抽查人")
    )
    omitted = models.BooleanField(_("漏登投诉"), null=True, blank=True)
    case = models.ForeignKey(
        "complaints.Case", models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("投诉")
    )
    state = FSMField(_("状态"), max_length=20, choices=ContactState.choices, default=ContactState.NEW, protected=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    State = ContactState
    scope_unit = "unit"
    scope_people = ("registered_by", "kind_by", "checked_by")
    text_index = ("number", "subject", "source_number")

    class Meta:
        verbose_name = verbose_name_plural = _("来件")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"]),
            models.Index(fields=["unit", "id"]),
            models.Index(fields=["received_at", "id"]),
            models.Index(fields=["kind", "id"]),
            models.Index(
                fields=["id"], condition=models.Q(sampled=True, sampled_at__isnull=True), name="contacts_to_sample"
            ),
        ]

    def __str__(self) -> str:
        return self.number if self.confidential else f"{self.number} {self.subject}".strip()

    def get_absolute_url(self) -> str:
        """Return the address of the contact's page."""
        return reverse("complaint_contact", args=[self.pk])

    @property
    def from_forms(self) -> bool:
        """Tell whether it came by our own public forms, whose numbers in the source are nothing that people read."""
        return self.channel in (Channel.WEB.value, Channel.FEEDBACK.value)

    def words(self) -> str:
        """Return what was said, as one text."""
        if self.text:
            return self.text
        return "\n".join(str(turn.get("text", "")) for turn in self.turns)
