"""Sign in as one of the people of the demonstration."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaobao_web.demo.personas import offered
from xiaobao_web.kernel.errors import Hidden


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in without a password, where the platform demonstrates; elsewhere the page is not there."""
    wanted = request.POST.get("username", "")
    person = next((person for persona, person in offered() if persona.username == wanted), None)
    if not settings.DEMO or person is None:
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return redirect(onward if onward and safe else "/")


sign_in.citizen = True  # type: ignore[attr-defined]
