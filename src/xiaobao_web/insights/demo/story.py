"""How a new problem is heard: complaints come in at one branch, a warning is raised, its cause is looked into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from xiaobao_web.complaints import services as complaints
from xiaobao_web.complaints.demo.story import cast
from xiaobao_web.insights import services
from xiaobao_web.insights.models import Span

WORDS = (
    "手机银行更新以后一打开就闪退，重装了两次还是登不上去，急着给孩子转学费。",
    "你们新版本的手机银行闪退，我母亲不会弄，来回跑了三趟网点，要求尽快修好。",
    "升级完新版本，登录手机银行就闪退，今天还款日还不上，产生的罚息谁承担？",
    "手机银行新版本闪退三天了，客服只说等，请给个明确的时间。",
    "昨天更新手机银行，点开就闪退，理财到期赎不出来，耽误了我交首付。",
    "新版本手机银行在旧手机上闪退，你们上线前不测试吗？要求恢复旧版本。",
)
NAMES = (
    "周",
    "吴",
    "郑",
    "王",
    "冯",
    "陈",
    "褚",
    "卫",
    "蒋",
    "沈",
    "韩",
    "杨",
    "朱",
    "秦",
    "尤",
    "许",
    "何",
    "吕",
    "施",
    "张",
)
WHYS = ("新版本在旧机型上启动即退出", "上线前没有在旧机型上回归测试", "版本发布清单没有机型覆盖这一项")


def outbreak(tell: Any, branch: str) -> Iterator[datetime]:
    """Tell of a new problem at a branch, from the first complaint to the actions against its cause."""
    people = cast(tell, branch)
    for number, family in enumerate(NAMES):
        complaints.open_directly(
            channel="call", text=f"{tell.dice.choice(WORDS)}（第 {number + 2} 次联系）" if number % 3 == 0
            else tell.dice.choice(WORDS), by=people.clerk, unit=people.unit, customer_name=f"{family}先生",
            phone=f"1{tell.dice.choice('358')}{tell.dice.randint(0, 10**9 - 1):09d}", business_type="电子银行",
            cause="系统与渠道故障", demands=["解释说明"], urgency="high",
        )  # fmt: skip
        yield timezone.now() + timedelta(hours=tell.dice.choice([1, 2, 3, 4]))
    yield timezone.now() + timedelta(hours=4)
    raised = services.look()
    yield timezone.now() + timedelta(minutes=40)
    today = timezone.localdate()
    span, year = (Span.FIRST_HALF, today.year) if today.month > 6 else (Span.YEAR, today.year - 1)
    services.set_base(unit=people.unit, year=today.year, by=people.office, outlets=46, customers=1_180_000)
    services.freeze(year=year, span=span, by=people.office, note="首次报送")
    for row in raised:
        services.act(row, by=people.supervisor, measure="请网络金融部回退版本并发布公告，分行逐户回电。")
    made = services.open_rectification(
        title="手机银行发布前没有覆盖旧机型的回归测试", unit=people.unit, owner=people.clerk, cause="系统与渠道故障",
        business_type="电子银行", whys=list(WHYS), warning=raised[0] if raised else None, by=people.supervisor,
    )  # fmt: skip
    for kind, text, days in (
        ("corrective", "回退到上一版本，逐户告知", 2),
        ("preventive", "发布清单加入机型覆盖测试", 20),
    ):
        due = today + timedelta(days=days)
        services.add_action(made, kind=kind, text=text, owner=people.clerk, due_on=due, by=people.supervisor)
