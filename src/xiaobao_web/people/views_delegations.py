"""The page of one's own leave cover."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiaobao_web.kernel.access import find, require
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.people import forms, queries, services
from xiaobao_web.people.models import Delegation
from xiaobao_web.people.views import FORM, told


@require_http_methods(FORM)
def index(request: HttpRequest) -> HttpResponse:
    """Show one's delegations, given and received, and give a new one."""
    user: Any = request.user
    require(user, "people.delegate")
    form = forms.DelegationForm(request.POST or None, giver=user)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.delegate(giver=user, by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(
                request, _("已委托 %(who)s，%(until)s 到期自动收回。") % {"who": row.receiver, "until": row.until}
            )
            return HttpResponseRedirect(reverse("delegations"))
    context = {"form": form, "delegations": queries.delegations_of(user)[:100], "today": timezone.localdate()}
    return render(request, "people/delegations.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a delegation back."""
    user: Any = request.user
    row = find(user, Delegation.objects.select_related("giver", "receiver"), "people.revoke_delegation", pk=pk)
    services.revoke_delegation(delegation=row, by=user)
    messages.success(request, _("委托已撤回。"))
    return HttpResponseRedirect(reverse("delegations"))
