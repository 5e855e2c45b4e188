"""The second factor says what is wrong in words that a clerk understands."""

from __future__ import annotations

import pytest
from allauth.mfa.adapter import get_adapter

pytestmark = pytest.mark.django_db


def test_a_wrong_code_says_what_to_do(bank, client_of):
    bank["auditor"].set_unusable_password()
    bank["auditor"].save()
    client = client_of("auditor")
    client.get("/account/2fa/totp/activate/")
    told = client.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "验证码不对或已用过" in told
    assert "错误代码" not in told


def test_other_sentences_stay():
    assert set(get_adapter().error_messages) > {"incorrect_code"}
