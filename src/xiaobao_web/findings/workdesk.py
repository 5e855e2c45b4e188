"""What the ledger puts on the work-desk: what to put right or verify, what one raised, what is late, a chart."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.findings import figures, queries
from xiaobao_web.findings.models import Issue, IssueNotice, IssueState
from xiaobao_web.kernel import desk
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.tallies import link

STEPS: dict[str, Any] = {
    IssueState.OPEN: gettext_lazy("派发"),
    IssueState.ASSIGNED: gettext_lazy("制定整改计划"),
    IssueState.RECTIFYING: gettext_lazy("整改并提交证据"),
    IssueState.SUBMITTED: gettext_lazy("验证销号"),
}
"""What is to be done with an issue in each state."""
OVERSEERS = frozenset({"sender_head", "liaison", "reviewer", "office", "executive", "auditor"})
"""Who is shown what others have late."""
LEDGER = gettext_lazy("问题台账")


def _item(row: Issue, clock: Any, party: str) -> desk.Item:
    return desk.Item(
        title=row.title,
        url=row.get_absolute_url(),
        number=row.number,
        step=STEPS[row.state],
        party=party,
        state=row,
        clock=clock,
        late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None,
        marks=(gettext_lazy("屡查屡犯"),) if row.repeat_of_id else (),
    )


def _todo(row: Issue, clock: Any) -> desk.Item:
    return _item(row, clock, f"{row.get_source_display()} · {row.unit}")


def _whereabouts(row: Issue, clock: Any) -> desk.Item:
    holder = {IssueState.OPEN.value: _("消保办"), IssueState.SUBMITTED.value: _("消保办")}.get(row.state)
    return _item(row, clock, holder or f"{row.unit} {row.owner or ''}".strip())


def _rows(rows: QuerySet[Issue]) -> QuerySet[Issue]:
    return rows.select_related("unit", "owner")


def waiting(user: Any) -> desk.Shelf | None:
    """Return the issues a person has to put right, verify, assign or decide on."""
    if not holds(user, "findings.view"):
        return None
    return desk.shelf_of(LEDGER, _rows(queries.waiting_for(user)), link("issues", view="waiting"), _todo)


def notices(user: Any) -> desk.Shelf | None:
    """Return the notices that want this person's receipt."""
    if not holds(user, "findings.receive_notice"):
        return None
    rows = queries.notices_waiting_for(user).select_related("issued_by")
    return desk.shelf_of(gettext_lazy("问题通报"), rows, link("issue_notices", view="waiting"), _notice)


def _notice(row: IssueNotice, clock: Any) -> desk.Item:
    due = clock.due_at if clock is not None else None
    title, party = _("问题通报 %s") % row.number, str(row.issued_by)
    return desk.Item(
        title, row.get_absolute_url(), step=_("提交回执"), party=party, clock=clock, late=desk.is_late(clock), due=due
    )


def sent(user: Any) -> desk.Shelf | None:
    """Return the issues a person raised that are with somebody else."""
    if not holds(user, "findings.open_issue"):
        return None
    rows = queries.open_issues(queries.visible_issues(user)).filter(raised_by=user).exclude(owner=user)
    rows = rows.exclude(pk__in=queries.waiting_for(user).values("pk"))
    return desk.shelf_of(LEDGER, _rows(rows), link("issues", view="open"), _whereabouts)


def late(user: Any) -> desk.Shelf | None:
    """Return the late issues that a person oversees."""
    if not OVERSEERS & user.roles_now() or not holds(user, "findings.view"):
        return None
    rows = _rows(queries.open_issues(queries.visible_issues(user)).exclude(raised_by=user))
    rows = rows.exclude(pk__in=queries.waiting_for(user).values("pk"))
    return desk.shelf_of(LEDGER, rows, link("issues", view="overdue"), _whereabouts, late_only=True)


def charts(user: Any) -> list[desk.Figure]:
    """Return how open issues stand, for who oversees some."""
    return figures.desk_chart(user) if OVERSEERS & user.roles_now() else []


def steps(user: Any) -> list[desk.Step]:
    """Return what one may begin with."""
    if not holds(user, "findings.open_issue"):
        return []
    hint = gettext_lazy("审计、自查、检查中发现的问题登记在台账，派给责任人，整改后由他人销号。")
    return [desk.Step(gettext_lazy("登记一个问题"), hint, reverse("issue_new"), "flag", often=True)]


desk.provider("waiting", "findings", waiting, 20)
desk.provider("waiting", "notices", notices, 25)
desk.provider("sent", "findings", sent, 20)
desk.provider("late", "findings", late, 20)
desk.provider("charts", "findings", charts, 20)
desk.provider("steps", "findings", steps, 30)
