"""Organisations in a tree, staff, the posts they hold and the delegations they give."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    """The kinds of organisation, from head office to partner."""

    HEAD_OFFICE = "head_office", _("总行")
    BRANCH = "branch", _("分行")
    SUB_BRANCH = "sub_branch", _("支行")
    DEPARTMENT = "department", _("部门")
    PARTNER = "partner", _("合作机构")


class Role(models.TextChoices):
    """The posts people hold; what each may do is said by the apps' access modules."""

    SUBMITTER = "submitter", _("送审人")
    SENDER_HEAD = "sender_head", _("送审部门负责人")
    LIAISON = "liaison", _("兼职消保联络员")
    REVIEWER = "reviewer", _("审查岗")
    SECOND_REVIEWER = "second_reviewer", _("复核岗")
    LEGAL = "legal", _("法律合规会签")
    OFFICE = "office", _("消保办")
    INSPECTOR = "inspector", _("质检")
    COMPLAINTS = "complaints", _("投诉")
    MONITOR = "monitor", _("监测")
    SERVICE = "service", _("客服")
    EXECUTIVE = "executive", _("分管行领导")
    AUDITOR = "auditor", _("审计")
    ADMIN = "admin", _("系统管理员")


SERVING = frozenset(
    {
        Role.REVIEWER,
        Role.SECOND_REVIEWER,
        Role.OFFICE,
        Role.INSPECTOR,
        Role.COMPLAINTS,
        Role.MONITOR,
    }
)
"""Posts that, at a consumer-protection department, act for the whole institution above it."""


class Organisation(models.Model):
    """A head office, branch, sub-branch, department or partner; `path` lists its ancestors, itself last."""

    name = models.CharField(_("名称"), max_length=100)
    code = models.CharField(_("编号"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=20, choices=OrganisationKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    path = models.CharField(max_length=200, db_index=True, editable=False, default="")
    executive = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, blank=True, related_name="oversees", verbose_name=_("分管行领导")
    )
    is_consumer_protection = models.BooleanField(_("消保职能部门"), default=False)
    active = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("机构")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def ancestor_ids(self) -> list[int]:
        """Return the ids from the root down to this organisation."""
        return [int(part) for part in self.path.split("/") if part]

    def is_within(self, other: Organisation) -> bool:
        """Tell whether this organisation is the other or lies below it."""
        return self.path.startswith(other.path)


class Person(AbstractUser):
    """A member of staff, or of a partner's staff, who may sign in."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=40)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("所在机构")
    )
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    title = models.CharField(_("职务"), max_length=40, blank=True)
    settings = models.JSONField(_("个人设置"), default=dict, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    scope_unit = "unit"

    class Meta:
        verbose_name = verbose_name_plural = _("人员")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """Return the name."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name."""
        return str(self)

    def posts_now(self) -> list[Post]:
        """Return the posts held today, also those delegated to this person; cached on the instance."""
        cached: list[Post] | None = self.__dict__.get("_posts_now")
        if cached is None:
            cached = list(Post.objects.held_by(self))
            self.__dict__["_posts_now"] = cached
        return cached

    def forget_posts(self) -> None:
        """Read the posts anew the next time."""
        self.__dict__.pop("_posts_now", None)

    def roles_now(self) -> set[str]:
        """Return the roles held today."""
        return {post.role for post in self.posts_now()}


class PostQuerySet(models.QuerySet["Post"]):
    """Posts by time and holder."""

    def on(self, day: date) -> PostQuerySet:
        """Return the posts held on a day."""
        return self.filter(Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day)))

    def held_by(self, person: Person) -> PostQuerySet:
        """Return a person's posts of today, and those of the people who delegated theirs."""
        today = timezone.localdate()
        given = Delegation.objects.filter(receiver=person, since__lte=today, until__gte=today, revoked_at__isnull=True)
        held = Q(person=person)
        for giver, role in given.values_list("giver_id", "role"):
            held |= Q(person_id=giver, role=role) if role else Q(person_id=giver) & ~Q(role=Role.ADMIN)
        return self.on(today).filter(held).select_related("organisation__parent").order_by("pk")


class Post(models.Model):
    """A role that a person holds at an organisation for a time; the role reaches what lies below it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name=_("人员"))
    role = models.CharField(_("岗位"), max_length=20, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name=_("机构"))
    since = models.DateField(_("任职起"), default=timezone.localdate)
    until = models.DateField(_("任职止"), null=True, blank=True)

    objects: ClassVar[models.Manager[Post]] = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "organisation"],
                condition=Q(until__isnull=True),
                name="one_open_post",
                violation_error_message=_("此人已在该机构担任这一岗位"),
            )
        ]
        indexes = [models.Index(fields=["role", "organisation"])]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_role_display()}"

    @classmethod
    def serving_roles(cls) -> frozenset[str]:
        """Return the roles that act for the institution above a consumer-protection department."""
        return SERVING

    def reaches(self) -> Organisation:
        """Return the organisation at whose top this post acts: a consumer-protection department serves its parent."""
        organisation = self.organisation
        if organisation.is_consumer_protection and organisation.parent_id and self.role in SERVING:
            return organisation.parent  # type: ignore[return-value]
        return organisation


class Delegation(models.Model):
    """Leave cover: the receiver acts with the giver's posts (one role or all) between two days, both included."""

    giver = models.ForeignKey(Person, models.PROTECT, related_name="delegations_given", verbose_name=_("委托人"))
    receiver = models.ForeignKey(Person, models.PROTECT, related_name="delegations_received", verbose_name=_("受托人"))
    role = models.CharField(_("岗位"), max_length=20, choices=Role, blank=True, help_text=_("留空为全部岗位"))
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    reason = models.CharField(_("事由"), max_length=200)
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    scope_people = ("giver", "receiver")

    class Meta:
        verbose_name = verbose_name_plural = _("委托")
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"
