"""Pages of causes and their removal: open one, its actions, its effect, the conclusion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.insights import forms, queries, services
from xiaobao_web.insights.effect import effect_of
from xiaobao_web.insights.models import CauseAction, EarlyWarning, Rectification
from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.requests import SignedIn, row_key

RELATED = ("unit", "owner", "created_by", "warning", "issue", "checked_by")
TOLD = {
    "add": gettext_lazy("措施已登记，责任人会收到通知。"),
    "done": gettext_lazy("完成情况已登记。"),
    "finish": gettext_lazy("已报实施完毕，等待确认成效。"),
    "prove": gettext_lazy("成效已确认。"),
    "resume": gettext_lazy("已退回继续整改。"),
}
"""What is told of each step that was done."""


def _find(request: SignedIn, pk: int) -> Rectification:
    return find(request.user, Rectification.objects.select_related(*RELATED), "insights.view", pk=pk)


def _people(row: Rectification) -> Any:
    people = get_user_model().objects.filter(is_active=True, unit__isnull=False)
    return people.select_related("unit").order_by("unit__path", "name")


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Open the removal of a cause, from a warning where the address names one."""
    require(request.user, "insights.rectify")
    given = request.GET.get("warning", "")
    warning: EarlyWarning | None = None
    if given.isascii() and given.isdigit() and len(given) < 12:
        warning = queries.visible(request.user).filter(pk=int(given)).first()
    form = forms.RectificationForm(request.POST or None, initial=_begin(warning))
    if request.method == "POST" and form.is_valid():
        try:
            row = services.open_rectification(by=request.user, warning=warning, **form.cleaned_data)
        except (BadValue, Refused) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已立项并登入问题台账。"))
            return redirect(row)
    context = {"form": form, "title": _("根因整改立项"), "back": "insight_rectifications", "button": _("立项")}
    return render(request, "insights/form.html", context, status=422 if form.errors else 200)


def _begin(warning: EarlyWarning | None) -> dict[str, Any]:
    if warning is None:
        return {}
    facts = warning.facts
    told = {key: facts[key]["value"] for key in ("cause", "business_type") if key in facts}
    return {"unit": warning.unit_id, "title": f"{warning.title}：", **told}


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show a rectification."""
    return render(request, "insights/rectification.html", _context(request, _find(request, pk)))


def _context(
    request: SignedIn, row: Rectification, fault: str = "", form: forms.ActionForm | None = None
) -> dict[str, Any]:
    return {
        "row": row,
        "actions": row.actions.select_related("owner"),
        "able": {action.name: action for action in states.actions(row, request.user)},
        "may_add": row.state == "open" and can(request.user, "insights.rectify", row),
        "effect": effect_of(row) if row.effective_on else None,
        "form": form or forms.ActionForm(people=_people(row)),
        "fault": fault,
        "given": request.POST,
        "events": journal.events_of(row),
    }


@require_POST
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Do a step of a rectification."""
    row = _find(request, pk)
    action = request.POST.get("action", "")
    form = forms.ActionForm(request.POST, people=_people(row)) if action == "add" else None
    try:
        if form is not None and not form.is_valid():
            raise BadValue(_("还有内容需要更正，见下方红色提示。"))
        _step(request, row, form)
    except (BadValue, Refused) as error:
        if form is not None:
            for name, told in getattr(error, "fields", {}).items():
                form.add_error(name if name in form.fields else None, str(told))
        return render(
            request,
            "insights/rectification.html",
            _context(request, _find(request, pk), error.message, form),
            status=error.status,
        )
    messages.success(request, TOLD.get(action) or _("已办理。"))
    return redirect(row)


def _step(request: SignedIn, row: Rectification, form: forms.ActionForm | None) -> None:
    given, user = request.POST, request.user
    action = given.get("action", "")
    if form is not None:
        services.add_action(row, by=user, **form.cleaned_data)
    elif action == "done":
        number = given.get("measure", "")
        made = get_object_or_404(CauseAction, rectification=row, pk=row_key(number))
        services.finish_action(made, proof=given.get("proof", ""), by=user)
    elif action == "finish":
        services.finish(row, by=user)
    elif action in ("prove", "resume"):
        services.conclude(row, by=user, conclusion=given.get("conclusion", ""), proven=action == "prove")
    else:
        raise BadValue(_("没有这个操作。"))
