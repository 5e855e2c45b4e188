"""One sentence that says who complains of what, how much is at stake and what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xiaobao.intake.ticket import Amount

_SAID = {
    "定价收费": "对{where}收费有异议",
    "利率与费用争议": "对{where}利率或息费有异议",
    "信息披露与告知不足": "反映{where}告知不足",
    "误导销售/营销宣传": "反映{doing}受到误导宣传或销售",
    "适当性": "反映{thing}与风险承受能力不匹配",
    "服务态度与质量": "反映{where}服务态度或质量差",
    "制度流程与业务规则": "反映{where}业务规则或流程不合理",
    "系统与渠道故障": "反映{where}系统或渠道故障",
    "催收方式与手段": "反映{where}催收行为不当",
    "征信异议": "反映{where}征信记录有误",
    "个人信息保护": "反映{where}个人信息被不当使用",
    "资金被盗/欺诈": "反映{where}资金被盗或遭遇欺诈",
    "合同条款争议": "对{where}合同条款有争议",
    "还款与提前结清": "反映{where}还款或提前结清受阻",
    "退保退费": "反映{where}退保退费受阻",
    "账户管控(冻结/限额)": "反映{where}账户被管控",
    "无障碍与适老": "反映{where}无障碍或适老服务不足",
    "其他": "{about}提出意见建议",
}
"""What is complained of, by cause; a cause that is not known is "有问题"."""
_SHORTER = {
    ("个人信息被不当使用", "个人金融信息"): "",
    ("服务态度或质量差", "柜面服务"): "柜面",
    ("无障碍或适老服务不足", "柜面服务"): "柜面",
    ("账户被管控", "借记卡与账户"): "借记卡",
    ("催收行为不当", "债务催收"): "债务",
    ("征信记录有误", "征信"): "",
}
"""What a business is called where the words after its name would say it twice: 债务催收 + 催收行为不当."""
_ROLE_WORDS = {
    "loss": "损失",
    "refund_demand": "要求退还",
    "disputed": "涉及",
    "fee": "涉及费用",
    "loan_principal": "涉及借款",
}
_RANK = ("loss", "refund_demand", "disputed", "fee", "loan_principal")
_DEMANDS = {"停止催收/骚扰": "停止催收或骚扰", "解除合同/退保": "解除合同或退保", "修改征信": "更正征信记录"}
_REFUND = "退款退费"
_COURTESY = ("女士", "先生", "小姐", "老师", "阿姨", "叔叔", "大爷", "大妈", "奶奶", "爷爷", "经理", "总", "客户")


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
    """Return the sentence, made only of what the other fields hold; without a name it says 客户."""
    about = f"“{product}”" if product else (business if business and business != "其他" else "")
    parts = [f"{_who(name)}{_said(cause, institution or '', about)}"]
    main = next((a for role in _RANK for a in amounts if a.role == role), None)
    wanted = [_DEMANDS.get(item, item) for item in demand if item != "其他"]
    if main is not None and main.role == "refund_demand":
        wanted = [f"退还 {_shown(main.value)}", *(item for item in wanted if item != _REFUND)]
    elif main is not None:
        parts.append(f"{_ROLE_WORDS[main.role]} {_shown(main.value)}")
    if wanted:
        parts.append(f"要求{'、'.join(wanted)}")
    return "，".join(parts) + "。"


def _who(name: str | None) -> str:
    if not name:
        return "客户"
    return name if name.endswith(_COURTESY) else f"客户{name}"


def _said(cause: str | None, institution: str, about: str) -> str:
    """Return what is complained of where, without saying a word twice (征信征信记录有误)."""
    pattern = _SAID.get(cause or "", "反映{where}有问题" if institution or about else "反映问题")
    where = institution + _SHORTER.get((pattern.rpartition("}")[2], about), about)
    at, doing = f"在{institution}" if institution else "", f"办理{about}时" if about else ""
    return pattern.format(
        where=where, doing=at + doing, thing=institution + (about or "产品"), about=f"就{where}" if where else ""
    )


def _shown(value: Decimal) -> str:
    return f"{value:,.2f} 元"
