"""The calculator for everybody, on a page of its own that other sites may embed where the installation lets them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xiaobao.errors import InputError
from xiaobao_web.credit import converting, public
from xiaobao_web.credit.public import PublicForm
from xiaobao_web.credit.rows import with_usual
from xiaobao_web.kernel.errors import TooMany
from xiaobao_web.kernel.pace import slow_down

View = Callable[[HttpRequest], HttpResponse]
SCHEDULE = 480
LARGE = "large"


def embeddable(view: View) -> View:
    """Let the sites of EMBED_ORIGINS show a view in a frame of theirs."""

    @wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        if not settings.EMBED_ORIGINS:
            return view(request)
        answer = csp_update({"frame-ancestors": settings.EMBED_ORIGINS})(view)(request)
        setattr(answer, "xframe_options_exempt", True)  # noqa: B010
        return cast(HttpResponse, answer)

    return run


def unhurried(view: View) -> View:
    """Ask whoever asks too often to wait; keep answers out of caches."""

    @wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        try:
            slow_down(request)
            answer = view(request)
        except TooMany as error:
            answer = render(
                request, "credit/public_wait.html", {"message": error.message, **_page(request)}, status=429
            )
            answer["Retry-After"] = str(error.seconds)
        answer["Cache-Control"] = "no-store"
        return answer

    return run


def _page(request: HttpRequest) -> dict[str, Any]:
    """Return what the page's frame needs: its size of type, the address in the other size, whom to call."""
    kept = [(name, value) for name, value in request.GET.items() if name != "size"]
    large = request.GET.get("size") == LARGE
    other = kept if large else [*kept, ("size", LARGE)]
    return {
        "large": large, "other_size": f"{request.path}?{urlencode(other)}", "size": LARGE if large else "",
        "institution": settings.INSTITUTION, "hotline": settings.HOTLINE,
    }  # fmt: skip


@embeddable
@unhurried
@require_GET
def calculator(request: HttpRequest) -> HttpResponse:
    """Show the questions, and the answer once they are filled in."""
    given = any(name in request.GET for name in ("amount", "months", "price"))
    own = with_usual(PublicForm, request.GET, "") if given else None
    form = PublicForm(own, use_required_attribute=False)
    context: dict[str, Any] = {"form": form, **_page(request)}
    if given and form.is_valid():
        try:
            context["answer"] = public.answer(form.cleaned_data)
        except InputError as error:
            context["refused"] = error.message
    return render(request, "credit/public.html", context, status=422 if given and form.errors else 200)


@embeddable
@unhurried
@require_GET
def convert(request: HttpRequest) -> HttpResponse:
    """Show what a sentence of a salesperson comes to a year."""
    quote = request.GET.get("quote", "").strip()[: converting.MOST]
    periods = request.GET.get("quote_periods", "").strip()
    count = int(periods) if periods.isdecimal() and len(periods) < 5 and 1 <= int(periods) <= 1200 else None
    context: dict[str, Any] = {"quote": quote, "periods": periods, "examples": converting.EXAMPLES, **_page(request)}
    if quote:
        context |= {"conversion": converting.convert(quote, count), "nothing": converting.nothing_found()}
    return render(request, "credit/public_convert.html", context)


for _view in (calculator, convert):
    _view.citizen = True  # type: ignore[attr-defined]
    _view.error_page = "credit/public_fault.html"  # type: ignore[attr-defined]
