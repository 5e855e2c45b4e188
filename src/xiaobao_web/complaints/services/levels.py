"""How grave a case is: complex and major complaints, their duties, and who leads them (领导包案)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, Level, Urgency
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.people.models import Role

ORDER = {Level.NORMAL.value: 0, Level.COMPLEX.value: 1, Level.MAJOR.value: 2}


def reasons_of(case: Case) -> tuple[str, list[str]]:
    """Return the level that the facts of a case give, and why (投诉办法 29 and the institution's own rules)."""
    rules, reasons = limits(), []
    level = Level.NORMAL.value
    if case.people_count >= rules.complex_people:
        level = Level.COMPLEX.value
        reasons.append(_("%d 人共同投诉") % case.people_count)
    hit = [flag for flag in rules.complex_flags if flag in case.flags]
    if hit:
        level = Level.COMPLEX.value
        reasons.append("、".join(hit))
    if case.urgency == Urgency.CRITICAL.value:
        level = Level.COMPLEX.value
        reasons.append(_("特急"))
    if case.people_count >= rules.major_people and case.face_to_face:
        level = Level.MAJOR.value
        reasons.insert(0, _("%d 人以上面谈提出共同投诉") % rules.major_people)
    return level, reasons


def judge(case: Case, *, by: Any) -> Case:
    """Raise a case to the level that its facts give; a person alone lowers it."""
    level, reasons = reasons_of(case)
    if ORDER[level] <= ORDER[case.level]:
        return case
    return _set(case, level, reasons, by)


@transaction.atomic
def set_level(case: Case, *, by: Any, level: str, reason: str) -> Case:
    """Set the level by hand, as for a disaster or what the regulator designates (投诉办法 29)."""
    require(by, "complaints.level", case)
    if level not in ORDER:
        raise BadValue(_("请选择等级。"), fields={"level": _("请选择")})
    if not reason.strip():
        raise BadValue(_("请写明定级理由。"), fields={"reason": _("必填")})
    return _set(Case.objects.select_for_update().get(pk=case.pk), level, [reason.strip()], by)


def _set(case: Case, level: str, reasons: list[str], by: Any) -> Case:
    before = case.level
    case.level, case.level_reasons = level, reasons
    case.save(update_fields=["level", "level_reasons"])
    facts = {"level": Level(level).label, "reason": "；".join(reasons)}
    journal.record("complaints.levelled", by=by, on=case, facts=facts, changes={"level": [before, level]})
    if level == Level.MAJOR.value:
        told = [*telling.office(case), *telling.executives(case), *telling.unit_heads(case)]
        telling.people(case, told, _("重大投诉，请立即按应急预案处置：%(number)s %(title)s"), "complaints.major")
    elif level == Level.COMPLEX.value:
        told = [*telling.office(case), *telling.unit_heads(case)]
        telling.people(case, told, _("疑难投诉：%(number)s %(title)s"), "complaints.major")
    return case


@transaction.atomic
def lead(case: Case, *, by: Any, person: Any) -> Case:
    """Have a leader of the bank or of the unit answer for a case (领导包案)."""
    require(by, "complaints.lead", case)
    check_leader(case, person, field="person")
    row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    row.leader = person
    row.save(update_fields=["leader"])
    journal.record("complaints.led", by=by, on=row, facts={"person": person})
    telling.people(row, [person], _("请您包案督办：%(number)s %(title)s"))
    return row


def check_leader(case: Case, person: Any, *, field: str) -> None:
    """Return for a leader who may answer for a case or receive its complainant; raises BadValue for others."""
    if not {Role.EXECUTIVE, Role.SENDER_HEAD} & person.roles_now():
        raise BadValue(_("包案、接访领导须为行领导或机构负责人。"), fields={field: _("请另选")})
    if person.pk in case.respondent_ids():
        raise BadValue(_("被投诉人不能包案或接访。"), fields={field: _("请另选")})
