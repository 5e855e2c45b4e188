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
            r"|(?:补给?我|把(?:多(?:扣|还|收)的)?(?:这|那)?)[^,，。]{0,3}$"
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
            r"|被(?:人)?(?:转走|划走|取走|刷走|转了|刷了|扣走)|转走了?|没了|浮亏|蒸发|刷走|不翼而飞|打了水漂"
            r"|拿走)[^,，。]{0,7}$"
        ),
        re.compile(
            r"^[^,，。]{0,6}(?:没了|打了水漂|不翼而飞|被骗|被盗|不见了|被转走|被刷|被取走|亏没|让人(?:转|刷"
            r"|骗))"
        ),
    ),
    (
        "fee",
        re.compile(
            r"(?:费|利息|罚息|息费|违约金|滞纳金|佣金|复利)(?:用)?(?:就|都|还|又|才|是|要|收|扣|了|我|掉|共"
            r"|合计|一共|[:：为约近])*[^,，。]{0,3}$"
            r"|(?:多收|收(?:了|我|取)+)[^,，。]{0,4}$|(?:多扣|乱扣)[^,，。]{0,4}$"
        ),
        re.compile(
            r"^(?:的|元的|块的|元|块)?[^,，。0-9]{0,3}(?:费(?!贷)|利息|罚息|息费|违约金|滞纳金|会员|保险费"
            r"|保费)"
        ),
    ),
    (
        "loan_principal",
        re.compile(
            r"(?:贷款?了?|借(?:款|了|到|我)?|本金|放款|欠(?:款|了|本金|他们|你们|他|银行)?|下款|批了|按揭"
            r"|房贷|车贷|消费贷|经营贷|信用贷|逾期(?:金额|本金)?|网贷|办了?)[^,，。]{0,7}$"
        ),
        re.compile(r"^(?:块|元|钱)?(?:的)?(?:贷款|借款|房贷|车贷|本金|消费贷|经营贷|网贷|欠款|信用贷)"),
    ),
    (
        "disputed",
        re.compile(
            r"(?:转账|转错|误转|错转|转给|转出|消费|交易|刷(?:卡|了)|汇(?:款|了)|取(?:款|现)|入账|冻结|充值"
            r"|充了|支付|扣款|扣了?(?:两次|我)?|多还|重复|货款|结算款|存现|吞了?|拒赔|理赔款?|医药费|误操作"
            r"|保单|卡里(?:有|的|还有)?)[^,，。]{0,7}$"
        ),
        re.compile(
            r"^[^,，。]{0,5}(?:交易|消费|转账|货款|没到账|未到账|入账|被?冻结|扣款|取不出|对不上|扣了两次"
            r"|不是我)"
        ),
    ),
    (
        "other",
        re.compile(
            r"(?:额度|月供|每月还?|每期|每个月|一个月|工资|退休金|养老金|收入|低保|余额|限额|起存|门槛|首付"
            r"|定金|最低(?:还款)?|收益|年交|一年交|存了?|买了?|投了?|保额|剩下?|只剩|原来|从|降到|变成|提到"
            r"|奖励|红包|承诺|返现|满|减|市值|现价|还了|已还|应还|账单|到手|给了?|凑)[^,，。]{0,6}$"
        ),
        re.compile(r"^[^,，。]{0,3}(?:的)?(?:额度|月供|工资|退休金|养老金|收入|限额|保额|定期|存款|理财|基金|券)"),
    ),
)
_OFFER = re.compile(
    r"(?:可以|能|帮您|为您|给您|申请|补偿|赠送|减免|优惠|送|争取)[^。]{0,14}$|(?:最多|最低|上限|标准"
    r"|每笔|起)[^,，。]{0,6}$"
)
_FRAUD = re.compile(
    r"被骗|骗子|诈骗|盗刷|被盗|安全账户|冒充|被人转|被转走|陌生人|钓鱼|木马|不是我(?:本人)?(?:刷|操作"
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
    for found in sums(narrative.plain, taken):
        if narrative.role_at(found.start) == "agent" and _OFFER.search(narrative.before(found.start, 18)):
            continue
        role, sure = _role(narrative, found)
        kept.setdefault((found.value, role), []).append((found.start, found.end))
        certain.append(sure * (1.0 if found.sure else 0.8))
    kept = _merged(kept)
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
    return (role, 0.6 + 0.35 * best) if role else ("other", 0.5)


def _merged(kept: dict[tuple[Decimal, str], list[tuple[int, int]]]) -> dict[tuple[Decimal, str], list[tuple[int, int]]]:
    """Let a value mentioned again without a telling word join the role it already has."""
    out: dict[tuple[Decimal, str], list[tuple[int, int]]] = {}
    for (value, role), places in kept.items():
        others = [r for v, r in kept if v == value and r != role]
        if role == "other" and others:
            out.setdefault((value, others[0]), []).extend(places)
        else:
            out.setdefault((value, role), []).extend(places)
    return out
