"""Words of abuse that angry customers put where the name of an institution would stand: 垃圾银行, 黑心保险公司."""

from __future__ import annotations

import re

_ABUSE = (
    "垃圾|辣鸡|拉圾|拉基|废物|饭桶|草包|傻[逼比叉屌缺子瓜]|煞笔|沙比|沙雕|脑残|智障|弱智|白痴|神经病|有病|狗屁"
    "|狗日的?|狗东西|狗娘养的?|王八蛋?"
    "|混蛋|混账|畜生|人渣|渣子|败类|妈的|他妈的?|特么的?|尼玛|操蛋|扯淡|屁的|破烂|烂透的?|恶心|讨厌|可恶|可恨"
    "|该死的?|万恶的?|罪恶"
    "|黑心|黑良心|昧良心|没良心|丧良心|无良|缺德|没德|无耻|卑鄙|下流|下作|不要脸的?|没脸|流氓|无赖|老赖|强盗|土匪"
    "|恶霸|霸王|霸道|黑社会|黑店"
    "|骗子|骗人|骗钱|诈骗|欺诈|坑人|坑爹|坑钱|坑货|坑娃|害人|吃人|宰人|抢钱|抢劫|要钱|要命|吸血鬼?|敲诈|奸商|奇葩"
    "|变态|差劲|糟糕|忽悠|套路|催命"
)
_INSULT = re.compile(rf"(?:什么|这种|这个|那个|一帮|一群|真是)?(?:(?:{_ABUSE})的?)+|[破烂狗屁渣鸟]{{1,2}}")


def is_insult(words: str) -> bool:
    """Tell whether words before the kind of an institution only abuse it, so that no name is told."""
    return _INSULT.fullmatch(words) is not None
