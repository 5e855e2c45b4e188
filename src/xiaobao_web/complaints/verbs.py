"""What a person can do with a case on its page: the verbs, in groups, with the form of each and why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import clocking, open_things, services
from xiaobao_web.complaints.beside import BESIDE
from xiaobao_web.complaints.forms import steps as forms
from xiaobao_web.complaints.forms.fields import StepForm
from xiaobao_web.complaints.forms.platform import ReplyForm
from xiaobao_web.complaints.forms.tracks import AcceptForm, CorrectTrackForm, ReportLeakForm
from xiaobao_web.complaints.models import Case, CaseState, LetterState, MediationState, OfferState, Track
from xiaobao_web.complaints.services import (
    assignment,
    consequences,
    ending,
    letters,
    merging,
    offers,
    platforms,
    terms,
    track_steps,
)
from xiaobao_web.complaints.states import BEFORE_ANSWER
from xiaobao_web.kernel import deadlines, states
from xiaobao_web.kernel.access import Answer, can

Text = str | Promise
S = CaseState
WORK, TERM, SETTLE, END, PEOPLE, OUT = "work", "term", "settle", "end", "people", "out"
GROUPS: dict[str, Text] = {
    WORK: gettext_lazy("办理"), TERM: gettext_lazy("期限"), SETTLE: gettext_lazy("方案与调解"),
    END: gettext_lazy("答复之后"), PEOPLE: gettext_lazy("人员与定级"), OUT: gettext_lazy("关联与整改"),
}  # fmt: skip


@dataclass(frozen=True)
class Verb:
    """A verb: its label and form, the service called with the form's values, when it has a place, who may."""

    name: str
    label: Text
    form: type[StepForm]
    do: Callable[..., Any]
    group: str
    told: Text
    permission: str
    states: tuple[str, ...] = ()
    when: open_things.Finder | None = None
    primary: bool = False
    danger: bool = False
    against: Callable[[Any, Any], str] | None = None
    """Why a person who may do it would be refused all the same, of what it acts on."""

    def things(self, case: Case) -> Sequence[Any]:
        """Return what the verb may act on: the case, or what of it waits for the verb; nothing where it has no place.

        The first is the one that a page shows before another is chosen.
        """
        if self.states and case.state not in self.states:
            return []
        return self.when(case) if self.when is not None else [case]


@dataclass(frozen=True)
class Action:
    """A verb as one person sees it on one case, as the component c-action shows it."""

    name: str
    label: Text
    allowed: bool
    reason: str = ""
    primary: bool = False
    danger: bool = False
    url: str = ""
    confirm: str = ""


def _no_open_mediation(case: Case) -> list[Case]:
    live = case.mediations.filter(state__in=[MediationState.PROPOSED.value, MediationState.RUNNING.value])
    return [] if live.exists() else [case]


def _tracks_left(case: Case) -> list[Case]:
    """Return a case that some track could still run beside."""
    return [case] if {str(track) for track in BESIDE} - set(clocking.tracks_of(case)) else []


def _pausable(case: Case) -> list[Case]:
    return [case] if case.suspended_for != terms.MEDIATION else []


def _unpaid(case: Case) -> list[Case]:
    """Return a case that still owes an insurer's payment."""
    if Track.CLAIM not in clocking.tracks_of(case):
        return []
    kinds = [row.kind.partition("@")[0] for row in deadlines.running(case)]
    return [case] if {"statutory.pay", "statutory.prepay"} & set(kinds) else []


def _transferred(case: Case, *, by: Any, **values: Any) -> Any:
    return services.receive_transfer(case=case, by=by, text="", **values)


L = gettext_lazy
OPEN_WORK = (S.HANDLING, S.SUSPENDED)
VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("accept", L("受理"), AcceptForm, track_steps.accept, WORK, L("已受理。"), "accept", (S.PENDING,),
             primary=True),
        Verb("assign", L("派单"), forms.AssignForm, services.assign, WORK, L("已派单，经办人会收到通知。"), "assign",
             (S.ACCEPTED,), primary=True, against=assignment.against_assignment),
        Verb("investigate", L("登记调查与联系"), forms.RecordForm, services.investigate, WORK, L("已登记。"),
             "investigate", (*OPEN_WORK, S.ANSWERED, S.REVIEWING)),
        Verb("task_out", L("请业务单位协办"), forms.TaskForm, services.task_out, WORK, L("协办任务已派发。"),
             "task_out", (*OPEN_WORK, S.REVIEWING)),
        Verb("transfer", L("转派"), forms.TransferForm, services.transfer, WORK, L("已转派。"), "transfer",
             (S.PENDING, S.ACCEPTED, S.HANDLING), against=assignment.against_transfer),
        Verb("decline", L("不予办理"), forms.ReasonForm, services.decline, WORK, L("已登记不予办理。"), "decline",
             (S.PENDING, S.ACCEPTED, S.HANDLING), danger=True),
        Verb("decide_extension", L("审批延期"), forms.DecideExtensionForm, services.decide_extension, TERM,
             L("延期已审批。"), "approve_complex", OPEN_WORK, open_things.extensions(None), primary=True),
        Verb("notify_extension", L("登记延期告知"), forms.NoticeForm, services.notify_extension, TERM,
             L("已登记告知。"), "notify_extension", OPEN_WORK, open_things.extensions(True), primary=True),
        Verb("ask_extension", L("申请延期"), forms.ExtensionForm, services.ask_extension, TERM, L("延期申请已提交。"),
             "ask_extension", OPEN_WORK, against=terms.against_extension),
        Verb("suspend", L("中止期限（鉴定）"), forms.PauseForm, services.suspend, TERM, L("期限已中止。"), "suspend",
             (S.HANDLING,)),
        Verb("resume", L("恢复办理"), forms.ResumeForm, services.resume, TERM, L("已恢复办理，期限继续计算。"),
             "resume", (S.SUSPENDED,), _pausable, primary=True),
        Verb("new_facts", L("登记新的事实"), forms.FactsForm, services.new_facts, TERM, L("已登记，期限重新计算。"),
             "add_facts", BEFORE_ANSWER),
        Verb("add_track", L("增加并行时限"), forms.TrackForm, services.add_track, TERM, L("已增加，期限开始计算。"),
             "add_track", BEFORE_ANSWER, _tracks_left),
        Verb("correct_track", L("更正并行时限"), CorrectTrackForm, track_steps.correct_track, TERM,
             L("已更正，期限重新计算。"), "add_track", BEFORE_ANSWER, track_steps.correctable),
        Verb("report_leak", L("登记信息泄露报告"), ReportLeakForm, track_steps.report_leak, TERM, L("已登记报告。"),
             "add_track", (), track_steps.unreported),
        Verb("withdraw", L("登记撤回"), forms.WithdrawForm, services.withdraw, TERM, L("已登记撤回，程序终止。"),
             "withdraw", BEFORE_ANSWER),
        Verb("merge", L("并案"), forms.MergeForm, services.merge, TERM, L("已并案。"), "merge", BEFORE_ANSWER,
             against=merging.against_merge),
        Verb("decide_offer", L("审批处理方案"), forms.DecideOfferForm, services.decide_offer, SETTLE,
             L("方案已审批。"), "approve_offer", (), open_things.offers(OfferState.ASKED), primary=True,
             against=offers.against_decision),
        Verb("answer_offer", L("登记投诉人答复"), forms.AcceptsForm, services.answer_offer, SETTLE, L("已登记。"),
             "offer", (), open_things.offers(OfferState.APPROVED), primary=True),
        Verb("fulfil_offer", L("登记方案履行"), forms.ProofForm, services.fulfil_offer, SETTLE, L("已登记履行。"),
             "offer", (), open_things.offers(OfferState.ACCEPTED)),
        Verb("offer", L("提出处理方案"), forms.OfferForm, services.offer, SETTLE, L("方案已提交审批。"), "offer",
             (*OPEN_WORK, S.ANSWERED)),
        Verb("pay_claim", L("登记赔款支付"), forms.PaidForm, services.pay_claim, SETTLE, L("已登记支付。"), "offer", (),
             _unpaid),
        Verb("propose_mediation", L("建议调解"), forms.MediationForm, services.propose_mediation, SETTLE,
             L("已登记调解建议。"), "mediate", (S.HANDLING,), _no_open_mediation),
        Verb("answer_mediation", L("登记是否同意调解"), forms.ConsentForm, services.answer_mediation, SETTLE,
             L("已登记。"), "mediate", (S.HANDLING,), open_things.mediations(MediationState.PROPOSED), primary=True),
        Verb("hold_session", L("登记调解场次"), forms.SessionForm, services.hold_session, SETTLE, L("已登记。"),
             "mediate", (S.SUSPENDED,), open_things.mediations(MediationState.RUNNING)),
        Verb("end_mediation", L("登记调解结果"), forms.MediationEndForm, services.end_mediation, SETTLE,
             L("已登记，期限继续计算。"), "mediate", (S.SUSPENDED,), open_things.mediations(MediationState.RUNNING),
             primary=True),
        Verb("find_responsibility", L("责任认定"), forms.ResponsibilityForm, services.find_responsibility, END,
             L("责任认定已登记。"), "find_responsibility", (S.HANDLING, S.ANSWERED, S.REVIEWING),
             against=ending.against_finding),
        Verb("contest", L("对责任认定申请复核"), forms.ReasonForm, services.contest, END, L("复核申请已提交。"),
             "contest", (), open_things.last_responsibility(False), against=ending.against_contest),
        Verb("decide_contest", L("复核责任认定"), forms.ContestDecisionForm, services.decide_contest, END,
             L("复核已作出。"), "decide_contest", (), open_things.last_responsibility(True), primary=True,
             against=ending.against_contest_decision),
        Verb("call_back", L("登记回访"), forms.CallBackForm, services.call_back, END, L("回访已登记。"), "call_back",
             (S.ANSWERED, S.CLOSED)),
        Verb("close", L("办结"), forms.CloseForm, services.close, END, L("已办结。"), "close", (S.ANSWERED,),
             primary=True),
        Verb("object", L("登记异议"), forms.ReasonForm, services.object_to, END, L("已登记异议，继续处理。"),
             "object", (S.ANSWERED,)),
        Verb("apply_review", L("登记核查申请"), forms.ReviewForm, services.apply_review, END, L("核查申请已登记。"),
             "apply_review", (S.ANSWERED, S.CLOSED), against=ending.against_review),
        Verb("decide_review", L("作出核查决定"), forms.ReviewDecisionForm, services.decide_review, END,
             L("核查决定已登记。"), "decide_review", (S.REVIEWING,), primary=True),
        Verb("reopen", L("重新办理"), forms.ReasonForm, services.reopen, END, L("已重新办理。"), "reopen",
             (S.CLOSED, S.WITHDRAWN, S.DECLINED)),
        Verb("add_party", L("登记相关人"), forms.PartyForm, services.add_party, PEOPLE, L("已登记。"), "add_party",
             (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)),
        Verb("set_level", L("定级"), forms.LevelForm, services.set_level, PEOPLE, L("等级已更新。"), "level",
             (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)),
        Verb("lead", L("确定领导包案"), forms.LeadForm, services.lead, PEOPLE, L("已确定包案领导。"), "lead",
             (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)),
        Verb("set_confidential", L("身份保密"), forms.ConfidentialForm, services.set_confidential, PEOPLE,
             L("已更新。"), "confidential", (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)),
        Verb("transfer_in", L("登记监管转办"), forms.TransferInForm, _transferred, OUT, L("转办件已登记。"),
             "regulator", (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING)),
        Verb("urge", L("登记督办"), forms.UrgeForm, services.urge, OUT, L("督办已登记。"), "regulator", (),
             open_things.transfers_in(False)),
        Verb("send_back", L("登记退回补正"), forms.UrgeForm, services.send_back, OUT, L("退回补正已登记。"),
             "regulator", (), open_things.transfers_in(True)),
        Verb("reply_platform", L("回复支付平台"), ReplyForm, platforms.reply, OUT,
             L("回复已交给平台，送出结果见来件页。"), "reply_platform",
             (*BEFORE_ANSWER, S.ANSWERED, S.REVIEWING), platforms.contacts_of),
        Verb("link", L("登记关联投诉"), forms.LinkForm, services.link, OUT, L("关联已登记。"), "link"),
        Verb("open_issue", L("登入问题台账"), forms.IssueForm, services.open_issue, OUT, L("已登入问题台账。"),
             "open_issue"),
        Verb("ask_reevaluation", L("提请回溯评估"), forms.ReasonForm, services.ask_reevaluation, OUT,
             L("已提请回溯评估。"), "reevaluate", against=consequences.against_reevaluation),
    )
}  # fmt: skip


def permission_of(verb: Verb, thing: Any) -> str:
    """Return the permission a verb asks for; a special extension asks for another than a complex one."""
    if verb.name == "decide_extension":
        return terms.PERMISSION[thing.kind]
    return f"complaints.{verb.permission}"


def reason_against(verb: Verb, case: Case, user: Any, thing: Any = None) -> str:
    """Return why a person cannot do a verb on a case now, empty when they can.

    Of several things that wait it is about the given one; without one a verb may be done where it may on any of them.
    """
    things = [thing] if thing is not None else verb.things(case)
    if not things and verb.states and case.state not in verb.states:
        told = {"verb": verb.label, "states": "、".join(str(S(state).label) for state in verb.states),
                "now": case.get_state_display()}  # fmt: skip
        return str(_("“%(verb)s”在投诉%(states)s时才能办理，现在是“%(now)s”；现在可以办的见投诉页。") % told)
    if not things:
        return str(_("当前状态为“%s”，没有可以这样办理的内容。") % case.get_state_display())
    reasons = [_reason(verb, case, user, item) for item in things]
    return reasons[0] if all(reasons) else ""


def may(user: Any, permission: str, thing: Any, against: str) -> Answer:
    """Return whether a person may do something, and why not: by permission, else by what speaks against it."""
    reason = can(user, f"complaints.{permission}", thing).reason or against
    return Answer(not reason, reason)


def _reason(verb: Verb, case: Case, user: Any, thing: Any) -> str:
    answer = can(user, permission_of(verb, thing), case)
    if not answer:
        return answer.reason
    reason = verb.against(thing, user) if verb.against is not None else ""
    if reason:
        return reason
    method = getattr(Case, verb.name, None)
    if hasattr(method, "_django_fsm") and not method._django_fsm.conditions_met(case, case.state):  # type: ignore[union-attr]
        return states.refusal(case, verb.name)
    return ""


def groups(case: Case, user: Any) -> list[tuple[Text, list[Action]]]:
    """Return the verbs that have a place in the case's state, group by group; impossible ones say why.

    A verb that belongs to another's post altogether is left out where that person could only ever be told so, unless
    it is the state's own next step.
    """
    out: dict[str, list[Action]] = {name: [] for name in GROUPS}
    for verb in VERBS.values():
        things = verb.things(case)
        if not things:
            continue
        reasons = [_reason(verb, case, user, item) for item in things]
        reason = reasons[0] if all(reasons) else ""
        if reason and not verb.primary and not can(user, permission_of(verb, things[0])):
            continue
        url = reverse("complaint_step", args=[case.pk, verb.name])
        out[verb.group].append(Action(verb.name, verb.label, not reason, reason, verb.primary, verb.danger, url))
    out[OUT] += elsewhere(case, user)
    letter = letter_action(case, user)
    if letter is not None:
        out[WORK].insert(0, letter)
    return [(GROUPS[name], rows) for name, rows in out.items() if rows]


def elsewhere(case: Case, user: Any) -> list[Action]:
    """Return the ways from a complaint to what finds its like elsewhere: an inspection, a rule that would catch it."""
    url = reverse("insight_graph_act", args=[case.pk])
    draft = can(user, "knowledge.draft")
    out = [Action("rule", _("起草规则"), bool(draft), draft.reason, url=url)]
    if can(user, "complaints.open_issue", case):
        out.insert(0, Action("inspection", _("发起专项检查"), True, url=url))
    return out


def letter_action(case: Case, user: Any) -> Action | None:
    """Return the way to the letter's page, as the main step while the case is handled."""
    letter = case.letter_now()
    url = reverse("complaint_letter", args=[case.pk])
    if letter is not None and letter.state == LetterState.CHECKING.value:
        answer = can(user, "complaints.check_letter", case)
        reason = answer.reason or letters.against_check(letter, user)
        return Action("letter", _("复核告知书"), not reason, reason, True, url=url)
    if case.state not in (S.HANDLING, S.SUSPENDED):
        return None
    answer = can(user, "complaints.write_letter", case)
    ready = letter is not None and letter.state == LetterState.APPROVED.value and not letters.against_sending(case)
    label = _("送达告知书") if ready else _("起草告知书")
    return Action("letter", label, bool(answer), answer.reason, True, url=url)


def do(case: Case, name: str, *, by: Any, values: dict[str, Any], about: int | str | None = None) -> Text:
    """Do a verb with its form's values and return what is told; `about` names the one of several that is meant.

    Raises Refused where it has no place now, WhichOne where several wait and none is named.
    """
    verb = VERBS[name]
    verb.do(open_things.chosen(case, verb.things(case), about), by=by, **values)
    return verb.told
