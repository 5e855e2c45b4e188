"""The REST interface's frame: sign-in by session or token, errors as one shape."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from xiaobao_web.kernel.errors import PlatformError

api = NinjaAPI(title="消保平台", version="1", urls_namespace="api", auth=[django_auth])


@api.exception_handler(PlatformError)
def platform_error(request: HttpRequest, error: PlatformError) -> HttpResponse:
    """Answer with the error's code and sentence."""
    return api.create_response(request, {"error": {"code": error.code, "message": error.message}}, status=error.status)
