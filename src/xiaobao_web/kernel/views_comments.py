"""Comments on any object that takes them, and whom one may mention."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.kernel import comments
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.requests import row_key


def context_of(obj: models.Model, user: Any) -> dict[str, Any]:
    """Return what `kernel/_comments.html` needs to show an object's comments and take one."""
    rows = list(comments.of(obj))
    for row in rows:
        row.may_withdraw = comments.may_withdraw(row, user)  # type: ignore[attr-defined]
    tops = [row for row in rows if row.parent_id is None]
    answers: dict[int, list[Comment]] = {}
    for row in rows:
        if row.parent_id is not None:
            answers.setdefault(row.parent_id, []).append(row)
    threads = [{"row": row, "answers": _under(row, answers)} for row in tops]
    return {"comment_threads": threads, "comment_label": obj._meta.label_lower, "comment_pk": obj.pk}


def _under(row: Comment, answers: dict[int, list[Comment]]) -> list[Comment]:
    out: list[Comment] = []
    for answer in answers.get(row.pk, []):
        out += [answer, *_under(answer, answers)]
    return sorted(out, key=lambda item: item.pk)


@require_http_methods(["GET", "POST"])
def comments_of(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Show an object's comments, or add one."""
    obj = comments.subject(request.user, label, pk)
    draft, error = "", ""
    if request.method == "POST":
        draft = request.POST.get("body", "")
        try:
            comments.comment(obj, draft, by=request.user, parent=_parent(request))
            draft = ""
        except BadValue as refusal:
            error = refusal.message
    htmx = request.headers.get("HX-Request")
    if request.method == "POST" and not error and not htmx:
        return _back(obj, label, pk)
    context = {**context_of(obj, request.user), "comment_draft": draft, "comment_error": error, "subject": obj}
    template = "kernel/_comments.html" if htmx else "kernel/comments.html"
    return render(request, template, context, status=422 if error else 200)


def _parent(request: HttpRequest) -> Comment | None:
    number = request.POST.get("parent", "")
    if not number:
        return None
    found = Comment.objects.filter(pk=row_key(number)).first()
    if found is None:
        raise BadValue(_("要回复的评论不在这里。"))
    return found


def _back(obj: models.Model, label: str, pk: int) -> HttpResponse:
    page = getattr(obj, "get_absolute_url", None)
    try:
        return redirect(f"{page()}#comments") if page is not None else redirect("comments", label, pk)
    except NoReverseMatch:
        return redirect("comments", label, pk)


@require_POST
def withdraw_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw one's own comment."""
    row = Comment.objects.filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有找到这条评论。"))
    obj = comments.subject(request.user, row.subject_type, row.subject_id)
    comments.withdraw(row, by=request.user)
    if request.headers.get("HX-Request"):
        return render(request, "kernel/_comments.html", {**context_of(obj, request.user), "subject": obj})
    messages.success(request, _("评论已撤回。"))
    return _back(obj, row.subject_type, row.subject_id)


@require_GET
def mentionable(request: HttpRequest, label: str, pk: int) -> JsonResponse:
    """Return people one could mention: [{"name", "username", "unit"}]."""
    obj = comments.subject(request.user, label, pk)
    people = comments.suggestions(request.user, obj, request.GET.get("q", "")[:40])
    found = [{"name": person.name, "username": person.username, "unit": str(person.unit or "")} for person in people]
    return JsonResponse(found, safe=False)
