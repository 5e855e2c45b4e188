"""What people keep of a list for themselves: columns and views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaobao_web.kernel.access import denied, holds
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.kernel.lists import ListPage, find_list, preferences


def _list(request: HttpRequest, name: str) -> ListPage:
    page = find_list(name)
    if not holds(request.user, page.permission):
        raise Forbidden(denied(page.permission))
    return page


def _back(page: ListPage, query: Any) -> HttpResponseRedirect:
    """Return to the list's own page; only its query is taken from the form."""
    words = QueryDict(str(query)[:2000]).urlencode()
    return HttpResponseRedirect(f"{reverse(page.name)}{f'?{words}' if words else ''}")


@require_POST
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """Remember which columns a person wants of a list."""
    page = _list(request, name)
    chosen = [] if request.POST.get("reset") else request.POST.getlist("columns")
    preferences.choose_columns(person=request.user, page=page, chosen=chosen)
    return _back(page, request.POST.get("query", ""))


@require_POST
def add_view(request: HttpRequest, name: str) -> HttpResponse:
    """Save the open filters and order as the person's own tab."""
    page = _list(request, name)
    saved = preferences.save_view(
        person=request.user, page=page, name=request.POST.get("name", ""), query=request.POST.get("query", "")
    )
    messages.success(request, _("已保存视图“%s”。") % saved.name)
    return HttpResponseRedirect(reverse(page.name) + saved.url())


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own view."""
    saved = preferences.delete_view(person=request.user, pk=pk)
    messages.success(request, _("已删除视图“%s”。") % saved.name)
    return HttpResponseRedirect(reverse(saved.list_name))
