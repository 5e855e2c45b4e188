"""Make organisations and staff, appoint and relieve, delegate and hand over; each with its event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.people.models import Delegation, Organisation, Person, Post, Role

hand_over_hooks: list[Callable[..., int]] = []
"""Functions (giver, receiver, by) of the apps that move open work to the receiver and return how many items moved."""


@transaction.atomic
def make_organisation(
    *, name: str, code: str, kind: str, parent: Organisation | None = None, by: Person | None, **facts: Any
) -> Organisation:
    """Make an organisation under its parent; `by` is None for the platform's own set-up."""
    if by is not None:
        require(by, "people.manage")
    if Organisation.objects.filter(code=code).exists():
        raise BadValue(_("编号 %(code)s 已被使用，请换一个。") % {"code": code}, fields={"code": _("已被使用")})
    organisation = Organisation.objects.create(name=name, code=code, kind=kind, parent=parent, **facts)
    organisation.path = f"{parent.path if parent else '/'}{organisation.pk}/"
    organisation.save(update_fields=["path"])
    journal.record("people.organisation_made", by=by, on=organisation, facts={"kind": kind, "code": code})
    return organisation


@transaction.atomic
def make_person(
    *, username: str, name: str, unit: Organisation | None, by: Person | None, password: str | None = None, **facts: Any
) -> Person:
    """Make a member of staff who may sign in (without a password: only by single sign-on)."""
    if by is not None:
        require(by, "people.manage")
    if Person.objects.filter(username=username).exists():
        raise BadValue(_("账号 %(name)s 已存在。") % {"name": username}, fields={"username": _("已存在")})
    person = Person(username=username, name=name, unit=unit, **facts)
    person.set_password(password)
    person.save()
    personal = {key: facts[key] for key in ("email", "phone") if facts.get(key)}
    journal.record("people.person_made", by=by, on=person, facts={"username": username}, personal=personal)
    return person


@transaction.atomic
def change_organisation(*, organisation: Organisation, by: Person, **facts: Any) -> Organisation:
    """Change an organisation's facts; its parent too, never one below itself. Closing needs it to be empty."""
    require(by, "people.manage")
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    old_path = row.path
    changes = _changed(row, facts)
    parent = row.parent
    if parent is not None and parent.path.startswith(old_path):
        raise BadValue(_("上级不能是它自己或它的下级。"), fields={"parent": _("请选择其他机构")})
    if "code" in changes and Organisation.objects.filter(code=row.code).exclude(pk=row.pk).exists():
        raise BadValue(_("编号 %(code)s 已被使用，请换一个。") % {"code": row.code}, fields={"code": _("已被使用")})
    if "active" in changes and not row.active:
        _refuse_to_close(row)
    row.path = f"{parent.path if parent else '/'}{row.pk}/"
    row.save()
    if row.path != old_path:
        for below in Organisation.objects.filter(path__startswith=old_path).exclude(pk=row.pk):
            Organisation.objects.filter(pk=below.pk).update(path=row.path + below.path[len(old_path) :])
    if changes:
        journal.record("people.organisation_changed", by=by, on=row, changes=changes)
    return row


def _refuse_to_close(organisation: Organisation) -> None:
    staff = Person.objects.filter(unit=organisation, is_active=True).count()
    posts = Post.objects.on(timezone.localdate()).filter(organisation=organisation).count()
    below = Organisation.objects.filter(parent=organisation, active=True).count()
    if staff or posts or below:
        told = _("还不能停用：有 %(staff)d 名在职人员、%(posts)d 个在任岗位、%(below)d 个下级机构，请先转出。")
        raise Refused(told % {"staff": staff, "posts": posts, "below": below})


def _changed(row: Any, facts: dict[str, Any]) -> dict[str, list[Any]]:
    """Set a row's values and return what is different, as [old, new] in words."""
    changes = {}
    for name, value in facts.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = [_word(old), _word(value)]
            setattr(row, name, value)
    return changes


def _word(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)


@transaction.atomic
def change_person(*, person: Person, by: Person, **facts: Any) -> Person:
    """Change a member of staff; e-mail and phone enter the journal as erasable values only."""
    require(by, "people.manage")
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.pk == by.pk and facts.get("is_active") is False:
        raise Refused(_("不能停用自己的账号，请由另一位系统管理员办理。"))
    changes = _changed(row, facts)
    row.save()
    if changes:
        personal: dict[str, Any] = {name: changes.pop(name)[1] for name in ("email", "phone") if name in changes}
        journal.record("people.person_changed", by=by, on=row, changes=changes, personal=personal)
    return row


@transaction.atomic
def appoint(
    *, person: Person, role: str, organisation: Organisation, by: Person | None, since: date | None = None
) -> Post:
    """Give a person a post at an organisation."""
    if by is not None:
        require(by, "people.manage")
    if Post.objects.filter(person=person, role=role, organisation=organisation, until__isnull=True).exists():
        raise Refused(_("%(person)s 已在该机构担任这一岗位。") % {"person": person})
    post = Post.objects.create(person=person, role=role, organisation=organisation, since=since or timezone.localdate())
    person.forget_posts()
    journal.record("people.appointed", by=by, on=person, facts={"post": str(post)})
    return post


@transaction.atomic
def relieve(*, post: Post, by: Person | None, until: date | None = None) -> Post:
    """End a post; by default yesterday was its last day."""
    if by is not None:
        require(by, "people.manage")
    post.until = until or timezone.localdate() - timedelta(days=1)
    post.save(update_fields=["until"])
    post.person.forget_posts()
    journal.record("people.relieved", by=by, on=post.person, facts={"post": str(post)})
    return post


@transaction.atomic
def delegate(
    *, giver: Person, receiver: Person, since: date, until: date, reason: str, by: Person, role: str = ""
) -> Delegation:
    """Let the receiver act with the giver's posts between two days; an administrator's post is never lent."""
    if by.pk != giver.pk:
        require(by, "people.manage")
    require(by, "people.delegate")
    if giver.pk == receiver.pk:
        raise BadValue(_("不能委托给自己。"), fields={"receiver": _("请选择他人")})
    if until < since:
        raise BadValue(_("结束日期早于开始日期。"), fields={"until": _("应不早于开始日期")})
    if until < timezone.localdate():
        raise BadValue(_("这段时间已经过去。"), fields={"until": _("应不早于今天")})
    if not reason.strip():
        raise BadValue(_("请写明事由。"), fields={"reason": _("必填")})
    Person.objects.select_for_update().get(pk=giver.pk)  # a form sent twice is entered once
    same = Delegation.objects.filter(giver=giver, receiver=receiver, role=role, since=since, until=until)
    if same.filter(revoked_at=None).exists():
        raise Refused(_("这段时间已经把同样的岗位委托给%s，不用再登记。") % receiver)
    row = Delegation.objects.create(
        giver=giver, receiver=receiver, role=role, since=since, until=until, reason=reason.strip()
    )
    journal.record(
        "people.delegated", by=by, on=row, facts={"since": since, "until": until, "reason": reason, "role": role}
    )
    told = _("%(giver)s 委托您代办其岗位，%(since)s 至 %(until)s：%(reason)s")
    words = {"giver": giver, "since": since, "until": until, "reason": row.reason}
    notify([receiver], "people.delegated", told % words, url=reverse("delegations"))
    return row


@transaction.atomic
def revoke_delegation(*, delegation: Delegation, by: Person) -> Delegation:
    """End a delegation now."""
    require(by, "people.revoke_delegation", delegation)
    if delegation.revoked_at is not None:
        raise Refused(_("这项委托已经撤回。"))
    delegation.revoked_at = timezone.now()
    delegation.save(update_fields=["revoked_at"])
    journal.record("people.delegation_revoked", by=by, on=delegation)
    told = _("%(giver)s 对您的委托已撤回") % {"giver": delegation.giver}
    notify([delegation.receiver], "people.delegated", told, url=reverse("delegations"))
    return delegation


@transaction.atomic
def hand_over(*, giver: Person, receiver: Person, by: Person, posts: list[Post] | None = None) -> int:
    """Move a person's posts and open work to another and return how many items of work moved (岗位交接)."""
    require(by, "people.hand_over")
    if giver.pk == receiver.pk:
        raise BadValue(_("交接双方不能是同一人。"), fields={"receiver": _("请选择他人")})
    today = timezone.localdate()
    moving = posts if posts is not None else list(Post.objects.on(today).filter(person=giver))
    if any(post.role == Role.ADMIN for post in moving) and Role.ADMIN not in by.roles_now():
        raise Refused(_("系统管理员的岗位只能由系统管理员交接。"))
    for post in moving:
        Post.objects.filter(pk=post.pk).update(until=today - timedelta(days=1))
        Post.objects.get_or_create(
            person=receiver, role=post.role, organisation=post.organisation, until=None, defaults={"since": today}
        )
    moved = sum(hook(giver=giver, receiver=receiver, by=by) for hook in hand_over_hooks)
    giver.forget_posts()
    receiver.forget_posts()
    names = "、".join(str(post) for post in moving)
    journal.record("people.handed_over", by=by, on=giver, facts={"receiver": receiver, "posts": names, "items": moved})
    told = _("%(giver)s 的岗位与 %(items)d 项未办结事项已交接给您") % {"giver": giver, "items": moved}
    notify([receiver], "people.handed_over", told, url="/", body=names)
    return moved
