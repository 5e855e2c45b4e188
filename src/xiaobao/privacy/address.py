"""Postal addresses: a chain of province, city, district, road, number, building, storey, room."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored, by_first
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.regions import REGIONS
from xiaobao.privacy.source import Source

_FREE = r"(?:(?![的了是我你您他她它们说被把给请这那吗呢啊不没也都和跟找打])[一-龥A-Za-z·\r\n ])"
_DIGITS = r"(?:[0-9]{1,5}[A-Za-z]?(?:-[0-9]{1,4}){0,3}|[A-Za-z](?:-?[0-9]{1,4})?|[一二三四五六七八九十百]{1,4}|甲|乙)"
_HOUSE = "(?:号院|号楼|号铺|号|栋|幢|座|单元|室|层|楼|户|弄|组|队|期|院|门|排|号房|房|区)"
_PLACE = (
    "(?:省|自治区|自治州|市|地区|盟|新区|开发区|高新区|区|县|旗|街道|镇|乡|行政村|村|屯|大道|大街|街|路|道|巷|胡同|里|小区|社区|花园|家园|公寓|大厦|广场|中心|新村|苑|园|城|庄|院|楼|桥|湾|公馆|名都|府|庭|阁|轩"
    "|工业园|科技园|大院|宿舍)"
)
_STEP = rf"(?:[ \r\n]?{_DIGITS}[ ]?{_HOUSE}|[ \r\n]?{_FREE}{{1,9}}?{_PLACE}|[ \r\n]?{_FREE}{{0,8}}?{_DIGITS} ?{_HOUSE})"
_TAIL = rf"(?:[ \r\n,，]?{_DIGITS}(?:{_HOUSE})?(?![0-9A-Za-z年月日.%:：元万个天次笔块]))?"


_REGION = by_first(REGIONS)
_FROM_REGION = re.compile(
    rf"(?:{_REGION})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|地区|盟)?(?:{_STEP}){{1,10}}{_TAIL}"
)
_REGION_HEADS = frozenset(name[:2] for name in REGIONS)
_REGION_HEAD = re.compile(
    "[{}](?=[{}])".format(*("".join(sorted({head[place] for head in _REGION_HEADS})) for place in (0, 1)))
)
_LABEL = Anchored(
    r"(?:(?<!下载)(?<!网)(?<!网络)(?<!IP)(?<!ip)(?<!邮箱)(?<!邮件)地址|住址|住所地?|户籍地?|居住地|所在地|家住|我住|住在|老家在|寄到|寄往|寄至|邮寄到|送到|坐落于?|位于|收货地|户口所在地)"
    rf"(?:是|在|为|:|\"|'|=| ){{0,3}}((?:{_STEP}){{1,10}}{_TAIL})"
)
_DISTRICT = re.compile(rf"(?<![一-龥])([一-龥]{{2,5}}(?:区|县|市)(?:{_STEP}){{1,8}}{_TAIL})")
_ESTATE = re.compile(
    rf"(?:小区|花园|家园|公寓|苑|大厦|新村|里|园|府|城)[ ]?{_DIGITS}(?:号楼|栋|幢|座|号){_STEP}{{0,3}}{_TAIL}"
)
_ESTATE_NAME = re.compile(r"(?:(?![的了在是我你他住到从来于找去,和])[一-龥]){2,10}$")
_NUMBERED = re.compile(rf"{_DIGITS} ?(?:号|栋|幢|座|单元|室|弄|楼|层|组)")
_ROAD = re.compile("路|街|道|巷|弄|胡同|村|镇|乡|小区|花园|苑|园|里|大厦|广场|公寓|家园|新村|中心|城|庄|院")
_LEVELS = re.compile("省|自治区|市|区|县|旗|镇|乡|村|街道|州")


@recogniser("address")
def find(source: Source) -> Iterator[Entity]:
    """Yield addresses that come down to a road with a number, a building, or a village."""
    found: list[tuple[int, int]] = []
    for start, end, why in _chains(source.folded):
        shown = source.folded[start:end].rstrip(" \r\n")
        if any(a <= start < b for a, b in found[-3:]) or not _is_precise(shown, why == "标签之后"):
            continue
        found.append((start, end))
        yield Entity(
            "address", start, start + len(shown), source.text[start : start + len(shown)], None, 0.8, f"地址链（{why}）"
        )


def _from_regions(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of _FROM_REGION, tried only where the first two characters of a region stand."""
    done, match = 0, _FROM_REGION.match
    for place in _REGION_HEAD.finditer(text):
        at = place.start()
        if at >= done and text[at : at + 2] in _REGION_HEADS and (found := match(text, at)) is not None:
            yield found
            done = found.end()


def _chains(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _from_regions(text):
        yield *match.span(), "行政区划开头"
    for match in _LABEL.finditer(text):
        yield *match.span(1), "标签之后"
    for match in _DISTRICT.finditer(text):
        yield *match.span(1), "区县开头"
    for match in _ESTATE.finditer(text):
        name = _ESTATE_NAME.search(text[max(0, match.start() - 10) : match.start()])
        if name is not None:
            yield match.start() - len(name[0]), match.end(), "小区与楼栋"


def _is_precise(shown: str, labelled: bool) -> bool:
    """Tell whether a chain singles out a place: a numbered road or building, a village, or two steps behind a label."""
    levels = len(_LEVELS.findall(shown))
    if _NUMBERED.search(shown) and (_ROAD.search(shown) or levels >= 1 or len(shown) >= 8):
        return True
    if shown.endswith(("村", "屯", "庄", "组", "社区", "小区")) and levels >= 3:
        return True
    return labelled and (levels >= 2 or (_ROAD.search(shown) is not None and len(shown) >= 6))
