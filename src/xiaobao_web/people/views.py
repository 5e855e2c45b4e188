"""The pages of a member of staff."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.people import forms, queries, services
from xiaobao_web.people.models import Person, Post

FORM = ["GET", "HEAD", "POST"]


def seen(user: Any, pk: int) -> Person:
    """Return a member of staff one may see; raises Forbidden without the right to see any, Hidden for nobody."""
    require(user, "people.view")
    return find(user, Person.objects.select_related("unit"), "people.view", pk=pk)


def form_page(request: HttpRequest, form: django_forms.Form, *, title: str, back: str, label: str = "") -> HttpResponse:
    """Return the page of one form; 422 when it came back with mistakes."""
    context = {"form": form, "title": title, "back": back, "label": label or _("保存")}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


def told(form: django_forms.Form, error: PlatformError) -> None:
    """Write a service's refusal into the form it came from, so that what was entered stays."""
    fields: dict[str, str] = getattr(error, "fields", {})
    for name, sentence in fields.items():
        form.add_error(name if name in form.fields else None, sentence)
    if not fields:
        form.add_error(None, error.message)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a member of staff: unit, posts, delegations, what happened."""
    person = seen(request.user, pk)
    user: Any = request.user
    manages = bool(can(user, "people.manage"))
    own = person.pk == user.pk
    context = {
        "person": person,
        "posts": queries.posts_ever(person),
        "today": [post.pk for post in Post.objects.held_by(person)],
        "delegations": queries.running_delegations(person),
        "manages": manages,
        "own": own,
        "hands_over": bool(can(user, "people.hand_over")),
        "events": journal.events_of(person).order_by("-pk")[:30] if manages or own else [],
        "post_form": forms.PostForm() if manages else None,
    }
    return render(request, "people/person.html", context)


@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """Make a member of staff."""
    user: Any = request.user
    require(user, "people.manage")
    form = forms.PersonNewForm(request.POST or None, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        try:
            person = services.make_person(by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(request, _("已新增 %s，请为其任命岗位。") % person)
            return HttpResponseRedirect(reverse("person", args=[person.pk]))
    return form_page(request, form, title=_("新增人员"), back=reverse("people"))


@require_http_methods(FORM)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a member of staff."""
    user: Any = request.user
    person = seen(user, pk)
    require(user, "people.manage")
    names = ("name", "unit", "title", "email", "phone", "is_active")
    form = forms.PersonChangeForm(request.POST or None, initial={name: getattr(person, name) for name in names})
    page = reverse("person", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            services.change_person(person=person, by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(page)
    return form_page(request, form, title=_("修改 %s") % person, back=page)


@require_http_methods(FORM)
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member of staff a post."""
    user: Any = request.user
    person = seen(user, pk)
    require(user, "people.manage")
    form = forms.PostForm(request.POST or None, initial={"organisation": person.unit_id})
    page = reverse("person", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            post = services.appoint(person=person, by=user, **form.cleaned_data)
        except PlatformError as error:
            told(form, error)
        else:
            messages.success(request, _("已任命：%s。") % post)
            return HttpResponseRedirect(page)
    return form_page(request, form, title=_("任命 %s") % person, back=page, label=_("任命"))


@require_POST
def relieve(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post."""
    user: Any = request.user
    require(user, "people.manage")
    with transaction.atomic():
        rows = Post.objects.select_related("person", "organisation")
        post = services.relieve(post=find(user, rows, "people.view", pk=pk), by=user)
    messages.success(request, _("已免去：%s。") % post)
    return HttpResponseRedirect(reverse("person", args=[post.person_id]))


@require_http_methods(FORM)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a person's posts and open work over to another."""
    user: Any = request.user
    giver = seen(user, pk)
    require(user, "people.hand_over")
    form = forms.HandOverForm(request.POST or None, giver=giver)
    page = reverse("person", args=[pk])
    if request.method == "POST" and form.is_valid():
        receiver, posts = form.cleaned_data["receiver"], list(form.cleaned_data["posts"])
        try:
            moved = services.hand_over(giver=giver, receiver=receiver, by=user, posts=posts)
        except PlatformError as error:
            told(form, error)
        else:
            words = {"giver": giver, "receiver": receiver, "posts": len(posts), "items": moved}
            messages.success(
                request, _("%(giver)s 的 %(posts)d 个岗位和 %(items)d 项未办结事项已交接给 %(receiver)s。") % words
            )
            return HttpResponseRedirect(page)
    return form_page(request, form, title=_("岗位交接：%s") % giver, back=page, label=_("确认交接"))
