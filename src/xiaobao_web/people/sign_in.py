"""How people sign in: accounts are made by administrators or by single sign-on, never by oneself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from xiaobao_web.people.models import Person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts: no sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse signing up: an administrator makes accounts."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: what is wrong with a code is said in words of our own."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对或已用过，请输入验证器应用现在显示的 6 位数字。"),
    }


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on: a known account name is linked; an unknown one is refused."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse people the platform does not know."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link the identity to the account of the same name, once."""
        if sociallogin.is_existing:
            return
        claims = sociallogin.account.extra_data or {}
        name = claims.get("preferred_username") or (claims.get("userinfo") or {}).get("preferred_username")
        person = Person.objects.filter(username=name, is_active=True).first() if name else None
        if person is not None:
            sociallogin.connect(request, person)
