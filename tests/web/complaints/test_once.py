"""The same page sent twice registers once; lists find by words what the search's index and the table hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from xiaobao_web.complaints.models import Case, Contact

pytestmark = pytest.mark.django_db
CARD, FUND = "年费争议（稳享卡996号）", "赎回迟延"


def test_the_same_page_sent_twice_is_one_contact(bank: Any, client_of: Any) -> None:
    client = client_of("complaints")
    pages = [client.get("/complaints/register/").content.decode() for _ in range(2)]
    tokens = [re.search(r'name="once" value="(\w{32})"', page) for page in pages]
    assert tokens[0] is not None
    assert tokens[1] is not None
    assert tokens[0][1] != tokens[1][1], "each page has its own"
    given = {"channel": "call", "text": "年费扣收有误，要求退还。", "kind": "complaint", "urgency": "normal",
             "people_count": "1", "once": tokens[0][1]}  # fmt: skip
    answers = [client.post("/complaints/register/", given) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert answers[0]["Location"] == answers[1]["Location"]
    assert (Contact.objects.count(), Case.objects.count()) == (1, 1)
    client.post("/complaints/register/", {**given, "once": tokens[1][1]})
    assert (Contact.objects.count(), Case.objects.count()) == (2, 2)
    assert client.post("/complaints/register/", {**given, "once": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("年费争议", CARD), ("稳享卡996号", CARD), ("稳享卡99", CARD), ("争议 996", CARD), ("13800001234", CARD),
        ("安盈Plus", FUND), ("plu", FUND), ("盈", FUND), ("13800001234 年费", CARD),
    ],
)  # fmt: skip
def test_words_find_cases(flow: Any, client_of: Any, words: str, found: str) -> None:
    flow.opened(title=CARD)
    flow.opened(title=FUND, product_name="安盈Plus", phone="", text="理财到期两天还没有到账。")
    page = client_of("complaints").get("/complaints/", {"view": "all", "q": words}).content.decode()
    titles = {title for title in (CARD, FUND) if title in page}
    assert titles == {found}


def test_words_nobody_wrote_find_nothing(flow: Any, client_of: Any) -> None:
    flow.opened(title="年费争议")
    for words in ("不存在的词语", "13900009999", "年费 不存在"):
        page = client_of("complaints").get("/complaints/", {"view": "all", "q": words}).content.decode()
        assert "年费争议" not in page, words
