"""Sums of yuan in plain text: with or without a unit, spoken, in financial capitals, with 多 and 几."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xiaobao.errors import InputError
from xiaobao.text.numerals import parse_number

_D = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,6})?)"
_MIXED = (
    rf"{_ARABIC} ?(?:[万千百亿](?! ?分之)(?:[\d]{{1,4}}(?:[千百](?:\d{{1,3}})?)?(?:\.\d{{1,2}})?(?![\d.%])"
    rf"|(?!一[下个些点直起样定般年天次路旦切道月共])[{_D}]{{1,2}}[千百]?(?![年天月期次岁号笔张份户套条单]|个月))?"
    r"|[wk](?:\d(?!\d)[千百]?)?(?![a-z\d]))"
)
_NOT_ONE = "(?!一[下个些点直起样定般年天次路旦切道月共]|[一两三][笔张份户套条单])"
"""What is counted behind a sum is not of it: 四万两笔."""
_SPOKEN = rf"[{_D}十拾](?:{_NOT_ONE}[{_D}十拾百佰千仟万亿]){{0,16}}(?:点[{_D}]{{1,4}}[万千百亿]?)?"
_SHORT = (
    rf"(?<![{_D}十拾百千万亿几数\d.])(?:万[二两三四五六七八九]千?|千[二两三四五六七八九](?!百))"
    rf"(?![{_D}十百千万分几数%‰\d])"
)
"""As it is spoken without the leading one: 万八 is 18,000. Rates (佣金万三) are barred by what leads to them."""
_CLASSED = (
    rf"(?<!第)(?:{_ARABIC}|[{_D}十拾]{{1,3}}) ?个 ?(?:半|多)? ?"
    r"(?:w(?![a-z])|[万亿](?![一能分事家人民岁里物多科达]))"
)
"""With a classifier before the scale: 1.5个w, 两个多w, 一个半w, 1.2个亿."""
_UNIT = r"(?:元人民币|人民币|块钱|元整|圆整|块整|元钱|元|圆|块|rmb|大洋)"
_MONEY = re.compile(
    rf"(?P<sign>[¥￥]|rmb ?|人民币 ?)?(?P<number>{_CLASSED}|{_MIXED}|{_ARABIC}"
    rf"|{_SHORT}|{_SPOKEN})(?P<more>[多余来]?)(?P<large>(?<=[多余来])[万亿千])?"
    rf" ?(?P<unit>{_UNIT})?(?P<tail>(?<=[元块])(?:[{_D}\d][角毛](?:[{_D}\d]分?)?"
    rf"|[{_D}\d](?![\d{_D}十百千万%个年天月日次号点])))?"
)
_PAIR = re.compile(r"(?P<a>[一二两三四五六七八])(?P<b>[二两三四五六七八九])(?P<unit>[十百千万]+)$")
_TENTHS = re.compile(rf"(?P<head>(?:\d{{1,4}}|[{_D}十]{{1,3}})[万千百])(?P<a>[{_D}])(?P<b>[{_D}])(?P<small>[千百十]?)$")
"""Two neighbouring digits behind a scale: 两万五六(千), 一百二三十."""
_HALF = re.compile(r"(?P<count>[^个]+)个(?P<half>半)?多?(?P<scale>[w万亿])$")
_FEW = rf"(?:\d{{1,6}}(?:\.\d{{1,2}})?|[{_D}十]{{1,3}})"
_BETWEEN = re.compile(
    rf"(?<![\d.\-/月号年日期a-z零〇{_D}十百千万亿几数第])(?P<low>{_FEW}) ?"
    rf"(?P<between>--?|—{{1,2}}|~|到|至|、|或者?) ?(?P<high>{_FEW})(?![\d.]) ?"
    rf"(?P<scale>个?[万千百亿]|个?w(?![a-z\d])|k(?![a-z\d]))?(?:多|左右)?(?P<unit>{_UNIT})?"
    rf"(?![\d{_D}十百千万亿]|分之)"
)
"""A sum said between two numbers whose scale or unit stands once: 3-4万, 三到四千块, 300至400元."""
_FROM = re.compile(r"(?:从|由|自)[^,，。;；]{0,6}$")
_COUNTED = re.compile(
    r" ?(?:个|名|位|户|人|次|条|件|笔|张|份|遍|趟|通|年|天|日|月|岁|周(?!转)|号|点|时|分(?!期|成|\d)|秒|小时|米|平"
    r"|公里"
    r"|斤|克|kg|g(?![a-z])|km|m(?![a-z])|步|字|页|辆|台|套|股"
    r"|倍|折|楼|层|期|%|％|个点|积分|里程|份额|人次|条线|多人|多个|多名|多天|多年|多次|多岁"
    r"|多条|多户|多位|余人|余名|余户|来个|来人|家|开头|尾号|结尾|路|弄|栋|室|单元|楼|座|幢|版|级|类"
    r"|项|章|款|瓶|亩|吨|箱|盒|度|大行|行卡|字头)"
)
_FOREIGN = (
    r"美元|美金|美刀|刀(?!片|具|子)|港[币元纸蚊]|澳门[币元]|葡币|新?台币|新币|新加坡[币元]|欧元|日[元币圆]|英[镑磅]"
    r"|韩[元币]|泰[铢币]|卢[布比]|澳[元币]|纽币|加[元币]|瑞郎"
    r"|法郎|林吉特|马币|越南盾|披索|比索|里亚尔|迪拉姆|印尼盾|usdt?(?![a-z])|hkd|eur(?![a-z])|jpy|twd|比特币|泰达币"
    r"|u币"
)
_ABROAD = re.compile(rf" ?(?:{_FOREIGN})")
_ABROAD_BEFORE = re.compile(
    r"(?:usd|hkd?|eur|jpy|us|hk|nt)?[$€£] ?$|(?:usd|hkd|eur|jpy|twd|美元|港[币元]|新?台币|欧元|日[元币]) ?$"
)
_BEFORE_NOT = re.compile(
    r"(?:第|尾号|末四位|后四位|工号|卡号|账号|编号|单号|号码|手机|电话|密码|验证码|[a-z]|号楼|星期|周"
    r"|礼拜|拨打|致电|打|投诉|代码|gb|\.|-|/|:|#|no|年|版本|gt|vip)[ 为是:：]{0,3}$"
)
_HOTLINE = re.compile(r"95\d{3}|123\d\d|96\d{3,4}|110|119|120|100\d{2}")
_RATE = re.compile(r"(?:利率|年化|费率|折算|lpr|基点|万分之|千分之|百分之)[^,，。\d]{0,5}$")
_DECIMAL = re.compile(r"\d?\d\.\d{1,2}")
_TAKEN = re.compile(
    r"(?:扣|收|付|交|退|花|充|金额|费用|[年会]费|服务费|手续费|会员)(?:了|掉|我|走|款|费|是|为|[:： ])*$"
)
_PAID = re.compile(
    r"(?:[扣收付交退花充刷转买还欠补赔亏]|消费|支出|账单|损失|原价|话费)(?:了|掉|我|走|款|给|我的|出|去|他|她|你们"
    r"|[:： ¥￥])*$"
)
_PRICED = re.compile(
    r" ?(?:的|一个?月的?)?[“\"]?(?:会员|服务|保险|手续|管理|年|月|短信|提现|快捷|增值)?费(?!率)|的?会员"
    r"|一个?月(?!利)|[/每]月"
)
_DAY = re.compile(r"(?:1[0-2]|0?[1-9])\.(?:3[01]|[12]\d|0[1-9])")
"""A number that may be a day of a month as well."""
_SHORT_SUM = re.compile(_SHORT)
_QUOTED_RATE = re.compile(r"(?:佣金|费率|手续费|利率|息|免五|收费|点差|千分之|万分之)[^,，。;；]{0,6}$")
_CUT_BEFORE, _CUT_AFTER = re.compile(r"\d[.e]*\Z"), re.compile(r"(?<=\d)\.*\d")
"""Digits beside a number: it is part of something longer (订单, 1e5, a thousand grouped wrongly) and no sum."""
_HYPERBOLE = re.compile(r"(?:又?不是|哪怕|别说|就算|何况)[^,，。]{0,4}$")
_MONEY_VERB = re.compile(
    r"(?:扣|收|满|减|涨|租|学费|电费|现价|市值|净值|车损|药费|定金|押金|每月|每期|每年|每天|每次|每笔"
    r"|一个月|一年|还|转|付|交|缴|存|取|借|贷|退|赔|亏|赚|花|充|刷|买|投|欠|要|值|剩|余额|金额|本金"
    r"|利息"
    r"|月供|费|费用|款|钱|合计|总共|一共|共计|共|额度|首付|罚息"
    r"|年费|保费|手续费|工资|退休金|养老金|低保|最低|应还|账单|入账|到账|损失|违约金|价格|原价|才"
    r"|只有|只|变成|变|涨到|降到|调到|降为|降至|从|到|得|给|拿|领|多|少|汇|消费|支出|收入|报价|提现"
    r"|下款|到手)"
    r"(?:了|过|我|你|他|她|出|掉|去|走|进|成|是|为|有|约|近|大概|大约|差不多|将近|共|整整|至少|又|的"
    r"|您|给|人家|它|钱|里|还|只|才|都|起码|足足|不足|不到|一期|一笔|两笔|本月|当月|一次性|这个|那个"
    r"|一下|[ :：,，¥￥])*$"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of yuan at a place of the text; sure tells whether a unit, a sign or a scale word makes it money."""

    value: Decimal
    start: int
    end: int
    sure: bool
    rough: bool = False


def sums(plain: str, taken: list[tuple[int, int]]) -> Iterator[Sum]:
    """Yield the sums of plain text; taken are spans (dates, telephone and card numbers) that hold none."""
    free = _blanked(plain, taken)
    between = [found for match in _BETWEEN.finditer(free) if (found := _lower(free, match)) is not None]
    yield from between
    free = _blanked(free, [(found.start, found.end) for found in between])
    for match in _MONEY.finditer(free):
        found = _judge(free, match)
        if found is not None:
            yield found


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    out = list(text)
    for start, end in spans:
        out[start:end] = "\x00" * (end - start)
    return "".join(out)


def _lower(text: str, match: re.Match[str]) -> Sum | None:
    """Return the lower bound of a sum said between two numbers, as of 两三万; None where each is a sum of its own."""
    start, end = match.span()
    before, scale = text[max(0, start - 14) : start], (match["scale"] or "").removeprefix("个")
    if not (scale or match["unit"]) or _FROM.search(before) or _RATE.search(before) or _HYPERBOLE.search(before):
        return None
    if _COUNTED.match(text, end) or _ABROAD.match(text, end) or _ABROAD_BEFORE.search(before):
        return None
    try:
        low, high = parse_number(match["low"]), parse_number(match["high"])
    except InputError:
        return None
    listed = match["between"] in ("、", "或", "或者")
    if low >= high or low <= 0 or (listed and (high - low != 1 or high > 9 or not scale)):
        return None
    return Sum(low * (parse_number("1" + scale) if scale else 1), start, end, True, True)


def _judge(text: str, match: re.Match[str]) -> Sum | None:
    number, start, end = match["number"], match.start(), match.end()
    before = text[max(0, start - 14) : start]
    if ("0" <= number[0] <= "9" and _CUT_BEFORE.search(before)) or _CUT_AFTER.match(text, match.end("number")):
        return None
    if match["unit"] and text[end : end + 1] in ("旦", "素", "宵", "件", "老", "头", "勋"):
        return None
    if not match["unit"] and not match["sign"]:
        if _COUNTED.match(text, end) or (match["more"] and _COUNTED.match(text, end - 1)):
            return None
        if _BEFORE_NOT.search(before) and not _MONEY_VERB.search(before) and not re.search("[万千w亿]", number):
            return None
        if (
            _HOTLINE.fullmatch(number)
            or _RATE.search(before)
            or (_DECIMAL.fullmatch(number) and not _is_price(text, end, before))
        ):
            return None
    if text[end : end + 1] in ("%", "％") or _ABROAD.match(text, end) or _ABROAD_BEFORE.search(before):
        return None
    if (
        _HYPERBOLE.search(before)
        or re.search(r"(?:[几数]|(?<![一二三四五六七八九\d])[百千万])$", before)
        or "几" in text[start:end]
    ):
        return None
    large = re.search(r"[万亿千百wk佰仟]", number) is not None or bool(match["large"])
    value = _value(match)
    if value is None or value <= 0:
        return None
    sure = bool(match["unit"] or match["sign"])
    if not sure:
        if not large and not (
            re.fullmatch(_ARABIC, number) and _bare_fits(number) and _is_bare_money(text, end, before)
        ):
            return None
        if large and not _is_scale_money(number, text, end, before):
            return None
    return Sum(value, start, end, sure or large, bool(match["more"]))


def _bare_fits(number: str) -> bool:
    """Tell whether a bare Arabic number looks like a sum: two to nine digits or a price, no leading zero."""
    if _DECIMAL.fullmatch(number):
        return not number.startswith("0")
    return 2 <= len(number.replace(",", "").split(".")[0]) <= 9 and not number.startswith("0")


def _is_price(text: str, end: int, before: str) -> bool:
    """Tell whether a bare number with a point is a sum that was taken or is asked for: 扣我29.9, 会员19.9一个月."""
    if _TAKEN.search(before) or _PRICED.match(text, end):
        return True
    number = re.search(r"[\d.]+$", text[:end])
    return _PAID.search(before) is not None and number is not None and not _DAY.fullmatch(number[0])


def _is_bare_money(text: str, end: int, before: str) -> bool:
    """Tell whether the words around a bare number speak of money: 扣了298, 卡里的800转给同学."""
    if _MONEY_VERB.search(before) or _TAKEN.search(before):
        return not re.match(r" ?年", text[end:])
    if _PRICED.match(text, end) and "." in text[end - 3 : end]:
        return True
    return (
        re.match(r"(?:转给|还给|退给|打给|给我|还我|退我|手续费|利息|的(?:手续费|利息|年费|服务费))", text[end:])
        is not None
    )


def _is_scale_money(number: str, text: str, end: int, before: str) -> bool:
    """Tell whether a number with 万, 千 or 百 but no unit is money: not 千万 (“do”), 一百二 alone counts."""
    if _SHORT_SUM.fullmatch(number):
        return not _QUOTED_RATE.search(before) and (
            _MONEY_VERB.search(before) is not None
            or re.match(r"(?:[块元]|[\s,，。;；!！?？、]|$)", text[end:]) is not None
        )
    if number in ("百", "千", "万", "亿", "十", "百万", "千万", "万一") and not _MONEY_VERB.search(before):
        return False
    if (
        number == "万一"
        or (number[0] in "百千万" and number != "千万")
        or re.match(r"(?:分之|般|家|人|民|事|难|种|变|火急|八千里)", text[end:])
    ):
        return False
    return re.search(r"[0-9一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]", number) is not None


def _value(match: re.Match[str]) -> Decimal | None:
    number = match["number"].replace(" ", "")
    if _SHORT_SUM.fullmatch(number):
        number = "一" + number
    if half := _HALF.fullmatch(number):
        return _of_scale(half)
    # A digit behind w or k counts its tenths as behind 万 and 千: 2w5.
    number = re.sub(r"(?<=\d)[wk](?=\d)", lambda scale: {"w": "万", "k": "千"}[scale[0]], number)
    pair, tenths = _PAIR.fullmatch(number), _TENTHS.fullmatch(number)
    if tenths and _near(tenths["a"], tenths["b"]):
        number = tenths["head"] + tenths["a"] + tenths["small"]
    try:
        value = parse_number(pair["a"] + pair["unit"]) if pair and _near(pair["a"], pair["b"]) else parse_number(number)
    except InputError:
        return None
    if match["large"]:
        value *= parse_number("1" + match["large"])
    tail = match["tail"]
    if tail:
        digits = [parse_number(c) for c in tail if c not in "角毛分"]
        for place, digit in enumerate(digits[:2], 1):
            value += digit / Decimal(10**place)
    return value


def _of_scale(match: re.Match[str]) -> Decimal | None:
    """Return so many of a scale, and half of one more: 一个半w; of two neighbouring digits the lower: 两三个w."""
    count = match["count"]
    try:
        value = parse_number(count[0] if len(count) == 2 and _near(count[0], count[1]) else count)
        return (value + (parse_number("半") if match["half"] else 0)) * parse_number("1" + match["scale"])
    except InputError:
        return None


def _near(first: str, second: str) -> bool:
    order = "一二三四五六七八九"
    a, b = order.find(first.replace("两", "二")), order.find(second.replace("两", "二"))
    return b - a == 1
