"""Weeks of contacts with a topic in their last days."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from xiaobao_web.complaints.models import Case, Contact

NOW = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Beijing."""
USUAL = (
    "信用卡年费又扣了{n}元，当初说好刷满次数就免，要求退还年费",
    "柜面排队等了{n}分钟没人管，只开一个窗口，服务态度也很差",
    "贷款提前还款还要收{n}元违约金，合同里没有讲清楚，请解释",
    "理财到期收益比宣传的少{n}元，客户经理当初说保本，要个说法",
    "催收一天打{n}个电话到我单位，影响工作，要求停止骚扰",
    "转账限额突然调成{n}元，没有通知我，急用钱转不出去",
)
TOPIC = (
    "手机银行新版本登录就闪退，重装{n}次还是不行",
    "更新以后手机银行一打开就闪退，{n}天了没法转账",
    "升级新版本后闪退，登录手机银行第{n}次了都进不去",
    "你们手机银行新版本闪退，老人家不会弄，跑了{n}趟",
    "手机银行闪退，新版本谁测试的？我试了{n}遍",
    "自从换了新版本，手机银行登录总闪退，已经{n}回",
)


class Weeks:
    """Make contacts, each of another person; those of the topic become cases of one branch."""

    def __init__(self, bank: Any) -> None:
        self.bank, self.dice, self.made = bank, random.Random(7), 0

    def contact(self, at: datetime, text: str, unit: str, **values: Any) -> Contact:
        """Return an unsaved contact."""
        self.made += 1
        key = f"call:test:{self.made}"
        return Contact(
            number=f"LXT{self.made:06}", key=key, channel="call", received_at=at, text=text, sender=f"客户{self.made}",
            unit=self.bank.units[unit], kind_proposed="complaint", **values,
        )  # fmt: skip

    def usual(self, weeks: int = 5, a_day: int = 14) -> None:
        """Make what always comes."""
        rows = []
        for day in range(7 * weeks):
            for place in range(a_day + self.dice.randint(-4, 4)):
                at = NOW - timedelta(days=7 * weeks - day) + timedelta(minutes=place * 75)
                text = self.dice.choice(USUAL).format(n=self.dice.randint(2, 900))
                rows.append(self.contact(at, text, self.dice.choice(["branch", "branch_two", "retail"])))
        Contact.objects.bulk_create([row for row in rows if row.received_at < NOW])

    def topic(self, days: int = 3, a_day: int = 9, unit: str = "branch") -> list[Contact]:
        """Make the topic's contacts, with cases."""
        rows = []
        for day in range(days):
            for place in range(a_day):
                at = NOW - timedelta(days=days - day) + timedelta(minutes=place * 90)
                text = self.dice.choice(TOPIC).format(n=self.dice.randint(2, 40))
                case = self.case(at, text, unit)
                rows.append(self.contact(at, text, unit, case=case, kind="complaint"))
        return Contact.objects.bulk_create(rows)

    def case(self, at: datetime, text: str, unit: str, **values: Any) -> Case:
        """Return a case in the store."""
        self.made += 1
        facts = {"business_type": "电子银行", "cause": "系统故障", **values}
        return Case.objects.create(
            number=f"TST{self.made:06}", title=text[:30], channel="call", received_at=at, unit=self.bank.units[unit],
            customer_name=f"客户{self.made}", phone=f"139{self.made:08}", **facts,
        )  # fmt: skip


@pytest.fixture
def clock() -> Any:
    """Stop the clock at noon of a Wednesday."""
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def weeks(clock: Any, bank: Any) -> Weeks:
    """Return what makes weeks of contacts."""
    return Weeks(bank)
