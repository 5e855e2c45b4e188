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
            r"(?:退(?:还|回|给我|我|钱|款|费)?|返还|归还我?|还我|赔(?:偿|付)?(?:我)?|补偿(?:我)?"
            r"|要求[^,，。]{0,6}(?:退|还|赔))[^,，。]{0,8}$"
        ),
        re.compile(r"^[^,，。]{0,6}(?:退(?:给|还|回)|还给我|赔给我|一分不少)"),
    ),
    (
        "loss",
        re.compile(
            r"(?:亏损?了?|损失|被骗(?:走|了|去)?|骗(?:走|了|去)|盗刷(?:走|了)?|被盗(?:走|刷)?|被转走|转走"
            r"|没了|少了|浮亏|赔了|蒸发|被划走|刷走|不翼而飞)[^,，。]{0,6}$"
        ),
        re.compile(r"^[^,，。]{0,6}(?:没了|打了水漂|不翼而飞|被骗|被盗|亏|不见了|被转走|被刷|让人(?:转|刷|骗))"),
    ),
    (
        "fee",
        re.compile(
            r"(?:费|利息|罚息|息费|违约金|滞纳金|手续费|年费|保费|服务费|担保费|管理费|佣金|保险费|咨询费"
            r"|评估费|公证费|复利|分期费|会员费|短信费|权益费|赎回费|补偿金|月保费|利率)(?:用)?[^,，。]{0,8}$"
            r"|扣(?:了|掉|走|我|除)?(?:我)?(?:了)?[^,，。]{0,4}$"
        ),
        re.compile(r"^(?:的|元的|块的)?[^,，。]{0,4}(?:费|利息|罚息|息费|违约金|滞纳金|手续费|年费|保费|会员|保险)"),
    ),
    (
        "loan_principal",
        re.compile(
            r"(?:贷款?了?|借(?:款|了|到)?|本金|放款|欠(?:款|了|本金)?|下款|批了|按揭|房贷|车贷|消费贷"
            r"|经营贷)[^,，。]{0,8}$"
        ),
        re.compile(r"^[^,，。]{0,4}(?:的)?(?:贷款|借款|房贷|车贷|本金|消费贷|经营贷|网贷|欠款)"),
    ),
    (
        "other",
        re.compile(
            r"(?:额度|月供|每月还|每期|工资|退休金|养老金|收入|低保|余额|限额|起存|门槛|首付|最低还款|年收益"
            r"|一年交|存了?|买了?|投了?|保额|剩下?|原来|从|奖励|积分|红包|承诺|返现)[^,，。]{0,6}$"
        ),
        re.compile(r"^[^,，。]{0,4}(?:的)?(?:额度|月供|工资|退休金|养老金|收入|限额|保额|定期|存款|理财|基金)"),
    ),
    (
        "disputed",
        re.compile(
            r"(?:转(?:账|了|给|错|出)?|消费|交易|刷(?:卡|了)?|汇(?:款|了)?|取(?:了|款|钱|现)|到账|入账|冻结"
            r"|充值|付(?:款|了)?|支付|还(?:款|了|进)?|打(?:给|到)|扣款|账单|应还|入金|提现|存入)[^,，。]{0,8}$"
        ),
        re.compile(r"^[^,，。]{0,6}(?:交易|消费|转账|的款|货款|到账|入账|账单|欠款|冻结|扣款)"),
    ),
)
_OFFER = re.compile(
    r"(?:可以|能|帮您|为您|给您|申请|补偿|赠送|减免|优惠|送|争取)[^。]{0,14}$|(?:最多|最低|上限|标准"
    r"|每笔|起)[^,，。]{0,6}$"
)
_FOLLOWS = {"loss": 0.5, "refund_demand": 0.4}


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
    best, role = 0.0, ""
    for name, ahead, behind in _ROLES:
        match = ahead.search(before)
        score = 1.0 - 0.04 * (len(before) - match.start()) if match else 0.0
        score = max(score, 0.7 if behind.search(after) else 0.0)
        if score > best:
            best, role = score, name
    return (role, 0.6 + 0.35 * best) if role else ("disputed", 0.5)


def _merged(kept: dict[tuple[Decimal, str], list[tuple[int, int]]]) -> dict[tuple[Decimal, str], list[tuple[int, int]]]:
    """Let a value mentioned again without a telling word join the role it already has."""
    out: dict[tuple[Decimal, str], list[tuple[int, int]]] = {}
    for (value, role), places in kept.items():
        others = [r for v, r in kept if v == value and r != role]
        if role == "disputed" and others:
            out.setdefault((value, others[0]), []).extend(places)
        else:
            out.setdefault((value, role), []).extend(places)
    return out
