"""Make short messages as banks and their imitators send them: seeded, in memory, of any number."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from xiaobao.rulebook.load import Rulebook

PLANTED = 0.02
"""Share of messages that carry a sentence some rule forbids."""
EVADED = 1 / 3
"""Share of those whose sentence is disguised."""
TEMPLATES = (
    "【{bank}】您尾号{tail}的账户{day}{clock}消费人民币{money}元，商户：{noise}，余额{rest}元。",
    "【{bank}】验证码{code}，用于{noise}登录，10分钟内有效，请勿告知任何人。",
    "【{bank}】尊敬的{name}，您{day}的信用卡账单{money}元，到期还款日{day2}，可在手机银行查询。",
    "【{bank}】{name}您好，{noise}网点因装修于{day}起暂停营业，请前往{noise2}网点办理业务。",
    "【{bank}】您尾号{tail}的账户{day}{clock}收到{noise}转入{money}元，余额{rest}元。",
    "【{bank}】您预约的{noise}业务已受理，受理编号{code}，请于{day}携带身份证到{noise2}网点办理。",
    "【{bank}】{name}您好，您购买的{noise}理财产品于{day}开放赎回，产品有风险，请查阅产品说明书。回T退订",
    "【{bank}】温馨提示：近期有人冒充{noise}客服要求转账，请核实对方身份，有疑问请致电官方热线。",
    "【{noise}】{name}，您的包裹{code}已到{noise2}驿站，请凭取件码{tail}于{day}前领取。",
    "【{bank}】{noise}保单{code}的保险费{money}元已于{day}扣缴成功，感谢您的信任。",
    "【{noise}】{name}，您{day}在{noise2}的订单已发货，预计{day2}送达，详情见小程序。",
    "【{bank}】您办理的{noise}贷款本期应还{money}元，请于{day2}前存足款项，逾期将影响个人信用记录。",
)
"""Twelve ordinary messages; several speak of money, rates and products without breaking any rule."""
BANKS = ("江海银行", "云岭农商行", "和润银行", "北原消费金融", "长泽人寿", "东屏证券")
NAMES = ("王先生", "李女士", "张先生", "陈女士", "客户", "会员")
HAN = (
    "山水云岭江海和润北原长泽东屏南枫松柏竹兰梅青白蓝紫石泉溪湖城桥路巷园林"
    "田禾穗谷麦棉丝布衣食坊斋轩阁庭苑里村镇星辰光电声波图文书画琴棋"
)
TRADITIONAL = str.maketrans("贷无风险业证财银门户来说钱开", "貸無風險業證財銀門戶來說錢開")


def words(rng: random.Random, count: int = 12_000) -> list[str]:
    """Return made-up names of two to four characters."""
    return ["".join(rng.choices(HAN, k=rng.choice((2, 2, 3, 4)))) for _ in range(count)]


def forbidden(rulebook: Rulebook, longest: int = 40) -> list[str]:
    """Return the short sentences that the rules themselves give as what they must meet."""
    return [e.text for rule in rulebook.rules for e in rule.hit if len(e.text) <= longest]


def disguised(rng: random.Random, text: str) -> str:
    """Return a sentence as an evader writes it: with separators, invisible characters, full width or old forms."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(("*", " ", "·", "_")).join(text)
    if kind == 1:
        return "\u200b".join(text)
    if kind == 2:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return text.translate(TRADITIONAL)


def messages(count: int, sentences: Sequence[str], seed: int = 1) -> Iterator[str]:
    """Yield messages one by one; the same for the same seed."""
    rng = random.Random(seed)
    noise = words(rng)
    for _ in range(count):
        text = rng.choice(TEMPLATES).format(
            bank=rng.choice(BANKS), tail=f"{rng.randrange(10_000):04d}", code=rng.randrange(100_000, 1_000_000),
            day=f"{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日",
            day2=f"{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日",
            clock=f"{rng.randrange(24)}:{rng.randrange(60):02d}", money=f"{rng.randrange(1, 10**6) / 100:.2f}",
            rest=f"{rng.randrange(1, 10**7) / 100:,.2f}", name=rng.choice(NAMES), noise=rng.choice(noise),
            noise2=rng.choice(noise),
        )  # fmt: skip
        if rng.random() < PLANTED:
            sentence = rng.choice(sentences)
            text += disguised(rng, sentence) if rng.random() < EVADED else sentence
        yield text
