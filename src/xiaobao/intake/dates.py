"""When the things of a case happened: dates as written, and relative ones counted from the day of receipt.

Weeks begin on Monday; 上周五 is the Friday of the week before, a bare 周五 the last past Friday, “3号” the most recent
third, “5月” the most recent past May (month precision); a period gives its first and last day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from xiaobao.errors import InputError
from xiaobao.intake import festivals, other_days
from xiaobao.intake.dated import DAYS, RELATIVE_YEAR, YEAR, YEARS, Dated, N, Reader, made_of, number_of, reading
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative

_WEEKDAY = dict(zip("一二三四五六日天123456", (0, 1, 2, 3, 4, 5, 6, 6, 0, 1, 2, 3, 4, 5), strict=True))

_FULL = re.compile(
    rf"(?P<y>{YEAR}) ?年 ?(?P<m>{N}) ?月份?(?: ?(?P<d>{N}) ?[日号])?"
    rf"|(?<![\d.])(?P<y2>20\d\d)(?P<sep>[\-/.])(?P<m2>\d{{1,2}})(?P=sep)(?P<d2>\d{{1,2}})(?![\d.]*\d)"
    rf"|(?<![\da-z])(?P<y3>20[0-3]\d)(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?![\d\-])"
)
_MONTH_DAY = re.compile(
    rf"(?P<year>{RELATIVE_YEAR})?的? ?(?<![\d.个])(?P<m>{N}) ?月(?:份)?的? ?(?P<d>{N})(?:(?: ?[日号])"
    rf"|(?=[\s,，。上下早晚中凌]|$|(?:[、/~\-–—至到和及与] ?{N} ?[、日号至和及与\-]))"
    r")"
    rf"|(?P<year2>{RELATIVE_YEAR})?(?<![\d.\-/])(?P<m2>1[0-2]|0?[1-9])[./](?P<d2>3[01]|[12]\d"
    rf"|0?[1-9])(?: ?[日号])(?!\d)"
)
_OF_MONTH = re.compile(
    rf"(?P<which>[上大]上个?月|上个?月|这个月|本月|当月)(?:份)?的? ?(?P<d>{N}) ?(?:日|号)"
    rf"|(?<![\d月a-z第每路街巷弄{''.join('零〇一二三四五六七八九十')}])(?<!每个月)(?<!大道)(?P<d2>\d{{1,2}}"
    rf"|[一二三四五六七八九十廿]{{1,3}}) ?号(?!楼|栋|幢|室|院|单元|线|店|柜|窗|机|码|院|门|厅|仓|文|坐席|客服|柜员|员工"
    rf"|卡|令|公告|桌|车|公馆|基金|理财|产品|[a-z]|[”\"』」》])"
)
_WEEK = re.compile(
    r"(?P<which>[上大]上个?|上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天末1-6])"
    r"(?![年岁期个次]|(?:到|至|-|~)(?:周|星期|礼拜|[一二三四五六日]))(?!(?:都|也)?(?:不开|开半天|上班|营业))"
)
_AGO = re.compile(rf"(?<![\d{''.join('十百')}])(?P<n>{N}) ?(?:天|日)(?:之前|以前|前)(?!后)")
_NEAR = re.compile("|".join(word for word, _ in DAYS))
_MONTH = re.compile(
    rf"(?P<year>{RELATIVE_YEAR})?的? ?(?<![\d.个闰{''.join('零〇一二三四五六七八九十')}])(?P<m>1[0-2]"
    rf"|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?(?![0-9一二三两十廿]{{0,2}}[几多来][号日]|\d"
    r"|嫂|饼|[供租费薪经息收交还均度光亮球饷结])"
    r"|(?P<which>[上大]上个?月|上个?月)(?![底初末]?的?(?:账单|工资|利息|月供))"
)
_FESTIVAL = re.compile(
    rf"(?P<year>{RELATIVE_YEAR}|(?:19|20)\d\d年)?的?(?P<name>{festivals.NAME})(?:节)?(?P<period>长假"
    rf"|假期|期间|放假|黄金周|七天|小长假)?"
    rf"(?:的?(?P<d>{N})(?:号|日)|(?P<nth>第[一二三四五六七1-7]天)|(?P<eve>前一天|前夕|前夜))?"
)
_NOT_FESTIVAL = re.compile(
    r"^(?:之?前|之?后|以前|以后|过后|过完|快到|将至|活动期|快乐|要到|岁|大道|路|广场|小区|镇|支行|街"
    r"|村|年代|点|分|元|块|个|万|百|千|号线)"
)
_RANGE = re.compile(rf"^ ?(?:到|至|-|~|—|––?) ?(?:(?P<m>{N}) ?月 ?)?(?P<d>{N}) ?[日号]")
_ALSO = re.compile(
    rf" ?(?:、|,|，|/|和|及|与|跟|以及) ?(?P<d>{N})(?: ?[日号]|(?=[、/和及与] ?{N} ?[、日号]))(?![0-9楼店线柜])"
)
"""A further day of the month that a list began with: 5月15、18、21日."""
_BORN = re.compile(r"出生|生于|生日|生人|年生|成立于|建于")
_DAY_ONLY = re.compile(rf"{N} ?号")
_PAYDAY = re.compile(
    r"(?:才|一|就|要)?(?:发(?:了)?(?:工资|薪|钱)|开支|开工资|发薪|拿工资"
    r"|还款(?![了的,，。失])|是?(?:还款日|账单日|扣款日))"
)
_DEADLINE = re.compile(r"(?:之前|以前|前|以内)(?![天日几])")
_PAST = re.compile(r"^[^,，。;；]{0,8}(?:了|过)(?:[,，。;；]|$)")
_GIVEN_TIME = re.compile(r"(?:给我|宽限|延期?|推迟|缓|期限|时间|拖|展期)[^,，。;；]{0,10}(?:到|至)$")
_SLIP = re.compile(
    r"(?:那天|当天)?[,，。、…. ]*(?:啊|哦|呃|哎|诶)?[,，… ]*(?:不对|不是|说错了?|记错了?|讲错了?|写错了?|搞错了?)"
    r"[,，。、…! ]*(?:那|应该|是|我|好像)*(?:今天|昨天|前天|上|[0-9一二三四五六七八九十]{1,3} ?[月号日])"
)
_UNTIL = re.compile(r"(?:到|截至|截止|直到|至|截止到|截至到|等到|拖到|忙到|今天是|今天)$")
_RECURRING = re.compile(r"(?:每个?|每逢|逢|各|每月的?|每个月的?|月月|一般|固定|都是)$")
_WRITING = re.compile(
    r"^(?:来|给|向|打电话来|打来|投诉|反映|写信|来信|再次来电|来电|特此|才?想问|就是想|我要|必须"
    r"|之前必|为止|内|还没|还是没|仍|依然|都没|也没|又不|不|未|就?是(?!我|在|你|去|来|他|她)|(?:就|还)?要(?!我|求)"
    r"|(?:上午|下午|早上|中午)?(?:来|到|在)(?:我|本)(?:网点|行|支行|部|中心)[^,，。]{0,4}(?:填写|登记|反映|投诉|留言|来访))"
)


def find(narrative: Narrative, product: Sequence[tuple[int, int]] = ()) -> Found[tuple[str, ...]] | None:
    """Return the days (YYYY-MM-DD) and months (YYYY-MM) on which the case happened, in order of mention.

    `product` is where the product is named: the number of its issue (稳盈宝3号) is no day.
    """
    found = [d for d in dated(narrative) if _counts(narrative, d) and not _is_issue(narrative, d, product)]
    if not found:
        return None
    values = tuple(dict.fromkeys(d.value for d in found))
    values = tuple(v for v in values if len(v) == 10 or not any(w.startswith(v) and w != v for w in values))
    kept = [d for d in found if d.value in values]
    return Found(values, tuple((d.start, d.end) for d in kept), sum(d.score for d in kept) / len(kept))


def _is_issue(narrative: Narrative, item: Dated, product: Sequence[tuple[int, int]]) -> bool:
    inside = any(start + 1 < item.start and item.end <= end for start, end in product)
    return inside and _DAY_ONLY.fullmatch(narrative.plain, item.start, item.end) is not None


def places(narrative: Narrative) -> list[tuple[int, int]]:
    """Return where dates stand, whether or not they are of the case: no sum of money is there."""
    return [(d.start, d.end) for d in dated(narrative)]


def dated(narrative: Narrative) -> list[Dated]:
    """Return every date of the text in order; an earlier reader takes its words from the later ones."""
    text, found = narrative.plain, list[Dated]()
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            if _RECURRING.search(text[max(0, match.start() - 4) : match.start()]):
                text = _blank(text, *match.span())
                continue
            for item in reader(match, narrative, found):
                found.append(item)
                text = _blank(text, item.start, item.end)
    return sorted(found, key=lambda d: d.start)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\x00" * (end - start) + text[end:]


def _full(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    year, month, day = (match[k] or match[f"{k}2"] or match[f"{k}3"] for k in "ymd")
    number = int(
        "".join(str(number_of(c)) if not c.isdigit() and c not in "零〇" else ("0" if c in "零〇" else c) for c in year)
    )
    try:
        made = made_of(number, number_of(month), number_of(day) if day else None)
    except InputError:
        return
    yield from reading(match, made, 0.95)
    yield from _ranged(match, story, number, number_of(month), made)


def _ranged(match: re.Match[str], story: Narrative, year: int, month: int, made: str | None) -> Iterator[Dated]:
    """Yield the end of a period (3月5日至8日) whose start was just read."""
    more = _RANGE.match(story.plain[match.end() : match.end() + 12])
    if more and made and len(made) == 10:
        try:
            end = made_of(year, number_of(more["m"]) if more["m"] else month, number_of(more["d"]))
        except InputError:
            return
        if end:
            yield Dated(end, match.end(), match.end() + more.end(), 0.9)
    at = match.end()
    while made and len(made) == 10 and (other := _ALSO.match(story.plain, at)):
        try:
            day = made_of(year, month, number_of(other["d"]))
        except InputError:
            return
        if not day or day <= made:
            return
        yield Dated(day, at, other.end(), 0.9)
        made, at = day, other.end()


def _month_day(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    try:
        month, day = number_of(match["m"] or match["m2"]), number_of(match["d"] or match["d2"])
    except InputError:
        return
    relative = match["year"] or match["year2"]
    year = story.received.year + YEARS[relative] if relative else story.received.year
    made = made_of(year, month, day)
    if made and not relative and made > story.received.isoformat():
        later = (date.fromisoformat(made) - story.received).days
        # A day soon to come is one; one months ahead is last year's.
        if later <= 45 and not re.search("去年|前年", story.before(match.start(), 6)):
            yield Dated(made, match.start(), match.end(), 0.5)
            return
        year, made = year - 1, made_of(year - 1, month, day)
    yield from reading(match, made, 0.92)
    yield from _ranged(match, story, year, month, made)


def _of_month(match: re.Match[str], story: Narrative, found: list[Dated]) -> Iterator[Dated]:
    day_text, which = match["d"] or match["d2"], match["which"]
    try:
        day = number_of(day_text)
    except InputError:
        return
    first = story.received.replace(day=1)
    if which is None:
        made = _recent_day(story, day, found, match.start())
    else:
        back = {"上上": 2, "大上": 2, "上个": 1, "上月": 1}.get(which[:2], 0)
        for _ in range(back):
            first = (first - timedelta(days=1)).replace(day=1)
        made = made_of(first.year, first.month, day)
    yield from reading(match, made, 0.88)


def _recent_day(story: Narrative, day: int, found: list[Dated], at: int) -> str | None:
    """Return the most recent day of that number; after a date of the same sentence, of its month."""
    before = [d for d in found if d.end <= at and at - d.end <= 20 and len(d.value) == 10]
    if before:
        last = date.fromisoformat(max(before, key=lambda d: d.end).value)
        same = made_of(last.year, last.month, day)
        if same and last.isoformat() <= same <= story.received.isoformat():
            return same
    first = story.received.replace(day=1)
    for _ in range(3):
        made = made_of(first.year, first.month, day)
        if made and made <= story.received.isoformat():
            return made
        first = (first - timedelta(days=1)).replace(day=1)
    return None


def _week(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    monday = story.received - timedelta(days=story.received.weekday())
    which = (match["which"] or "").rstrip("个").replace("大上", "上上")
    before = story.plain[max(0, match.start() - 4) : match.start()]
    if not which and re.search(
        r"[日号天晚早儿][是,， (（]{0,2}$", story.plain[max(0, match.start() - 3) : match.start()]
    ):
        return
    if which == "下" or re.search(r"(?:周|星期|礼拜)[一二三四五六日](?:到|至|-|~)$", before):
        return
    if match["d"] == "末":
        if which in ("上", "上上"):
            start = monday - timedelta(days=7 * len(which) - 5)
            yield Dated(start.isoformat(), match.start(), match.end(), 0.6)
            yield Dated((start + timedelta(days=1)).isoformat(), match.start(), match.end(), 0.6)
        return
    day = _WEEKDAY[match["d"]]
    if which:
        weeks = {"上": 1, "上上": 2}.get(which, 0)
        made = monday + timedelta(days=day - 7 * weeks)
    else:
        made = story.received - timedelta(days=(story.received.weekday() - day - 1) % 7 + 1)
    yield from reading(match, made.isoformat(), 0.9)


def _ago(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    try:
        days = number_of(match["n"])
    except InputError:
        return
    yield from reading(match, (story.received - timedelta(days=days)).isoformat(), 0.85)


def _near(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    days = dict(DAYS)[match[0]]
    yield from reading(match, (story.received + timedelta(days=days)).isoformat(), 0.92)


def _month(match: re.Match[str], story: Narrative, found: list[Dated]) -> Iterator[Dated]:
    if match["which"]:
        first = story.received.replace(day=1)
        for _ in range(2 if match["which"].startswith(("上上", "大上")) else 1):
            first = (first - timedelta(days=1)).replace(day=1)
        yield from reading(match, made_of(first.year, first.month, None), 0.7)
        return
    try:
        month = number_of(match["m"])
    except InputError:
        return
    year = story.received.year
    if match["year"]:
        year += YEARS[match["year"]]
    elif month > story.received.month:
        year -= 1
    yield from reading(match, made_of(year, month, None), 0.8)


def _festival(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    name, after = match["name"], story.plain[match.end() : match.end() + 6]
    before = story.plain[max(0, match.start() - 1) : match.start()]
    plain = match["name"] == match[0]
    if plain and (_NOT_FESTIVAL.match(after) or name == "跨年"):
        return
    if name[0] in "0123456789" and (
        before.isdigit() or before in ("¥", ".", "第") or after[:1].isdigit() or re.match(r"元|块|[.,]\d", after)
    ):
        return
    if festivals.is_number(name, before, after):
        return
    if festivals.is_term(name) and not re.match(r"那天|当天|这天|那晚|节气|那日|前后|早上|晚上", after):
        return
    if _NOT_FESTIVAL.match(after) and not match["d"] and not match["eve"]:
        return
    for year in _candidate_years(match["year"], story.received):
        day = festivals.day_of(name, year)
        if day is None or day > story.received:
            continue
        yield from _around(match, name, day, story.received)
        return


def _candidate_years(said: str | None, received: date) -> tuple[int, ...]:
    if said in YEARS:
        return (received.year + YEARS[said],)
    if said:
        return (int(said[:4]),)
    return (received.year, received.year - 1)


def _around(match: re.Match[str], name: str, day: date, received: date) -> Iterator[Dated]:
    """Yield the day of a festival, a day counted from it, or the first and last day of its holiday."""
    if match["d"]:
        yield from reading(match, made_of(day.year, day.month, number_of(match["d"])), 0.85)
    elif match["nth"]:
        offset = number_of(match["nth"][1:-1]) - 1
        yield from reading(match, (day + timedelta(days=offset)).isoformat(), 0.8)
    elif match["eve"]:
        yield from reading(match, (day - timedelta(days=1)).isoformat(), 0.7)
    elif match["period"]:
        days = festivals.holiday(name, day.year) or (day, day)
        for edge in dict.fromkeys(days):
            if edge <= received:
                yield Dated(edge.isoformat(), match.start(), match.end(), 0.7)
    else:
        yield from reading(match, day.isoformat(), 0.85)


def _lunar(match: re.Match[str], story: Narrative, _: list[Dated]) -> Iterator[Dated]:
    before = story.plain[max(0, match.start() - 4) : match.start()]
    said = next((word for word in ("大前年", "去年", "前年", "今年") if before.endswith(word)), "")
    if said and (last := festivals.lunar_month_day(match, story.received, YEARS[said])):
        if last <= story.received:
            yield from reading(match, last.isoformat(), 0.85)
        return
    for year in (story.received.year, story.received.year - 1):
        try:
            day = festivals.lunar_day(match, year)
        except InputError:
            return
        if day is not None and day <= story.received:
            yield from reading(match, day.isoformat(), 0.85)
            return


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_FULL, _full), (festivals.LUNAR_DAY, _lunar), (other_days.SAME_DAY, other_days.same_day), (_MONTH_DAY, _month_day),
    (_FESTIVAL, _festival), (_OF_MONTH, _of_month), (other_days.DOTTED, other_days.dotted),
    (_WEEK, _week), (_AGO, _ago), (_NEAR, _near), (_MONTH, _month),
    (other_days.JUST, other_days.just), (other_days.NEXT, other_days.following), (other_days.LATER, other_days.later),
)  # fmt: skip


def _counts(narrative: Narrative, item: Dated) -> bool:
    """Tell whether something of the case happened then: no birthday, signature, time of writing or day to come."""
    before, after = narrative.before(item.start, 8), narrative.after(item.end, 12)
    received = narrative.received.isoformat()
    if item.value > received[: len(item.value)]:
        return False
    if _BORN.search(before) or _BORN.match(after) or re.match(r"^[^,，。]{0,2}(?:出生|生(?!效|成|病|活))", after):
        return False
    if _is_due(narrative, item) or _is_now(narrative, item) or _is_taken_back(narrative, item):
        return False
    if item.value == received and (_UNTIL.search(before) or _WRITING.match(after)):
        return False
    if (
        _UNTIL.search(before)
        and len(item.value) == 10
        and (narrative.received - date.fromisoformat(item.value)).days <= 1
    ):
        return False
    return not _is_signature(narrative, item)


def _is_due(narrative: Narrative, item: Dated) -> bool:
    """Tell whether a day is one to come or to come back every month: 15号发工资就还, 10号前过不了户, 宽限到6月15日."""
    shown, after = narrative.plain[item.start : item.end], narrative.after(item.end, 14)
    before = narrative.before(item.start, 16)
    if not _DAY_ONLY.fullmatch(shown):
        return "年" not in shown and _GIVEN_TIME.search(before) is not None and _PAST.search(after) is None
    return _PAYDAY.match(after) is not None or (_DEADLINE.match(after) is not None and _PAST.search(after) is None)


def _is_now(narrative: Narrative, item: Dated) -> bool:
    """Tell whether a month is the one of writing: 现在七月了, 三月都过了一半了, or was promised: 说三月份能办好."""
    if len(item.value) != 7 or item.value != narrative.received.isoformat()[:7]:
        return False
    after, before = narrative.after(item.end, 8), narrative.before(item.start, 6)
    return re.match(r"[份初中下上旬底]*(?:都|已经?|也)?(?:了|过了|过去|快完|快过)", after) is not None or (
        re.search(r"(?:说|答应|承诺|保证|通知)(?:好|我)?(?:是|到|等|在)?$", before) is not None
        and re.match(r"份?[初中底]?(?:就|才|肯定|一定)?(?:能|可以|会|给|安排|放)", after) is not None
    )


def _is_taken_back(narrative: Narrative, item: Dated) -> bool:
    """Tell whether the speaker puts another day in its place: 3号……不对，是5号."""
    after = narrative.after(item.end, 16)
    return _SLIP.match(after) is not None or (
        item.value == narrative.received.isoformat()
        and re.search(r"(?:不对|说错了?|记错了?)[,，。 ]{0,2}(?:那|这)是$", narrative.before(item.start, 8)) is not None
    )


def _is_signature(narrative: Narrative, item: Dated) -> bool:
    """Tell whether a full date closes the letter: nothing follows it, and it is near the day of receipt."""
    if narrative.is_dialogue or len(item.value) != 10:
        return False
    rest = re.sub(r"\([^()\n]{0,40}\)", "", narrative.plain[item.end :]).strip(" \n。.,，")
    near = (narrative.received - date.fromisoformat(item.value)).days <= 15
    return (
        near
        and (not rest or (len(rest) <= 4 and "年" in narrative.plain[item.start : item.end]))
        and item.end - item.start >= 5
    )
