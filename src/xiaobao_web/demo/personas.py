"""The people one may be in the demonstration, without a password; only where XIAOBAO_DEMO is set."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao_web.people.models import Person


@dataclass(frozen=True)
class Persona:
    """A part to play: whose account it is, and what one sees first."""

    username: str
    label: str | Promise
    hint: str | Promise


PERSONAS = (
    Persona("submitter.wealth", _("送审人"), _("财富管理部：送审一份海报，答复意见")),
    Persona("sender_head.wealth", _("送审部门负责人"), _("签批本部门的送审")),
    Persona("reviewer.protection", _("审查岗"), _("在审查台逐条处理，出具意见")),
    Persona("second_reviewer.protection", _("复核岗"), _("复核高风险事项")),
    Persona("legal.legal", _("法律合规会签"), _("会签协议与第三方合作")),
    Persona("office.protection", _("消保办"), _("分派、台账、核验、统计")),
    Persona("executive.head", _("分管行领导"), _("审批不采纳的意见")),
    Persona("complaints.protection", _("投诉管理岗"), _("甄别、派单、监管转办、核查")),
    Persona("liaison.jiangcheng", _("分行消保联络员"), _("投放登记、整改")),
    Persona("auditor.audit", _("审计"), _("查看全部留痕")),
    Persona("admin.head", _("系统管理员"), _("机构、人员、后台任务")),
)


def offered() -> list[tuple[Persona, Person]]:
    """Return the parts that exist in this database; none outside the demonstration."""
    if not settings.DEMO:
        return []
    people = Person.objects.filter(username__in=[persona.username for persona in PERSONAS], is_active=True)
    known = {person.username: person for person in people.select_related("unit")}
    return [(persona, known[persona.username]) for persona in PERSONAS if persona.username in known]
