"""Days told by another day (去年今天, 第二天, 隔了三天), by 刚才, or with a point between month and day (4.28)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from xiaobao.errors import InputError
from xiaobao.intake.dated import DAYS, RELATIVE_YEAR, YEARS, Dated, N, made_of, number_of, reading
from xiaobao.intake.narrative import Narrative

SAME_DAY = re.compile(
    rf"(?P<year>{RELATIVE_YEAR})?(?P<which>上上个?月|上个?月)?(?P<week>上上个?(?:周|星期|礼拜)|上个?(?:周|星期"
    rf"|礼拜))?的?"
    r"(?P<day>今天|今日|昨天|昨日|前天)(?!年|月)"
)
DOTTED = re.compile(r"(?<![\d.\-/a-z¥￥$])(?P<m>1[0-2]|0?[1-9])\.(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.])")
_DOTTED_NEXT = re.compile(
    r" ?(?:那天|当天|这天|[上下]午|早上|晚上|中午|凌晨|半夜|左右|前后|以后|之后|收到|发现|发生|申请|到期|逾期|到账"
    r"|开户|签约|放款|投诉"
    r"|晚(?![期了])|[存扣转去办打买取借贷签寄刷]|被|我|你们|客服|银行|就|才|又|早)"
)
_DOTTED_BEFORE = re.compile(r"(?:^|[\s,，。;；(（我在从自于到至]|今年)$")
_DATED = re.compile(r"(?:日期|时间)[是为:： ]*$")
_MEASURED = re.compile(r"(?:率|息|净值|价|倍|折|lpr|年化|分|点|版本|版|额|款|费|钱|花|扣|收|涨|跌|升|降)[^,，。]{0,6}$")

_HAPPENED = "了|过|被|骗|转|扣|刷|划|盗|收到|接到|打来|打电话|发现|看到|发我|发来|取|付|点|丢|偷|吞"
JUST = re.compile(
    r"(?:刚才|刚刚)(?!才?(?:[ ,，]?不是|好|够|满|过[去了]?|开始|毕业|退休|成年|结婚|到期|那|这|您))"
    r"(?![^,，。!！?？\s]{0,6}[说讲问提聊])"
    rf"(?=[^,，。!！?？\n]{{0,16}}(?:{_HAPPENED}))|(?<=就)(?:刚才|刚刚)(?=[\s,，。!！?？]|$)"
)
"""A moment ago something happened; what was just said (刚才那个人, 刚才我说) is of the conversation."""
_NOT_JUST = re.compile(r"(?:不是|[说讲问]|像|跟|和|同)$")
NEXT = re.compile(
    r"(?:第二天|第2天|次日|隔天(?![^,，。!！?？\s]{0,4}一[次回趟遍笔])|转天|翌日)|第(?P<nth>[三四五六七3-7])天"
)
"""隔天打一次 is every other day."""
_STATED = re.compile(
    r"(?:[说称是等改按须需得让叫约]|需要|准备|打算|答应|承诺|保证|预计|生日|逾期|最[晚迟]|之[前后]|如果|要是|每次)"
    r"[^,，。;；\s]{0,2}$"
)
"""What leads to a day that is promised, demanded or ruled, not one on which something happened."""
_TO_COME = re.compile(r"(?:会|能|可以?|要(?!求)|得(?!到)|须|需|才?生效|起息?|再[来试说]|有人|到期|内|之?前|才算)")
_NTH_NEXT = re.compile(r"(?:才|就|又|却|竟|居然|早|上午|下午|晚上|我|他|她|你们|银行|客服|发现|突然)")
LATER = re.compile(
    rf"(?:又|再)?(?:隔|过)了(?P<gap>{N}) ?天(?:之后|以后|后)?"
    rf"|(?<![\d一-龥])(?P<after>{N}) ?天(?:之后|以后|后)(?=[^,，。!！?？\s]{{0,3}}(?:才|又|就|却|竟|居然|发现|突然))"
)
_LATER_NEXT = re.compile(r"[,， ]?(?:才|就|又|再|还|却|我|他|她|你们|银行|客服|对方|去|来|打|发现|突然)")
_NEAR_ENOUGH = 40
"""Characters between a day and another told by it: further off it may be counted from anything."""


def just(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    """Yield the day of receipt where the customer tells what happened a moment ago: 刚才被转走."""
    if story.role_at(match.start()) != "agent" and not _NOT_JUST.search(story.before(match.start(), 3)):
        yield from reading(match, story.received.isoformat(), 0.7)


def following(match: re.Match[str], story: Narrative, found: list[Dated]) -> Iterator[Dated]:
    """Yield a day counted from the one told before it (第二天, 第三天 with that one the first); no rule, no promise."""
    after, nth = story.after(match.end(), 6), match["nth"]
    if _STATED.search(story.before(match.start(), 8)) or _TO_COME.match(after):
        return
    if nth and (not re.search(r"(?:^|[\s,，。;；])$", story.before(match.start(), 1)) or not _NTH_NEXT.match(after)):
        return
    last = _last(match, story, found)
    if last and (not nth or match.start() - last.end <= _NEAR_ENOUGH):
        days = number_of(nth) - 1 if nth else 1
        yield from reading(match, (date.fromisoformat(last.value) + timedelta(days=days)).isoformat(), 0.75)


def later(match: re.Match[str], story: Narrative, found: list[Dated]) -> Iterator[Dated]:
    """Yield the day that lies a told number of days behind one told just before it: 4月20号转的，隔了三天才到账."""
    last = _last(match, story, found)
    if last is None or match.start() - last.end > _NEAR_ENOUGH or _STATED.search(story.before(match.start(), 8)):
        return
    if match["gap"] and not _LATER_NEXT.match(story.after(match.end(), 4)):
        return
    try:
        days = number_of(match["gap"] or match["after"])
    except InputError:
        return
    yield from reading(match, (date.fromisoformat(last.value) + timedelta(days=days)).isoformat(), 0.7)


def _last(match: re.Match[str], story: Narrative, found: list[Dated]) -> Dated | None:
    """Return the day told last before a place, none that is itself the next one: 第二天 told twice is one day."""
    before = [d for d in found if d.end <= match.start() and len(d.value) == 10]
    before = [d for d in before if not NEXT.fullmatch(story.plain, d.start, d.end)]
    return max(before, key=lambda d: d.end, default=None)


def same_day(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    """Yield the day of an earlier year, month or week that a day of now is said of: 去年今天, 上周昨天."""
    year, which, week = match["year"], match["which"], match["week"]
    if not (which or week or (year and YEARS[year])):
        return
    day = story.received + timedelta(days=dict(DAYS)[match["day"]])
    if week:
        day -= timedelta(days=7 * week.count("上"))
    months = 12 * (day.year + (YEARS[year] if year else 0)) + day.month - 1 - (which.count("上") if which else 0)
    made = [made_of(months // 12, months % 12 + 1, number) for number in (day.day, None)]
    yield from reading(match, made[0] or made[1], 0.85)


def dotted(match: re.Match[str], story: Narrative, found: list[Dated]) -> Iterator[Dated]:
    """Yield a day written 4.28 where what stands around it tells of a day rather than of a rate or a sum."""
    before = story.before(match.start(), 10)
    told = _DOTTED_NEXT.match(story.after(match.end(), 6)) and _DOTTED_BEFORE.search(before)
    if not _DATED.search(before) and (not told or _MEASURED.search(before)):
        return
    made = made_of(story.received.year, int(match["m"]), int(match["d"]))
    if made and made > story.received.isoformat():
        made = made_of(story.received.year - 1, int(match["m"]), int(match["d"]))
    yield from reading(match, made, 0.75)
