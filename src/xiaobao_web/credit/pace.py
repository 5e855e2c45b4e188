"""How often a stranger may ask: so many times a minute from an address, counted in the cache, nothing kept."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import TooMany


def slow_down(request: HttpRequest) -> None:
    """Count a request; raises TooMany beyond PUBLIC_PER_MINUTE a minute, address and process."""
    minute, second = divmod(int(time.time()), 60)
    key = f"public:{hashlib.sha256(_address(request).encode()).hexdigest()[:32]}:{minute}"
    cache.add(key, 0, 90)
    if cache.incr(key) > settings.PUBLIC_PER_MINUTE:
        left = 60 - second
        raise TooMany(_("操作太频繁，请 %d 秒后再试。") % left, seconds=left)


def _address(request: HttpRequest) -> str:
    """Return where a request comes from; behind a proxy of ours, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
