"""How often a stranger may ask: so many times a minute from an address, counted in the cache, nothing kept."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import TooMany


def slow_down(request: HttpRequest, name: str = "public", *, most: int | None = None, per: int = 60) -> None:
    """Count a request; raises TooMany beyond `most` (PUBLIC_PER_MINUTE) in `per` seconds, a name, address, process."""
    count(f"{name}:{_address(request)}", most=settings.PUBLIC_PER_MINUTE if most is None else most, per=per)


def count(what: str, *, most: int, per: int = 60) -> None:
    """Count something that may be tried `most` times in `per` seconds (a receipt number's code); raises TooMany."""
    span, second = divmod(int(time.time()), per)
    key = f"pace:{hashlib.sha256(what.encode()).hexdigest()[:32]}:{span}"
    cache.add(key, 0, per + 30)
    if cache.incr(key) > most:
        left = per - second
        raise TooMany(_("操作太频繁，请 %d 秒后再试。") % left, seconds=left)


def _address(request: HttpRequest) -> str:
    """Return where a request comes from; behind a proxy of ours, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
