"""Branches of an institution: where their names stand, whose they are, and one told without its bank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative

BRANCH = re.compile(
    r"(?P<name>[一-龥0-9]{2,12}?)(?P<kind>中心支公司|支公司|分公司|支行营业部|支行|分行|分理处|营业部"
    r"|营业厅|营业所|储蓄所|营销服务部|办事处|服务处|代办处|服务站|信用卡中心|卡中心|网点|分社|信用社)"
)
WORDS_BEFORE = re.compile(
    r"^.*(?:办理|通过|投诉|举报|反映|收到|接到|关于|在于|对于|购买|申请|使用|持有|贷款|存款|登录|拨打"
    r"|致电|客户|涉及|有限公司|机构|名称|联合|委托|自称|冒充|绑定|开户|发现|显示|来自|下载|咨询|你们"
    r"|我们|他们|咱们|贵行|昨天|今天|前天|上次"
    r"|公司|去年|今年|月份|单位|旗下|附近|楼下|门口|镇上|县里|村里|城里|街上|现在|那家|一家|这家|正规"
    r"|其他|其它|别的|另外|几家|多家|各大|很多|所有|全国|任何|没有|就是|还是|但是|因为|所以|如果|时候"
    r"|手机|关联|所谓|名为|叫做)"
)
_DATED = re.compile(r"^.*[0-9](?:月份?|[日号](?:当天)?)")
_OWN = re.compile(r"^.*(?:贵行|贵社|贵司|我行|本行|你行|该行|你们行|你们|咱们)的?")
_NO_BRANCH = re.compile(
    r"^(?:信用卡|银行|客服|电话|总行|网点|附近|隔壁|几[家个]|[一两三]家|哪家|各|同城|所有|全市|部分|境外|多家|多个)|某"
)
_SENTENCE = re.compile(
    r"[到在称起说把被给要去了的是与]|^某|一起|下周|本$|前年|隔壁|当天|另一|已[与经]|请|联系|已$|[其已]向|建议|由$|申请|询问"
    r"|哪|经办|所属|不知道|不清楚|不记得|忘了|开户$|辖内|相关|上级|下属|就近|对应"
)
"""Words of the sentence that no name of a branch has."""


@dataclass(frozen=True, slots=True)
class Mention:
    name: str
    start: int
    end: int
    score: float


def branches_of(narrative: Narrative, mentions: list[Mention]) -> Iterator[Mention]:
    text = narrative.plain
    ends = {m.end for m in mentions}
    for match in BRANCH.finditer(text):
        start, name = match.start("name"), match["name"]
        inside = [e for e in ends if start < e <= match.end("name")]
        if inside:
            start = max(inside)
            name = text[start : match.end("name")]
        if not inside or _SENTENCE.search(name):
            cut = _branch_cut(name)
            start, name = start + cut, name[cut:]
        if start not in ends and (
            len(name) < 2 or re.search("^(?:哪个|什么|附近|当地|各个|这个|那个|你们|贵行|我们|其他|一家|最近)", name)
        ):
            continue
        if _SENTENCE.search(name):
            continue
        if match["kind"] in ("网点", "信用社") or (match["kind"] in ("卡中心", "信用卡中心") and start not in ends):
            continue
        if name or match["kind"] in ("信用卡中心", "卡中心", "营业部"):
            yield Mention(text[start : match.end()], start, match.end(), 1.0)


def _branch_cut(name: str) -> int:
    lead = _DATED.match(name) or WORDS_BEFORE.match(name)
    cut = lead.end() if lead else 0
    for index in range(len(name) - 1, cut - 1, -1):
        if name[index] in "在了的是到去给向把被跟和从由对找让叫我你他她们这那个说贵行就":
            if len(name) - index - 1 >= 2:
                return index + 1
            break
    return cut


def branch_of(first: Mention, own: list[Mention], branches: list[Mention], mentions: list[Mention]) -> Mention | None:
    """Return the branch that belongs to the institution: right behind a mention of it, else the first one told."""
    for branch in branches:
        if any(m.end == branch.start for m in own):
            return branch
    mine = {(m.start, m.end) for m in own}
    others = [m for m in mentions if (m.start, m.end) not in mine]
    for branch in branches:
        if not any(m.end == branch.start or abs(m.end - branch.start) < 3 for m in others):
            return branch
    return None


def joined_branch(
    branch: Mention | None, branches: list[Mention], own: list[Mention], mentions: list[Mention]
) -> Mention | None:
    """Return a branch with the smaller one that is told behind it or elsewhere (大同分行 + 云岗路支行)."""
    if branch is None or not branch.name.endswith(("分行", "信用卡中心", "卡中心")):
        return _spoken(branch)
    mine = {(m.start, m.end) for m in own}
    for small in branches:
        if not small.name.endswith(("支行", "分理处", "储蓄所", "营业所")) or small.name in branch.name:
            continue
        if small.start != branch.end:
            theirs = any(0 <= small.start - m.end < 3 for m in mentions if (m.start, m.end) not in mine)
            if theirs or len(small.name) < 4 or _NO_BRANCH.search(_OWN.sub("", small.name)):
                continue
        small = _spoken(small) or small
        name = _OWN.sub("", small.name)
        return Mention(branch.name + name if branch.name.endswith("分行") else name, small.start, small.end, 1.0)
    return _spoken(branch)


def _spoken(branch: Mention | None) -> Mention | None:
    """Return a branch without what callers put into its name (怀仁那个支行)."""
    if branch is None:
        return None
    return replace(branch, name=re.sub("(?<=[一-龥])[那这]个?(?=支行|分理处|营业部|储蓄所)", "", branch.name))


def alone(branches: list[Mention]) -> Found[str] | None:
    """Return a branch told without its bank (贵行滨江支行)."""
    for branch in branches:
        name = _OWN.sub("", branch.name)
        if len(name) > 3 and not _NO_BRANCH.search(name):
            start = branch.end - len(name)
            return Found(name, ((start, branch.end),), 0.6)
    return None
