"""A review: what is submitted for it, and its states from draft to archive."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField


class Subject(models.TextChoices):
    """What is reviewed; each has its questionnaire, its guide and its rule packs as data."""

    CREATION = "creation", _("产品与服务创设")
    POLICY = "policy", _("制度与规则")
    PRICING = "pricing", _("定价与收费")
    AGREEMENT = "agreement", _("协议制定")
    MARKETING = "marketing", _("营销宣传")
    SCRIPT = "script", _("销售话术")
    THIRD_PARTY = "third_party", _("第三方合作")
    CHANGE = "change", _("重大变更")


class Lane(models.TextChoices):
    """How it travels: in turn, urgently, with others, as a filed template's variant, or by the branch itself."""

    NORMAL = "normal", _("普通")
    URGENT = "urgent", _("加急")
    BATCH = "batch", _("存量批量")
    TEMPLATE = "template", _("模板备案")
    BRANCH = "branch", _("分行自审")


class ReviewState(models.TextChoices):
    """States of a review; the label is what people call them."""

    DRAFT = "draft", _("草稿")
    ASSESSED = "assessed", _("待部门签批")
    SIGNED = "signed", _("待提交")
    SCREENING = "screening", _("机器审查中")
    FIRST_REVIEW = "first_review", _("初审中")
    SECOND_REVIEW = "second_review", _("复核中")
    COUNTERSIGN = "countersign", _("法律会签中")
    ANSWERING = "answering", _("待答复意见")
    ESCALATED = "escalated", _("待行领导审批")
    CONFIRMING = "confirming", _("待确认答复")
    CONCLUDED = "concluded", _("待落实核验")
    ARCHIVED = "archived", _("已归档")
    REJECTED = "rejected", _("不予通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class Conclusion(models.TextChoices):
    """What an opinion says."""

    PASS = "pass", _("通过")
    CHANGE = "change", _("修改后通过")
    REJECT = "reject", _("不予通过")


class Review(models.Model):
    """One request for review with its materials; states move only through kernel.states."""

    number = models.CharField(_("审查编号"), max_length=40, unique=True)
    title = models.CharField(_("送审事项"), max_length=160)
    subject = models.CharField(_("审查类型"), max_length=20, choices=Subject)
    lane = models.CharField(_("通道"), max_length=20, choices=Lane, default=Lane.NORMAL)
    urgent_reason = models.CharField(_("加急理由"), max_length=300, blank=True)
    summary = models.TextField(_("送审说明"), blank=True)
    product = models.ForeignKey(
        "products.Product",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("产品"),
    )
    unit = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", verbose_name=_("送审部门")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("送审人")
    )
    channels = models.JSONField(_("拟用渠道"), default=list, blank=True)
    audience = models.CharField(_("面向人群"), max_length=200, blank=True)
    planned_launch = models.DateField(_("计划上线日"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("关联的原审查")
    )
    template = models.ForeignKey(
        "materials.ApprovedMaterial",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("母版备案"),
    )
    state = FSMField(
        _("状态"), max_length=20, choices=ReviewState.choices, default=ReviewState.DRAFT, protected=True
    )
    round = models.PositiveIntegerField(_("轮次"), default=1)
    high_risk = models.BooleanField(_("高风险"), default=False)
    risk_reasons = models.JSONField(default=list, blank=True)
    needs_legal = models.BooleanField(_("需法律会签"), default=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审查人"),
    )
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签批人"),
    )
    conclusion = models.CharField(_("结论"), max_length=10, choices=Conclusion, blank=True)
    returns = models.PositiveIntegerField(_("退回次数"), default=0)
    minutes = models.PositiveIntegerField(_("审查用时（分钟）"), default=0)
    sampled = models.BooleanField(_("总行抽查"), default=False)
    external_ref = models.CharField(_("外部系统编号"), max_length=80, blank=True, db_index=True)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    signed_at = models.DateTimeField(_("签批时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    opinion_at = models.DateTimeField(_("出具意见时间"), null=True, blank=True)
    concluded_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    archived_at = models.DateTimeField(_("归档时间"), null=True, blank=True)

    scope_unit = "unit"
    scope_people = ("created_by", "reviewer", "second_reviewer", "assignments__person")

    class Meta:
        verbose_name = verbose_name_plural = _("消保审查")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"]),
            models.Index(fields=["unit", "id"]),
            models.Index(fields=["subject", "id"]),
            models.Index(fields=["reviewer", "state"]),
            models.Index(fields=["created_by", "id"]),
            models.Index(fields=["submitted_at"]),
            models.Index(fields=["opinion_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ReviewMaterial(models.Model):
    """A material under review and the version that counts now."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="materials", verbose_name=_("审查"))
    material = models.ForeignKey(
        "materials.Material", models.PROTECT, related_name="review_entries", verbose_name=_("材料")
    )
    version = models.ForeignKey(
        "materials.MaterialVersion", models.PROTECT, related_name="+", verbose_name=_("当前版本")
    )
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("送审材料")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "material"], name="one_entry_a_material")]

    def __str__(self) -> str:
        return str(self.version)
