"""Pages of the ledger: enter an issue, its case page, every step on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.findings import forms, services, verbs
from xiaobao_web.findings.models import Issue
from xiaobao_web.findings.sources import page_of
from xiaobao_web.kernel import deadlines, files, journal
from xiaobao_web.kernel.access import can, find, holds, require
from xiaobao_web.kernel.errors import BadUpload, BadValue, PlatformError
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.views_comments import context_of

RELATED = (
    "unit",
    "owner__unit",
    "raised_by__unit",
    "handed_in_by",
    "verified_by",
    "repeat_of",
    "finding__version__material",
)
MOST_FILES = 20


def find_issue(user: Any, pk: int) -> Issue:
    """Return an issue a person may see; raises Hidden."""
    return find(user, Issue.objects.select_related(*RELATED), "findings.view", pk=pk)


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Enter an issue, and give it to its owner at once where one may."""
    require(request.user, "findings.open_issue")
    form = forms.NewForm(
        request.POST if request.method == "POST" else None,
        assigns=holds(request.user, "findings.assign"),
        initial={"unit": request.user.unit_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            issue = services.open_issue(by=request.user, **form.cleaned_data)
        except PlatformError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记，编号 %s。") % issue.number)
            return redirect(issue)
    return render(
        request,
        "findings/new.html",
        {"form": form, "imports": can(request.user, "findings.import")},
        status=422 if form.errors else 200,
    )


@require_GET
def case(request: SignedIn, pk: int) -> HttpResponse:
    """Show an issue."""
    return render(request, "findings/issue.html", shown(find_issue(request.user, pk), request.user))


def shown(issue: Issue, user: Any, bound: forms.StepForm | None = None, name: str = "") -> dict[str, Any]:
    """Return what the case page needs; `bound` is the form of a refused try of the verb `name`."""
    return {
        "issue": issue,
        "offers": verbs.offers(issue, user, bound, name),
        "tried": name,
        "clocks": deadlines.running(issue),
        "past_clocks": deadlines.of(issue).exclude(pk__in=deadlines.running(issue).values("pk")),
        "extensions": issue.extension_requests.select_related("asked_by", "decided_by"),
        "accountabilities": issue.accountabilities.select_related("person", "by"),
        "notices": issue.notices.select_related("unit"),
        "repeats": issue.repeats.order_by("-pk")[:10],
        "attachments": list(files.attachments_of(issue)),
        "evidence": services.EVIDENCE,
        "may_change": bool(can(user, "findings.hand_in", issue)),
        "source_url": page_of(issue, user),
        "events": journal.events_of(issue),
        **context_of(issue, user),
    }


@require_POST
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Do one step; what is wrong is told beside the step, what was written and uploaded is kept."""
    issue = find_issue(request.user, pk)
    name = request.POST.get("action", "")
    verb = verbs.VERBS.get(name)
    if verb is None:
        raise BadValue(_("没有这项操作，请刷新页面。"))
    form = verb.form(request.POST, issue=issue)
    form.full_clean()
    if name == "hand_in":
        _keep_evidence(request, issue, form)
    if form.is_valid():
        try:
            verb.do(issue, by=request.user, **form.cleaned_data)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            _tell(form, error)
        else:
            messages.success(request, str(verb.told))
            return redirect(issue)
    return render(
        request, "findings/issue.html", shown(find_issue(request.user, pk), request.user, form, name), status=422
    )


def _keep_evidence(request: SignedIn, issue: Issue, form: forms.StepForm) -> None:
    """Attach what came with the form, before the step: a refused step must not lose it."""
    uploads = request.FILES.getlist("file")[:MOST_FILES]
    if uploads:
        require(request.user, "findings.hand_in", issue)
    for upload in uploads:
        try:
            stored = files.store(upload, name=upload.name or "", by=request.user)
        except BadUpload as error:
            form.add_error(None, f"{upload.name}：{error.message}")
            continue
        files.attach(issue, stored, name=upload.name or "", purpose=services.EVIDENCE, by=request.user)


def _tell(form: forms.StepForm, error: PlatformError) -> None:
    fields = getattr(error, "fields", {})
    for field, sentence in fields.items():
        if field in form.fields:
            form.add_error(field, sentence)
    if not set(fields) & set(form.fields):
        form.add_error(None, error.message)
