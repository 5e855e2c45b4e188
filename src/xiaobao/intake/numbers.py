"""Identity, card and account numbers that are the consumer's own, and the address to write to."""

from __future__ import annotations

import re
import unicodedata

from xiaobao.intake import owners
from xiaobao.intake.digits import Number, numbers
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative
from xiaobao.privacy.bank_card import luhn
from xiaobao.privacy.id_card import check_character

_THEIRS = re.compile(
    r"对方|骗子|收款|转(?:到|给|入|进|账到|账给)|汇(?:到|给)|打(?:到|给|进)|误转|错的|错到|别人|他的"
    r"|她的|商家|商户|陌生|假|冒用|冒充|名下另|中介|代理人|债务人|前夫|前妻|同事"
)
_PAID_INTO = re.compile(r"(?:打|转|汇|存|付)(?:到|给|进|入)[^。;；!！?？\n]{0,10}(?:账号|账户|卡)[^0-9。;；我]{0,10}$")
_PAYEE = re.compile(
    r"(?:收款|对方|骗子|转入|入账)(?:人|方|卡|户|账户|账号)?(?:名?[叫是为]|[:：])?"
    r"[^,，。;；!！?？\n我]{0,10}[,，、 (（]"
    r"[^,，。;；!！?？\n我]{0,14}$"
)
"""Who was paid is named in the clause before: 收款人罗某，某行尾号…."""
_DISOWNED = re.compile(
    r"(?:没有?|未|不曾|从没)(?:办|开|申请|领|见|用|绑)(?:理|通|立)?过?[^,，。我]{0,8}$"
    r"|(?:并?没有?|并无)(?:这张|过)?(?:卡)?尾?号?$"
    r"|不认识[^,，。]{0,4}$|不是我的?[^,，。]{0,4}$"
)
_DISOWNED_AFTER = re.compile(
    r"[)）]?的?(?:这|那)?(?:张|个)?(?:信用|储蓄)?(?:卡|账户)?[,，、。 ]{0,2}"
    r"(?:这张|那张|这个|它|根本|压根|都|也|并|可)*"
    r"(?:不是(?:我|本人|俺)(?:的|办|开|申请)|是(?:别人|他人|人家|冒名|被冒)|我(?:不认识|从没|没(?:有)?(?:办|开|见)|根本没))"
)
_TAIL = re.compile(
    r"(?:尾号|末四位|后四位|尾数|末尾|末4位|后4位|末位四位|卡尾|尾|(?:保单|卡|单|存折)号?(?:的)?(?:最后|后头|后面|末尾)(?:四位|4位)?)(?:号|数字|数)?(?:是|为|:|：|\(|（"
    r"|那?张|的)?[ :：是为]{0,3}"
    r"([0-9〇零幺一二三四五六七八九洞拐]{4})(?![0-9〇零幺一二三四五六七八九])"
)
_TAIL_AFTER = re.compile(
    r"(?<![0-9])([0-9]{4})(?:的(?:那张)?(?:信用|储蓄|借记)?卡|结尾|这张卡|尾号)"
    r"|(?<=卡)[ :：]?([0-9]{4})(?=[,，。;； ]|$)|(?:^|[。.!！?？;；\n ])[一-龥]{2,3}[,，、 ]{1,2}([0-9]{4})[。.\s]*$"
)
_ASKED_TAIL = re.compile(r"(?:卡号|卡片?)?(?:后四位|末四位|尾号|后几位|末尾四位|后4位|末4位)|哪张卡|哪一张|卡号")
_STAFF_NUMBER = re.compile(
    r"工号(?:是|为|[:： ])*(?P<digits>[0-9]{3,8})(?![0-9])|(?P<after>[0-9]{3,8})号?(?:客服|坐席|柜员)?为您服务"
)
_ACCOUNT = re.compile(
    r"(?:对公账号|对公账户|账号|账户号?|保单号?码?|保单编号|保险?凭证号?码?|合同编号|合同号|借据号|贷款编号|存单号?码?|折子号?|存折号?码?|存折账号"
    r"|投保单号?|贷款账号|会员号|客户号)(?:是|为|[(（](?:号码|编号)|号码|编号)?[ :：(（]{0,3}"
    r"((?:[a-z]{1,6}[\- ]?){0,2}[0-9][0-9a-z\-]{7,27})",
)
_CODE = re.compile(r"(?:编号|凭证号码?|单号)(?:是|为)?[ :：(（]{0,3}([a-z]{0,6}-?[0-9][0-9a-z\-]{6,23})")
_CODED = re.compile(r"存单|存款|定期|大额|存了|贷款|借款|合同|保险|保单|理财")
_FILED = re.compile(r"工单|投诉|受理|转办|举报|案件|订单|流水|信访|回执|报警|快递|挂失|设备|机器|柜员")
_ASKED_ACCOUNT = re.compile(r"保单号|保单编号|保单的?号码|保险合同号|账号|存折|合同号|借据号|存单号")
_GIVEN_ACCOUNT = re.compile(r"(?<![0-9a-z])(?:[a-z]{1,6}-?){0,2}[0-9][0-9\- ]{4,26}[0-9](?![0-9a-z])")
_EMAIL = re.compile(
    r"(?<![a-z0-9._%+\-])[a-z0-9][a-z0-9._%+\-]{0,63} ?@ ?[a-z0-9][a-z0-9\-]{0,62}"
    r"(?:[.。点][a-z0-9\-]+)*[.。点][a-z]{2,8}",
    re.IGNORECASE,
)
"""Input methods for Chinese turn the point of an address into 。; who dictates one says 点."""
_NOT_MINE = re.compile(r"客服|官方|发到|发给|贵行|你行|对方|骗子|律所|催收|他的|收件|抄送|投诉邮箱")
_BORN = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$"
)
_ANOTHERS = 0.3
"""What the number of another person than the consumer loses: beside none of the consumer's own it still counts."""
_LEAST = 0.25
_DIGITS = dict(zip("〇零洞幺一二三四五六七八九拐", "00011234567897", strict=True))


def identity(narrative: Narrative) -> Found[str] | None:
    """Return the consumer's identity number with an upper-case X; the others' are left."""
    best: tuple[float, str, tuple[tuple[int, int], ...]] | None = None
    consumer: owners.Owner = "relative" if owners.is_for_another(narrative) else "writer"
    for value, places, score in identities(narrative):
        before = narrative.before(places[0][0], 14)
        if _THEIRS.search(before):
            score -= 0.7
        if owners.owner(narrative, places[0][0]) not in (None, consumer):
            score -= _ANOTHERS
        if best is None or score > best[0]:
            best = score, value, places
    if best is None or best[0] < _LEAST:
        return None
    return Found(best[1], best[2], min(0.97, best[0]))


def identities(narrative: Narrative) -> list[tuple[str, tuple[tuple[int, int], ...], float]]:
    """Return every identity number told, where its digits stand, and how surely it is one."""
    out: list[tuple[str, tuple[tuple[int, int], ...], float]] = []
    for entity in narrative.entities:
        if entity.kind == "id_card":
            shown = "".join(_DIGITS.get(c, c) for c in narrative.plain[entity.start : entity.end])
            value = re.sub(r"[^0-9x]", "", shown).upper()
            out.append((value, ((entity.start, entity.end),), 0.9 if entity.valid is not False else 0.7))
    for number in numbers(narrative, frozenset((17, 18)), 17):
        places = tuple((g.start, g.end) for g in number.groups)
        crossed = re.match(r"[\s,，。]{0,3}(?:x|叉|艾克斯)", narrative.plain[number.end : number.end + 6])
        if len(number.digits) == 17 and crossed:
            value, end = number.digits + "X", number.end + crossed.end()
            places = (*places[:-1], (places[-1][0], end))
        else:
            value = number.digits
        if len(value) != 18 or value[6:8] not in ("19", "20"):
            continue
        if check_character(value[:17]) == value[17]:
            out.append((value, places, 0.85))
        elif _BORN.match(value) and not re.search("卡|账|单|编号", narrative.before(places[0][0], 8)):
            # Mistyped or misheard in one place it is still whose it is, and is asked again.
            out.append((value, places, 0.6))
    return out


def card(narrative: Narrative) -> Found[str] | None:
    """Return the consumer's card or account number, or its last four digits where only they are told."""
    whole = [(score, n) for n in _cards(narrative) if (score := _ownership(narrative, n.start, n.end)) > 0]
    if whole:
        score, number = max(whole, key=lambda pair: pair[0])
        return Found(number.digits, tuple((g.start, g.end) for g in number.groups), min(0.95, 0.7 + 0.2 * score))
    text = narrative.own
    found = [(m, m.lastindex or 1) for p in (_TAIL, _TAIL_AFTER) for m in p.finditer(text)]
    tails = [(m.start(group), m.end(group), m[group]) for m, group in found]
    tails += _answered(narrative)
    owned = [(_ownership(narrative, start, end), -start, end, value) for start, end, value in tails]
    owned = [item for item in owned if item[0] > 0]
    if owned:
        score, start, end, value = max(owned)
        digits = "".join(_DIGITS.get(c, c) for c in value)
        return Found(digits, ((-start, end),), min(0.92, 0.7 + 0.15 * score))
    return _account(narrative) or _answered_account(narrative) or _coded(narrative)


def _cards(narrative: Narrative) -> list[Number]:
    found = []
    people = [(entity.start, entity.end) for entity in narrative.entities if entity.kind == "id_card"]
    for number in numbers(narrative, frozenset(range(15, 20)), 15):
        before = narrative.before(number.start, 14)
        called = re.search(r"卡号|账号|账户|卡[:： 是]*$|银行卡|存折", before) is not None
        said = re.search(r"卡号|账号", narrative.said_before(number.start)) is not None
        born = len(number.digits) == 18 and check_character(number.digits[:17]) == number.digits[17]
        person = born or any(start < number.end and number.start < end for start, end in people)
        if re.search(r"身份证|证件|订单|流水|单号|保单|编号", before) or (person and not called):
            continue
        if called or said or (luhn(number.digits) and number.digits[0] in "3456") or number.digits.startswith("62"):
            found.append(number)
    return found


def _answered(narrative: Narrative) -> list[tuple[int, int, str]]:
    """Return four digits said in answer to a question for the last digits of the card."""
    out = []
    theirs = {m["digits"] or m["after"] for m in _STAFF_NUMBER.finditer(narrative.plain)}
    for number in numbers(narrative, frozenset((4,)), 4):
        if number.digits in theirs:
            continue
        turn = narrative.turn_at(number.start)
        if narrative.roles[turn] != "agent" and _ASKED_TAIL.search(narrative.said_before(number.start)):
            start, _ = narrative.turn_span(turn)
            near = number.start - start <= 14 and not re.search("年|月|工号|手机", narrative.before(number.start, 4))
            if near:
                out.append((number.start, number.end, number.digits))
    return out


def _ownership(narrative: Narrative, start: int, end: int) -> float:
    before = narrative.before(start, 14)
    clause = re.split(r"[,，。;；!！?？\n]", before)[-1]
    score = 1.0 if narrative.role_at(start) != "agent" else 0.3
    if (
        _THEIRS.search(clause)
        or _PAID_INTO.search(narrative.before(start, 28))
        or _PAYEE.search(narrative.before(start, 36))
    ):
        score -= 1.2
    if _DISOWNED.search(clause) or _DISOWNED_AFTER.match(narrative.after(end, 24)):
        score -= 1.6
    if owners.is_for_another(narrative) and owners.owner(narrative, start) == "writer":
        score -= 0.6
    elif owners.is_of_relative(before) and not owners.is_for_another(narrative):
        score -= 0.3
    elif re.search(r"我的|本人|我(?:那|这)?(?:张)?|工资卡|我名下", before):
        score += 0.5
    if re.match(r"[\s)）]{0,2}(?:是?(?:对方|骗子|收款))", narrative.after(end, 6)):
        score -= 1.2
    return score


def _account(narrative: Narrative) -> Found[str] | None:
    for match in _ACCOUNT.finditer(narrative.own):
        if not _THEIRS.search(narrative.before(match.start(), 10)):
            shown = narrative.text[match.start(1) : match.end(1)].rstrip("-")
            return Found(shown.upper(), ((match.start(1), match.start(1) + len(shown)),), 0.75)
    return None


def _coded(narrative: Narrative) -> Found[str] | None:
    """Return the code (编号) of a deposit, loan or policy where it is told by nothing else."""
    for match in _CODE.finditer(narrative.own):
        sentence = re.split(r"[。;；!！?？\n]", narrative.before(match.start(), 60))[-1]
        if _CODED.search(sentence) and not _FILED.search(sentence[-12:]) and not _THEIRS.search(sentence[-10:]):
            shown = narrative.text[match.start(1) : match.end(1)].rstrip("-")
            return Found(shown.upper(), ((match.start(1), match.start(1) + len(shown)),), 0.6)
    return None


def _answered_account(narrative: Narrative) -> Found[str] | None:
    """Return the policy or account number given in answer to a question for it, or read out and agreed to."""
    for turn, role in enumerate(narrative.roles):
        if role != "agent" or not _ASKED_ACCOUNT.search(narrative.plain[slice(*narrative.turn_span(turn))]):
            continue
        later = narrative.roles[turn + 1 : turn + 3]
        for ahead, other in enumerate(later, turn + 1):
            start, end = narrative.turn_span(ahead)
            match = _GIVEN_ACCOUNT.search(narrative.plain, start, end)
            if match and not _THEIRS.search(narrative.before(match.start(), 10)):
                agreed = other != "agent" or re.search("对|是", narrative.plain[end : end + 5])
                digits = re.sub(r"\D", "", match[0])
                phone = re.fullmatch(r"1[3-9]\d{9}", digits)
                if agreed and 6 <= len(digits) <= 24 and not (phone and match[0][0].isdigit()):
                    shown = re.sub(r"\s", "", narrative.text[match.start() : match.end()])
                    return Found(shown.upper(), (match.span(),), 0.75)
    return None


def email(narrative: Narrative) -> Found[str] | None:
    """Return the address to answer to, as written but for full-width signs, blanks and a point typed as 。 or 点."""
    for match in _EMAIL.finditer(narrative.plain):
        if not _NOT_MINE.search(narrative.before(match.start(), 10)):
            shown = unicodedata.normalize("NFKC", narrative.text[match.start() : match.end()])
            return Found(re.sub("[。点]", ".", shown.replace(" ", "")), (match.span(),), 0.92)
    return None
