"""Business type and cause of a complaint, with the causes that come next."""

from __future__ import annotations

import re

from xiaobao.intake.classes import Scores
from xiaobao.intake.found import Found

ALTERNATIVES = 2
"""How many further causes are named."""
_LEAST = 0.03
_FORMS = re.compile(
    r"投诉|举报|反映|反馈|咨询|请问|问一?下|问个?|事情?|情况|问题|原因|领导|经理|客服|银行|贵行|你行|你们|您们?"
    r"|我们?|本人|大家|这里|这个|那个|一个|一下|一些|什么"
    r"|希望|重视|关注|麻烦|帮忙|尽快|处理|解决|答复|回复|联系|谢谢|感谢|你好|您好|在吗|有人吗?|但是?|不想|不满意?"
    r"|只想|差评|到底|说|想|要|来|有|是|的|了|吗|呢|啊|吧|就|很|太|不|没"
)
"""Words in which a complaint is wrapped and that say nothing of its matter."""
_WISHES = re.compile(
    r"退(?:还|给)?我?的?(?:钱|款|费用?)|(?<!理)赔(?:偿|给)?我?的?(?:钱|款|损失)?|还我的?(?:血汗)?钱"
    r"|道个?歉|给个?(?:说法|交代)|没人管|再不|要求|必须|马上|立刻|赶紧|快点|全额|全部"
    r"|[到找]?(?:国家)?(?:金融监督管理总局|金融监管总?局|银?保监[会局]?|监管(?:部门|局)?|人民银行|人行|消协)"
)
"""Wishes and warnings that any matter may bring."""
_LEFT = 1
"""Characters beside those words from which a text may tell of a matter."""


def tells_nothing(plain: str) -> bool:
    """Tell whether a text only says that somebody complains or asks, without a word of what about."""
    return len(re.sub(r"[^一-龥a-z]", "", _FORMS.sub("", plain))) <= _LEFT


def asks_only(plain: str) -> bool:
    """Tell whether a text only says what is wanted or warned of, without a word of what happened (退钱, 给个说法)."""
    return tells_nothing(_WISHES.sub("", plain))


def business(scores: Scores) -> Found[str]:
    """Return the likeliest business type with the words that speak for it."""
    name, likely = scores.ranked("business_type")[0]
    return Found(name, scores.evidence.get(("business_type", name), ())[:3], likely)


def cause(scores: Scores) -> tuple[Found[str], Found[tuple[str, ...]] | None]:
    """Return the likeliest cause with the words that speak for it, and the next ones, likeliest first."""
    (name, likely), *rest = scores.ranked("cause")
    others = tuple(other for other, p in rest[:ALTERNATIVES] if p >= _LEAST) or (rest[0][0],)
    places = tuple(p for other in others for p in scores.evidence.get(("cause", other), ())[:1])
    sure = max(p for other, p in rest if other in others)
    return Found(name, scores.evidence.get(("cause", name), ())[:3], likely), Found(others, places, sure)
