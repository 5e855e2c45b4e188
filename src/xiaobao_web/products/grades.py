"""Risk grades R1 to R5 and the words for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

GRADE_WORDS = {1: "低风险", 2: "中低风险", 3: "中风险", 4: "中高风险", 5: "高风险"}
_WORDS = {"低": 1, "较低": 2, "中低": 2, "中": 3, "中等": 3, "中高": 4, "较高": 4, "高": 5}
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_GRADE = (
    r"(?:P?R ?(?P<r>[1-5１-５])(?![0-9A-Za-z])|(?P<d>[一二三四五])级"
    r"|(?P<w>中低|中高|较低|较高|中等|低|中|高)(?:等)?风险)"
)
_NAMED = re.compile(
    rf"(?:风险等级|风险级别|产品等级|风险评级|风险分级)(?:为|是|：|:|属于|评定为|评为|\s|（|\()*{_GRADE}", re.IGNORECASE
)
_BARE = re.compile(
    r"(?<![0-9A-Za-z])P?R ?(?P<r>[1-5])(?![0-9A-Za-z]) ?(?:级)?"
    r"(?:[（(][^（）()]{0,8}风险[^（）()]{0,4}[）)]|级?(?=[，。、；;）)\s]|$))"
)
_RANKING = re.compile(
    r"由低到高|从低到高|分为|划分|评级说明|级别说明|以下五|五个?等级|R1[^。]{0,4}R2|承受能力|投资者|C[1-5]"
)
_OPEN = re.compile(r" ?级?(?:[（(][^（）()]{0,8}[）)])?(?:及以上|以上|及以下|以下|至|到|-|—|~|/)")


@dataclass(frozen=True)
class Said:
    """A grade as a text states it."""

    grade: int
    start: int
    end: int
    text: str


def grade_of(text: str) -> int | None:
    """Return the grade (1 to 5) that a field holds: R2, PR2, 二级, 中低风险; None where it is none of them."""
    match = re.search(_GRADE, text.strip(), re.IGNORECASE)
    return _grade(match) if match else None


def _grade(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("r"):
        return int(groups["r"])
    return _DIGITS[groups["d"]] if groups.get("d") else _WORDS[groups["w"]]


def grades_in(text: str) -> Iterator[Said]:
    """Yield the grades a text gives to a product; legends, ranges and investors' grades are left out."""
    seen: set[int] = set()
    for pattern in (_NAMED, _BARE):
        for match in pattern.finditer(text):
            group = next(name for name in ("r", "d", "w") if match.groupdict().get(name))
            at = match.start(group)
            sentence = text[max(text.rfind("。", 0, at), text.rfind("\n", 0, at)) + 1 : match.end()]
            tail = text[match.end() : match.end() + 12].split("\n")[0]
            if at in seen or _RANKING.search(sentence) or _OPEN.match(text, match.end(group)) or _RANKING.match(tail):
                continue
            seen.add(at)
            yield Said(_grade(match), match.start(), match.end(), match.group().strip())
