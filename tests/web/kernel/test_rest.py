"""The REST frame: who may call, tokens, one error shape, strict queries, cursors, the OpenAPI document."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from xiaobao.errors import InputError
from xiaobao_web.kernel import rest, tokens
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused
from xiaobao_web.kernel.middleware import PlatformErrors
from xiaobao_web.kernel.models import ApiToken, Event
from xiaobao_web.people import services

pytestmark = pytest.mark.django_db
SNAPSHOT = Path(__file__).resolve().parents[1] / "openapi.json"


@pytest.fixture
def bearer(bank):
    """Return a function that makes a token of the office and gives the header that carries it."""

    def give(scopes=("people.view",), by="office", days=30):
        _token, secret = tokens.make(person=bank[by], name="对接", scopes=scopes, days=days)
        return {"Authorization": f"Bearer {secret}"}

    return give


def error(answer, status, code):
    assert answer.status_code == status
    told = answer.json()["error"]
    assert set(told) == {"code", "message", "fields"}
    assert told["code"] == code
    assert told["message"]
    return told


def test_nobody_without_sign_in(client, bank):
    answer = client.get("/api/me")
    error(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
    error(client.post("/api/me"), 405, "method_not_allowed")
    error(client.get("/api/people?made=up"), 401, "unauthenticated")


def test_a_session_or_a_token_signs_in(client, client_of, bearer):
    assert client_of("submitter").get("/api/me").json()["username"] == "submitter"
    told = client.get("/api/me", headers=bearer()).json()
    assert (told["username"], told["by_token"], told["permissions"]) == ("office", True, ["people.view"])
    assert told["posts"][0]["role"] == "office"


def test_a_wrong_token_does_not_fall_back_on_the_session(client_of, bearer):
    office = client_of("office")
    for value in ("Bearer xb_wrong", "Bearer ", "Bearer 中文", "Bearer xb_" + "x" * 500):
        error(office.get("/api/me", headers={"Authorization": value}), 401, "unauthenticated")


def test_a_token_may_only_what_it_was_made_for(client, bearer):
    assert client.get("/api/people", headers=bearer(["people.view"])).status_code == 200
    error(client.get("/api/people", headers=bearer(["people.delegate"])), 403, "forbidden")


def test_a_token_may_no_more_than_its_person_may_now(client, bearer, bank):
    header = bearer()
    for post in bank["office"].posts.all():
        services.relieve(post=post, by=None)
    error(client.get("/api/people", headers=header), 403, "forbidden")
    bank["office"].is_active = False
    bank["office"].save()
    error(client.get("/api/me", headers=header), 401, "unauthenticated")


def test_expired_and_revoked_tokens_are_none(client, bearer, bank):
    header, other = bearer(), bearer()
    first, second = ApiToken.objects.order_by("pk")
    ApiToken.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    tokens.revoke(token_id=second.pk, by=bank["office"])
    error(client.get("/api/me", headers=header), 401, "unauthenticated")
    error(client.get("/api/me", headers=other), 401, "unauthenticated")
    with pytest.raises(Refused):
        tokens.revoke(token_id=second.pk, by=bank["office"])
    with pytest.raises(Hidden):
        tokens.revoke(token_id=second.pk, by=bank["legal"])


def test_only_a_hash_is_kept_and_use_is_noted(client, bearer):
    header = bearer()
    secret = header["Authorization"].split()[1]
    token = ApiToken.objects.get()
    assert secret not in json.dumps(list(ApiToken.objects.values()), default=str)
    assert token.last_used_at is None
    client.get("/api/me", headers=header)
    token.refresh_from_db()
    assert token.last_used_at is not None
    told = json.dumps(list(Event.objects.values("facts", "subject_name")), ensure_ascii=False)
    assert secret not in told
    assert Event.objects.filter(type="kernel.token_made").count() == 1


def test_a_token_asking_too_often_is_slowed_down(client, bearer, monkeypatch):
    monkeypatch.setattr(tokens, "PER_MINUTE", 3)
    monkeypatch.setattr("xiaobao_web.kernel.tokens.time.time", lambda: 6_000_030.0)
    header = bearer()
    for _n in range(3):
        assert client.get("/api/me", headers=header).status_code == 200
    answer = client.get("/api/me", headers=header)
    error(answer, 429, "too_many")
    assert answer["Retry-After"] == "30"
    assert client.get("/api/me", headers=bearer()).status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"name": " "}, {"days": 0}, {"days": 367}, {"scopes": []}, {"scopes": ["people.manage"]},
        {"scopes": ["no.such"]}, {"scopes": ["kernel.tokens"]},
    ],
)  # fmt: skip
def test_a_token_needs_a_use_an_end_and_rights_one_has(bank, values):
    with pytest.raises(BadValue):
        tokens.make(person=bank["office"], **{"name": "对接", "scopes": ["people.view"], "days": 30, **values})


def test_who_has_no_post_makes_no_token(bank):
    with pytest.raises(Forbidden):
        tokens.make(person=bank["stranger"], name="对接", scopes=["people.view"], days=1)


def test_the_page_shows_a_secret_once_and_only_ones_own_tokens(client_of):
    office = client_of("office")
    answer = office.post("/tokens/", {"name": "OA 对接", "days": "30", "scopes": ["people.view"]})
    page = answer.content.decode()
    secret = page.split('class="secret">')[1].split("<")[0]
    assert secret.startswith("xb_")
    assert "no-store" in answer["Cache-Control"]
    assert secret not in office.get("/tokens/").content.decode()
    assert "OA 对接" in office.get("/tokens/").content.decode()
    assert "OA 对接" not in client_of("legal").get("/tokens/").content.decode()
    assert office.post("/tokens/", {"name": "", "days": "9999", "scopes": ["people.manage"]}).status_code == 422
    token = ApiToken.objects.get()
    assert client_of("legal").post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert office.get(f"/tokens/{token.pk}/revoke/").status_code == 405
    assert office.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert not ApiToken.objects.get().works


def test_errors_have_one_shape(client_of):
    office = client_of("office")
    told = error(office.get("/api/people?made=up&unit=1"), 422, "unknown_parameter")
    assert list(told["fields"]) == ["made"]
    assert "可用的参数" in told["message"]
    told = error(office.get("/api/people?limit=0&unit=x"), 422, "invalid")
    assert set(told["fields"]) == {"limit", "unit"}
    error(office.get("/api/people/99999"), 404, "not_found")
    error(office.get("/api/people/99999999999999999999999"), 404, "not_found")
    error(office.get("/api/no/such/thing"), 404, "not_found")
    error(office.delete("/api/people"), 405, "method_not_allowed")
    error(client_of("stranger").get("/api/people"), 403, "forbidden")
    error(office.get("/api/people?cursor=spoilt"), 422, "bad_value")


def test_changing_by_session_needs_the_csrf_token_and_by_token_does_not(bank, bearer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bank["office"], backend="django.contrib.auth.backends.ModelBackend")
    auth = {type(one).__name__: one for one in rest.api.auth}
    request = strict.get("/api/me").wsgi_request
    request.method = "POST"
    with pytest.raises(rest.HttpError):
        auth["Session"](request)
    request.META["HTTP_AUTHORIZATION"] = bearer()["Authorization"]
    request.headers = request.headers.__class__(request.META)
    assert auth["Bearer"](request) == bank["office"]


def test_pages_are_walked_by_cursor(client_of, bank):
    office = client_of("office")
    seen, cursor = [], ""
    while cursor is not None:
        page = office.get("/api/people", {"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["items"]) <= 4
        seen += [item["username"] for item in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(bank.people)
    assert len(set(seen)) == len(seen)


def test_organisations_and_people_are_found(client_of, bank):
    office = client_of("office")
    below = office.get(f"/api/people?unit={bank.units['branch'].pk}").json()["items"]
    assert {item["username"] for item in below} == {"liaison", "branch_submitter", "branch_head"}
    assert {item["username"] for item in office.get("/api/people?role=legal").json()["items"]} == {"legal"}
    assert [item["name"] for item in office.get("/api/people?q=褚").json()["items"]] == ["褚审查"]
    assert "email" not in office.get(f"/api/people/{bank['legal'].pk}").json()
    assert office.get(f"/api/organisations/{bank.units['legal'].pk}").json()["name"] == "法律合规部"
    kinds = {item["kind"] for item in office.get("/api/organisations?kind=branch&active=true").json()["items"]}
    assert kinds == {"branch"}


def test_the_documentation_is_for_those_signed_in_and_comes_from_here(client, client_of):
    assert client.get("/api/docs").status_code == 302
    assert client.get("/api/openapi.json").status_code == 302
    page = client_of("office").get("/api/docs")
    assert page.status_code == 200
    assert b"http" not in page.content.split(b"</head>")[0].replace(b"http-equiv", b"")


def test_the_openapi_document_is_the_one_agreed_on(client_of):
    """Fails when the interface changed: look at the difference, then run `python tests/web/snapshot.py`."""
    document = client_of("office").get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document == json.loads(SNAPSHOT.read_text())


def test_every_operation_names_the_error_shape(client_of):
    document = client_of("office").get("/api/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status in ("401", "403", "404", "422"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorAnswer"), (path, method, status)


def test_what_the_engine_cannot_take_is_a_sentence(rf, bank):
    fault = InputError("字段“ts”不是可读的时间", code="input.time")
    request = rf.post("/api/somewhere")
    answer = rest.api.on_exception(request, fault)
    assert answer.status_code == 422
    assert json.loads(answer.content)["error"]["message"] == fault.message
    request.user, request.htmx = bank["office"], False
    page = PlatformErrors(lambda asked: HttpResponse()).process_exception(request, fault)
    assert page is not None
    assert page.status_code == 422
    assert fault.message in page.content.decode()
