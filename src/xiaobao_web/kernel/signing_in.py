"""Who signed in and out, and who tried: each a journal event."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from xiaobao_web.kernel import journal

LONGEST = 150


@receiver(user_logged_in, dispatch_uid="journal")
def signed_in(sender: Any, user: Any, **_rest: Any) -> None:
    """Journal a sign-in, after its second step where there is one."""
    journal.record("kernel.signed_in", by=user, on=user)


@receiver(user_logged_out, dispatch_uid="journal")
def signed_out(sender: Any, user: Any = None, **_rest: Any) -> None:
    """Journal a sign-out; a session that had ended already names nobody."""
    if user is not None and user.pk:
        journal.record("kernel.signed_out", by=user, on=user)


@receiver(user_login_failed, dispatch_uid="journal")
def sign_in_failed(sender: Any, credentials: dict[str, Any], **_rest: Any) -> None:
    """Journal a failed sign-in; the account tried is personal and can be erased."""
    account = str(credentials.get("username") or credentials.get("login") or credentials.get("email") or "?")
    journal.record("kernel.sign_in_failed", personal={"account": account[:LONGEST]})
