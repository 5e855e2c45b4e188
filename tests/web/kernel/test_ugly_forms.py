"""What a browser would never send, and somebody does: digits that are no numbers, zero characters, eight megabytes."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from xiaobao_web.kernel import files
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.requests import row_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "key"),
    [("12", 12), (" 7 ", 7), ("", 0), ("²", 0), ("٣", 0), ("-1", 0), ("1.0", 0), ("9" * 19, 0)],
)
def test_a_key_is_a_number_or_that_of_no_row(given: str, key: int) -> None:
    assert row_key(given) == key


@pytest.mark.parametrize("path", ["/system/jobs/?after=²", "/inbox/?after=new-²"])
def test_odd_digits_in_addresses_are_passed_over(client_of, path):
    assert client_of("admin").get(path).status_code == 200


@pytest.mark.parametrize("htmx", [False, True])
def test_zero_characters_are_refused_in_a_sentence(client_of, htmx):
    client = client_of("submitter")
    more = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    told = client.post("/reviews/new/", {"title": "a\0b", "text": "保本"}, **more)
    assert told.status_code == 422
    assert "看不见的空字符" in told.content.decode()
    assert client.get("/reviews/", {"q": "a\0"}, **more).status_code == 200


def test_too_many_words_at_once_are_told(client_of, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
    told = client_of("submitter").post("/reviews/new/", {"title": "长", "text": "保本" * 200_000})
    assert told.status_code == 413
    assert "不能超过 1 MB" in told.content.decode()


def test_too_many_fields_are_told(client_of, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    told = client_of("submitter").post("/reviews/new/", {f"f{number}": "1" for number in range(9)})
    assert told.status_code == 413
    assert "项目太多" in told.content.decode()


def test_a_refusal_says_once_what_to_do():
    blocked = StoredFile(state=ScanState.BLOCKED, remarks=[{"code": "zip.encrypted", "blocks": True}])
    blocked.reason = "压缩包内的文件已加密，无法检查，请去除密码后重新上传"
    assert files.refusal(blocked).count("重新上传") == 1


@pytest.fixture
def browser(bank):
    """Return a client whose requests pass the check of the form's token, as those of pages do: it reads the body."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(bank["submitter"], backend="django.contrib.auth.backends.ModelBackend")
    client.get("/reviews/new/")
    client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
    return client


def test_a_form_where_json_is_taken_is_told(browser):
    told = browser.post("/api/comments/reviews.review/1", {"body": "表单"})
    assert told.status_code == 422
    assert "只接收 JSON" in told.json()["error"]["message"]


def test_too_much_for_the_interface_is_told(browser, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
    body = {"body": "长" * 400_000}
    told = browser.post("/api/comments/reviews.review/1", json.dumps(body), content_type="application/json")
    assert told.status_code == 413
    assert "不能超过 1 MB" in told.json()["error"]["message"]


def test_a_form_in_pieces_is_told(browser):
    told = browser.post("/api/reviews/1/files", b"--x", content_type="multipart/form-data")
    assert told.status_code == 400
    assert "multipart/form-data" in told.json()["error"]["message"]


def test_a_missing_file_is_named_as_the_form_names_it(client_of):
    told = client_of("submitter").post("/api/reviews/1/files", {"file": "x"})
    assert told.json()["error"]["fields"] == {"files": "必填"}


@pytest.mark.parametrize("path", ["/system/journal/", "/api/lists/journal/rows"])
def test_a_list_one_may_not_see_says_who_may(client_of, path):
    told = client_of("submitter").get(path)
    assert told.status_code == 403
    words = told.json()["error"]["message"] if path.startswith("/api/") else told.content.decode()
    assert "由审计办理" in words
