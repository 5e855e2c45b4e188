"""What every request passes: sign-in, and errors turned into pages people can read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from xiaobao.errors import InputError
from xiaobao_web.kernel import pages
from xiaobao_web.kernel.errors import BadValue, PlatformError

Handler = Callable[[HttpRequest], HttpResponse]
MOST_OF_STRANGERS = 128 << 20
"""Six files of 20 MB; seen before the check of the form's token reads the body onto the disk."""
OPEN_PREFIXES = ("/account/", "/api/", f"/{settings.STATIC_URL.lstrip('/')}", "/healthz", "/favicon.ico")


def _length(request: HttpRequest) -> int:
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(told) if told.isdecimal() else 0


class SignInRequired:
    """Send whoever has not signed in to the sign-in page; views marked `citizen` are open to all."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or send to the sign-in page."""
        if not request.user.is_authenticated and _length(request) > MOST_OF_STRANGERS:
            megabytes = MOST_OF_STRANGERS >> 20
            return pages.error_page(request, 413, _("一次提交的内容不能超过 %d MB，请减少文件后重试。") % megabytes)
        if request.user.is_authenticated or request.path.startswith(OPEN_PREFIXES) or self._is_open(request):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            answer = HttpResponse(status=401)
            answer["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/")).url
            return answer
        return redirect_to_login(request.get_full_path())

    def _is_open(self, request: HttpRequest) -> bool:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return False
        return bool(getattr(view, "citizen", False))


class PlatformErrors:
    """Turn a PlatformError of a view into its page, or its sentence for htmx and JSON."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        answer = self.get_response(request)
        if answer.status_code == 405 and request.path.startswith("/api/"):
            from xiaobao_web.kernel.rest import not_allowed

            return not_allowed(request, answer)
        if answer.status_code == 405 and not answer.content:
            told = pages.not_allowed(request)
            told["Allow"] = answer.get("Allow", "")
            return told
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse a form with a zero character, which no database keeps; the interface tells of its own."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):  # nobody has read the body of these yet
            return None
        if not any("\0" in word for name, words in request.POST.lists() for word in (name, *words)):
            return None
        return self.process_exception(request, BadValue(_("填写的内容里有看不见的空字符，请删去后重新填写。")))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with the error's page; other exceptions go on to the server-error page."""
        if isinstance(error, InputError):  # what the engine cannot take
            error = BadValue(error.message)
        if not isinstance(error, PlatformError):
            return None
        if request.headers.get("HX-Request"):
            answer = HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
            answer["HX-Trigger"] = json.dumps({"toast": {"level": "danger", "message": error.message}})
            return answer
        return pages.error_page(request, error.status, error.message)
