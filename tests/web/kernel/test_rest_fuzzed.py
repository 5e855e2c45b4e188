"""The whole interface asked at random from its own description: never a server error, always the shape it promises."""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from xiaobao_web.kernel import tokens
from xiaobao_web.kernel.access import PERMISSIONS

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.audit]
GIVEN = os.environ.get("XIAOBAO_FUZZ_EXAMPLES")
EXAMPLES = int(GIVEN or "25")
"""Requests an operation and role: the same ones each time, new ones each time where their number is given."""
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def operations():
    from xiaobao_web.api import api

    document = api.get_openapi_schema(path_prefix="/api/")
    document.pop("servers", None)
    schema = schemathesis.openapi.from_dict(dict(document))
    schema.app = get_wsgi_application()
    return [item.ok() for item in schema.get_all_operations()]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
@pytest.mark.parametrize("role", ["office", "submitter", "stranger"])
def test_no_request_breaks_it(bank, operation, role, monkeypatch):
    monkeypatch.setattr(tokens, "PER_MINUTE", 10**9)
    headers = {}
    if role != "stranger":
        scopes = [name for name in PERMISSIONS if name in {item.name for item in tokens.grantable(bank[role])}]
        _token, secret = tokens.make(person=bank[role], name="fuzz", scopes=scopes, days=1)
        headers = {"Authorization": f"Bearer {secret}"}

    @given(data=st.data())
    @settings(
        max_examples=EXAMPLES,
        derandomize=GIVEN is None,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(data):
        case = data.draw(operation.as_strategy())
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
