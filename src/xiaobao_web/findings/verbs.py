"""What a person can do with an issue on its page: the verbs, their forms, and what doing them says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.findings import forms, services
from xiaobao_web.findings.models import Issue, IssueState
from xiaobao_web.kernel import states
from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import Refused

Text = str | Promise


@dataclass(frozen=True)
class Verb:
    """A verb: its label, its form, and the service called with the form's values."""

    name: str
    label: Text
    form: type[forms.StepForm]
    do: Callable[..., Any]
    told: Text
    primary: bool = False
    danger: bool = False


@dataclass(frozen=True)
class Offer:
    """A verb as one person sees it on one issue: with its form where it can be done, else with the reason why not."""

    verb: Verb
    form: forms.StepForm | None
    reason: str = ""


def _decide(issue: Issue, **values: Any) -> Any:
    asked = issue.extension_requests.filter(approved__isnull=True).first()
    if asked is None:
        raise Refused(_("没有待审批的延期申请。"))
    return services.decide_extension(asked, **values)


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "assign",
            gettext_lazy("派发"),
            forms.AssignForm,
            services.assign,
            gettext_lazy("已派发，责任人会收到通知。"),
            True,
        ),
        Verb(
            "plan_out",
            gettext_lazy("提交整改计划"),
            forms.PlanForm,
            services.plan_out,
            gettext_lazy("整改计划已提交。"),
            True,
        ),
        Verb(
            "hand_in",
            gettext_lazy("提交验证"),
            forms.HandInForm,
            services.hand_in,
            gettext_lazy("已提交，等待他人验证销号。"),
            True,
        ),
        Verb("close", gettext_lazy("验证通过，销号"), forms.CloseForm, services.close, gettext_lazy("已销号。"), True),
        Verb(
            "decide_extension",
            gettext_lazy("审批延期"),
            forms.DecideForm,
            _decide,
            gettext_lazy("延期申请已审批。"),
            True,
        ),
        Verb("send_back", gettext_lazy("退回整改"), forms.ReasonForm, services.send_back, gettext_lazy("已退回整改。")),
        Verb(
            "ask_extension",
            gettext_lazy("申请延期"),
            forms.ExtensionForm,
            services.ask_extension,
            gettext_lazy("延期申请已提交，等待消保办审批。"),
        ),
        Verb(
            "mark_repeat",
            gettext_lazy("认定屡查屡犯"),
            forms.RepeatForm,
            services.mark_repeat,
            gettext_lazy("已更新屡查屡犯认定。"),
        ),
        Verb(
            "hold_accountable",
            gettext_lazy("登记问责"),
            forms.MeasureForm,
            services.hold_accountable,
            gettext_lazy("问责情况已登记。"),
        ),
        Verb(
            "void",
            gettext_lazy("作废"),
            forms.ReasonForm,
            services.void,
            gettext_lazy("已作废，记录仍可查。"),
            danger=True,
        ),
    )
}
PERMISSIONS = {"mark_repeat": "findings.assign"}
WORKING = (IssueState.ASSIGNED.value, IssueState.RECTIFYING.value)


def _open_extension(issue: Issue) -> bool:
    return issue.extension_requests.filter(approved__isnull=True).exists()


def offers(issue: Issue, user: Any, bound: forms.StepForm | None = None, name: str = "") -> list[Offer]:
    """Return what one could do with an issue, its state's step first; `bound` is the form of a refused try of `name`.

    A verb that the state has no place for is left out; one that this person may not do is shown with the reason when it
    is the state's own step.
    """
    out = []
    moves = {action.name: action for action in states.actions(issue, user)}
    waiting = _open_extension(issue)
    for verb in VERBS.values():
        move = moves.get(verb.name)
        if hasattr(Issue, verb.name):
            here, reason = move is not None, move.reason if move else ""
        else:
            here = {"ask_extension": issue.state in WORKING and not waiting, "decide_extension": waiting}.get(
                verb.name, issue.state != IssueState.VOID
            )
            reason = can(user, PERMISSIONS.get(verb.name, f"findings.{verb.name}"), issue).reason if here else ""
        if not here or (reason and not verb.primary):
            continue
        form = None if reason else bound if bound is not None and name == verb.name else verb.form(issue=issue)
        out.append(Offer(verb, form, reason))
    return sorted(out, key=lambda offer: (bool(offer.reason), not offer.verb.primary))
