"""Costings kept over REST: with their versions, refused for terms that make no loan, seen and changed by whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from xiaobao_web.credit.models import Costing
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import services as reviews

pytestmark = pytest.mark.django_db
TERMS = {"principal": 10000, "periods": 12, "method": "equal_instalment", "annual_rate": 12}
PATH = "/api/credit/costings"


def send(client: Client, body: dict[str, Any], path: str = PATH, status: int = 201) -> Any:
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.json()


def test_a_costing_is_kept_for_a_product_and_a_review(bank: Any, client_of: Any) -> None:
    Product.objects.create(code="DK1", name="惠民消费贷", kind="loan", unit=bank.units["retail"])
    review = reviews.create(by=bank["submitter"], title="惠民消费贷定价", subject="pricing")
    sender = client_of("submitter")
    made = send(sender, {"title": "惠民贷", "terms": TERMS, "product": "DK1", "review": review.number, "note": "首版"})
    assert (made["product"], made["review"], made["version"]) == ("DK1", review.number, 1)
    assert made["annual_nominal"] == 12.0001
    versions = f"{PATH}/{made['number']}/versions"
    again = send(sender, {"terms": {**TERMS, "annual_rate": 10}, "note": "降价"}, versions)
    assert (again["version"], again["annual_nominal"] < 11) == (2, True)
    send(sender, {"terms": {**TERMS, "annual_rate": 10}}, versions, 409)
    told = sender.get(versions).json()
    assert [(row["version"], row["note"], row["by"]) for row in told] == [(2, "降价", "周送审"), (1, "首版", "周送审")]
    assert float(told[1]["terms"]["annual_rate"]) == 12
    assert f"/credit/costings/{Costing.objects.get().pk}/" in sender.get("/credit/costings/").content.decode()


def test_what_is_wrong_is_told_and_nothing_kept(bank: Any, client_of: Any) -> None:
    sender = client_of("submitter")
    faults: list[dict[str, Any]] = [
        {"title": ""}, {"title": " "}, {"terms": {"principal": 1, "periods": 1}}, {"product": "none"},
        {"review": "SC0"}, {"terms": {**TERMS, "grace": 12}}, {"colour": "red"}, {"terms": {}},
    ]  # fmt: skip
    for wrong in faults:
        assert send(sender, {"title": "甲", "terms": TERMS, **wrong}, status=422)["error"]["message"], wrong
    assert not Costing.objects.exists()


def test_who_may_not(bank: Any, client_of: Any) -> None:
    made = send(client_of("branch_submitter"), {"title": "甲", "terms": TERMS})
    versions, body = f"{PATH}/{made['number']}/versions", {"terms": {**TERMS, "annual_rate": 9}}
    for name, status in (("stranger", 403), ("auditor", 403), ("executive", 403)):
        send(client_of(name), {"title": "甲", "terms": TERMS}, status=status)
    send(client_of("auditor"), body, versions, 403)
    for name in ("submitter", "stranger"):
        send(client_of(name), body, versions, 404)
        assert client_of(name).get(versions).status_code == 404
    send(Client(), body, versions, 401)
    assert client_of("auditor").get(versions).json()[0]["version"] == 1
    send(client_of("submitter"), body, f"{PATH}/CB0/versions", 404)
