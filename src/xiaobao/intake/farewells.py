"""Read farewells that name no death: affairs put in order by one who will not be there, pills taken one by one, gas.

Each is told by two or more things near each other, none of which says anything alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[int, int]

NEAR = 160
"""Characters within which affairs are put in order and the leave is taken."""
_ORDERED = re.compile(
    r"欠条|房本|房产证|存折|遗产|受益人|抵押物|(?:密码|钥匙)[^,，。\n]{0,6}(?:是|在|压|写|留|交|给)|(?:工资|货款"
    r"|房租|账)(?:都|也)?结清"
    r"|(?:都|已经?)(?:交代|安排|处理|变现)(?:好|完|清楚|了)|(?:就是|只是|来)交代一下|没有担保人|可以?变现的"
)
_LEAVING = re.compile(
    r"(?:以后|过几天|明天)[^。\n]{0,10}空号|(?<!收)不(?:再)?回(?:来)?了(?![电信短消])|(?:以后|免得"
    r"|省得)[^。\n]{0,8}找不[着到](?!工作)|(?:跟|随)着?(?:我|本人)[^,，。\n]{0,3}(?:结束|走|没了?|埋)"
    r"|不欠任何人|(?:等|让)[^。\n]{0,6}保险(?:公司)?[^。\n]{0,10}(?:钱|赔)[^。\n]{0,12}(?:还|结清|清)|(?:谢谢"
    r"|感谢)[^,，。\n]{0,6}曾经(?:相信|信任|帮)|反而轻松|够赔"
    r"|(?:别|不用|不要)(?:再)?(?:奇怪|意外|找我了)|没人接(?:也)?(?:别|不要)|人就?不在了|我认输"
)
_PILLS = re.compile(
    r"(?:已经?|刚)吃(?:了|掉)(?:白|红|一半|[一二两三四五六七八九十\d]+(?:片|粒|颗|板))[^。]{0,60}(?:退|还|停"
    r"|不)[^。\n]{0,10}(?:就)?(?:不|接着|再|继续)吃"
    r"|(?:药|药片)(?:都|全)?[^,，。\n]{0,4}(?:翻|找|倒)出来[^。\n]{0,24}吃(?:了|掉|下)"
)
_GAS = re.compile(
    r"(?:烤箱|煤气|燃气|炉子|炉灶|天然气|炭盆?)[^。\n]{0,16}(?:开着|没关|打开|拧开|点着)[^。]{0,14}(?:窗"
    r"|门)[^,，。\n]{0,4}(?:关|封|堵)"
    r"|(?:门窗?|窗户?)[^,，。\n]{0,6}(?:关死|封好|堵上|关了)[^。]{0,14}(?:烤箱|煤气|燃气|炉子|天然气"
    r"|炭盆?)[^,，。\n]{0,6}(?:开|拧|点)"
)
_FELL = re.compile(
    r"(?:从|自)[^,，。\n]{0,10}(?:阳台|楼|窗|桥|天台)[^,，。\n]{0,6}(?:坠|跳)(?:下|楼)?[^。]{0,40}(?:icu|抢救|重症"
    r"|骨折|病危|没醒)"
)
_PURSUED = re.compile(r"催收|催债|逼债|追债|通讯录|逾期|欠")


def taken(text: str) -> Iterator[Place]:
    """Yield the places where a farewell is taken, pills are swallowed or gas is let out, or one has just jumped."""
    for ordered in _ORDERED.finditer(text):
        leaving = _LEAVING.search(text, max(0, ordered.start() - NEAR), ordered.end() + NEAR)
        if leaving:
            yield ordered.span()
            yield leaving.span()
            break
    for pattern in (_PILLS, _GAS):
        yield from (match.span() for match in pattern.finditer(text))
    if _PURSUED.search(text):
        yield from (match.span() for match in _FELL.finditer(text))
