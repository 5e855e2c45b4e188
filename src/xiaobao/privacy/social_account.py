"""Accounts of social networks, known by the words that introduce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_JOIN = r"(?:号码|账号|帐号|号|ID|id|昵称)?[ ]?(?:是|为|叫|加|[:;=→👉\"']){0,3}[ \"']{0,2}"
_NAMED = Anchored(
    r"(?:微信|威信|薇信|徽信|微\.?[xX信]|薇❤?|(?<![A-Za-z])(?:[vV][xX信❤]|[vV](?=[:= ]{1,2})"
    r"|[wW][xX]|[wW]e[cC]hat|weixin|WeChat)❤?\ufe0f?|➕[vV薇]"
    r"|抖音|快手|小红书|陌陌|探探|支付宝|(?i:telegram|whatsapp|skype|(?<![a-z])tg))"
    rf"{_JOIN}([A-Za-z][A-Za-z0-9_\-]{{4,19}}|[1-9][0-9]{{5,11}})(?![A-Za-z0-9_@]|\.[A-Za-z])"
)
_NUMBERED = Anchored(
    rf"(?:(?<![A-Za-z])[qQ][qQ]|扣扣|企鹅|球球|Q群|扣群)(?:群)?{_JOIN}([1-9][0-9]{{4,11}})(?![A-Za-z0-9_@]|\.[0-9])"
)
_HANDLE = Anchored(
    r"(?:微博|知乎|博主|推特|(?i:weibo|twitter))(?:号|账号|ID)?[:是为 ]{0,2}@([A-Za-z0-9_一-龥\-]{2,20})"
)
_MOBILE = re.compile("1[3-9][0-9]{9}")
_WORDS = re.compile("(?i:https?|email|wechat|weixin|account|mobile|phone|login|alipay|order|service|iphone|android)")


@recogniser("social_account")
def find(source: Source) -> Iterator[Entity]:
    """Yield account names that a network's name introduces; bare words and sums of money are left."""
    for pattern in (_NAMED, _NUMBERED, _HANDLE):
        for match in pattern.finditer(source.folded):
            start, end = match.span(1)
            if _WORDS.fullmatch(match[1]) or _MOBILE.fullmatch(match[1]) or source.is_money(start, end):
                continue
            yield Entity(
                "social_account", start, end, source.text[start:end], None, 0.85, f"“{match[0][:6]}”之后的账号"
            )
