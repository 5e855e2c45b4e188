"""What files, comments and reminders of complaints ask of us: who may see, add, and who holds a case."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.models import Case, Contact, Task
from xiaobao_web.complaints.services.correcting import TOLD
from xiaobao_web.complaints.states import DONE
from xiaobao_web.kernel import comments, files, kept
from xiaobao_web.kernel.access import can, visible_to
from xiaobao_web.kernel.reminders import deadlines_owner


def sees(user: Any, pk: int) -> bool:
    """Tell whether a person may see a case's files: they hold personal data, so as the words in full."""
    case = visible_to(user, Case.objects.filter(pk=pk), "complaints.view").first()
    if case is None:
        return False
    return bool(can(user, "complaints.see_personal", case)) or case.handler_id == user.pk


def changes(user: Any, pk: int) -> bool:
    """Tell whether a person may add to a case's files."""
    case = Case.objects.select_related("unit").filter(pk=pk).first()
    return case is not None and case.state not in DONE and bool(can(user, "complaints.correct", case))


def sees_contact(user: Any, pk: int) -> bool:
    """Tell whether a person may see a contact's files; those of a confidential case tell who complains."""
    row = visible_to(user, Contact.objects.filter(pk=pk), "complaints.contacts").select_related("case").first()
    if row is None:
        return False
    return row.case is None or not row.case.confidential or bool(can(user, "complaints.see_personal", row.case))


def adds_to_contact(user: Any, pk: int) -> bool:
    """Tell whether a person may add to a contact's files."""
    contact = Contact.objects.select_related("unit").filter(pk=pk).first()
    return contact is not None and bool(can(user, "complaints.register", contact))


files.guard("complaints.case", sees, changes)
files.guard("complaints.contact", sees_contact, adds_to_contact)
comments.audience("complaints.case")
kept.keeps(Case, lambda: Case.objects.filter(confidential=True), fields=TOLD)
kept.keeps(Task, lambda: Task.objects.filter(case__confidential=True), about="case", name=attrgetter("case_name"))
kept.keeps(Contact, lambda: Contact.objects.filter(confidential=True), fields=("subject",))
deadlines_owner("complaints.case", telling.in_charge)
deadlines_owner("complaints.task", lambda task: [task.assignee] if isinstance(task, Task) and task.assignee else [])
