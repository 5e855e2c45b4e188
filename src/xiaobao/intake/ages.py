"""Ages and births that a narrative tells, of whoever they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from xiaobao.errors import InputError
from xiaobao.intake.names import SURNAME, is_person
from xiaobao.intake.narrative import Narrative
from xiaobao.text.numerals import parse_number

Place = tuple[int, int]

_SPOKEN_END = "[\\s,，。.;；!！?？、了的咧啦哩喽囖嘞哟呀啊哦呐耶嘛哈吧呢]"
"""What may follow an age that is said without 岁: a mark, or one of the particles of the dialects."""
_ELDERS = (
    "爸|妈|爹|娘|父亲?|母亲?|奶奶?|爷爷?|婆|外婆|外公|姥姥|姥爷|岳父|岳母|公公|婆婆|老伴|老头|老太|老人|大爷|大妈"
    "|大娘|阿姨|阿婆|阿公|阿妈|阿爸"
    "|叔|伯|舅|姑|姨|嫂"
)
_TENS = "[一二三四五六七八九]"
_AGE = re.compile(
    rf"(?:(?P<a>\d{{1,3}}|{_TENS}?十{_TENS}?|[六七八九]十{_TENS}?"
    rf"|{_TENS})[几多来]? ?(?:周岁|岁)|(?:今年|我都?|她都?|他都?|也|快|已经?|都|虚岁|年逾|年过|年满|年近|高龄|时年"
    rf"|现年|行年|年方) ?"
    rf"(?P<b>[六七八九]十(?:有?{_TENS}|好?几|多|来)?|[6-9]\d)(?={_SPOKEN_END}|$)"
    rf"|(?P<c>[六七八九]十{_TENS}?)(?:多|好?几)?岁?(?:的人了?|老人|了)"
    rf"|(?:{_ELDERS}|儿子|女儿|孩子|弟弟?|妹妹?|孙子|孙女|外孙|我|俺|咱|她|他|本人)[ ,，]?(?:今年|都|已经?|快|虚岁"
    rf"|也)? ?"
    rf"(?P<d>[六七八九]十{_TENS}?|十[一二三四五六七]|[1-9]\d)(?=(?!的){_SPOKEN_END}|$)(?! ?(?:元|块|万|号|天|年)))"
)
_PAID_TO = re.compile(r"(?:[扣收退给赔还骗坑借欠转找补送付]了?|多|少)$")
"""What before 我 and a number makes it a sum, not an age: 扣我 80."""
BORN_IN = re.compile(
    r"(?<!\d)(?P<year>19[2-9]\d)年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:的?生人|出?生(?!产|效|活|意|病|成))|(?:生于"
    r"|出生于?)(?P<after>19[2-9]\d)(?!\d)"
)
BORN = re.compile(r"(?<!\d)[1-9]\d{5}(19\d\d|20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dx]", re.IGNORECASE)


_NAMED = re.compile(
    rf"(?:^|[\s,，。;；:：叫是])(?P<name>{SURNAME}[一-龥]{{1,2}})[ ,，](?P<age>[六七八九]十{_TENS}?"
    rf"|[6-9]\d)(?=[\s,，。;；]|$)"
)
"""An age that stands behind a name, as one answers: 薄玉珍 63."""
_OF_A_RULE = re.compile(r"(?:到|至|满|终身|保证续保|最高|不超过|超过|以下|以上)$")
"""What before an age makes it one of a contract or a rule."""


def years_old(match: re.Match[str], received: date) -> int:
    """Return the age at the day of receipt of the one whose identity number a match of BORN holds."""
    return received.year - int(match[1]) - ((received.month, received.day) < (int(match[2]), int(match[3])))


def told(narrative: Narrative) -> Iterator[tuple[Place, int]]:
    """Yield the ages that are told with their places, those of contracts and rules left out."""
    for match in _NAMED.finditer(narrative.own):
        if is_person(match["name"]):
            yield match.span(), int(parse_number(match["age"]))
    for match in _AGE.finditer(narrative.own):
        said = match["a"] or match["b"] or match["c"] or match["d"]
        if (match["b"] or match["d"]) and _PAID_TO.search(narrative.own[max(0, match.start() - 2) : match.start()]):
            continue
        if match["a"] and _OF_A_RULE.search(narrative.own[max(0, match.start() - 4) : match.start()]):
            continue
        try:
            age = int(parse_number(said.rstrip("好几多来").replace("有", "")))
        except InputError:
            continue
        if age <= 110:
            yield match.span(), age
