"""The pages of organisations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.people import forms, queries, services
from xiaobao_web.people.models import Organisation, Person
from xiaobao_web.people.views import FORM, form_page, told


def _seen(user: Any, pk: int) -> Organisation:
    require(user, "people.view")
    return find(user, queries.organisations(user), "people.view", pk=pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the tree of organisations."""
    user: Any = request.user
    require(user, "people.view")
    context = {"roots": queries.tree(user), "manages": bool(can(user, "people.manage"))}
    return render(request, "people/organisations.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an organisation: what is above and below it, its posts and its staff."""
    user: Any = request.user
    organisation = _seen(user, pk)
    manages = bool(can(user, "people.manage"))
    above = Organisation.objects.filter(pk__in=organisation.ancestor_ids()[:-1]).order_by("path")
    context = {
        "organisation": organisation,
        "above": above,
        "below": queries.organisations(user).filter(parent=organisation),
        "posts": queries.posts_of(organisation),
        "staff": Person.objects.filter(unit=organisation, is_active=True).order_by("name")[:200],
        "manages": manages,
        "events": journal.events_of(organisation).order_by("-pk")[:30] if manages else [],
    }
    return render(request, "people/organisation.html", context)


@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """Make an organisation."""
    user: Any = request.user
    require(user, "people.manage")
    form = forms.OrganisationForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        try:
            organisation = services.make_organisation(by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(request, _("已新设 %s。") % organisation)
            return HttpResponseRedirect(reverse("organisation", args=[organisation.pk]))
    return form_page(request, form, title=_("新设机构"), back=reverse("organisations"))


@require_http_methods(FORM)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an organisation."""
    user: Any = request.user
    organisation = _seen(user, pk)
    require(user, "people.manage")
    names = ("name", "code", "kind", "parent", "executive", "is_consumer_protection", "active")
    form = forms.OrganisationChangeForm(
        request.POST or None, initial={name: getattr(organisation, name) for name in names}
    )
    page = reverse("organisation", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            services.change_organisation(organisation=organisation, by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(page)
    return form_page(request, form, title=_("修改 %s") % organisation, back=page)
