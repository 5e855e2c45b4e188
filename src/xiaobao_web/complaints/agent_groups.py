"""What is asked of groups behind which paid agents may stand: which a person may see, counted from what they see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import AgentGroup, AgentKind, AgentMember, AgentVerdict
from xiaobao_web.kernel.access import holds, require, scope
from xiaobao_web.kernel.errors import Hidden

SEE, JUDGE = "complaints.agents", "complaints.judge_agents"
AGAIN_FROM = 2
"""How many times as many contacts as when it was found normal bring a group back."""


class SeenGroups(QuerySet[AgentGroup]):
    """Groups as a person sees them, and the contacts of theirs that the person may see."""

    seen: QuerySet[AgentMember] | None = None

    def _clone(self) -> Self:
        made: Self = super()._clone()  # type: ignore[misc]
        made.seen = self.seen
        return made

    def having(self, **where: Any) -> Self:
        """Return the groups of which the person sees a contact of some kind."""
        rows = AgentMember.objects.none() if self.seen is None else self.seen
        return self.filter(Exists(rows.filter(group=OuterRef("pk"), **where)))


def members(user: Any, permission: str = SEE) -> QuerySet[AgentMember]:
    """Return the contacts of groups that a person may see: those of their organisations, none confidential."""
    rows = AgentMember.objects.filter(contact__confidential=False)
    rows = rows.filter(Q(contact__case=None) | Q(contact__case__confidential=False))
    where = scope(user, permission)
    if where.everywhere:
        return rows
    if not where.units:
        return rows.none()
    return rows.filter(Q(contact__unit__in=where.units) | Q(contact__case__unit__in=where.units))


def groups(user: Any) -> SeenGroups:
    """Return the groups of which a person may see a contact, each with what they see of it.

    `n` contacts of `names` people and `units` organisations from `first` to `last`, `fresh` since it was judged.
    """
    seen = members(user)
    mine = seen.filter(group=OuterRef("pk")).order_by().values("group")

    def of(figure: Any) -> Subquery:
        return Subquery(mine.annotate(figure=figure).values("figure"))

    rows = SeenGroups(AgentGroup)
    rows.seen = seen
    return rows.having().annotate(
        n=Coalesce(of(Count("pk")), 0), names=Coalesce(of(Count("person", filter=~Q(person=0), distinct=True)), 0),
        units=Coalesce(of(Count("contact__unit", distinct=True)), 0), first=of(Min("received_at")),
        last=of(Max("received_at")),
        fresh=Coalesce(of(Count("pk", filter=Q(added_at__gt=F("group__verdict_at")))), 0),
    )  # fmt: skip


def find(user: Any, pk: int) -> Any:
    """Return a group as a person sees it; raises Hidden for one of which they see no contact."""
    require(user, SEE)
    try:
        group = groups(user).select_related("verdict_by__unit").filter(pk=pk).first()
    except OverflowError:
        group = None
    if group is None:
        raise Hidden(_("没有这组线索，或其中没有您可以查看的来件。"))
    return group


def waiting() -> Q:
    """Return the condition of the groups to be judged: not yet, or grown since; a normal one once it has doubled."""
    judged = Q(verdict__in=(AgentVerdict.WATCHING.value, AgentVerdict.HANDED_OVER.value))
    grown = judged & Q(count__gt=F("verdict_count"))
    again = Q(verdict=AgentVerdict.NORMAL.value, count__gte=AGAIN_FROM * F("verdict_count"))
    return Q(verdict=AgentVerdict.OPEN.value) | grown | again


def to_judge(user: Any) -> SeenGroups:
    """Return the groups that wait for this person's judgement: those with no contact out of the person's reach."""
    rows = groups(user) if holds(user, JUDGE) else SeenGroups(AgentGroup).none()
    return rows.filter(waiting(), **{"n__gte": F("count")})


def reason(group: Any) -> str:
    """Return why the contacts of a group belong together, by what the person sees of it."""
    facts = {"shared": group.shared, "n": group.n, "people": group.names}
    if group.kind == AgentKind.NUMBER:
        where = _("同一邮箱（%(shared)s）") if "@" in group.shared else _("同一联系方式（尾号 %(shared)s）")
        told = _("用于 %(people)d 名客户") if group.names > 1 else _("用于几名客户")
        return (where + told) % facts
    if group.kind == AgentKind.WORDS:
        return _("%(shared)s 的来件中有 %(n)d 件写明通过代理人联系") % facts
    told = _("%(n)d 件行文几乎相同，署名 %(people)d 人") if group.names > 1 else _("行文与其他几件几乎相同")
    return (told + (_("，集中在几天内到达") if group.kind == AgentKind.MASS else "")) % facts


def people_of(rows: QuerySet[AgentMember]) -> list[int]:
    """Return the keys of the people of some contacts in the order they came first."""
    found = rows.exclude(person=0).order_by().values("person").annotate(came=Min("received_at"), place=Min("pk"))
    return list(found.order_by("came", "place").values_list("person", flat=True))


@dataclass(frozen=True)
class Told:
    """What is told at a contact or a case of a group it belongs to."""

    group: Any
    n: int
    reason: str


def told_of(user: Any, contacts: Iterable[int]) -> list[Told]:
    """Return the groups that some contacts belong to, as far as a person may see them."""
    keys = list(contacts)
    if not keys or not holds(user, SEE):
        return []
    rows = groups(user).having(contact__in=keys).order_by("-last_at", "-pk")
    return [Told(row, getattr(row, "n", 0), reason(row)) for row in rows]
