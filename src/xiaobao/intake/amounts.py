"""The sums of a case and what each is: disputed, lost, asked back, owed, charged, or otherwise told."""

from __future__ import annotations

import re
from decimal import Decimal

from xiaobao.intake.found import Found
from xiaobao.intake.money import Sum, sums
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.ticket import Amount

_ROLES: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "refund_demand",
        re.compile(
            r"(?:退(?:还|回|给我|我|钱|款|费)|返还|归还我?|还我|赔(?:偿|付)?我|赔偿(?:我)?|补偿(?:我)?|全额退"
            r"|要求[^,，。]{0,6}(?:退|还|赔)|精神损失费|误工费|折现)[^,，。]{0,8}$"
            r"|(?:补给?我|补记|补足|补差?|把(?:多(?:扣|还|收)的)?(?:这|那)?)[^,，。]{0,3}$|(?:请|要求|必须|立即|应)?退(?:掉|还)?[^,，。一-龥]{0,2}$"
        ),
        re.compile(
            r"^(?:块|元|钱|保费|本金|利息|手续费|服务费|会员费)*[^,，。]{0,3}(?:全?退(?:给|还|回|我|了)?"
            r"|还给我|赔给我|一分不少|必须退|退!|给我补上|拿回来)"
        ),
    ),
    (
        "loss",
        re.compile(
            r"(?:亏损?了?|损失|被骗(?:走|了|去)?|骗(?:走|了|去)|盗刷(?:走|了)?|被盗(?:走|刷)?"
            r"|被(?:人)?(?:转走|划走|取走|刷走|转了|刷了|扣走)|转走了?|没了|浮亏|蒸发|刷走|不翼而飞|打了水漂|损失了?|造成|被砍头|已经走了|少了|差了我|亏了|垫了"
            r"|拿走)[^,，。]{0,7}$"
        ),
        re.compile(
            r"^[^,，。]{0,6}(?:没了|打了水漂|不翼而飞|被骗|被盗|不见了|转出去|转走|被转走|被刷|被取走|亏没|让人(?:转|刷"
            r"|骗))"
        ),
    ),
    (
        "fee",
        re.compile(
            r"(?:费|利息|罚息|息费|违约金|滞纳金|佣金|复利)(?:用)?(?:就|都|还|又|才|是|要|收|扣|了|我|掉|共"
            r"|合计|一共|[:：为约近])*[^,，。]{0,3}$"
            r"|(?:多收|收(?:了|我|取)+)[^,，。]{0,4}$|(?:多扣|乱扣|多还|多付|多交|多出|多算)[^,，。]{0,5}$"
            r"|(?:费|利息)[,，](?:一?共|合计|总共)[^,，。]{0,2}$|扣(?:了|掉|走|我|去)*(?:大概|约|近)?[^,，。]{0,3}$|(?:每月|每期|每年|自动)扣[^,，。]{0,6}$|(?:险|会员|管家|套餐|权益)[”\"」』》]?[,，]?(?:每[月年期])?[^,，。]{0,2}$"
        ),
        re.compile(
            r"^(?:的|元的|块的|元|块)?[^,，。0-9]{0,3}[“\"「]?[^,，。0-9]{0,6}?(?:费(?!贷)|利息|罚息|息费|违约金|滞纳金|会员|保险费"
            r"|保费)"
        ),
    ),
    (
        "loan_principal",
        re.compile(
            r"(?:贷款?了?|借(?:款|了|到|我)?|本金|放款|欠(?:款|了|本金|他们|你们|他|银行)?|下款|批了|按揭"
            r"|房贷|车贷|消费贷|经营贷|信用贷|逾期(?:金额|本金)?|网贷|办了?|提前还款|结清|还清|贷款(?:余额|还剩)|借的是[^,，。]{1,6}[,，])[^,，。]{0,7}$"
        ),
        re.compile(
            r"^(?:块|元|钱)?(?:的)?(?:贷款|借款|房贷|车贷|本金|消费贷|经营贷|网贷|欠款|信用贷|分期|账单分期|账单)"
        ),
    ),
    (
        "disputed",
        re.compile(
            r"(?:存了?|买了?|购买|认购|申购|投了?|投入|投保|保费|存款|定期|余额|账户里就?|卡内|养老金|押金|支取|取钱|理财|追剩下的|转账|转错|误转|错转|转给|转出|消费|交易|刷(?:卡|了)|汇(?:款|了)|取(?:款|现)|入账|冻结|充值"
            r"|充了|支付|扣款|扣了?两次|多还|重复|货款|结算款|存现|吞了?|拒赔|理赔款?|医药费|误操作"
            r"|保单|卡里(?:有|的|还有)?)[^,，。]{0,7}$"
        ),
        re.compile(
            r"^[^,，。]{0,5}(?:定期|存款|理财|基金|“|交易|消费|转账|货款|没到账|未到账|入账|被?冻结|扣款|取不出|对不上|扣了两次"
            r"|不是我)"
        ),
    ),
    (
        "other",
        re.compile(
            r"(?:额度|月供|每月还?|每期|每个月|一个月|工资|退休金|收入|低保|限额|起存|门槛|首付"
            r"|定金|最低(?:还款)?|收益|年交|一年交|保额|剩下?|只剩|原来|从|降到|变成|提到"
            r"|奖励|红包|承诺|返现|满|减|市值|现价|还了|已还|应还|账单|到手|给了?|凑)[^,，。]{0,6}$"
            r"|(?:只能(?:转|拿|取)?|拿回|领回?|跌到|如今显示|到账仅?|日均[不未到低于]*|超过|低于|不到|月薪|年入|才值|去年(?:是|只)|押金要?|车票就?要?"
            r"|每[日天]限?|够|仅)[^,，。]{0,2}$"
        ),
        re.compile(r"^[^,，。]{0,3}(?:的)?(?:额度|月供|工资|退休金|养老金|收入|限额|保额|券|押金)"),
    ),
)
_OFFER = re.compile(
    r"(?:可以|能|帮您|为您|给您|申请|补偿|赠送|减免|优惠|送|争取)[^。]{0,14}$|(?:最多|最低|上限|标准"
    r"|每笔|起)[^,，。]{0,6}$"
)
_TOTAL = re.compile(r"(?:共|合计|总共|一共|总计|累计)(?:是|有|就是|了|为)?[^,，。]{0,3}$")
_FRAUD = re.compile(
    r"被骗|骗子|诈骗|盗刷|被盗|被刷|屏幕|公安办案|拉黑|验证码给|追得?回来|安全账户|冒充|被人转|被转走|陌生人|钓鱼|木马|不是我(?:本人)?(?:刷|操作"
    r"|消费)"
)
_SPENT = re.compile(
    r"(?:转(?:了|给|账|出|走)?|刷(?:了|卡)?|扣(?:了|走)?|消费|汇(?:了|款)?|支付|付(?:了)?|取(?:了|走)"
    r"|交易|充(?:了|值)?|借了?)[^,，。]{0,8}$"
)


def find(narrative: Narrative, taken: list[tuple[int, int]]) -> Found[tuple[Amount, ...]] | None:
    """Return the sums of the case, one a value and role, in order of first mention; None where there are none."""
    kept: dict[tuple[Decimal, str], list[tuple[int, int]]] = {}
    certain: list[float] = []
    last = ""
    for found in sums(narrative.plain, taken):
        if narrative.role_at(found.start) == "agent" and _OFFER.search(narrative.before(found.start, 18)):
            continue
        role, sure = _role(narrative, found)
        if not role and last and _TOTAL.search(narrative.before(found.start, 8)):
            role = last
        last = role
        kept.setdefault((found.value, role), []).append((found.start, found.end))
        certain.append(sure * (1.0 if found.sure else 0.8))
    kept = _merged(kept, "loss" if _FRAUD.search(narrative.own) else "disputed")
    if not kept:
        return None
    amounts = tuple(Amount(value, role) for value, role in kept)
    places = tuple(place for spans in kept.values() for place in spans)
    return Found(amounts, places, round(sum(certain) / len(certain), 3))


def _role(narrative: Narrative, found: Sum) -> tuple[str, float]:
    """Return the role whose words stand nearest, and how sure that is."""
    before, after = narrative.before(found.start, 18), narrative.after(found.end, 10)
    before = re.split(r"[。!！?？;；\n]", before)[-1]
    if _SPENT.search(before) and _FRAUD.search(narrative.own) and not re.search("退|还我", before[-6:]):
        return "loss", 0.7
    best, role = 0.0, ""
    for name, ahead, behind in _ROLES:
        match = ahead.search(before)
        score = 1.0 - 0.04 * (len(before) - match.start()) if match else 0.0
        score = max(score, 0.93 if behind.search(after) else 0.0)
        if score > best:
            best, role = score, name
    return (role, 0.6 + 0.35 * best) if role else ("", 0.5)


def _merged(
    kept: dict[tuple[Decimal, str], list[tuple[int, int]]], default: str
) -> dict[tuple[Decimal, str], list[tuple[int, int]]]:
    """Let a value mentioned without a telling word join the role it has elsewhere; the rest is of the default role."""
    out: dict[tuple[Decimal, str], list[tuple[int, int]]] = {}
    for (value, role), places in kept.items():
        others = [r for v, r in kept if v == value and r != role]
        if role in ("", "other") and others and others != [""]:
            out.setdefault((value, next(r for r in others if r)), []).extend(places)
        else:
            out.setdefault((value, role or default), []).extend(places)
    return out
