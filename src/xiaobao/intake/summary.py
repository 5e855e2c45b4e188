"""One sentence that says who complains of what, how much is at stake and what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xiaobao.intake.ticket import Amount

_WORDS = {
    "定价收费": "收费有异议", "利率与费用争议": "利率或息费有异议", "信息披露与告知不足": "告知不足",
    "误导销售/营销宣传": "受到误导宣传或销售",
    "适当性": "产品与风险承受能力不匹配", "服务态度与质量": "服务态度或质量差",
    "制度流程与业务规则": "业务规则或流程不合理", "系统与渠道故障": "系统或渠道故障", "催收方式与手段": "催收行为不当",
    "征信异议": "征信记录有误", "个人信息保护": "个人信息被不当使用", "资金被盗/欺诈": "资金被盗或遭遇欺诈",
    "合同条款争议": "合同条款有争议", "还款与提前结清": "还款或提前结清受阻", "退保退费": "退保退费受阻",
    "账户管控(冻结/限额)": "账户被管控", "无障碍与适老": "无障碍或适老服务不足", "其他": "提出意见建议",
}  # fmt: skip
_ROLE_WORDS = {
    "loss": "损失",
    "refund_demand": "要求退还",
    "disputed": "涉及",
    "fee": "涉及费用",
    "loan_principal": "涉及借款",
}
_RANK = ("loss", "refund_demand", "disputed", "fee", "loan_principal")


def write(
    *,
    name: str | None,
    institution: str | None,
    product: str | None,
    business: str | None,
    cause: str | None,
    amounts: Sequence[Amount],
    demand: Sequence[str],
) -> str:
    """Return the sentence, made only of what the other fields hold."""
    who = f"客户{name}" if name else "客户"
    about = product or (business if business and business != "其他" else "")
    where = f"{institution or ''}{f'“{product}”' if product else about}"
    parts = [f"{who}反映{where}{_WORDS.get(cause or '', '有问题')}"]
    main = next((a for role in _RANK for a in amounts if a.role == role), None)
    if main is not None:
        parts.append(f"{_ROLE_WORDS[main.role]}{_shown(main.value)}")
    wanted = [d for d in demand if d != "其他"]
    if wanted:
        parts.append(f"要求{'、'.join(wanted)}")
    return "，".join(parts) + "。"


def _shown(value: Decimal) -> str:
    if value >= 10_000:
        return f"{(value / 10_000).normalize():f}万元"
    return f"{value.normalize():f}元"
