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
    count(f"{name}:{address_of(request)}", most=settings.PUBLIC_PER_MINUTE if most is None else most, per=per)


def count(what: str, *, most: int, per: int = 60) -> None:
    """Count something that may be tried `most` times in `per` seconds (a receipt number's code); raises TooMany."""
    if tally(what, per=per) > most:
        left = key_of(what, per=per)[1]
        raise TooMany(_("操作太频繁，请 %d 秒后再试。") % left, seconds=left)


def tally(what: str, *, per: int) -> int:
    """Count something and return how often it was counted in this span of `per` seconds."""
    key, _left = key_of(what, per=per)
    cache.add(key, 0, per + 30)
    try:
        return int(cache.incr(key))
    except ValueError:  # the span, or the cache's room, ended in between
        cache.set(key, 1, per + 30)
        return 1


def counted(what: str, *, per: int) -> int:
    """Return how often something was counted in this span of `per` seconds."""
    return int(cache.get(key_of(what, per=per)[0], 0))


def key_of(what: str, *, per: int) -> tuple[str, int]:
    """Return where the cache counts something now, and how many seconds of the span are left."""
    span, second = divmod(int(time.time()), per)
    return f"pace:{hashlib.sha256(what.encode()).hexdigest()[:32]}:{span}", per - second


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; behind a proxy of ours, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
