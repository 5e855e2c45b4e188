"""Days told by another day (去年今天, 上周昨天), and days written with a point between month and day (4.28)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from xiaobao.intake.dated import DAYS, RELATIVE_YEAR, YEARS, Dated, made_of, reading
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
