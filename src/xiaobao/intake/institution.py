"""The respondent: the institution complained of and its branch, put together from where they stand in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import rjieba

from xiaobao.intake import companies
from xiaobao.intake.branches import BRANCH, WORDS_BEFORE, Mention, alone, branch_of, branches_of, joined_branch
from xiaobao.intake.found import Found
from xiaobao.intake.insults import is_insult
from xiaobao.intake.narrative import Narrative
from xiaobao.privacy.regions import REGIONS

_BANK = (
    r"(?:农村商业银行|农商银行|城商银行|商业银行|村镇银行|农商行|银行)(?:股份有限公司|有限责任公司)?"
    r"|农村信用(?:合作)?联?社|信合|信用合作联社|农信社|信用社|信用联社"
)
_OTHER = (
    r"(?:消费金融|金融租赁|汽车金融|小额贷款|人寿保险|财产保险|健康保险|养老保险|人寿|财险|寿险|财产(?!品)"
    r"|保险(?:经纪|代理(?!人))?|证券|信托|基金管理|融资担保|金服|金科)(?:股份有限公司|有限责任公司|有限公司|公司)?"
)
_APP = (
    r"(?:易借|快借|好借|闪借|享借|随借|即借|光借|e借|借钱|借款|借条|借呗|易花|好花|随花|花呗|有钱花"
    r"|e贷|易贷|快贷|闪贷|速贷|好贷|贷款|小贷|贷|好分期|易分期|分期"
    r"|付通|易付|付宝|支付|白条|金条|钱包|享金|周转金|数科|金融|普惠)(?:app|平台|公司)?"
)
_SUFFIX = re.compile(rf"(?P<bank>{_BANK})|(?P<other>{_OTHER})")
_APP_NAME = re.compile(rf"(?P<name>[一-龥a-z0-9]{{1,6}}?{_APP})(?![款了过还给利一几])")
_CARD_NICK = re.compile(
    r"(?P<name>[一-龥]{2,3})(?:的)?(?:信用卡|银联卡|贷记卡|储蓄卡|借记卡|联名卡|白金卡|手机银行|房贷)"
)
_STOP = frozenset(
    "在了的是到去给向把被跟和与从由对找问让叫我你他她它们这那个说打办用有买借还欠来以为因经就于及或且但又也都将要想该贵本某各每其此等您里面外上下前后时候家名过得着没不吗呢吧啊呀哦"
    "，。、投诉告骗刷贷好日人收扣存取查卡张笔绑委托称据往另原用过至自受替帮做接通过绕通知道怎么哪什么为何"
)
_HARD_STOP = frozenset("在了的是到去给向把被让我你他她它们这那个说行卡")
_GENERIC = re.compile(
    r"^(?:手机|网上|电话|掌上|商业|开户|发卡|正规|其他|其它|别的|另外|所有|各大|各家|各|这家|那家"
    r"|哪家|哪个|什么|多家|几家|两家|三家|国有|股份制|城市|农村|大|小|本地|当地|某|某某|个人|私人|收款"
    r"|付款|全部|任何|每家|好几家|其余|指定|开户|合作|中国人民|人民|人|央|微|本|贵|我|你们|他们"
    r"|车|交通意外|意外|医疗|重疾|商业|社会|社|分红|健康|养老|人身|财产|存款|百万医疗|惠民|教育|年金"
    r"|万能|投资|终身|增额|旅游|电动车|家庭|消费|互联网|普惠|数字|跨境|供应链|科技|退休|失业|医|少儿"
    r"|大病|电子|联系|开户|原|老|新|旧|自家|跨|同业|余额|隔壁|别家|家门口|楼下|附近|异地|省外|外地|大型|中小)?$"
)
_JOINING = frozenset("由与给按要有是在向对到去从跟或登完取做用找请被把将为称说叫问")
"""Characters before the kind of an institution that are of the sentence, not of its name."""
_APP_END = re.compile(rf"{_APP}$")
_GENERIC_APP = re.compile(
    r"(?:房|车|网|经营|消费|信用|公积金|小额|助|还|高利|装修|抵押|校园|借|放|欠|续|按揭|转|教育|组合"
    r"|商|抱团|申请|办|批|信|现金|账单|分|专项|学费|手机|三方|停息|做|收|微|循环|过桥|骗|套路"
    r"|新|邀约|求|微信|快捷|扫码|移动|无法|在线|网络|免密|自动|二维码|刷脸|银联|境外|进行|互联网|科技|普惠|汽车"
    r"|供应链|数字|正规|违规|非法|大额|无抵押|线上|线下|个人|企业|农户|惠农|小微|平台|银行|催收|逾期"
    r"|账户"
    r"|想|要|去|向|找|再|没|不|可|能|来|多|先|又|被|是|用|给|的|了|他|会|让|敢|帮|叫|为|才|就|都|曾"
    r"|从|在|到|急|需|我|你|和|与|及|跟|对|把|上|下|里|个|期|款|钱|免息|零|只|还清|提前|最低|每月|全部"
    r"|所有|这|那|各|任何|气球|助学|助农|创业|扶贫|生源地|银税|税|流水|发票|质押|保单|薪金|党员|人才|阶梯|首付|租金"
    r"|养老|绿色"
    r"|彩礼|旅游|医美|培训|场景|循环|备用|性化|车位|网银|资金|款|停车|尾款|押金)$"
)
_AGAINST = re.compile(
    r"(?:投诉|举报|被投诉(?:机构|单位|人)?|涉诉(?:机构|单位)?|告|反映|涉及(?:机构|单位)?|被投诉对象"
    r"|你们|你行|贵|咱们|我要投诉)[:：的是叫 ]{0,4}$"
)
_NOT_IT = re.compile(
    r"(?:其他|其它|别的|另外|他行|转(?:到|入|给|进)|汇(?:到|给)|打到|收款行?(?:是|为)?|对方|不像|人家"
    r"|连|比如|像)[^,，。]{0,4}$"
)
_AUTHORITY = re.compile(r"人民银行|中国人民银行|央行|银监|金监|监管|银保监|国家金融")
_GREETING = re.compile(r"您好|欢迎|致电|这里是|为您服务|热线|客服")


_SPOKEN = _JOINING | frozenset(
    "能有们家没不买卖填行推款一二三四五六七八九十几两个这那哪各每我你他她它本贵某点查刷扣还时而发申理说可就也再又只很都来"
) - {"都"}
"""Characters of a sentence: a couple without any, unknown to the dictionary, is a name."""
_ACTED = re.compile(r"[买卖取完登要填给有没不到点查刷扣还元行一]")
"""Characters by which a verb that the tagger guesses is one."""
_ACTING = re.compile(r"(?:app|平台|公司|上|里|的|把|给|说|催|客服|这|借|[,，。!！?？;；:：\s]|$)")
"""What stands behind the name of one who acts."""
_LED = re.compile(r"(?:在|从|叫|用|们|台|p|载|过|向|跟|家|[,，。:：\s]|^)$")
"""What stands before it."""
_CARD_NEXT = re.compile(r"[^,，。]{0,2}(?:卡|储蓄|借记|工资|尾号|账户|账号|放款|出资|资金|存管|的钱|余额)")
_PAYS_BEFORE = re.compile(
    r"(?:绑定?的?|关联的?|资金方[是为:：]?|资方[是为:：]?|放款方[是为:：]?|合作的?|联合|从我的?|扣我的?|到我的?|由"
    r"|跟|和)$"
)
_SHORT_BANK = re.compile(
    r"(?<![员职民打开加施手人其当之空集途外成移履运航执流])(?:[工农建招交]行|(?<![一-龥])中行|邮储|农信)"
    r"(?![为动业程使情政驶列人走李军长期路医商礼将不会当只要易换联友通警规])"
)
"""The banks that everybody calls by two characters, not where these are of a word (员工行为)."""
_OWN_BANK = re.compile(r"贵行|你行|我行(?!为)|本行")
_PLACE_ENDS = frozenset("镇乡县旗")
_PLAIN_END = re.compile(r"(?:贷款|借款|分期|支付|金融|贷|普惠|钱包)$")
"""Endings of names that are as often words of the sentence."""


def find(narrative: Narrative) -> Found[str] | None:
    """Return the respondent as specifically as the text allows (云桥银行 + 滨江支行); None for a bare “你们行”."""
    mentions = [*_institutions(narrative), *_card_centres(narrative)]
    yours = not mentions and _OWN_BANK.search(narrative.plain) is not None
    mentions += [m for m in _called(narrative, mentions) if not yours or m.score > 1.5]
    apps = _platforms(narrative, mentions, yours=yours)
    if apps and mentions:
        mentions = [replace(m, score=m.score - 1.0) if _only_pays(narrative, m) else m for m in mentions]
    mentions = sorted([*mentions, *apps], key=lambda m: m.start) or list(_nicknames(narrative)) or _short(narrative)
    branches = list(branches_of(narrative, mentions))
    if not mentions:
        return alone(branches)
    totals: dict[str, float] = {}
    for mention in mentions:
        totals[_core(mention.name)] = totals.get(_core(mention.name), 0.0) + mention.score
    chosen = max(totals, key=lambda core: totals[core])
    if totals[chosen] <= 0:
        return None
    own = [m for m in mentions if _core(m.name) == chosen]
    first = max(own, key=lambda m: (m.score > 0, len(m.name), -m.start))
    branch = joined_branch(branch_of(first, own, branches, mentions), branches, own, mentions)
    confidence = min(0.95, 0.6 + 0.12 * totals[chosen])
    if branch is None:
        return Found(first.name, ((first.start, first.end),), confidence)
    joined = first.name if branch.name in first.name else first.name + branch.name
    return Found(joined, ((first.start, first.end), (branch.start, branch.end)), confidence)


def _short(narrative: Narrative) -> list[Mention]:
    """Return the banks called by their two characters (工行, 农行), where nothing names one in full."""
    found = _SHORT_BANK.finditer(narrative.plain)
    return [Mention(m[0], *m.span(), _weight(narrative, *m.span(), True)) for m in found]


def places(narrative: Narrative) -> list[tuple[str, int, int]]:
    """Return where patterns see institutions ("m") and applications ("app"), whichever is complained of."""
    seen = (("m", _institutions(narrative)), ("app", _apps(narrative)))
    return [(name, mention.start, mention.end) for name, mentions in seen for mention in mentions]


def _platforms(narrative: Narrative, mentions: list[Mention], *, yours: bool) -> list[Mention]:
    """Return the applications and platforms named, none that the institutions already read are part of."""
    apps = [
        a
        for a in _apps(narrative)
        if not any(-3 <= m.start - a.end <= 0 or 0 <= a.start - m.end <= 3 for m in mentions)
        and not any(m.start <= a.start < m.end for m in mentions)
    ]
    apps += [
        Mention(narrative.text[start:end], start, end, score)
        for start, end, score in companies.quoted(narrative)
        if ((not mentions and not yours) or score > 1.0)
        and not any(start < a.end and a.start < end for a in [*apps, *mentions])
    ]
    if yours or mentions:
        # Beside a bank only what can be nothing else counts: a loan named with the bank is the bank's product.
        apps = [a for a in apps if not _PLAIN_END.search(a.name)]
    return apps


def _called(narrative: Narrative, mentions: list[Mention]) -> list[Mention]:
    """Return the companies that the place of their name speaks for, where no institution is read already."""
    out: dict[tuple[int, int], float] = {}
    for start, end, score in companies.named(narrative):
        if not any(start < m.end and m.start < end for m in mentions):
            out[(start, end)] = max(out.get((start, end), 0.0), score)
    return [Mention(narrative.text[start:end], start, end, score) for (start, end), score in out.items()]


def _only_pays(narrative: Narrative, mention: Mention) -> bool:
    """Tell whether an institution is told of as a source of money or by a card alone."""
    after, before = narrative.after(mention.end, 8), narrative.before(mention.start, 8)
    return _CARD_NEXT.match(after) is not None or _PAYS_BEFORE.search(before) is not None


def _core(name: str) -> str:
    return re.sub(r"(?:股份有限公司|有限责任公司|有限公司|公司|app|平台)$", "", name)


def _institutions(narrative: Narrative) -> Iterator[Mention]:
    text = narrative.plain
    for match in _SUFFIX.finditer(text):
        start = _whole(text, _name_start(text, match.start()), match.start())
        proper = text[start : match.start()]
        if len(proper) < 2 or "\n" in proper or is_insult(proper) or _AUTHORITY.search(text[start : match.end()]):
            continue
        if _GENERIC.match(proper) and not (match["bank"] and proper == "惠民"):
            continue
        if not _is_proper(proper) and not _opens(text, start, proper):
            continue
        if match["other"] in ("保险", "财产", "信托", "证券") and (len(proper) > 4 or _is_common(proper)):
            continue
        name, end = text[start : match.end()], match.end()
        yield Mention(name, start, end, _weight(narrative, start, end, match["bank"] is not None))


def _whole(text: str, start: int, suffix: int) -> int:
    """Return the start of a name with the one character left over between it and a mark (海|河源银行)."""
    left, before = text[start - 1 : start], text[max(0, start - 2) : start - 1]
    if start == suffix or not re.match("[一-龥]", left) or re.match("[一-龥a-z0-9]", before):
        return start
    short = suffix - start == 1
    leads = _HARD_STOP | frozenset("致对给请与跟向从被转投叫之及暨原由找问经")
    return start - 1 if left not in leads and (short or (suffix - start == 2 and left not in _STOP)) else start


def _opens(text: str, start: int, proper: str) -> bool:
    """Tell whether two characters that are no word stand between a mark and the kind of an institution: a name."""
    return (
        len(proper) == 2
        and not rjieba.has_word(proper)
        and not re.match("[一-龥a-z0-9]", text[max(0, start - 1) : start])
        and proper[0] not in _HARD_STOP
        and proper[1] not in _JOINING
    )


def _is_proper(proper: str) -> bool:
    """Tell whether what stands before the kind of an institution can be a name: nouns and unknown words only."""
    words = rjieba.tag(proper)
    if len(words) == 1 and words[0][1] == "s":
        return True
    if len(proper) == 2 and not set(proper) & _SPOKEN and (not rjieba.has_word(proper) or words[0][1] == "a"):
        return True
    if proper[-1] in _JOINING and not (len(words) == 1 and rjieba.has_word(proper)):
        return False
    for index, (word, tag) in enumerate(words):
        known, last = rjieba.has_word(word), index == len(words) - 1 > 0
        guessed = tag == "v" and len(word) > 1 and not known and not _ACTED.search(word)
        if tag[:1] in "njxzgbilw" or tag in ("vg", "eng") or guessed or (tag == "f" and len(word) > 1):
            continue
        if tag == "t" and len(word) == 1:
            # A dynasty (清, 明, 宋) is the first character of many a name.
            continue
        if not ((tag == "v" and len(word) == 1 and last and word not in _SPOKEN) or (tag == "a" and not known)):
            return False
    return True


def _is_common(proper: str) -> bool:
    return any(
        rjieba.has_word(proper[i:]) and not _tag(proper[i:]).startswith(("nz", "nt")) for i in range(len(proper) - 1)
    )


def _tag(word: str) -> str:
    tagged = rjieba.tag(word)
    return str(tagged[0][1]) if tagged else ""


def _name_start(text: str, suffix: int) -> int:
    """Return where the proper part before a suffix begins: two characters, more where they are a place or a name.

    Read from the suffix backwards word by word, as what leads up to a name (刷, 贷, 本人, 你好) is not of it.
    """
    window = text[max(0, suffix - 14) : suffix]
    run = re.search(r"[一-龥]*$", window)
    least = suffix - (len(run[0]) if run else 0)
    words = rjieba.tag(window) if window else []
    start = suffix
    for word, tag in reversed(words):
        have = suffix - start
        if have == 0 and len(word) == 3 and not rjieba.has_word(word) and word[:2] not in REGIONS:
            # The tagger guesses three characters where a verb or particle and a name of two stand.
            start = max(least, start - (3 if word[-1] in _PLACE_ENDS else 2))
            break
        if have >= 2 and not (
            word in REGIONS or word[:-1] in REGIONS or word == "中国" or (have < 4 and _extends(word, tag))
        ):
            break
        if have + len(word) > 8:
            break
        if have < 2 and len(word) == 1 and word in _STOP and have == 1:
            break
        if have == 0 and len(word) == 1 and word in _HARD_STOP:
            break
        guessed = not tag.startswith(("n", "j")) or not rjieba.has_word(word)
        if have == 1 and tag.startswith("r"):
            break
        if have == 1 and len(word) >= 2 and guessed:
            wide = text[start] in _PLACE_ENDS and len(word) > 2
            start = max(least, start - (len(word) - 1 if word[0] in _STOP else 2 if wide else 1))
            break
        if have == 0 and WORDS_BEFORE.fullmatch(word):
            break
        start = max(least, start - len(word))
        if start == least:
            break
    return _trimmed(text, start, suffix)


def _trimmed(text: str, start: int, suffix: int) -> int:
    """Cut from the front the words that the tagger took into a name (到锦屏, 我云桥), two characters stay."""
    for at in range(suffix - 3, start - 1, -1):
        if text[at] in _STOP and text[at : at + 2] not in REGIONS:
            return at + 1
    return start


def _extends(word: str, tag: str) -> bool:
    """Tell whether a word before two characters of a name is still of it: a proper name, or an unknown word."""
    return len(word) >= 2 and (tag.startswith(("nt", "nz", "ns")) or not rjieba.has_word(word))


def _weight(narrative: Narrative, start: int, end: int, bank: bool) -> float:
    before, after = narrative.before(start, 12), narrative.after(end, 8)
    score = 1.0 if start < 60 else 0.8
    if narrative.role_at(start) == "agent":
        turn = narrative.turn_span(narrative.turn_at(start))
        said = narrative.plain[turn[0] : turn[1]]
        score = 1.8 if _GREETING.search(said) and narrative.turn_at(start) <= 1 else 0.8
    if _AGAINST.search(before):
        score += 1.5
    if _NOT_IT.search(before):
        score -= 1.3
    if re.match(r"(?:的)?(?:卡|账户)?(?:转出|转账到|被骗)", after):
        score += 0.1
    if BRANCH.match(after):
        score += 0.4
    return score


def _apps(narrative: Narrative) -> Iterator[Mention]:
    """Yield loan applications and payment companies: a proper part before what such names end with."""
    text = narrative.plain
    for match in _APP_NAME.finditer(text):
        name = re.sub(r"(?:app|平台|公司)$", "", match["name"])
        end = match.start() + len(name)
        tail = _APP_END.search(name)
        proper = name[: tail.start()] if tail else name
        cut = _proper_start(proper)
        proper, start = proper[cut:], match.start() + cut
        name = text[start:end]
        if (
            not proper
            or is_insult(proper)
            or _GENERIC_APP.search(proper)
            or _is_ordinary(name)
            or (len(proper) == 1 and len(name) < 3)
        ):
            continue
        if not _names_app(narrative, proper, start, end, tail[0] if tail else ""):
            continue
        yield Mention(narrative.text[start:end], start, end, _weight(narrative, start, end, False))


def _names_app(narrative: Narrative, proper: str, start: int, end: int, ending: str) -> bool:
    """Tell whether an application is named: its proper part is no word, or quoted, or called so by its own staff."""
    if narrative.plain[max(0, start - 1) : start] in tuple('“"《「『'):
        return re.match('(?:app|平台|公司)?[”"》」』]', narrative.after(end, 4)) is not None
    greeted = narrative.role_at(start) == "agent" and _GREETING.search(narrative.before(start, 12)) is not None
    if greeted or _AGAINST.search(narrative.before(start, 8)):
        return True
    if not _PLAIN_END.match(ending):
        return True
    if re.match("app|平台", narrative.after(end, 4)) and len(proper) > 1 and _is_proper(proper):
        return True
    acting = _ACTING.match(narrative.after(end, 4)) is not None
    if ending not in ("贷款", "借款") and len(proper) > 1:
        led, often = _LED.search(narrative.before(start, 4)) is not None, narrative.plain.count(proper + ending) > 1
        if (acting and led) or ((acting or led) and often):
            return True
    if not _is_proper(proper) or len(proper) == 1:
        return False
    return not rjieba.has_word(proper) or ending == "贷" or (ending == "分期" and acting)


def _proper_start(proper: str) -> int:
    """Return where the name begins in what stands before its ending: behind the last word that leads up to it."""
    lead = WORDS_BEFORE.match(proper)
    cut = lead.end() if lead and lead.end() < len(proper) else 0
    for index in range(len(proper) - 2, cut - 1, -1):
        if proper[index] in _STOP:
            return index + 1
    return max(cut, len(proper) - 4)


def _is_ordinary(name: str) -> bool:
    return bool(rjieba.has_word(name)) and not _tag(name).startswith(("nz", "nt"))


def _card_centres(narrative: Narrative) -> Iterator[Mention]:
    """Yield card centres called without their bank (恒岳信用卡中心)."""
    for match in re.finditer(r"(?P<name>[一-龥]{2,3})(?=信用卡中心)", narrative.plain):
        for width in (2, 3):
            short = match["name"][-width:]
            if (
                len(short) == width
                and not _JOINING & set(short)
                and "银行" not in short
                and _is_proper(short)
                and not is_insult(short)
                and short[-1] != "行"
            ):
                start, end = match.end() - width, match.end() + len("信用卡中心")
                yield Mention(narrative.plain[start:end], start, end, _weight(narrative, start, end, False))
                break


def _nicknames(narrative: Narrative) -> Iterator[Mention]:
    """Yield banks called by their card (恒岳信用卡 → 恒岳银行), where the short name is no word of the language."""
    text = narrative.plain
    for match in _CARD_NICK.finditer(text):
        name = match["name"]
        for width in (2, 3):
            short = name[-width:]
            if (
                len(short) == width
                and not rjieba.has_word(short)
                and not set(short) & (_STOP | _JOINING)
                and "银行" not in short
                and _is_proper(short)
                and not is_insult(short)
            ):
                start = match.end("name") - width
                yield Mention(short + "银行", start, match.end("name"), 0.6)
                break
