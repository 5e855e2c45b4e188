"""How often a stranger may ask: so many times a minute from an address, counted for all processes in the database.

Kept are digests and counts, for little longer than the span that is counted.
"""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import TooMany
from xiaobao_web.kernel.models import Pace

SPARE = 30
"""Seconds that a count is kept beyond its span."""
COUNT = """
INSERT INTO kernel_pace (key, count, until) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET count = kernel_pace.count + 1 RETURNING count
"""


def slow_down(request: HttpRequest, name: str = "public", *, most: int | None = None, per: int = 60) -> None:
    """Count a request; raises TooMany beyond `most` (PUBLIC_PER_MINUTE) in `per` seconds, a name and address."""
    count(f"{name}:{address_of(request)}", most=settings.PUBLIC_PER_MINUTE if most is None else most, per=per)


def count(what: str, *, most: int, per: int = 60) -> None:
    """Count something that may be tried `most` times in `per` seconds (a receipt number's code); raises TooMany."""
    if tally(what, per=per) > most:
        left = key_of(what, per=per)[1]
        raise TooMany(_("操作太频繁，请 %d 秒后再试。") % left, seconds=left)


def tally(what: str, *, per: int) -> int:
    """Count something and return how often it was counted in this span of `per` seconds, by whichever process.

    Call it outside a transaction: what is rolled back was not counted.
    """
    key, left = key_of(what, per=per)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, int(time.time()) + left + SPARE])
        return int(cursor.fetchone()[0])


def counted(what: str, *, per: int) -> int:
    """Return how often something was counted in this span of `per` seconds."""
    key, _left = key_of(what, per=per)
    return Pace.objects.filter(pk=key).values_list("count", flat=True).first() or 0


def forget(*told: tuple[str, int]) -> None:
    """Forget what was counted, each with the seconds of its span."""
    Pace.objects.filter(pk__in=[key_of(what, per=per)[0] for what, per in told]).delete()


def sweep() -> int:
    """Drop the counts whose span is over; return how many."""
    return Pace.objects.filter(until__lt=int(time.time())).delete()[0]


def key_of(what: str, *, per: int) -> tuple[str, int]:
    """Return under which key something is counted now, and how many seconds of the span are left."""
    span, second = divmod(int(time.time()), per)
    return f"{hashlib.sha256(what.encode()).hexdigest()[:32]}:{span}", per - second


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; behind a proxy of ours, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
