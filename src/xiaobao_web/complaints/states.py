"""The states of a contact and of a case, and the moves between them; `kernel.states.move` is the only caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, transition

from xiaobao_web.kernel.choices import TonedChoices
from xiaobao_web.kernel.states import condition


class ContactState(TonedChoices):
    """States of a contact: every word a customer brings, before it is known what it is."""

    NEW = "new", "amber", _("待甄别")
    CHECKING = "checking", "amber", _("待复核甄别")
    FILED = "filed", "green", _("已立案")
    PASSED_ON = "passed_on", "grey", _("按非投诉办理")


class CaseState(TonedChoices):
    """States of a complaint case."""

    PENDING = "pending", "amber", _("待受理")
    ACCEPTED = "accepted", "amber", _("待派单")
    HANDLING = "handling", "blue", _("处理中")
    SUSPENDED = "suspended", "violet", _("期限中止")
    ANSWERED = "answered", "cyan", _("已答复")
    REVIEWING = "reviewing", "violet", _("核查中")
    CLOSED = "closed", "green", _("已办结")
    WITHDRAWN = "withdrawn", "grey", _("已撤回")
    MERGED = "merged", "grey", _("已并案")
    DECLINED = "declined", "grey", _("不予办理")


C = ContactState
S = CaseState
BEFORE_ANSWER = (S.PENDING, S.ACCEPTED, S.HANDLING, S.SUSPENDED)
OPEN = (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)
"""Somebody still has to act."""
DONE = (S.CLOSED, S.WITHDRAWN, S.MERGED, S.DECLINED)


def _label(text: Any, **more: Any) -> dict[str, Any]:
    return {"label": text, **more}


@condition(_("责任认定还没有作出或正在复核，认定后才能办结。"))
def has_responsibility(case: Any) -> bool:
    """Tell whether responsibility is found and not contested."""
    return bool(case.responsibility_is_settled())


@condition(_("转办件还没有向监管部门反馈，反馈后才能办结。"))
def has_reported(case: Any) -> bool:
    """Tell whether every regulator's transfer was answered."""
    return not case.transfers_in.filter(reported_at__isnull=True).exists()


@condition(_("还有处理方案没有审批，审批后才能办结。"))
def has_no_waiting_offer(case: Any) -> bool:
    """Tell whether no offer waits for approval."""
    return not case.offers.filter(state="asked").exists()


@condition(_("还有业务单位的任务没有回复或没有通过审批。"))
def has_no_open_task(case: Any) -> bool:
    """Tell whether no task waits for a business unit."""
    return not case.tasks.filter(state__in=("open", "answered")).exists()


class ContactMoves:
    """The moves of a contact."""

    kind_at: Any
    checked_at: Any

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; the protected state is set aside first, as a plain refresh of it is refused."""
        self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)  # type: ignore[misc]

    @transition("state", C.NEW, RETURN_VALUE(C.FILED, C.PASSED_ON, C.CHECKING), custom=_label(_("甄别"), primary=True))
    def screen_kind(self: Any, *, by: Any, kind: str, reason: str, to: str) -> str:
        """Say what the contact is; one that is perhaps a complaint and is called something else waits for a second."""
        self.kind, self.kind_reason, self.kind_by, self.kind_at = kind, reason, by, timezone.now()
        return to

    @transition("state", C.CHECKING, RETURN_VALUE(C.PASSED_ON, C.FILED), custom=_label(_("复核甄别"), primary=True))
    def check_kind(self: Any, *, by: Any, agree: bool, kind: str, to: str) -> str:
        """Agree that it is no complaint, or say that it is one."""
        self.checked_by, self.checked_at, self.kind = by, timezone.now(), kind
        return to

    @transition("state", C.PASSED_ON, C.FILED, custom=_label(_("改为投诉立案")))
    def refile(self: Any, *, by: Any) -> None:
        """File as a complaint after all, as when a sample finds an omission."""
        self.kind = "complaint"


class CaseMoves:
    """The moves of a case. Each sets the facts that belong to it; nothing else may."""

    accepted_at: Any
    assigned_at: Any
    answered_at: Any
    closed_at: Any

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; the protected state is set aside first, as a plain refresh of it is refused."""
        self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)  # type: ignore[misc]

    @transition("state", S.PENDING, S.ACCEPTED, custom=_label(_("受理"), primary=True))
    def accept(self: Any, *, by: Any) -> None:
        """Accept the complaint."""
        self.accepted_at = timezone.now()

    @transition("state", [S.PENDING, S.ACCEPTED, S.HANDLING], S.DECLINED, custom=_label(_("不予办理"), danger=True))
    def decline(self: Any, *, by: Any, reason: str) -> None:
        """Decline what neither the complainant nor a representative brought (投诉办法 18)."""
        self.closed_at, self.outcome, self.outcome_note = timezone.now(), "declined", reason

    @transition("state", S.ACCEPTED, S.HANDLING, custom=_label(_("派单"), primary=True))
    def assign(self: Any, *, by: Any, handler: Any) -> None:
        """Give the case to a handler."""
        self.handler, self.assigned_at = handler, timezone.now()

    @transition("state", S.HANDLING, S.SUSPENDED, custom=_label(_("中止期限")))
    def suspend(self: Any, *, by: Any, kind: str) -> None:
        """Stop the clock for an appraisal or a mediation."""
        self.suspended_for = kind

    @transition("state", S.SUSPENDED, S.HANDLING, custom=_label(_("恢复办理"), primary=True))
    def resume(self: Any, *, by: Any) -> None:
        """Let the clock run again."""
        self.suspended_for = ""

    @transition("state", list(BEFORE_ANSWER), S.WITHDRAWN, custom=_label(_("登记撤回")))
    def withdraw(self: Any, *, by: Any, at: datetime) -> None:
        """End the procedure on the day the withdrawal was received (投诉办法 15)."""
        self.closed_at, self.outcome, self.suspended_for = at, "withdrawn", ""

    @transition("state", list(BEFORE_ANSWER), S.MERGED, custom=_label(_("并案")))
    def merge(self: Any, *, by: Any, into: Any) -> None:
        """Join the case with the one about the same complaint."""
        self.merged_into, self.closed_at, self.outcome, self.suspended_for = into, timezone.now(), "merged", ""

    @transition("state", S.HANDLING, S.ANSWERED, custom=_label(_("送达告知书"), quiet=True))
    def answer(self: Any, *, by: Any, at: datetime) -> None:
        """Have told the complainant the decision; called when a letter is sent."""
        self.answered_at = at

    @transition("state", S.ANSWERED, S.HANDLING, custom=_label(_("登记异议")))
    def object(self: Any, *, by: Any) -> None:
        """Go on handling: the complainant does not accept the answer."""
        self.objections += 1

    @transition("state", [S.ANSWERED, S.CLOSED], S.REVIEWING, custom=_label(_("登记核查申请")))
    def apply_review(self: Any, *, by: Any) -> None:
        """Have the superior institution look at the decision (投诉办法 20)."""
        self.closed_at = None

    @transition(
        "state", S.REVIEWING, RETURN_VALUE(S.ANSWERED, S.HANDLING), custom=_label(_("作出核查决定"), primary=True)
    )
    def decide_review(self: Any, *, by: Any, to: str) -> str:
        """Uphold the decision, or have it done again."""
        return to

    @transition(
        "state",
        S.ANSWERED,
        S.CLOSED,
        conditions=[has_responsibility, has_reported, has_no_open_task, has_no_waiting_offer],
        custom=_label(_("办结"), primary=True),
    )
    def close(self: Any, *, by: Any, outcome: str, note: str) -> None:
        """Close the case: answered, responsibility found, nothing open."""
        self.closed_at, self.outcome, self.outcome_note = timezone.now(), outcome, note

    @transition("state", [S.CLOSED, S.WITHDRAWN, S.DECLINED], S.HANDLING, custom=_label(_("重新办理")))
    def reopen(self: Any, *, by: Any) -> None:
        """Take the case up again."""
        self.closed_at, self.outcome, self.outcome_note = None, "", ""
        self.reopened += 1
