"""A complaint case: whose it is, what it is about, where it stands, who is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from xiaobao_web.complaints.models.contact import Channel
from xiaobao_web.complaints.states import OPEN, CaseMoves, CaseState
from xiaobao_web.kernel import formats
from xiaobao_web.kernel.choices import TonedChoices

if TYPE_CHECKING:
    from xiaobao_web.complaints.models.letter import Letter


class Track(models.TextChoices):
    """Under which rule the statutory clocks run; the names are those of xiaobao.calendar.clocks."""

    DIRECT = "direct", _("直接投诉")
    NFRA = "nfra_transfer", _("金融监管转办")
    PBOC = "pboc_transfer", _("人民银行转办")
    AUTHORITY = "consumer_authority", _("12315 转办")
    LEAK = "info_leak", _("信息泄露")
    CREDIT = "credit_objection", _("征信异议")
    CLAIM = "insurance_claim", _("保险理赔")
    RECORDING = "recording_fix", _("双录质检整改")


class Urgency(TonedChoices):
    """How urgent a case is."""

    LOW = "low", "grey", _("低")
    NORMAL = "normal", "blue", _("一般")
    HIGH = "high", "amber", _("紧急")
    CRITICAL = "critical", "red", _("特急")


class Level(TonedChoices):
    """How grave a case is; a major one has its own duties (投诉办法 29)."""

    NORMAL = "normal", "grey", _("一般投诉")
    COMPLEX = "complex", "amber", _("疑难投诉")
    MAJOR = "major", "red", _("重大投诉")


class AmountRole(models.TextChoices):
    """What a sum is in a case, by the names of the engine's ticket."""

    DISPUTED = "disputed", _("争议金额")
    LOSS = "loss", _("损失")
    REFUND = "refund_demand", _("要求退还")
    FEE = "fee", _("息费")
    PRINCIPAL = "loan_principal", _("借款本金")
    OTHER = "other", _("其他金额")


class Outcome(models.TextChoices):
    """How a case ended."""

    MET = "met", _("诉求支持")
    PARTLY = "partly", _("部分支持")
    NOT_MET = "not_met", _("未支持，已说明")
    SETTLED = "settled", _("协商和解")
    MEDIATED = "mediated", _("调解达成")
    WITHDRAWN = "withdrawn", _("投诉人撤回")
    MERGED = "merged", _("并案处理")
    DECLINED = "declined", _("不予办理")


class Case(CaseMoves, models.Model):
    """One complaint from one person, or several jointly, about one event; states move only through kernel.states."""

    number = models.CharField(_("投诉编号"), max_length=40, unique=True)
    title = models.CharField(_("投诉事项"), max_length=200)
    summary = models.TextField(_("摘要"), blank=True)
    track = models.CharField(_("办理依据"), max_length=30, choices=Track, default=Track.DIRECT)
    more_tracks = models.JSONField(_("并行时限"), default=list, blank=True)
    channel = models.CharField(_("渠道"), max_length=30, choices=Channel)
    received_at = models.DateTimeField(_("收到时间"))
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    region = models.CharField(_("地区"), max_length=60, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("包案领导")
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    customer_name = models.CharField(_("投诉人"), max_length=80, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    id_number = models.CharField(_("证件号码"), max_length=40, blank=True)
    account = models.CharField(_("卡号或账号"), max_length=60, blank=True)
    email = models.CharField(_("邮箱"), max_length=120, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    confidential = models.BooleanField(_("身份保密"), default=False)
    people_count = models.PositiveIntegerField(_("人数"), default=1)
    face_to_face = models.BooleanField(_("面谈"), default=False)
    product = models.ForeignKey(
        "products.Product", models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("产品")
    )
    product_name = models.CharField(_("产品名称"), max_length=120, blank=True)
    business_type = models.CharField(_("业务类别"), max_length=40, blank=True)
    cause = models.CharField(_("投诉原因"), max_length=40, blank=True)
    institution = models.CharField(_("所称机构"), max_length=120, blank=True)
    """The institution as the complainant calls it; whose the case is stands in `unit`."""
    staff = models.CharField(_("涉及员工"), max_length=120, blank=True)
    """Staff as the words name them; who of them is complained of is registered as a party."""
    demands = models.JSONField(_("诉求"), default=list, blank=True)
    flags = models.JSONField(_("风险标签"), default=list, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL.value)
    level = models.CharField(_("等级"), max_length=10, choices=Level.choices, default=Level.NORMAL.value)
    level_reasons = models.JSONField(default=list, blank=True)
    amount = models.DecimalField(_("涉及金额"), max_digits=16, decimal_places=2, null=True, blank=True)
    amounts = models.JSONField(_("金额明细"), default=list, blank=True)
    """[{"value": 285, "role": AmountRole}]"""
    event_dates = models.JSONField(_("发生日期"), default=list, blank=True)
    """Days as 2026-03-02, months where no day is told as 2026-03."""
    paid = models.DecimalField(_("补偿金额"), max_digits=16, decimal_places=2, null=True, blank=True)
    ticket = models.JSONField(_("填单"), default=dict, blank=True)
    calendar_version = models.CharField(_("日历版本"), max_length=60, blank=True)
    state = FSMField(_("状态"), max_length=20, choices=CaseState.choices, default=CaseState.PENDING, protected=True)
    suspended_for = models.CharField(max_length=20, blank=True)
    transfers = models.PositiveIntegerField(_("转派次数"), default=0)
    objections = models.PositiveIntegerField(_("异议次数"), default=0)
    reopened = models.PositiveIntegerField(_("重办次数"), default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    outcome = models.CharField(_("处理结果"), max_length=20, choices=Outcome, blank=True)
    outcome_note = models.CharField(_("结果说明"), max_length=500, blank=True)
    fault = models.CharField(_("责任认定"), max_length=10, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("满意度"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("派单时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("告知时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    State = CaseState
    told_by: ClassVar = {"amount": formats.money, "paid": formats.money}
    """How the journal tells values of fields."""
    PERSONAL = ("customer_name", "phone", "id_number", "account", "email", "address")
    """What tells who complains."""
    PRIVATE = (*PERSONAL, "staff")
    """What is masked, opened with a purpose, and kept out of traces that cannot be erased."""
    scope_unit = "unit"
    scope_people = ("handler", "leader", "registered_by", "tasks__assignee")
    text_index = ("number", "title", "product_name")

    class Meta:
        verbose_name = verbose_name_plural = _("投诉")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"]),
            models.Index(fields=["unit", "id"]),
            models.Index(fields=["handler", "state"]),
            models.Index(fields=["received_at", "id"]),
            models.Index(fields=["business_type", "id"]),
            models.Index(fields=["cause", "id"]),
            models.Index(fields=["product", "id"]),
            models.Index(fields=["phone"]),
            models.Index(fields=["id_number"]),
            models.Index(fields=["closed_at"]),
            models.Index(fields=["level", "id"]),
            models.Index(fields=["urgency", "id"]),
            models.Index(fields=["outcome", "id"]),
            models.Index(fields=["channel", "id"]),
            models.Index(fields=["track", "id"]),
            models.Index(fields=["account"]),
            models.Index(fields=["id"], condition=models.Q(confidential=True), name="confidential_complaints"),
            models.Index(fields=["unit", "cause", "id"]),
            models.Index(fields=["received_at", "unit", "cause", "business_type", "channel"], name="complaints_by_day"),
            models.Index(
                fields=["id", "state", "handler", "unit"],
                condition=models.Q(state__in=sorted(OPEN)),
                name="open_complaints",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the case page."""
        return reverse("complaint", args=[self.pk])

    def respondent_ids(self) -> set[int]:
        """Return the staff complained of; read once an instance."""
        known: set[int] | None = self.__dict__.get("_respondents")
        if known is None:
            named = self.parties.filter(kind=PartyKind.RESPONDENT, person__isnull=False)
            known = {pk for pk in named.values_list("person", flat=True) if pk is not None}
            self.__dict__["_respondents"] = known
        return known

    def letter_now(self) -> Letter | None:
        """Return the newest letter, None before one is begun."""
        return self.letters.order_by("-version").first()

    def responsibility_is_settled(self) -> bool:
        """Tell whether responsibility was found and nobody's objection to it waits."""
        last = self.responsibilities.order_by("-pk").first()
        return last is not None and (not last.contested_at or last.decided_at is not None)


class PartyKind(models.TextChoices):
    """What a person is in a case."""

    AGENT = "agent", _("受托人")
    HEIR = "heir", _("继承人")
    GUARDIAN = "guardian", _("法定代理人")
    REPRESENTATIVE = "representative", _("共同投诉代表")
    RESPONDENT = "respondent", _("被投诉员工")
    WITNESS = "witness", _("知情人")


class Party(models.Model):
    """Somebody in a case other than the complainant, with the documents that were seen."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties", verbose_name=_("投诉"))
    kind = models.CharField(_("身份"), max_length=20, choices=PartyKind)
    name = models.CharField(_("姓名"), max_length=80)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    id_number = models.CharField(_("证件号码"), max_length=40, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("员工")
    )
    documents = models.JSONField(_("已核对的材料"), default=list, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("相关人")
        ordering = ["pk"]
        indexes = [models.Index(fields=["phone"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class SecretNumber(models.Model):
    """The keyed digest of a number of a confidential case's people, so that whoever may know finds it by the number."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="secret_numbers", verbose_name=_("投诉"))
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("保密号码摘要")
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="one_secret_number_a_case")]

    def __str__(self) -> str:
        return self.digest[:12]


class LinkKind(models.TextChoices):
    """Why two cases belong together."""

    SAME_EVENT = "same_event", _("同一事件")
    REPEAT = "repeat", _("重复投诉")
    TEMPLATE = "template", _("模板信件")
    PROXY = "proxy", _("疑似代理投诉")
    RELATED = "related", _("相关")


class Link(models.Model):
    """Two cases that belong together, why, and who or what says so."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="links", verbose_name=_("投诉"))
    other = models.ForeignKey(Case, models.CASCADE, related_name="linked_from", verbose_name=_("关联投诉"))
    kind = models.CharField(_("关系"), max_length=20, choices=LinkKind)
    reason = models.CharField(_("理由"), max_length=300)
    probability = models.FloatField(_("把握"), null=True, blank=True)
    confirmed = models.BooleanField(_("已确认"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("关联")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "other", "kind"], name="one_link_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other_id}"
