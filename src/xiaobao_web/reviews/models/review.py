"""A review: what is submitted for it, and its states from draft to archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from xiaobao_web.reviews.states import ReviewMoves, ReviewState

if TYPE_CHECKING:
    from xiaobao_web.reviews.models.opinion import Answer, Opinion, Point


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


class Conclusion(models.TextChoices):
    """What an opinion says."""

    PASS = "pass", _("通过")
    CHANGE = "change", _("修改后通过")
    REJECT = "reject", _("不予通过")


class Review(ReviewMoves, models.Model):
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
    unit = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("送审部门"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("送审人"))
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
    state = FSMField(_("状态"), max_length=20, choices=ReviewState.choices, default=ReviewState.DRAFT, protected=True)
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
    external_ref = models.CharField(_("外部系统编号"), max_length=80, null=True, blank=True, unique=True)
    external_system = models.CharField(_("外部系统"), max_length=60, blank=True)
    opinion_numbers = models.TextField(_("意见书编号"), blank=True)
    """The numbers of its opinions, which are issued once and never change: words are looked for in one row."""
    legal_hold = models.CharField(_("法律保留"), max_length=300, blank=True)
    retention = models.CharField(_("保管类别"), max_length=20, default="review")
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    signed_at = models.DateTimeField(_("签批时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    opinion_at = models.DateTimeField(_("出具意见时间"), null=True, blank=True)
    concluded_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    archived_at = models.DateTimeField(_("归档时间"), null=True, blank=True)

    State = ReviewState
    scope_unit = "unit"
    scope_people = ("created_by", "reviewer", "second_reviewer", "assignments__person")
    text_index = ("number", "title", "external_ref", "opinion_numbers")

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
            # All that figures ask of a review, so that they read no rows: what was sent, and what came of it.
            models.Index(
                fields=[
                    "submitted_at",
                    "returns",
                    "subject",
                    "created_by",
                    "unit",
                    "reviewer",
                    "second_reviewer",
                    "id",
                ],
                name="reviews_sent_figures",
            ),
            models.Index(
                fields=[
                    "opinion_at",
                    "submitted_at",
                    "conclusion",
                    "minutes",
                    "subject",
                    "created_by",
                    "unit",
                    "reviewer",
                    "second_reviewer",
                    "id",
                ],
                name="reviews_out_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the case page."""
        return reverse("reviews_case", args=[self.pk])

    def opinion_now(self) -> Opinion | None:
        """Return the opinion of the current round, None before one is begun."""
        return self.opinions.filter(round=self.round).first()

    def open_points(self) -> models.QuerySet[Point]:
        """Return the points of the current round that the sender has still to answer."""
        from xiaobao_web.reviews.models.opinion import Point, PointState

        return Point.objects.filter(opinion__review=self, opinion__round=self.round, state=PointState.OPEN)

    def unconfirmed_answers(self) -> models.QuerySet[Answer]:
        """Return the standing answers of the current round that the reviewer has still to accept."""
        from xiaobao_web.reviews.models.opinion import Answer, PointState

        return Answer.objects.filter(
            point__opinion__review=self,
            point__opinion__round=self.round,
            point__state=PointState.ANSWERED,
            superseded=False,
        ).exclude(confirmed=True)

    def is_verified(self) -> bool:
        """Tell whether the last look at each launched material was accepted, or that none was launched is on record."""
        seen: dict[int | None, bool] = {}
        for row in self.verifications.select_related("approved_version").order_by("pk"):
            seen[row.approved_version.material_id if row.approved_version else None] = bool(row.accepted)
        if seen.get(None):
            return True
        wanted = set(self.materials.values_list("material_id", flat=True))
        return bool(wanted) and all(seen.get(key, False) for key in wanted)


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
    medium_version = models.ForeignKey(
        "materials.MaterialVersion", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("已确认介质的版本"),
    )  # fmt: skip
    """The version of another medium than the reviewed one that the reviewer confirmed; void for a later version."""
    medium_reason = models.CharField(_("介质变化的说明"), max_length=300, blank=True)
    medium_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("介质确认人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("送审材料")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "material"], name="one_entry_a_material")]

    def __str__(self) -> str:
        return str(self.version)
