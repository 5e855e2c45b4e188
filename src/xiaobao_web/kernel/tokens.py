"""Tokens for programs: made by a person for a part of what they may, shown once, kept as a hash, revoked any time."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import LIMITED_TO, PERMISSIONS, Permission, holds, require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused, TooMany
from xiaobao_web.kernel.models import ApiToken

PREFIX = "xb_"
LONGEST = 366
"""Days a token may live."""
PER_MINUTE = 300
USED_EVERY = timedelta(minutes=1)


def grantable(person: Any) -> list[Permission]:
    """Return the permissions a person could give to a token: those they have, the ones on tokens left out."""
    return [item for item in PERMISSIONS.values() if item.name != "kernel.tokens" and holds(person, item.name)]


@transaction.atomic
def make(*, person: Any, name: str, scopes: Iterable[str], days: int) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which is not kept; raises BadValue, Forbidden."""
    require(person, "kernel.tokens")
    wanted = sorted(set(scopes))
    allowed = {item.name for item in grantable(person)}
    if not name.strip():
        raise BadValue(_("请写明用途。"), fields={"name": _("必填")})
    if not wanted or not set(wanted) <= allowed:
        raise BadValue(_("请至少选择一项您自己拥有的权限。"), fields={"scopes": _("至少一项，且为您拥有的权限")})
    if not 1 <= days <= LONGEST:
        raise BadValue(_("有效期应为 1 至 %d 天。") % LONGEST, fields={"days": _("1 至 %d 天") % LONGEST})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=person,
        name=name.strip()[:60],
        hint=secret[:8],
        digest=_digest(secret),
        scopes=wanted,
        expires_at=timezone.now() + timedelta(days=days),
    )
    facts = {"until": timezone.localtime(token.expires_at).date(), "scopes": wanted}
    journal.record("kernel.token_made", by=person, on=token, facts=facts)
    return token, secret


@transaction.atomic
def revoke(*, token_id: int, by: Any) -> ApiToken:
    """Revoke one's own token; raises Hidden for another's, Refused when it was revoked."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id, person=by).first()
    if token is None:
        raise Hidden(_("没有找到这个令牌，或它不属于您。"))
    if token.revoked_at is not None:
        raise Refused(_("这个令牌已经撤销。"))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    journal.record("kernel.token_revoked", by=by, on=token)
    return token


def person_of(secret: str) -> Any | None:
    """Return the person in whose name a token's bearer acts, limited to its permissions; None for one not valid.

    Raises TooMany beyond PER_MINUTE requests a minute and process.
    """
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = ApiToken.objects.select_related("person__unit").filter(digest=_digest(secret)).first()
    if token is None or not token.works or not token.person.is_active:
        return None
    _slow_down(token)
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    token.person.__dict__[LIMITED_TO] = frozenset(token.scopes)
    return token.person


def _slow_down(token: ApiToken) -> None:
    now = time.time()
    minute, second = divmod(int(now), 60)
    key = f"token:{token.pk}:{minute}"
    cache.add(key, 0, 90)
    if cache.incr(key) > PER_MINUTE:
        left = 60 - second
        raise TooMany(
            _("请求过于频繁：每分钟最多 %(n)d 次，请 %(s)d 秒后再试。") % {"n": PER_MINUTE, "s": left}, seconds=left
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
