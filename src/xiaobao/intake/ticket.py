"""The ticket a complaint becomes: its fields, where each was read and how sure that is; the closed sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

CHANNELS: Final = ("web", "email", "call", "chat", "letter", "regulator_transfer", "branch")
BUSINESS_TYPES: Final = (
    "借记卡与账户", "信用卡", "个人住房贷款", "个人消费贷款", "个人经营贷款", "互联网/助贷贷款", "理财",
    "基金代销", "保险代销", "保险", "存款", "支付结算", "贵金属", "征信", "个人金融信息", "债务催收", "电子银行",
    "柜面服务", "其他",
)  # fmt: skip
CAUSES: Final = (
    "定价收费", "利率与费用争议", "信息披露与告知不足", "误导销售/营销宣传", "适当性", "服务态度与质量",
    "制度流程与业务规则", "系统与渠道故障", "催收方式与手段", "征信异议", "个人信息保护", "资金被盗/欺诈",
    "合同条款争议", "还款与提前结清", "退保退费", "账户管控(冻结/限额)", "无障碍与适老", "其他",
)  # fmt: skip
AMOUNT_ROLES: Final = ("disputed", "loss", "refund_demand", "loan_principal", "fee", "other")
DEMANDS: Final = (
    "退款退费", "减免息费", "道歉", "停止催收/骚扰", "修改征信", "解除合同/退保", "赔偿", "解释说明", "恢复账户功能",
    "处理员工", "协商还款", "其他",
)  # fmt: skip
RISK_FLAGS: Final = (
    "扬言上访/聚集", "媒体曝光", "监管投诉", "诉讼", "自伤自杀", "老年人", "残障", "未成年人", "群体性",
    "涉嫌违法犯罪线索", "重复投诉", "疑似黑产代理投诉",
)  # fmt: skip
URGENCIES: Final = ("low", "normal", "high", "critical")
FIELDS: Final = (
    "customer_name", "phone", "id_number", "card_or_account", "email", "institution_branch", "business_type", "cause",
    "cause_alternatives", "amounts", "event_dates", "product_name", "staff_mentioned", "demand", "risk_flags",
    "urgency", "summary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the original: code points start to end (exclusive) of the text, or of turn number `turn` (from 0)."""

    start: int
    end: int
    text: str
    turn: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape: turn, start, end, text."""
        return {"turn": self.turn, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in yuan and what it is in the case (one of AMOUNT_ROLES)."""

    value: Decimal
    role: str

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape: value as a whole number where it is one, and the role."""
        whole = self.value == self.value.to_integral_value()
        return {"value": int(self.value) if whole else float(self.value), "role": self.role}


@dataclass(frozen=True)
class Ticket:
    """A complaint as fields; None or empty where the text does not say.

    evidence leads each filled field to its words (a class may have none of its own), confidence is 0..1 a field.
    event_dates are ISO dates, or YYYY-MM where the text gives no day.
    """

    customer_name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    card_or_account: str | None = None
    email: str | None = None
    institution_branch: str | None = None
    business_type: str | None = None
    cause: str | None = None
    cause_alternatives: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    event_dates: tuple[str, ...] = ()
    product_name: str | None = None
    staff_mentioned: str | None = None
    demand: tuple[str, ...] = ()
    risk_flags: tuple[str, ...] = ()
    urgency: str | None = None
    summary: str | None = None
    evidence: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of `xiaobao intake`: ticket, evidence, confidence."""
        ticket: dict[str, Any] = {}
        for name in FIELDS:
            value = getattr(self, name)
            if name == "amounts":
                value = [amount.as_dict() for amount in value]
            ticket[name] = list(value) if isinstance(value, tuple) else value
        return {
            "ticket": ticket,
            "evidence": {name: [span.as_dict() for span in spans] for name, spans in self.evidence.items()},
            "confidence": {name: round(value, 3) for name, value in self.confidence.items()},
        }
