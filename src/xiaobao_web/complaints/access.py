"""Who may do what with complaints, how far, and the four eyes and recusal that every step keeps."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.data import limits
from xiaobao_web.kernel.access import Reach, declare
from xiaobao_web.people.models import OrganisationKind, Role

OWN, UNIT, ALL = Reach.OWN, Reach.UNIT, Reach.ALL
HANDLERS: dict[str, Reach] = {Role.COMPLAINTS: UNIT, Role.LIAISON: UNIT}
CLERKS: dict[str, Reach] = {**HANDLERS, Role.OFFICE: UNIT, Role.SERVICE: UNIT}
OFFICE: dict[str, Reach] = {Role.OFFICE: UNIT}
SUPERVISORS: dict[str, Reach] = {Role.COMPLAINTS: UNIT, Role.OFFICE: UNIT}
HEADS: dict[str, Reach] = {Role.SENDER_HEAD: UNIT}
UNITS: dict[str, Reach] = {Role.SUBMITTER: UNIT, Role.LIAISON: UNIT, Role.SENDER_HEAD: UNIT, Role.SERVICE: UNIT,
                           Role.COMPLAINTS: UNIT}  # fmt: skip


def is_complained_of(user: Any, obj: Any) -> str | None:
    """Nobody handles a complaint about themselves (投诉办法 17)."""
    ids = getattr(obj, "respondent_ids", None)
    if ids is not None and user.pk in ids():
        return _g("您是这件投诉的被投诉员工，按回避要求不能办理。")
    return None


def handles(user: Any, obj: Any) -> str | None:
    """The handler does the work; before there is one, whoever may handle."""
    reason = is_complained_of(user, obj)
    if reason:
        return reason
    if obj.handler_id and obj.handler_id != user.pk:
        return _g("这件投诉由%(name)s经办；如需改由您办理，请先转派。") % {"name": obj.handler}
    return None


def another_person(user: Any, obj: Any) -> str | None:
    """Nobody says of themselves what they are good at: it steers who is given which case."""
    return _g("专长由主管人员设置，不能自行设置。") if user.pk == obj.pk else None


def second_of_kind(user: Any, obj: Any) -> str | None:
    """Whoever called a contact no complaint does not check it."""
    if user.pk == obj.kind_by_id:
        return _g("甄别由您作出，须由另一人复核。")
    return None


def not_the_handler(user: Any, obj: Any) -> str | None:
    """What the handler asks for is decided by another."""
    reason = is_complained_of(user, obj)
    if reason:
        return reason
    if obj.handler_id == user.pk:
        return _g("您是经办人，须由另一人审批。")
    return None


def is_superior(user: Any, obj: Any) -> str | None:
    """The special extension is approved by the superior institution or a head-office executive (投诉办法 18)."""
    reason = not_the_handler(user, obj)
    if reason:
        return reason
    if Role.EXECUTIVE in user.roles_now():
        return None
    if obj.unit.kind in (OrganisationKind.BRANCH, OrganisationKind.SUB_BRANCH, OrganisationKind.PARTNER):
        return None
    return _g("总行部门的特别延期须由总行高级管理人员审批。")


def offer_limit(user: Any) -> tuple[Any, str]:
    """Return the highest amount a person may approve and the role that gives it; None: no limit, 0: nothing."""
    best: Any = 0
    as_role = ""
    for role, amount in limits().offer_limits.items():
        if role not in user.roles_now():
            continue
        if amount is None:
            return None, role
        if amount > best:
            best, as_role = amount, role
    return best, as_role


def reviews_anothers_case(user: Any, obj: Any) -> str | None:
    """The review is by people who had no part in the obj, of a superior institution."""
    reason = not_the_handler(user, obj)
    if reason:
        return reason
    if user.pk in (obj.registered_by_id,):
        return _g("您登记了这件投诉，核查须由未参与办理的人员作出。")
    if user.unit_id and user.unit_id == obj.unit_id:
        return _g("核查须由责任机构的上级机构作出。")
    return None


def found_by_another(user: Any, obj: Any) -> str | None:
    """Who found responsibility does not decide on the objection to it."""
    reason = is_complained_of(user, obj)
    if reason:
        return reason
    last = obj.responsibilities.order_by("-pk").first()
    if last is not None and last.by_id == user.pk:
        return _g("责任由您认定，复核须由另一人作出。")
    return None


def may_know(user: Any, obj: Any) -> str | None:
    """Who a reporter is whose identity is confidential is for the handler and the office alone."""
    if obj.confidential and user.pk != obj.handler_id and Role.OFFICE not in user.roles_now():
        return _g("投诉人要求身份保密，只有经办人和消保办可以查看。")
    return is_complained_of(user, obj)


VIEW: dict[str, Reach] = {
    Role.COMPLAINTS: UNIT, Role.LIAISON: UNIT, Role.OFFICE: UNIT, Role.SENDER_HEAD: UNIT, Role.LEGAL: ALL,
    Role.EXECUTIVE: ALL, Role.AUDITOR: ALL, Role.INSPECTOR: UNIT, Role.MONITOR: UNIT, Role.SERVICE: OWN,
    Role.SUBMITTER: OWN, Role.REVIEWER: UNIT,
}  # fmt: skip
declare("complaints.view", _("查看投诉"), VIEW)
declare("complaints.register", _("登记来件"), CLERKS)
declare("complaints.import", _("批量导入投诉"), SUPERVISORS)
declare("complaints.intake_figures", _("查看填单准确率"), {**SUPERVISORS, Role.AUDITOR: ALL})
declare("complaints.contacts", _("查看来件"), CLERKS)
declare("complaints.screen_kind", _("甄别"), SUPERVISORS | {Role.LIAISON: UNIT})
declare("complaints.check_kind", _("复核甄别"), SUPERVISORS, when=second_of_kind)
declare("complaints.refile", _("改为投诉立案"), SUPERVISORS)
declare("complaints.check_sample", _("甄别抽查"), SUPERVISORS, when=second_of_kind)
declare("complaints.accept", _("受理"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.decline", _("不予办理"), OFFICE, when=not_the_handler)
declare("complaints.assign", _("派单"), SUPERVISORS | HEADS, when=is_complained_of)
declare("complaints.handle", _("经办投诉"), HANDLERS, when=handles)
declare("complaints.transfer", _("转派"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.correct", _("更正填单"), CLERKS, when=is_complained_of)
declare("complaints.task_out", _("发起协办"), HANDLERS, when=handles)
declare("complaints.tasks", _("查看协办任务"), UNITS | OFFICE | {Role.AUDITOR: ALL})
declare("complaints.answer_task", _("回复协办任务"), UNITS)
declare("complaints.approve_task", _("审批协办回复"), HEADS | OFFICE)
declare("complaints.pass_task", _("转交协办任务"), {**HANDLERS, **HEADS, **OFFICE})
declare("complaints.ask_extension", _("申请延期"), HANDLERS, when=handles)
declare("complaints.approve_complex", _("审批复杂延期"), HEADS | OFFICE, when=not_the_handler)
declare("complaints.approve_special", _("审批特别延期"), OFFICE | {Role.EXECUTIVE: ALL}, when=is_superior)
declare("complaints.notify_extension", _("告知延期"), HANDLERS, when=handles)
declare("complaints.suspend", _("中止期限"), HANDLERS, when=handles)
declare("complaints.resume", _("恢复办理"), HANDLERS, when=handles)
declare("complaints.withdraw", _("登记撤回"), HANDLERS, when=handles)
declare("complaints.merge", _("并案"), HANDLERS, when=handles)
declare("complaints.add_facts", _("登记新的事实和理由"), CLERKS, when=is_complained_of)
declare("complaints.add_track", _("增加并行时限"), CLERKS, when=is_complained_of)
declare("complaints.investigate", _("调查记录"), HANDLERS, when=handles)
declare("complaints.offer", _("提出处理方案"), HANDLERS, when=handles)
declare(
    "complaints.approve_offer", _("审批处理方案"), SUPERVISORS | HEADS | {Role.EXECUTIVE: ALL}, when=not_the_handler
)
declare("complaints.mediate", _("办理调解"), HANDLERS, when=handles)
declare("complaints.write_letter", _("起草告知书"), HANDLERS, when=handles)
declare("complaints.check_letter", _("复核告知书"), SUPERVISORS | HEADS | {Role.LEGAL: ALL}, when=not_the_handler)
declare("complaints.release_letter", _("应急放行告知书"), OFFICE, when=not_the_handler)
declare("complaints.answer", _("送达告知书"), HANDLERS, when=handles)
declare("complaints.object", _("登记异议"), HANDLERS, when=handles)
declare("complaints.apply_review", _("登记核查申请"), CLERKS, when=is_complained_of)
declare("complaints.decide_review", _("作出核查决定"), SUPERVISORS, when=reviews_anothers_case)
declare("complaints.find_responsibility", _("责任认定"), SUPERVISORS | HEADS, when=is_complained_of)
declare("complaints.contest", _("申请复核责任认定"), HEADS | {Role.LIAISON: UNIT, Role.COMPLAINTS: UNIT})
declare("complaints.decide_contest", _("复核责任认定"), OFFICE, when=found_by_another)
declare("complaints.close", _("办结"), HANDLERS | OFFICE, when=is_complained_of)
declare("complaints.reopen", _("重新办理"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.call_back", _("回访"), CLERKS, when=is_complained_of)
declare("complaints.level", _("定级"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.lead", _("确定领导包案"), OFFICE)
declare("complaints.add_party", _("登记相关人"), CLERKS, when=is_complained_of)
declare("complaints.link", _("登记关联"), CLERKS)
declare("complaints.regulator", _("办理转办件"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.report_regulator", _("向监管反馈"), SUPERVISORS | {Role.LIAISON: UNIT}, when=is_complained_of)
declare("complaints.see_personal", _("查看投诉人完整信息"), {**CLERKS, Role.AUDITOR: ALL, Role.LEGAL: ALL},
        when=may_know, personal=True)  # fmt: skip
declare("complaints.confidential", _("设置身份保密"), SUPERVISORS | {Role.LIAISON: UNIT}, when=may_know)
declare("complaints.open_issue", _("登入问题台账"), SUPERVISORS | {Role.LIAISON: UNIT, Role.AUDITOR: ALL})
declare("complaints.reevaluate", _("提请回溯评估"), SUPERVISORS)
declare("complaints.set_template", _("管理反馈报告模板"), OFFICE | {Role.ADMIN: ALL})
declare("complaints.set_codes", _("导入官方分类编码"), OFFICE | {Role.ADMIN: ALL})
declare("complaints.agents", _("查看黑产线索"), {**SUPERVISORS, **HEADS, Role.LIAISON: UNIT, Role.EXECUTIVE: ALL,
        Role.AUDITOR: ALL, Role.LEGAL: ALL, Role.MONITOR: UNIT})  # fmt: skip
declare("complaints.judge_agents", _("判断黑产线索"), SUPERVISORS)
declare("complaints.skills", _("查看经办专长"), {**SUPERVISORS, **HEADS, Role.AUDITOR: ALL})
declare("complaints.set_skills", _("设置经办专长"), SUPERVISORS | HEADS, when=another_person)
declare("complaints.set_bureau", _("管理属地局"), OFFICE | {Role.ADMIN: ALL})
declare("complaints.set_platform", _("管理支付平台"), {Role.ADMIN: ALL})
declare("complaints.reply_platform", _("回复支付平台"), HANDLERS, when=handles)
declare("complaints.comment", _("评论"), VIEW)
