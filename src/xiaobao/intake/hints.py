"""What the structure of a case says of its business type and cause: who is complained of, which product is named.

Each hint adds to the log-odds of a class. They follow the conventions of the labels: conduct of collection decides,
whatever the product; a licensed consumer-finance company lends, an app or platform brokers; insurance sold by a bank
is not the insurer's own. A system that failed is the root cause of the overdue record or charge that came of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative

Hints = dict[tuple[str, str], float]

_CONDUCT = re.compile(
    r"爆通讯录|通讯录|辱骂|骂我|骂人|恐吓|威胁|泼|大字报|P图|骚扰|轰炸|打(?:给"
    r"|到)?[^,，。]{0,8}(?:父母|爸|妈|家人|亲戚|朋友|同事|单位|公司|领导|老板|村|邻居|学校|同学|联系人)"
    r"|(?:一天|每天|天天|连续)[^,，。]{0,8}(?:打|电话)|(?:几|[二三四五六七八九]|\d)十(?:多|几)?(?:个"
    r"|次|通)[^,，。]{0,4}电话|上门|冒充(?:法院|律师|公检法|公安|警察)|前机主|不认识[^,，。]{0,8}(?:欠"
    r"|借)",
    re.IGNORECASE,
)
_COLLECTOR = re.compile(r"催收|催债|催款|讨债|催我?还|逼债")
_OWED = re.compile(
    r"催|讨债|要债|逼债|追债|收债|欠|逾期|骚扰|轰炸|通讯录|威胁|恐吓|骂|辱|上门|泼|还钱|还款|法务|债|爆|老赖|起诉"
    r"|仲裁|律师|还不[上起]|电话|短信|家人"
    r"|同事|单位|父母|微信"
)
_PURSUED = re.compile(r"还|打|门口|贴|喊|村|替|逼|爸|妈|家|孩子|借|群")
"""Without a word of a debt or of being reached, then of what pursuers do at all, there is no collection."""
_NO_DEBT, _NO_TRACE = -1.5, -4.0
_COLLECTING = (("business_type", "债务催收"), ("cause", "催收方式与手段"))
_PRODUCTS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("信用卡", re.compile(r"信用卡|贷记卡|账单分期|最低还款|临时额度|白金卡|年费"), 1.6),
    ("个人住房贷款", re.compile(r"房贷|按揭|公积金贷|住房贷款|购房贷"), 2.2),
    ("个人经营贷款", re.compile(r"经营贷|经营性贷款|小微贷|企业贷|商户贷|生意贷|惠农贷|农户贷"), 2.2),
    ("个人消费贷款", re.compile(r"消费贷|装修贷|消费金融|车贷|教育贷|信用贷款?"), 1.4),
    ("互联网/助贷贷款", re.compile(r"网贷|借款平台|贷款平台|贷款软件|借款app|助贷|网络贷款|小额贷款"), 1.8),
    ("基金代销", re.compile(r"基金|定投"), 1.8),
    ("理财", re.compile(r"理财(?!经理)|净值型"), 1.2),
    ("贵金属", re.compile(r"黄金|金条|积存金|纪念币|贵金属|银币"), 2.0),
    ("存款", re.compile(r"存单|定期存款|大额存单|定期"), 0.7),
    ("电子银行", re.compile(r"手机银行|网银|网上银行"), 0.8),
    (
        "征信",
        re.compile(
            r"(?:查|打)(?:了)?征信[^。]{0,20}(?:发现|多了|有一笔|不是我|没有)|同名同姓"
            r"|未经[^,，。]{0,4}授权[^,，。]{0,4}查"
        ),
        1.2,
    ),
    ("支付结算", re.compile(r"收款码|pos机|收单|快捷支付|转错账|误转|跨行转账|支付公司|支付机构", re.IGNORECASE), 1.2),
)
_INSURANCE = re.compile(r"保险|保单|年金|分红险|万能险|重疾|意外险|退保|理赔|寿险")
_AT_BANK = re.compile(r"银行|支行|柜员|柜台|大堂|网点|农商行|信用社|存钱|存款|理财经理|客户经理")
_INSURER = re.compile(r"人寿|财险|财产|寿险|保险|健康险|养老")
_GREETED = 0.7
"""What a product counts for that only the institution's side names, as in a hotline's greeting."""
_FAILED = re.compile(
    r"系统(?:升级|切换|维护|故障|异常|崩|出错|问题|错)|打不开|登不上|进不去|闪退|崩(?:了|溃)|没反应|卡住|转圈|报错"
    r"|重复扣"
    r"|扣了?两(?:次|遍|笔)|(?:余额|账户|卡里)[^,，。]{0,8}(?:足额|足够|够|有钱)|扣款(?:失败|不成功)|没扣(?:成|上|到)"
    r"|未扣"
)
_CAME_OF_IT = re.compile(r"征信|逾期|违约金|罚息")


def of(story: Narrative, institution: Found[str] | None) -> Hints:
    """Return the hints of a narrative whose respondent, if told, is given."""
    text = story.own
    out: Hints = {}
    conduct = len(_CONDUCT.findall(text)) + (2 if _COLLECTOR.search(text) else 0)
    if conduct >= 3:
        out["business_type", "债务催收"] = 2.2
        out["cause", "催收方式与手段"] = 1.5
    elif _COLLECTOR.search(text) and conduct >= 2:
        out["business_type", "债务催收"] = 0.8
    if not _OWED.search(story.plain):
        out |= dict.fromkeys(_COLLECTING, _NO_DEBT if _PURSUED.search(story.plain) else _NO_TRACE)
    damp = 0.4 if conduct >= 3 else 1.0
    for name, pattern, weight in _PRODUCTS:
        if pattern.search(text):
            out["business_type", name] = weight * damp
        elif pattern.search(_agents(story)):
            out["business_type", name] = weight * _GREETED
    if _FAILED.search(text) and _CAME_OF_IT.search(text):
        out["cause", "系统与渠道故障"] = 1.5
    _add(out, _by_institution(text, institution.value if institution else "", damp))
    return out


def _agents(story: Narrative) -> str:
    """Return what the institution's side says."""
    if not story.is_dialogue:
        return ""
    return "\n".join(
        story.plain[slice(*story.turn_span(turn))] for turn, role in enumerate(story.roles) if role == "agent"
    )


def _by_institution(text: str, name: str, damp: float) -> Mapping[tuple[str, str], float]:
    if _INSURANCE.search(text):
        if _INSURER.search(name):
            return {("business_type", "保险"): 1.8}
        if _AT_BANK.search(text):
            return {("business_type", "保险代销"): 1.6}
        return {("business_type", "保险"): 0.8}
    if "消费金融" in name:
        return {("business_type", "个人消费贷款"): 1.5 * damp}
    if name and re.search(r"支付|付通|付$", name):
        return {("business_type", "支付结算"): 2.0}
    if name and not re.search(r"银行|农商行|信用社|农信社", name):
        return {("business_type", "互联网/助贷贷款"): 1.8 * damp}
    return {}


def _add(out: Hints, more: Mapping[tuple[str, str], float]) -> None:
    for key, value in more.items():
        out[key] = out.get(key, 0.0) + value
