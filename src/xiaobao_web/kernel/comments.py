"""What people say about an object, with @mention of those who may see it.

    audience("reviews.review", people=queries.readers)     # who may be mentioned; a default fits most models
    comment(review, "@李敏 请看第 2 点", by=person)

A model takes comments once `audience` names it. Who may see an object may comment on it: `<app>.view` by default.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import holders, within
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused, Undeclared
from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.notifications import notify

LONGEST = 4000
WITHDRAWN_WITHIN = timedelta(minutes=10)
SUGGESTED = 8
LONGEST_NAME = 40
MENTION = re.compile(r"@(?=\S)")
ACCOUNT = re.compile(r"[\w.+-]+", re.ASCII)

People = Callable[[Any], models.QuerySet[Any]]
Sight = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Audience:
    """Who may be mentioned about an object of a model, and whether one person may see it."""

    people: People
    sees: Sight


AUDIENCES: dict[str, Audience] = {}


def audience(label: str, people: People | None = None, *, sees: Sight | None = None) -> None:
    """Let a model (app.model) take comments: `people(obj)` may be mentioned, `sees(user, obj)` may comment.

    Without them the holders of `<app>.view` and the people the object names. Raises Undeclared when said before.
    """
    key = label.lower()
    if key in AUDIENCES:
        raise Undeclared(f"{label} 的评论范围声明了两次")
    view = f"{key.partition('.')[0]}.view"
    AUDIENCES[key] = Audience(people or _viewers(view), sees or _sight(view))


def _viewers(view: str) -> People:
    def people(obj: Any) -> models.QuerySet[Any]:
        paths = getattr(obj, "scope_people", ())
        named: set[int] = set()
        for path in paths:
            found = type(obj)._default_manager.filter(pk=obj.pk).values_list(path, flat=True)
            named.update(pk for pk in found if pk is not None)
        person = get_user_model()
        return person.objects.filter(Q(pk__in=holders(view, obj).values("pk")) | Q(pk__in=named), is_active=True)

    return people


def _sight(view: str) -> Sight:
    return lambda user, obj: within(user, view, obj)


def of(obj: models.Model) -> models.QuerySet[Comment]:
    """Return the comments on an object, oldest first."""
    rows = Comment.objects.filter(subject_type=obj._meta.label_lower, subject_id=obj.pk)
    return rows.select_related("author__unit").prefetch_related("mentioned").order_by("pk")


def happenings(obj: models.Model) -> models.QuerySet[Any]:
    """Return the object's events without those of its comments: what a timeline shows beside `of`."""
    return journal.events_of(obj).exclude(type__in=("kernel.commented", "kernel.comment_withdrawn"))


def subject(user: Any, label: str, pk: int) -> models.Model:
    """Return the object that a label and number name, when it takes comments and the person may see it; else Hidden."""
    hidden = Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    label = label.lower()
    if label not in AUDIENCES:
        raise hidden
    obj: models.Model | None = apps.get_model(label)._default_manager.filter(pk=pk).first()
    if obj is None or not AUDIENCES[label].sees(user, obj):
        raise hidden
    return obj


def subject_of(row: Comment) -> models.Model | None:
    """Return what a comment is about."""
    found: models.Model | None = apps.get_model(row.subject_type)._default_manager.filter(pk=row.subject_id).first()
    return found


def comment(obj: models.Model, body: str, *, by: Any, anchor: Any = None, parent: Comment | None = None) -> Comment:
    """Say something about an object and tell whom it mentions; raises BadValue, or Hidden when it may not be seen."""
    room = _room(obj)
    if not room.sees(by, obj):
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    text = body.strip()
    if not text:
        raise BadValue(_("请写下评论内容。"), fields={"body": _("必填")})
    if len(text) > LONGEST:
        long = _("评论最多 %(most)d 字，现有 %(now)d 字。") % {"most": LONGEST, "now": len(text)}
        raise BadValue(long, fields={"body": _("太长")})
    label = obj._meta.label_lower
    if parent is not None and (parent.subject_type, parent.subject_id) != (label, obj.pk):
        raise BadValue(_("要回复的评论不在这里。"))
    named = mentioned_in(text, room.people(obj))
    with transaction.atomic():
        row = Comment.objects.create(
            subject_type=label, subject_id=obj.pk, parent=parent, anchor=anchor, body=text, author=by
        )
        row.mentioned.set(named)
        journal.record("kernel.commented", by=by, on=obj, facts={"number": row.pk}, personal={"body": text})
        _tell(row, obj, named)
    return row


def _room(obj: models.Model) -> Audience:
    try:
        return AUDIENCES[obj._meta.label_lower]
    except KeyError:
        raise Undeclared(f"{obj._meta.label} 没有声明评论范围") from None


def _tell(row: Comment, obj: models.Model, named: list[Any]) -> None:
    told = [person for person in named if person.pk != row.author_id]
    title = _("%(author)s 在“%(subject)s”的评论中提到您") % {"author": row.author, "subject": obj}
    notify(told, "comment.mentioned", title, on=obj)
    answered = row.parent.author if row.parent is not None else None
    if answered is not None and answered.pk not in {row.author_id, *(person.pk for person in told)}:
        title = _("%(author)s 回复了您对“%(subject)s”的评论") % {"author": row.author, "subject": obj}
        notify([answered], "comment.answered", title, on=obj)


def mentioned_in(text: str, people: models.QuerySet[Any]) -> list[Any]:
    """Return the people among some whom a text mentions as @name or @account; the longest name that fits counts.

    Raises BadValue where a name fits several of them. What fits nobody is plain text.
    """
    tails = [text[found.end() : found.end() + LONGEST_NAME] for found in MENTION.finditer(text)]
    if not tails:
        return []
    starts = {tail[:size] for tail in tails for size in range(2, len(tail) + 1)}
    accounts = {found.group().rstrip(".") for tail in tails if (found := ACCOUNT.match(tail))}
    known = list(people.filter(Q(name__in=starts) | Q(username__in=accounts)).order_by("pk"))
    out: dict[int, Any] = {}
    for tail in tails:
        person = _named(tail, known)
        if person is not None:
            out[person.pk] = person
    return list(out.values())


def _named(tail: str, known: list[Any]) -> Any:
    found = ACCOUNT.match(tail)
    account = found.group().rstrip(".") if found else ""
    exact = [person for person in known if person.username == account]
    if exact:
        return exact[0]
    fitting = [person for person in known if len(person.name) > 1 and tail.startswith(person.name)]
    longest = max((len(person.name) for person in fitting), default=0)
    best = [person for person in fitting if len(person.name) == longest]
    if len(best) > 1:
        choices = "、".join(f"@{person.username}" for person in best)
        told = _("有 %(n)d 位“%(name)s”，请改用账号：%(choices)s。")
        facts = {"n": len(best), "name": best[0].name, "choices": choices}
        raise BadValue(told % facts, fields={"body": _("提到的人不唯一")})
    return best[0] if best else None


def suggestions(user: Any, obj: models.Model, typed: str) -> list[Any]:
    """Return people one could mention about an object, by the start of a name or an account."""
    people = _room(obj).people(obj).exclude(pk=user.pk).select_related("unit")
    typed = typed.strip().lstrip("@")
    if typed:
        people = people.filter(Q(name__startswith=typed) | Q(username__istartswith=typed))
    return list(people.order_by("name", "pk")[:SUGGESTED])


def may_withdraw(row: Comment, user: Any) -> bool:
    """Tell whether a person may still withdraw a comment."""
    return row.withdrawn_at is None and row.author_id == user.pk and timezone.now() - row.at <= WITHDRAWN_WITHIN


def withdraw(row: Comment, *, by: Any) -> Comment:
    """Withdraw one's own comment within ten minutes; its words stay in the journal. Raises Forbidden or Refused."""
    with transaction.atomic():
        row = Comment.objects.select_for_update().get(pk=row.pk)
        if row.author_id != by.pk:
            raise Forbidden(_("评论只能由本人撤回。"))
        if row.withdrawn_at is not None:
            raise Refused(_("这条评论已经撤回。"))
        if not may_withdraw(row, by):
            raise Refused(_("评论发出 10 分钟后不能再撤回；可以再写一条说明。"))
        row.withdrawn_at, row.body = timezone.now(), ""
        row.save(update_fields=["withdrawn_at", "body"])
        row.mentioned.clear()
        journal.record("kernel.comment_withdrawn", by=by, on=subject_of(row), facts={"number": row.pk})
    return row
