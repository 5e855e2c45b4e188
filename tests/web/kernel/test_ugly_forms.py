"""What a browser would never send, and somebody does: digits that are no numbers, zero characters, eight megabytes."""

from __future__ import annotations

import pytest

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
