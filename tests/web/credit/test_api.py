"""The interface of loan costs: the engine's figures, the engine's refusals, by session and by token."""

from __future__ import annotations

import pytest

from xiaobao_web.credit import services
from xiaobao_web.kernel import tokens

pytestmark = pytest.mark.django_db
TERMS = {"principal": 10000, "annual_rate": 12, "periods": 12}


def post(client, name, body, **headers):
    return client.post(f"/api/credit/{name}", body, content_type="application/json", headers=headers)


def test_rates_of_terms_and_of_flows(client_of):
    client = client_of("reviewer")
    found = post(client, "rates", {"terms": TERMS}).json()
    assert (found["annual_nominal"], found["labels"]) == (
        12.0001,
        {"annual_effective": "复利", "annual_nominal": "单利"},
    )
    assert len(found["schedule"]) == 13
    months = [[f"2026-{month:02}-10", 900] for month in range(2, 8)]
    dated = {
        "drawdowns": [["2026-01-10", 5000]],
        "payments": months,
        "convention": "us-actuarial",
        "unit_period": "month",
    }
    years = {"drawdowns": [[0, 12000]], "payments": [[k / 12, 1072] for k in range(1, 13)]}
    assert post(client, "rates", dated).json()["annual_nominal"] > 0
    assert post(client, "rates", years).json()["annual_effective"] == 13.8418


def test_schedule_compare_convert_statement(client_of):
    client = client_of("service")
    body = {"terms": {**TERMS, "start": "2026-01-01", "overdue": {"rate_share_percent": 150}},
            "what_if": {"after": 6, "fee_percent": 1}, "overdue_days": 10}  # fmt: skip
    found = post(client, "schedule", body).json()
    assert found["what_if"]["periods_saved"] == 6
    assert len(found["overdue"]) == 12
    assert found["schedule"][1]["payment"] == 888.49
    two = {"a": {"terms": TERMS}, "b": {"name": "分期", "terms": {"principal": 10000, "monthly_rate": 0.6, "periods": 12, "method": "flat"}}}  # fmt: skip  # noqa: E501
    assert post(client, "compare", two).json()["answer"].startswith("“方案甲”")
    said = post(client, "convert", {"quote": "月费率0.6%，分12期，年化利率7.2%"}).json()
    assert said["prices"][0]["annual_nominal"] == 13.0342
    assert "不符" in said["contradiction"]
    stated = post(client, "statement", {"terms": TERMS, "on": "2026-09-01", "borrower": "张三"}).json()
    assert stated["on"] == "2026-09-01"
    assert "百分之" in stated["spoken"]
    assert stated["references"]


@pytest.mark.parametrize(
    ("name", "body", "code", "words"),
    [
        ("rates", {}, "input.missing", "principal"),
        ("rates", {"terms": {"principal": 1, "periods": 1}}, "input.missing", "缺少利率"),
        ("rates", {"drawdowns": [[0, 1000], [2, 4310]], "payments": [[1, 3600], [3, 1716]]}, "input.rate", "3 个"),
        ("rates", {"drawdowns": [[0, 1]], "payments": [["2026-01-01", 1]]}, "input.type", "同为"),
        ("schedule", {"terms": {**TERMS, "grace": 12}}, "input.terms", "宽限"),
        ("schedule", {"terms": {**TERMS, "mine": 1}}, "invalid", "mine"),
        ("compare", {"a": {"terms": TERMS}}, "invalid", "b"),
        ("convert", {"quote": ""}, "invalid", "quote"),
        ("statement", {"terms": {**TERMS, "method": "x"}}, "input.method", "x"),
    ],
)
def test_refusals_are_the_engines(client_of, name, body, code, words):
    answer = post(client_of("reviewer"), name, body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert words in error["message"]
    assert error["code"] == code or code == "input.method"


def test_by_token_and_not_without_the_right(bank, client, client_of):
    token, secret = tokens.make(person=bank["reviewer"], name="测试", scopes=["credit.view"], days=1)
    answer = post(client, "rates", {"terms": TERMS}, authorization=f"Bearer {secret}")
    assert answer.status_code == 200
    assert post(client, "rates", {"terms": TERMS}).status_code == 401
    assert post(client_of("stranger"), "rates", {"terms": TERMS}).status_code == 403
    assert token.pk


def test_costings_are_listed_as_far_as_one_sees(bank, client_of):
    made = services.save(
        terms={"principal": "10000", "periods": 12, "annual_rate": "12"}, title="甲", by=bank["branch_submitter"]
    )
    found = client_of("reviewer").get("/api/credit/costings").json()["items"]
    assert [row["number"] for row in found] == [made.number]
    assert found[0]["terms"]["principal"] == "10000"
    assert client_of("submitter").get("/api/credit/costings").json()["items"] == []
    assert client_of("reviewer").get(f"/api/credit/costings/{made.number}").json()["annual_nominal"] == 12.0001
    assert client_of("submitter").get(f"/api/credit/costings/{made.number}").status_code == 404
