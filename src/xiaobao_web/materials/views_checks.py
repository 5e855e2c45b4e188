"""Checks without a review: what is wrong with this text, and was this approved?"""

from __future__ import annotations

import threading

from django.db import connections
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.materials import engine, lookup, quick
from xiaobao_web.materials.forms import AskForm, CheckTextForm

_warming = threading.Event()


def warm_once() -> None:
    """Load the engine in the background the first time somebody opens a page that will need it."""
    if not _warming.is_set():
        _warming.set()
        threading.Thread(target=_warm, name="warm-engine", daemon=True).start()


def _warm() -> None:
    """Warm the engine in a thread of its own, which gives its database connection back."""
    try:
        engine.warm()
    finally:
        connections.close_all()


@require_http_methods(["GET", "POST"])
def check_text(request: SignedIn) -> HttpResponse:
    """Show what the rulebook finds in a pasted text, at once."""
    require(request.user, "materials.check")
    form = CheckTextForm(request.POST if request.method == "POST" else None)
    checked = None
    if request.method == "POST" and form.is_valid():
        checked = quick.check(**form.cleaned_data, by=request.user)
    elif request.method == "GET":
        warm_once()
    fragment = request.headers.get("HX-Target") == "checked"
    template = "materials/_checked.html" if fragment else "materials/check_text.html"
    return render(request, template, {"form": form, "checked": checked}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def ask(request: SignedIn) -> HttpResponse:
    """Answer whether a file or text was approved, with what differs from what was."""
    require(request.user, "materials.check")
    form = AskForm(request.POST if request.method == "POST" else None)
    reply = None
    if request.method == "POST" and form.is_valid():
        try:
            upload, text = request.FILES.get("file"), form.cleaned_data["text"]
            if upload is not None and text.strip():
                raise BadValue(_("文件与文字请二选一。"))
            question = lookup.of_upload(upload) if upload is not None else lookup.of_text(text)
            reply = lookup.ask(question, channel=form.cleaned_data["channel"])
        except BadValue as error:
            form.add_error(None, error.message)
    return render(request, "materials/ask.html", {"form": form, "reply": reply}, status=422 if form.errors else 200)
