"""Who may do what with reviews, how far, and the four eyes that every step keeps."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare
from xiaobao_web.people.models import Organisation, OrganisationKind, Post, Role
from xiaobao_web.reviews.models import Lane

OWN, UNIT, ALL = Reach.OWN, Reach.UNIT, Reach.ALL
SENDERS: dict[str, Reach] = {Role.SUBMITTER: UNIT, Role.LIAISON: UNIT}
FIRST: dict[str, Reach] = {Role.REVIEWER: UNIT}
OFFICE: dict[str, Reach] = {Role.OFFICE: UNIT}
EVERY_REVIEWER: dict[str, Reach] = {Role.REVIEWER: UNIT, Role.SECOND_REVIEWER: UNIT, Role.OFFICE: UNIT}


def is_sender(user: Any, review: Any) -> bool:
    """Tell whether a person made, assessed or signed the request."""
    assessment = getattr(review, "assessment", None)
    return user.pk in (review.created_by_id, review.signed_by_id, getattr(assessment, "done_by_id", None))


def _own_unit(user: Any, review: Any) -> bool:
    return bool(user.unit_id) and review.unit.is_within(user.unit) and not user.unit.is_consumer_protection


def signs_anothers(user: Any, obj: Any) -> str | None:
    """The head signs what another person made."""
    if user.pk == obj.created_by_id:
        return _g("送审人不能签批自己的送审，请由本部门另一位负责人签批。")
    return None


def reviews_anothers(user: Any, obj: Any) -> str | None:
    """A reviewer has no part in the request and is not of the sending unit (consumer protection may be).

    In the branch lane the branch reviews itself: there only the people of the request stand aside.
    """
    if is_sender(user, obj):
        return _g("您参与了这件事项的送审，按双人复核要求不能审查它。")
    if obj.lane != Lane.BRANCH and _own_unit(user, obj):
        return _g("您属于送审部门，按回避要求应由其他审查人员办理。")
    return None


BRANCHES = (OrganisationKind.BRANCH, OrganisationKind.SUB_BRANCH)


def at_a_branch(user: Any) -> bool:
    """Tell whether a person is a reviewer of a branch, for it alone."""
    return any(post.role == Role.REVIEWER and post.organisation.kind in BRANCHES for post in user.posts_now())


def branch_reviewers() -> QuerySet[Post]:
    """Return the posts of today's reviewers of branches."""
    held: QuerySet[Post] = Post.objects.on(timezone.localdate())
    return held.filter(role=Role.REVIEWER, person__is_active=True, organisation__kind__in=BRANCHES)


def left_to_the_branch(user: Any, review: Any) -> str | None:
    """What a branch reviews itself is its own reviewers' to take, as long as it has one with no part in the request."""
    if review.lane != Lane.BRANCH:
        return None
    units = review.unit.ancestor_ids()
    if any(post.role == Role.REVIEWER and post.organisation_id in units and post.organisation.kind in BRANCHES
           for post in user.posts_now()):  # fmt: skip
        return None
    parts = [pk for pk in (review.created_by_id, review.signed_by_id) if pk]
    if not branch_reviewers().filter(organisation__in=units).exclude(person__in=parts).exists():
        return None
    return _g("这件事项由%(unit)s自行审查，由该机构的审查人员办理；总行按比例抽查。") % {"unit": review.unit}


def first_reviews(user: Any, obj: Any) -> str | None:
    """The first review is by whoever it is assigned to; unassigned, by any reviewer who may."""
    reason = reviews_anothers(user, obj)
    if reason:
        return reason
    if obj.reviewer_id is None:
        return left_to_the_branch(user, obj)
    if obj.reviewer_id != user.pk:
        if obj.reviewer_id in stood_for(user, Role.REVIEWER):
            return _g("这件事项由%(name)s初审；您受其委托，请先领取再办理。") % {"name": obj.reviewer}
        return _g("这件事项由%(name)s初审；如需改由您办理，请先转办。") % {"name": obj.reviewer}
    return None


def stood_for(user: Any, role: str) -> set[int]:
    """Return the people in whose place a person acts today in a role, themselves included."""
    return {post.person_id for post in user.posts_now() if post.role == role} | {user.pk}


def takes_on(user: Any, obj: Any) -> str | None:
    """Who takes a first review on has no part in the request, and was not its second reviewer."""
    reason = reviews_anothers(user, obj)
    if reason:
        return reason
    if obj.reviewer_id not in (None, user.pk) and user.pk == obj.second_reviewer_id:
        return _g("您已复核过这件事项，初审须由另一人接办。")
    return left_to_the_branch(user, obj)


def second_reviews(user: Any, obj: Any) -> str | None:
    """The second reviewer is not the first."""
    reason = reviews_anothers(user, obj)
    if reason:
        return reason
    if user.pk == obj.reviewer_id:
        return _g("您是这件事项的初审人，复核须由另一人办理。")
    if obj.second_reviewer_id and obj.second_reviewer_id not in stood_for(user, Role.SECOND_REVIEWER):
        return _g("这件事项由%(name)s复核；如需改由您办理，请先转办。") % {"name": obj.second_reviewer}
    return None


def countersigns(user: Any, obj: Any) -> str | None:
    """Legal countersigns what it neither sent nor reviewed."""
    reason = reviews_anothers(user, obj)
    if reason:
        return reason
    if user.pk in (obj.reviewer_id, obj.second_reviewer_id):
        return _g("您已审查过这件事项，会签须由另一人办理。")
    return None


def checks_anothers(user: Any, obj: Any) -> str | None:
    """Confirming, verifying and archiving are by other people than the sender."""
    if is_sender(user, obj):
        return _g("您参与了这件事项的送审，须由他人确认。")
    return None


def executives_of(user: Any) -> set[int]:
    """Return for whom a person acts as executive today: themselves, and who delegated that post to them."""
    return {post.person_id for post in user.posts_now() if post.role == Role.EXECUTIVE}


def acts_for(user: Any, review: Any) -> int | None:
    """Return the executive in whose place a person may decide on a review's refused points (their own id included).

    None where nobody leads consumer protection among those, or each of them also leads the line that sent it.
    """
    able = executives_of(user)
    led = Organisation.objects.filter(executive__in=able, active=True)
    protection = set(led.filter(is_consumer_protection=True).values_list("executive", flat=True))
    lines = set(led.filter(pk__in=review.unit.ancestor_ids()).values_list("executive", flat=True))
    fit = protection - lines
    return user.pk if user.pk in fit else min(fit, default=None)


def leads_consumer_protection(user: Any, obj: Any) -> str | None:
    """Who approves a point not adopted leads consumer protection, or stands in for who does; never the line's leader.

    A stand-in has no part in the request, the unit that sent it, or its review.
    """
    able = executives_of(user) | {user.pk}
    led = Organisation.objects.filter(executive__in=able, active=True)
    if not led.filter(is_consumer_protection=True).exists():
        return _g("不采纳意见须由分管消费者权益保护工作的行领导审批。")
    if led.filter(executive=user, pk__in=obj.unit.ancestor_ids()).exists():
        return _g("您分管送审部门所在条线，按回避要求不能审批其不采纳意见，请由其他行领导审批。")
    chosen = acts_for(user, obj)
    if chosen is None:
        return _g("委托您的行领导分管送审部门所在条线，按回避要求须由其他行领导审批。")
    below_top = user.unit is not None and user.unit.parent_id is not None
    if is_sender(user, obj) or (below_top and _own_unit(user, obj)):
        return _g("您参与了这件事项的送审或属于送审部门，按回避要求不能审批其不采纳意见。")
    if chosen != user.pk and user.pk in (obj.reviewer_id, obj.second_reviewer_id):
        return _g("您审查过这件事项，受托审批不采纳意见须由另一人办理。")
    return None


def samples_anothers(user: Any, obj: Any) -> str | None:
    """The head office samples what a branch reviewed."""
    reason = reviews_anothers(user, obj)
    if reason:
        return reason
    if user.pk in (obj.reviewer_id, obj.second_reviewer_id):
        return _g("抽查须由未参与审查的人员办理。")
    return None


VIEW: dict[str, Reach] = {
    **SENDERS, Role.SENDER_HEAD: UNIT, Role.REVIEWER: UNIT, Role.SECOND_REVIEWER: UNIT, Role.LEGAL: ALL,
    Role.OFFICE: UNIT, Role.EXECUTIVE: ALL, Role.AUDITOR: ALL, Role.COMPLAINTS: UNIT, Role.INSPECTOR: UNIT,
}  # fmt: skip
declare("reviews.view", _("查看消保审查"), VIEW)
declare("reviews.create", _("发起送审"), SENDERS)
declare("reviews.edit", _("修改送审"), SENDERS)
declare("reviews.finish_assessment", _("完成自评"), SENDERS)
declare("reviews.sign", _("部门签批"), {Role.SENDER_HEAD: UNIT}, when=signs_anothers)
declare("reviews.return_by_head", _("部门退回"), {Role.SENDER_HEAD: UNIT})
declare("reviews.recall", _("取回修改"), SENDERS)
declare("reviews.submit", _("提交送审"), {**SENDERS, Role.SENDER_HEAD: UNIT})
declare("reviews.withdraw", _("撤回送审"), {**SENDERS, Role.SENDER_HEAD: UNIT})
declare("reviews.screened", _("转入人工初审"), OFFICE)
declare("reviews.take", _("领取审查"), FIRST, when=takes_on)
declare("reviews.assign", _("分派审查"), OFFICE)
declare("reviews.transfer", _("转办审查"), EVERY_REVIEWER)
declare("reviews.invite", _("邀请并行审查"), EVERY_REVIEWER)
declare("reviews.parallel", _("提交并行审查意见"), {Role.REVIEWER: OWN, Role.SECOND_REVIEWER: OWN, Role.LEGAL: OWN,
        Role.LIAISON: OWN, Role.OFFICE: OWN}, when=reviews_anothers)  # fmt: skip
declare(
    "reviews.return_to_sender",
    _("退回送审人"),
    {Role.REVIEWER: UNIT, Role.SECOND_REVIEWER: UNIT},
    when=reviews_anothers,
)
declare("reviews.write_opinion", _("拟写审查意见"), FIRST, when=first_reviews)
declare("reviews.finish_first", _("完成初审"), FIRST, when=first_reviews)
declare("reviews.agree", _("复核同意"), {Role.SECOND_REVIEWER: UNIT}, when=second_reviews)
declare("reviews.send_back_first", _("退回初审"), {Role.SECOND_REVIEWER: UNIT}, when=second_reviews)
declare("reviews.countersign", _("法律会签"), {Role.LEGAL: ALL}, when=countersigns)
declare("reviews.object_legal", _("会签退回"), {Role.LEGAL: ALL}, when=countersigns)
declare("reviews.answer", _("答复审查意见"), SENDERS)
declare("reviews.hand_in_answers", _("提交答复"), SENDERS)
declare("reviews.approve_refusal", _("审批不采纳意见"), {Role.EXECUTIVE: ALL}, when=leads_consumer_protection)
declare("reviews.executive_decided", _("审批完毕"), {Role.EXECUTIVE: ALL}, when=leads_consumer_protection)
declare("reviews.confirm", _("确认答复"), EVERY_REVIEWER, when=checks_anothers)
declare("reviews.conclude", _("办结"), EVERY_REVIEWER, when=checks_anothers)
declare("reviews.dispute", _("转下一轮审查"), EVERY_REVIEWER, when=checks_anothers)
declare("reviews.verify", _("落实核验"), {Role.REVIEWER: UNIT, Role.OFFICE: UNIT}, when=checks_anothers)
declare("reviews.archive", _("归档"), EVERY_REVIEWER, when=checks_anothers)
declare("reviews.dossier", _("生成审查档案"), {**EVERY_REVIEWER, Role.AUDITOR: ALL})
declare("reviews.hold", _("法律保留"), {Role.OFFICE: UNIT, Role.LEGAL: ALL})
declare("reviews.reevaluate", _("回溯评估"), EVERY_REVIEWER)
declare("reviews.sample", _("总行抽查"), {Role.SECOND_REVIEWER: UNIT, Role.OFFICE: UNIT}, when=samples_anothers)
declare("reviews.batch", _("批量送审"), {**SENDERS, Role.OFFICE: UNIT})
declare("reviews.set_template", _("管理意见书模板"), {Role.OFFICE: UNIT, Role.ADMIN: ALL})
declare("reviews.comment", _("评论"), {**VIEW, Role.LIAISON: UNIT})
declare("reviews.guides", _("审查指引"), {str(role): ALL for role in Role})
