"""Pages where contacts are registered and told apart, and the page of a contact."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiaobao_web.complaints import agent_groups, beside, services
from xiaobao_web.complaints.channels.named import unit_in
from xiaobao_web.complaints.forms import entry as forms
from xiaobao_web.complaints.forms.tracks import propose
from xiaobao_web.complaints.models import Case, Contact, ContactKind, ContactState, Urgency
from xiaobao_web.complaints.services import intake, opening, similar
from xiaobao_web.complaints.services.personal import masked, words_kept_from
from xiaobao_web.complaints.states import DONE
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.kernel import deadlines, files, formats, journal
from xiaobao_web.kernel.access import can, find, holds, require
from xiaobao_web.kernel.errors import BadValue, PlatformError

FACTS = ("customer_name", "phone", "id_number", "account", "email", "institution", "staff", "product_name",
         "business_type", "cause", "amounts", "event_dates", "demands", "flags", "urgency", "amount", "summary",
         "confidential")  # fmt: skip


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Take a contact down: a complaint is filed at once, the rest waits for the second person."""
    require(request.user, "complaints.register")
    form = forms.RegisterForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            contact = _registered(form.cleaned_data, request)
        except PlatformError as error:
            tell(form, error)
        else:
            similar.link_now(contact.pk)
            if contact.case is not None:
                joined = contact.case == form.cleaned_data["into"]
                told = _("已并入 %s，没有重复立案。") if joined else _("已立案，编号 %s。")
                messages.success(request, told % contact.case.number)
                return redirect(contact.case if _sees(request.user, contact.case) else contact)
            messages.success(request, _("已登记，编号 %s。") % contact.number)
            return redirect(contact)
    values = {"form": form, "screens": holds(request.user, "complaints.screen_kind")}
    return render(request, "complaints/register.html", values, status=422 if form.errors else 200)


def _sees(user: Any, case: Case) -> bool:
    return bool(can(user, "complaints.view", case))


def _registered(given: dict[str, Any], request: HttpRequest) -> Contact:
    """Register what a page told; the same page sent again, after a lost answer or a double click, is one contact."""
    by = request.user
    facts = {name: given[name] for name in FACTS}
    if given["track"]:
        facts["beside"] = given["track"]
    moment = timezone.localtime(given["received_at"] or timezone.now())
    ticket = intake.read_ticket(given["channel"], received_at=moment, text=given["text"])
    if facts["urgency"] == Urgency.NORMAL and ticket["ticket"].get("urgency") in (Urgency.HIGH, Urgency.CRITICAL):
        del facts["urgency"]  # what the page proposes; the words say more
    once = f"{given['channel']}:page:{by.pk}:{given['once']}" if given["once"] else ""
    named = unit_in(given["text"])
    contact = services.register(
        key=once,
        channel=given["channel"], text=given["text"], by=by, received_at=given["received_at"],
        unit=given["unit"] or (named.unit if named else None),
        ticket=ticket,
        sender=given["customer_name"], people_count=given["people_count"], face_to_face=given["face_to_face"],
        kind_proposed=ContactKind.COMPLAINT.value if given["kind"] == ContactKind.COMPLAINT else "",
        details={key: str(value) if key == "amount" and value is not None else value for key, value in facts.items()},
    )  # fmt: skip
    if contact.state != ContactState.NEW.value:
        return contact
    keep_files(request, contact)
    if holds(by, "complaints.screen_kind") and can(by, "complaints.screen_kind", contact):
        complaint = given["kind"] == ContactKind.COMPLAINT
        services.screen_kind(
            contact, by=by, kind=given["kind"], reason=given["kind_reason"], into=given["into"] if complaint else None,
            **(facts if complaint else {}),
        )
        contact.refresh_from_db()
    return contact


def keep_files(request: HttpRequest, contact: Contact) -> None:
    """Attach what came along; a file that cannot be taken is told and does not lose the rest."""
    if uploads := request.FILES.getlist("file"):
        for told in intake.keep_files(contact, uploads, by=request.user)[1]:
            messages.warning(request, told)


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a contact as it came and what it was found to be; say so, check it, check the sample."""
    rows = Contact.objects.select_related(
        "unit", "registered_by", "kind_by", "checked_by", "sampled_by", "case__unit", "scan"
    )
    row = find(request.user, rows, "complaints.contacts", pk=pk)
    screening = request.POST.get("action") == "screen_kind"
    named = unit_in(row.words()) if row.state == ContactState.NEW.value and opening.stands_by_default(row) else None
    first = supplemented(row)
    into = first.case.number if first and first.case and first.case.state not in DONE else ""
    form = forms.ScreenForm(
        request.POST if screening else None, user=request.user,
        initial={"kind": row.kind_proposed, "unit": named.unit.pk if named else row.unit_id,
                 "into": request.GET.get("into", into)[:40]},
    )  # fmt: skip
    said = opening.fields_of(row) | opening.stated(row)
    propose(form.fields["track"], *beside.proposed(said, row.words()))
    if said.get("beside"):
        told = _("来源系统写明") if row.source_system or row.registered_by is None else _("登记时选定")
        propose(form.fields["track"], said["beside"], told)
    if request.method == "POST":
        try:
            told = _contact_step(row, request, form)
        except BadValue as error:
            if not screening:
                raise
            tell(form, error)
        else:
            if told:
                similar.link_now(row.pk)
                messages.success(request, told)
                return redirect(row)
    if named is not None:
        form.fields["unit"].help_text = _("原话里有“%s”。") % named.words
    return render(request, "complaints/contact.html", {**_shown(row, form, request.user), "first": first},
                  status=422 if form.is_bound and form.errors else 200)  # fmt: skip


def _shown(row: Contact, form: Any, user: Any) -> dict[str, Any]:
    kept = words_kept_from(user, row.case)
    return {
        "contact": row,
        "mail": {name: parse_datetime(str(row.details.get(f"{name}_at") or "")) for name in ("arrived", "sent")},
        "form": form,
        "subject": "" if kept else masked(row.subject),
        "words": kept or masked(row.words()),
        "stated": [] if kept else stated(row),
        "screen": can(user, "complaints.screen_kind", row) if row.state == "new" else None,
        "check": can(user, "complaints.check_kind", row) if row.state == "checking" else None,
        "sample": can(user, "complaints.check_sample", row) if row.sampled and row.sampled_at is None else None,
        "near": similar.near(row, user),
        "agents": agent_groups.told_of(user, [row.pk]),
        "replies": row.platform_replies.select_related("by") if row.details.get("platform") else [],
        "clocks": deadlines.running(row),
        "attachments": files.attachments_of(row),
        "events": journal.events_of(row),
    }


def supplemented(row: Contact) -> Contact | None:
    """Return the contact to which a person added this one by their receipt's code, None for any other."""
    rows = Contact.objects.filter(number=row.thread).exclude(pk=row.pk).select_related("case")
    return rows.first() if row.from_forms and row.thread else None


def stated(row: Contact) -> list[tuple[Any, str]]:
    """Return what a channel stated of a contact beside its words, and is no personal data, with its labels."""
    told = {name: row.details.get(name) for name in ("region", "product_name", "amount", "demands")}
    told["amount"] = formats.money(told["amount"]) if told["amount"] not in (None, "") else ""
    shown = {name: "、".join(value) if isinstance(value, list) else value for name, value in told.items()}
    label = {name: Case._meta.get_field(name).verbose_name for name in shown}  # type: ignore[union-attr]
    return [(label[name], masked(str(value))) for name, value in shown.items() if value]


def _contact_step(row: Contact, request: HttpRequest, form: Any) -> str:
    by, post = request.user, request.POST
    action = post.get("action", "")
    if action == "screen_kind":
        if not form.is_valid():
            return ""
        given = form.cleaned_data
        services.screen_kind(row, by=by, kind=given["kind"], reason=given["reason"], into=given["into"],
                             unit=given["unit"], **{**opening.stated(row), "beside": given["track"]})  # fmt: skip
        return str(_("已甄别。"))
    if action == "check_kind":
        services.check_kind(row, by=by, agree=post.get("agree") == "1", note=post.get("note", ""))
        return str(_("复核已登记。"))
    if action == "check_sample":
        services.check_sample(row, by=by, omitted=post.get("omitted") == "1", note=post.get("note", ""))
        return str(_("抽查已登记。"))
    raise BadValue(_("没有这项操作，请刷新页面。"))
