"""Pages of the allow-list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import find, require, visible_to
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import allowances
from xiaobao_web.knowledge.forms import AllowForm
from xiaobao_web.knowledge.models import AllowEntry
from xiaobao_web.knowledge.tables import covers


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Ask for an entry."""
    require(request.user, "knowledge.allow")
    initial = {"rule": request.GET.get("rule", "")[:100], "phrase": request.GET.get("phrase", "")[:120]}
    form = AllowForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = allowances.ask(**form.cleaned_data, by=request.user)
        except (BadValue, Refused, Forbidden) as error:
            fields = getattr(error, "fields", {})
            for name, told in fields.items():
                form.add_error(name if name in form.fields else None, told)
            if not fields:
                form.add_error(None, error.message)
        else:
            messages.success(request, _("已提交，待他人批准后生效。"))
            return redirect("allow_entry", row.pk)
    return render(request, "knowledge/allow_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show an entry: what it covers, until when, what it set aside."""
    rows = AllowEntry.objects.select_related("unit", "product", "created_by__unit", "approved_by__unit")
    row = find(request.user, rows, "knowledge.view", pk=number)
    verbs = states.actions(row, request.user)
    set_aside = Finding.objects.filter(decision=Decision.DISMISSED, decided_by=None, reason=allowances.told(row))
    if row.rule:
        set_aside = set_aside.filter(rule=row.rule)
    recent = visible_to(request.user, set_aside.select_related("version__material"), "materials.view")
    context = {
        "row": row, "covers": covers(row), "recent": list(recent.order_by("-pk")[:20]) if row.used else [],
        "approving": next((item for item in verbs if item.name == "approve_allow"), None),
        "ending": [item for item in verbs if item.name != "approve_allow" and item.allowed],
        "events": journal.events_of(row),
    }  # fmt: skip
    return render(request, "knowledge/allow.html", context)


@require_POST
def act(request: SignedIn, number: int) -> HttpResponse:
    """Approve, refuse or withdraw an entry."""
    row = find(request.user, AllowEntry.objects.all(), "knowledge.view", pk=number)
    verb = request.POST.get("action", "")
    if verb == "approve_allow":
        allowances.approve(row, by=request.user)
        messages.success(request, _("白名单已生效。"))
    elif verb in ("refuse_allow", "withdraw_allow"):
        allowances.end(row, verb, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("白名单已终止。"))
    else:
        raise BadValue(_("没有这项操作。"))
    return redirect("allow_entry", row.pk)
