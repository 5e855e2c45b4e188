"""Pages of the registry: one entry, placing, taking down, withdrawing, the calendar of what expires."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, PlatformError
from xiaobao_web.kernel.files import attachments_of
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.states import actions
from xiaobao_web.materials import queries, registry
from xiaobao_web.materials.access import events_of_placing
from xiaobao_web.materials.forms import PlaceForm, TakeDownForm
from xiaobao_web.materials.models import ApprovedMaterial, Placement


def _find(request: SignedIn, number: int) -> ApprovedMaterial:
    return find(request.user, queries.registry(request.user), "materials.registry", pk=number)


def _find_placement(request: SignedIn, number: int) -> Placement:
    return find(request.user, queries.placements(request.user), "materials.placements", pk=number)


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show an entry: what was approved, where it may be used, where it is placed."""
    approved = _find(request, number)
    placements = list(queries.placements(request.user).filter(approved=approved))
    proofs = {row.pk: list(attachments_of(row, "removal")) for row in placements if row.removed_at}
    context = {
        "approved": approved,
        "usable": approved.usable_on(timezone.localdate()),
        "placements": [
            (row, proofs.get(row.pk, []), can(request.user, "materials.remove_placement", row)) for row in placements
        ],
        "elsewhere": approved.placements.count() - len(placements),
        "actions": actions(approved, request.user),
        "may_place": can(request.user, "materials.place"),
        "may_see_material": bool(can(request.user, "materials.view", approved.version.material)),
        "events": events_of_placing(request.user, journal.events_of(approved)),
    }
    return render(request, "materials/approved.html", context)


@require_http_methods(["GET", "POST"])
def place(request: SignedIn, number: int) -> HttpResponse:
    """Enter a placement of an entry."""
    approved = _find(request, number)
    require(request.user, "materials.place")
    form = PlaceForm(request.POST if request.method == "POST" else None, approved=approved, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            registry.place(approved, by=request.user, **form.cleaned_data)
        except PlatformError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记投放。"))
            return redirect("approved", approved.pk)
    return render(
        request, "materials/place.html", {"form": form, "approved": approved}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def take_down(request: SignedIn, number: int) -> HttpResponse:
    """Enter that a placement was taken down, with its proof."""
    placement = _find_placement(request, number)
    require(request.user, "materials.remove_placement", placement)
    form = TakeDownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            registry.take_down(
                placement, by=request.user, proof=request.FILES.get("file"), note=form.cleaned_data["note"]
            )
        except BadValue as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记下线。"))
            return redirect("approved", placement.approved_id)
    return render(
        request, "materials/take_down.html", {"form": form, "placement": placement}, status=422 if form.errors else 200
    )


@require_POST
def withdraw(request: SignedIn, number: int) -> HttpResponse:
    """Withdraw an approval for a reason."""
    approved = _find(request, number)
    registry.withdraw(approved, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("批准已撤回，投放机构已收到通知。"))
    return redirect("approved", approved.pk)


@require_GET
def calendar(request: SignedIn) -> HttpResponse:
    """Show a month with what expires on which day, and what should be down already."""
    require(request.user, "materials.registry")
    try:
        month = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        month = timezone.localdate().replace(day=1)
    if not 2000 <= month.year <= 2100:
        month = timezone.localdate().replace(day=1)
    context = {
        "weeks": queries.expiring(request.user, month),
        "month": month,
        "today": timezone.localdate(),
        "before": month - timedelta(days=1),
        "after": month + timedelta(days=32),
        "past": queries.open_past(request.user)[:50],
    }
    return render(request, "materials/calendar.html", context)
