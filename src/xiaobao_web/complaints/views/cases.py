"""The case page of a complaint: what it is about, its clocks, every step one may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao.calendar.clocks import Clock
from xiaobao_web.complaints import agent_groups, clocking, open_things, queries, services, verbs
from xiaobao_web.complaints.data import key_of
from xiaobao_web.complaints.forms.entry import CorrectForm
from xiaobao_web.complaints.forms.passing import PassTaskForm
from xiaobao_web.complaints.models import AmountRole, Case, Link, OfficialCode, Task, Track
from xiaobao_web.complaints.replaced import replaced_of
from xiaobao_web.complaints.services import assignment, correcting, misread, passing, sentences
from xiaobao_web.complaints.services.personal import masked, shown, words_kept_from
from xiaobao_web.kernel import deadlines, files, formats, journal
from xiaobao_web.kernel.access import Answer, can, find, require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError, Refused
from xiaobao_web.kernel.models import Attachment
from xiaobao_web.kernel.views_comments import context_of

RELATED = ("unit__parent", "handler__unit", "leader", "registered_by", "product", "merged_into")


def find_case(user: Any, pk: int) -> Case:
    """Return a case a person may see; raises Hidden."""
    return find(user, Case.objects.select_related(*RELATED), "complaints.view", pk=pk)


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case."""
    return render(request, "complaints/case.html", context(find_case(request.user, pk), request.user))


def context(row: Case, user: Any) -> dict[str, Any]:
    """Return what the case page needs."""
    links = list(Link.objects.filter(case=row).select_related("other", "by"))
    links += list(Link.objects.filter(other=row).select_related("case", "by"))
    links = [item for item in links if services.tells_whom(user, item.case, item.other)]
    kept = words_kept_from(user, row)
    contacts = [
        (item, kept or masked(item.words())[:2000]) for item in row.contacts.order_by("received_at", "pk")[:50]
    ]
    summary, clocks = sentences.told_to(user, row), statutory(row)
    return {
        "case": row,
        "personal": shown(row),
        "summary": "" if any(_begins(words, summary) for _contact, words in contacts) else summary,
        "sums": [(AmountRole(item["role"]).label, item["value"]) for item in row.amounts],
        "happened": [formats.day_or_month(told) for told in row.event_dates],
        "may_open": can(user, "complaints.see_personal", row),
        "may_correct": can(user, "complaints.correct", row),
        "groups": verbs.groups(row, user),
        "clocks": deadlines.running(row),
        "statutory": clocks,
        "replaced": [] if any("fault" in item for item in clocks) else replaced(row, len(clocks)),
        "contacts": contacts,
        "records": row.records.select_related("by", "received_by"),
        "tasks": row.tasks.select_related("unit", "assignee", "approved_by"),
        "extensions": row.extensions.select_related("asked_by", "decided_by"),
        "offers": row.offers.select_related("asked_by", "decided_by"),
        "mediations": row.mediations.prefetch_related("sessions__by"),
        "letters": row.letters.select_related("written_by", "checked_by", "released_by", "sent_by"),
        "reviews": row.reviews.select_related("unit", "decided_by"),
        "responsibilities": row.responsibilities.select_related("unit", "by", "contested_by", "decided_by"),
        "callbacks": row.callbacks.select_related("by"),
        "parties": row.parties.select_related("person__unit"),
        "transfers": row.transfer_records.select_related("from_unit", "to_unit", "from_handler", "to_handler"),
        "transfers_in": row.transfers_in.all(),
        "links": [(item, item.other if item.case_id == row.pk else item.case) for item in links],
        "earlier": services.earlier_of(row, user),
        "agents": agent_groups.told_of(user, [one.pk for one, _words in contacts]),
        "merged": row.merged.all(),
        "codes": codes_of(row),
        "attachments": files.attachments_of(row).count(),
        "opens_files": files.guard_of("complaints.case").see(user, row.pk),
        "evidence": evidence_of(row, user),
        "events": journal.events_of(row),
        **context_of(row, user),
    }


def _begins(words: str, summary: str) -> bool:
    """Tell whether words that are shown anyway begin with a summary made of them."""
    return "".join(words.split()).startswith("".join(summary.removesuffix("…").split()))


def statutory(row: Case) -> list[dict[str, Any]]:
    """Return the clocks of a case for its card: label, days, articles; what cannot be replayed is told instead."""
    try:
        clocks = clocking.clocks_of(row)
    except Refused as error:
        return [{"fault": error.message}]
    return [
        {
            "clock": clock, "label": clocking.label_of(clock, row), "articles": "；".join(str(c) for c in clock.basis),
            "place": number, "ours": clocking.is_ours(clock), "whose": whose(clock),
        }
        for number, clock in enumerate(clocks)
    ]  # fmt: skip


def replaced(row: Case, first: int) -> list[dict[str, Any]]:
    """Return the clocks that were replaced for the same card; their counts are numbered from a place on."""
    return [
        {
            "clock": item.clock, "label": clocking.label_of(item.clock, row), "why": item.why, "at": item.at,
            "articles": "；".join(str(c) for c in item.clock.basis), "place": first + number,
        }
        for number, item in enumerate(replaced_of(row))
    ]  # fmt: skip


def whose(clock: Clock) -> str:
    """Return whose term a clock is, empty for the institution's own."""
    if clock.whose == "institution":
        return ""
    if clock.whose == "customer":
        return str(_("投诉人的期限"))
    return str(_("行政部门的期限") if clock.track == Track.AUTHORITY.value else _("监管部门的期限"))


def codes_of(row: Case) -> dict[str, str]:
    """Return the official codes of the case's classes, "" where none was taken in."""
    found: dict[str, str] = {}
    for field in ("business_type", "cause"):
        key = key_of(field, getattr(row, field))
        code = OfficialCode.objects.filter(field=field, key=key).values_list("code", flat=True).first() if key else None
        found[field] = code or ""
    return found


def evidence_of(row: Case, user: Any) -> list[Attachment]:
    """Return the files that came with the contacts of a case, for those who may open them."""
    if not can(user, "complaints.see_personal", row):
        return []
    ids = list(row.contacts.values_list("pk", flat=True)[:50])
    found = Attachment.objects.filter(subject_type="complaints.contact", subject_id__in=ids, removed_at__isnull=True)
    return list(found.select_related("stored")) if ids else []


@require_GET
def clock_days(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Show how a clock was counted, day by day, each with its article."""
    row = find_case(request.user, pk)
    clocks = clocking.clocks_of(row)
    if place >= len(clocks):  # those that were replaced follow the ones that count
        clocks += [item.clock for item in replaced_of(row)]
    if place >= len(clocks):
        raise Hidden(_("没有这个期限，请刷新页面。"))
    return render(request, "complaints/_clock.html", {"case": row, "steps": _days(clocks[place])})


def _days(clock: Any) -> list[tuple[Any, str]]:
    """Return the days of a clock with their article as people read it: 投诉办法第 18 条; the same one is told once."""
    out, before = [], ""
    for day in clock.replay:
        norm, mark, number = day.article.partition("#")
        told = f"{norm}第 {number} 条" if mark else day.article
        out.append((day, "" if told == before else told))
        before = told
    return out


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Show the form of a step, and do it; what is wrong is told beside the field, what was typed is kept."""
    row = find_case(request.user, pk)
    found = verbs.VERBS.get(verb)
    if found is None:
        raise Hidden(_("没有这项操作。"))
    if request.method == "GET":
        thing = _shown(found, row, request)
        reason = verbs.reason_against(found, row, request.user, thing)
        form = None if reason else found.form(case=row, user=request.user, about=thing)
        return _step(request, row, found, form, reason)
    form = found.form(request.POST, case=row, user=request.user, about=_shown(found, row, request))
    if form.is_valid():
        try:
            told = verbs.do(row, verb, by=request.user, values=form.cleaned_data, about=request.POST.get("about", ""))
        except PlatformError as error:
            if error.status == 404:
                raise
            tell(form, error)
        else:
            messages.success(request, str(told))
            return redirect(row)
    return _step(request, row, found, form, "", status=422)


def _shown(verb: verbs.Verb, row: Case, request: HttpRequest) -> Any:
    """Return what a page is about: the one that its address or form names, else the first, None where nothing waits.

    A form whose thing was done meanwhile keeps the old one's number, so that sending it again is refused again.
    """
    things = verb.things(row)
    about = (request.POST if request.method == "POST" else request.GET).get("about", "")
    return next((item for item in things if str(item.pk) == about), things[0] if things else None)


def _step(request: HttpRequest, row: Case, verb: verbs.Verb, form: Any, reason: str, status: int = 200) -> HttpResponse:
    thing = _shown(verb, row, request)
    others = [(item, open_things.told(item)) for item in verb.things(row) if item != thing]
    said = "" if thing in (None, row) else open_things.told(thing)
    values = {"case": row, "verb": verb, "form": form, "reason": reason, "thing": thing, "others": others,
              "said": said, "about": request.POST.get("about", "")}  # fmt: skip
    name = "complaints/_step.html" if request.headers.get("HX-Request") else "complaints/step.html"
    return render(request, name, values, status=status)


def tell(form: Any, error: PlatformError) -> None:
    """Put what a service refused beside the fields of a form."""
    fields = getattr(error, "fields", {})
    for field, sentence in fields.items():
        if field in form.fields:
            form.add_error(field, str(sentence))
    if not set(fields) & set(form.fields):
        form.add_error(None, error.message)


@require_POST
def personal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the complainant's data and words in full; the opening is journalled with its purpose."""
    row = find_case(request.user, pk)
    opened = services.open_personal(row, by=request.user, purpose=request.POST.get("purpose", ""))
    labels = {name: Case._meta.get_field(name).verbose_name for name in Case.PRIVATE}  # type: ignore[union-attr]
    fields = [(labels[name], value) for name, value in opened["fields"].items() if value]
    return render(request, "complaints/_personal.html", {**opened, "case": row, "fields": fields})


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the ticket; the page shows the data in full, so that opening it is journalled too."""
    row = find_case(request.user, pk)
    require(request.user, "complaints.correct", row)
    if request.method == "GET":
        services.open_personal(row, by=request.user, purpose=str(_("更正填单")))
        return _correcting(request, row, CorrectForm(instance=row))
    now = Case.objects.get(pk=row.pk)
    form, seen = CorrectForm(request.POST, instance=now), request.POST.get("seen", "")
    against = correcting.against_old_page(now, seen)
    if against:
        form.add_error(None, against)
    if form.is_valid():
        try:
            why = form.cleaned_data.pop("why")
            services.correct(row, by=request.user, values=form.cleaned_data, seen=seen, why=why)
        except Refused as error:
            tell(form, error)
            now = Case.objects.get(pk=row.pk)
        else:
            messages.success(request, _("填单已更正。"))
            return redirect(row)
    return _correcting(request, now, form, status=422)


def _correcting(request: HttpRequest, row: Case, form: CorrectForm, status: int = 200) -> HttpResponse:
    names = (*Case.PERSONAL, "people_count", "face_to_face")
    values = {"case": row, "form": form, "people": [form[name] for name in names],
              "seen": services.times_corrected(row), "read": misread.is_read(row)}  # fmt: skip
    return render(request, "complaints/correct.html", values, status=status)


@require_POST
def decide_link(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Confirm or reject a link that the machine proposed."""
    row = find_case(request.user, pk)
    found = Link.objects.select_related("case", "other").filter(pk=link, case=row).first()
    if found is None:
        raise Hidden(_("没有这个关联。"))
    services.decide_link(found, by=request.user, confirm=request.POST.get("confirm") == "1")
    return redirect(row)


@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task with what the unit needs to know of the case; answer it, or decide on the answer."""
    rows = Task.objects.select_related("case__unit", "case__handler", "unit", "assignee", "asked_by", "replied_by")
    row = find(request.user, rows, "complaints.tasks", pk=pk)
    fault, passes = "", request.POST.get("action") == "pass"
    handing = PassTaskForm(request.POST if passes else None, task=row, user=request.user)
    if request.method == "POST":
        try:
            told = _handed_on(row, handing, request.user) if handing.is_bound else _task_step(row, request)
        except BadValue as error:
            if handing.is_bound:
                tell(handing, error)
            else:
                fault = error.message
        else:
            if told:
                messages.success(request, told)
                kept = visible_to(request.user, rows.filter(pk=pk), "complaints.tasks").exists()
                return redirect(row if kept else "complaint_tasks")
    sees_case = queries.visible(request.user).filter(pk=row.case_id).exists()
    values = {
        "task": row, "fault": fault, "given": request.POST,
        "may_answer": _may(request.user, "answer_task", row, "open", assignment.against_answer),
        "may_decide": _may(request.user, "approve_task", row, "answered", assignment.against_task_decision),
        "may_pass": _may(request.user, "pass_task", row, "open", passing.against_passing), "handing": handing,
        "sees_case": sees_case, "closed": row.is_closed and not sees_case,
        "clock": deadlines.running(row).first(), "summary": sentences.told_to(request.user, row.case),
    }  # fmt: skip
    return render(request, "complaints/task.html", values, status=422 if fault or handing.errors else 200)


def _handed_on(row: Task, form: PassTaskForm, user: Any) -> str:
    """Hand a task on; return what is told, "" where the form has faults."""
    if not form.is_valid():
        return ""
    made = services.pass_task(row, by=user, **form.cleaned_data)
    return str(_("任务已转给%s。") % (made.assignee or made.unit))


def _may(user: Any, verb: str, row: Task, state: str, against: Callable[[Task, Any], str]) -> Answer | None:
    """Return whether a person may do a task's step and why not, None where it is not the turn of that step."""
    if row.state != state:
        return None
    return verbs.may(user, verb, row, against(row, user))


def _task_step(row: Task, request: HttpRequest) -> str:
    action = request.POST.get("action", "")
    if action == "answer":
        services.answer_task(row, by=request.user, reply=request.POST.get("reply", ""))
        return str(_("回复已提交，等待负责人审批。"))
    if action in ("approve", "return"):
        seen = request.POST.get("seen", "")
        if seen and row.replied_at is not None and seen != row.replied_at.isoformat():
            raise BadValue(_("回复在您打开之后又修改过，下面是新的内容，请看过再办。"))
        services.decide_task(row, by=request.user, approve=action == "approve", note=request.POST.get("note", ""))
        return str(_("已审批。")) if action == "approve" else str(_("已退回。"))
    if action == "cancel":
        services.cancel_task(row, by=request.user)
        return str(_("任务已撤销。"))
    raise BadValue(_("没有这项操作，请刷新页面。"))
