"""What is wrong with a value is told in Chinese, whatever the validator says."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from ninja import Schema
from pydantic import ConfigDict, Field, ValidationError, field_validator

from xiaobao_web.kernel.faults import sentence


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Body(Schema):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=4, pattern=r"^\w+$")] = "xx"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    amount: Annotated[Decimal, Field(max_digits=4, decimal_places=2)] = Decimal(0)
    day: date | None = None
    at: datetime | None = None
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    rows: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    flag: bool = False
    needed: int

    @field_validator("flag")
    @classmethod
    def never(cls, value: bool) -> bool:
        if value:
            raise ValueError("这一项不能勾选")
        return value


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "必填"), ({"needed": "x"}, "应为整数"), ({"needed": 1.5}, "应为整数"), ({"name": "x"}, "至少 2 个字"),
        ({"name": "xxxxx"}, "最多 4 个字"), ({"name": "x x"}, "格式不符"), ({"name": 3}, "应为文本"),
        ({"count": 0}, "不能小于 1"), ({"count": 10}, "不能大于 9"), ({"amount": "1.234"}, "最多 2 位小数"),
        ({"amount": "x"}, "应为数字"), ({"day": "昨天"}, "应为日期，如 2026-01-31"), ({"at": "x"}, "应为日期时间"),
        ({"colour": "green"}, "应为其中之一：red、blue"), ({"kind": "c"}, "应为其中之一：a、b"),
        ({"rows": []}, "至少 1 项"), ({"rows": [1, 2, 3]}, "最多 2 项"), ({"rows": "x"}, "应为数组"),
        ({"flag": "x"}, "应为 true 或 false"), ({"flag": True}, "这一项不能勾选"), ({"other": 1}, "没有这个字段"),
    ],
)  # fmt: skip
def test_each_fault_has_its_sentence(given: dict[str, Any], told: str) -> None:
    values = given if given == {} else {"needed": 1, **given}
    with pytest.raises(ValidationError) as caught:
        Body.model_validate(values)
    said = [sentence(dict(item)) for item in caught.value.errors()]
    assert told in "；".join(said)
    assert not re.search(r"[A-Za-z]{4,}", "；".join(said).replace("true", "").replace("false", "").replace("blue", ""))


def test_an_unknown_kind_is_told_in_general() -> None:
    assert sentence({"type": "of the future", "msg": "Input should be nice"}) == "不符合要求"


@pytest.mark.django_db
def test_the_interface_tells_it(client_of) -> None:
    answer = client_of("office").get("/api/complaints", {"limit": "many"})
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"] == {"limit": "应为整数"}
