"""Where other systems hand complaints over: the telephone system, the chat, a payment platform; signed, each once.

Signed after Standard Webhooks: webhook-id, webhook-timestamp (five minutes), webhook-signature; the secrets are in
COMPLAINTS_HOOKS ("call=whsec_…"). The body is the JSON that `channels.record` checks, with the source's own `number`.
"""

from __future__ import annotations

import binascii
import re
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xiaobao_web.complaints.channels.record import MOST_NUMBER, opened
from xiaobao_web.complaints.channels.registry import has_hook, plain
from xiaobao_web.complaints.models import Platform
from xiaobao_web.complaints.services import intake, platforms
from xiaobao_web.kernel import pace
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.webhooks import signature

SECONDS = 300
MOST = 4 << 20


def secret_of(channel: str) -> str:
    """Return the secret of a channel, empty where the installation gives none."""
    pairs = dict(item.partition("=")[::2] for item in settings.COMPLAINTS_HOOKS)
    return pairs.get(channel, "") if has_hook(channel) else ""


def is_signed(request: HttpRequest, secret: str) -> bool:
    """Tell whether a request bears a fresh signature of its body."""
    message, moment = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not message or not re.fullmatch(r"[0-9]{1,12}", moment) or abs(time.time() - int(moment)) > SECONDS:
        return False
    try:
        wanted = signature(secret, message, int(moment), request.body)
    except (binascii.Error, ValueError):
        return False
    given = request.headers.get("webhook-signature", "").split()
    return any(constant_time_compare(wanted, item) for item in given)


def _refuse(status: int, code: str, sentence: str, fields: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": sentence, "fields": fields or {}}}, status=status)


@csrf_exempt
@require_POST
def take(request: HttpRequest, channel: str) -> HttpResponse:
    """Take a complaint in from another system and answer with its number here; the same number again is the same."""
    secret = secret_of(channel)
    if not secret:
        return _refuse(404, "not_found", _("没有启用这个渠道。"))
    try:
        pace.slow_down(request, f"hook-{channel}", most=600)
        if len(request.body) > MOST:
            return _refuse(422, "bad_value", _("内容超过 %d MB。") % (MOST >> 20))
        if not is_signed(request, secret):
            return _refuse(401, "unauthenticated", _("签名不对，或时间相差超过 5 分钟。"))
        number = _number(opened(request.body))
        if not number:
            return _refuse(422, "bad_value", _("缺少来源编号 number。"), {"number": _("必填")})
        if len(number) > MOST_NUMBER:
            told = _("来源编号 number 超过 %d 字。") % MOST_NUMBER
            return _refuse(422, "bad_value", told, {"number": told})
        row = intake.receive(channel, request.body, number=number, retry=False)
    except PlatformError as error:
        return _refuse(error.status, error.code, error.message, getattr(error, "fields", None))
    assert row.contact is not None
    again = row.times > 1 or row.contact.arrivals.exclude(pk=row.pk).exists()  # with more words it is known too
    return JsonResponse({"number": row.contact.number, "again": again}, status=200 if again else 201)


def _number(told: dict[str, Any]) -> str:
    """Return the source's own number, empty where the record has none that can be read."""
    number = told.get("number")
    usable = isinstance(number, str | int) and not isinstance(number, bool)
    return plain(str(number)).strip() if usable else ""


@csrf_exempt
@require_POST
def take_platform(request: HttpRequest, code: str) -> HttpResponse:
    """Take complaints in from a payment platform's signed callback; answered when they are kept, not before."""
    platform = Platform.objects.filter(code=code, active=True).select_related("unit").first()
    if platform is None:
        return _refuse(404, "not_found", _("没有启用这个平台。"))
    try:
        pace.slow_down(request, f"hook-platform-{code}", most=600)
        if len(request.body) > MOST:
            return _refuse(422, "bad_value", _("内容超过 %d MB。") % (MOST >> 20))
        made = platforms.called_back(platform, request.headers, request.body)
    except PlatformError as error:
        return _refuse(error.status, error.code, error.message)
    return JsonResponse({"new": made})


take_platform.citizen = True  # type: ignore[attr-defined]
take.citizen = True  # type: ignore[attr-defined]
