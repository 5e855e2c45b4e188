"""Names of companies, banks, schools, hospitals, firms: a proper part before a suffix that says what it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import rjieba

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.regions import REGIONS
from xiaobao.privacy.source import Source

_SUFFIX = Anchored(
    r"股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|集团|分公司|公司|信用卡中心|消费金融"
    r"|农村商业银行|农商行|村镇银行|银行(?![业间家们]|保险监|监督)|信用社|律师事务所|会计师事务所|事务所|人民医院|医院|卫生院|诊所"
    r"|大学|学院|中学|小学|幼儿园|合作社|机械厂|工厂|(?<![工商])厂(?![商家])|研究院|研究所|设计院|门诊部|养老院"
)
_MORE = re.compile(
    r"(?:股份)?有限(?:责任)?公司|[一-龥A-Za-z0-9]{0,8}?(?:支行|分行|营业部|营业厅|分理处|信用卡中心|分公司|营业所)"
    r"|(?:附属)?(?:第[一二三四五六七八九十])?(?:附属)?(?:医院|中学|小学)"
)
_NOT_MORE = re.compile(r"[的了在是到去把被让我你他不说]")
_BANKS = re.compile(
    r"(?:中国)?(?:工商|农业|建设|交通|邮政储蓄|邮储|招商|中信|光大|民生|兴业|浦发|平安|华夏|广发"
    r"|浙商|渤海|恒丰|微众|网商|进出口|农业发展)$|中国$"
)
_AUTHORITY = re.compile(r"人民$|共和国$|国务院|监督|央$|世界$|亚洲开发$|国际清算$")
_NO_NAME = re.compile(
    r"(?:手机|网上|电话|掌上|移动|个人|私人|投资|开户|发卡|中央|商业|正规|其他|其它|另外|别的|收单|什么|哪个|哪家|换张|绑定|绑卡|提示|自己"
    r"|国境|上市|外国|城市|农村|普通|门面|住宅|健全保险|是指|犯罪|钱到|营业|所属|上级|涉案|某某|有关|各类|绿色|XX|X|某)$"
)
_WRITTEN = re.compile("[一-龥A-Za-z0-9·&]+")
_PROPER = ("nr", "ns", "nt", "nz")
_STRONG = re.compile("有限|股份|事务所|消费金融|集团公司")
_BUSINESS = re.compile(
    "服务|外包|咨询|管理|投资|贸易|建筑|装饰|租赁|担保|代理|融资|餐饮|保险|传媒|设计|开发|运输|经纪|拍卖|销售|制造|生产|经营|评估|检测"
    "|维修|养殖|种植|配送|劳务|教育|培训|股份|人寿|财险|财产|健康|发展|控股|联合|第一|第二|第三|省|市|县|区"
)
_STOP = re.compile(
    "客户|用户|单位|名称|抬头|企业|户名|账户|发票|代理人|律师|贵行|该行|我行|本行|老板|家人|朋友|同事|奶奶|爷爷|孩子|老公|老婆|中心|全国|国内"
    "|全部|银行|公司|时候|原因|今天|明天|昨天|现场|名下|方|行|好|人|家|张|月|日|年|号|前|后|里|中|上|下|左右|附近|旗下|个|一个|短信|手机|网址"
    "|委托|投诉|举报|起诉|收到|联系|要求|通过|来自|接到|供职|就职|任职|购买|办理|申请|设立|变更|修改|解聘|建立|成立|担任|属于|包括|支持|合作"
    "|转账|转给|冒充|假冒|自称|告知|通知|反映|是指|因|欠|称|住|致|凭"
)
_LONGEST = 28


@recogniser("organisation")
def find(source: Source) -> Iterator[Entity]:
    """Yield names of organisations with a proper part; bare kinds of organisation and authorities are left."""
    text, done = source.folded, 0
    starts = source.word_starts
    for match in _SUFFIX.finditer(text):
        if match.start() < done:
            continue
        start = max(done, _start(source, starts, match.start(), _STRONG.search(match[0]) is not None))
        proper = text[start : match.start()]
        if len(proper) < 2 or _AUTHORITY.search(proper) or _NO_NAME.search(proper):
            continue
        if proper in REGIONS and match[0] in ("公司", "厂", "集团"):
            continue
        if match[0] == "银行" and text[match.end() : match.end() + 1] == "卡" and not _BANKS.search(proper):
            continue
        done = _end(text, match.end())
        yield Entity("organisation", start, done, source.text[start:done], None, 0.7, f"以“{match[0]}”结尾的单位名称")


def _start(source: Source, starts: list[int], suffix: int, strong: bool) -> int:
    """Return where the name before a suffix begins: at its first proper or unknown word; the suffix where none is.

    Before a strong suffix (有限公司, 事务所) any words count that reach back to a place name or a boundary.
    """
    bank = _BANKS.search(source.folded[max(0, suffix - 6) : suffix])
    if bank is not None:
        return suffix - len(bank[0])
    words = source.words
    place = bisect_right(starts, suffix) - 1
    begin = first = suffix
    if place >= 0 and starts[place] < suffix:
        (word, tag), begin = words[place], starts[place]
        if tag.startswith(_PROPER) or not rjieba.has_word(word):
            first = begin
    while place > 0 and suffix - starts[place - 1] <= _LONGEST:
        (word, tag), at = words[place - 1], starts[place - 1]
        if at + len(word) != begin or not (_belongs(word, tag) or (strong and _may_belong(word, tag))):
            break
        begin, place = at, place - 1
        if _is_proper(word, tag):
            first = at
    if strong and first - begin <= 4 and suffix - begin >= 2:
        return first if first < suffix and _is_place(source.folded[first : first + 3]) else begin
    if first == suffix and begin == suffix - 1 and place > 0:
        return _split_name(*words[place - 1], starts[place - 1], suffix)
    return first


def _is_place(head: str) -> bool:
    return head in REGIONS or head[:2] in REGIONS


def _may_belong(word: str, tag: str) -> bool:
    return len(word) <= 3 and tag[:1] in ("v", "a", "z", "t", "i", "l", "d", "m", "q") and _belongs(word, "n")


def _split_name(word: str, tag: str, at: int, suffix: int) -> int:
    """Return the start of a name of two characters that the tagger took apart (望|潮|银行), else the suffix."""
    if len(word) == 1 and at == suffix - 2 and tag[:1] in ("v", "n", "a", "j", "t") and not _STOP.fullmatch(word):
        return at
    return suffix


@lru_cache(maxsize=4096)
def _belongs(word: str, tag: str) -> bool:
    if _STOP.fullmatch(word) or not _WRITTEN.fullmatch(word) or word.isdigit():
        return False
    return tag[:1] in ("n", "b", "j", "s") or _BUSINESS.fullmatch(word) is not None or _is_proper(word, tag)


def _is_proper(word: str, tag: str) -> bool:
    if word in REGIONS or word[:-1] in REGIONS:
        return True
    if len(word) == 1:
        return False
    return tag.startswith(_PROPER) or (not rjieba.has_word(word) and tag != "m" and tag[:1] not in ("p", "r", "c", "u"))


def _end(text: str, end: int) -> int:
    """Return where the name ends: after its branch, where one follows directly."""
    while (more := _MORE.match(text, end)) and more[0] and not _NOT_MORE.search(more[0]):
        end = more.end()
    return end
