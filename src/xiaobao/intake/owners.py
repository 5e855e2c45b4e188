"""Whose a number is where one person writes for another: the writer's own, or of the relative whose case it is."""

from __future__ import annotations

import re
from typing import Literal

from xiaobao.intake.narrative import Narrative

Owner = Literal["writer", "relative"]

_RELATIVE = (
    "(?:老?父亲|老?母亲|爸爸?|妈妈?|老?[爹娘]|家父|家母|爷爷|奶奶|外公|外婆|姥姥|姥爷|岳父|岳母|公公|婆婆|丈夫|老公"
    "|妻子|老婆|爱人|老伴"
    "|儿子|女儿|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|伯父|舅舅?|姑姑?|姨妈?|老人家?|孩子)"
)
_CHILDREN = (
    "(?:儿子|女儿|女婿|儿媳|媳妇|孙子|孙女|外孙女?|老伴"
    "|老公|丈夫|妻子|老婆|爱人|家属|侄子|侄女|外甥|弟弟|妹妹|哥哥|姐姐|监护人|母亲|父亲)"
)
_FOR_ANOTHER = re.compile(
    rf"(?:代|替|帮|受|为|陪)(?:我|俺|本人)?(?:家|的)?(?:委托人?|{_RELATIVE})"
    rf"|我是[^,，。;；]{{1,12}}的?{_CHILDREN}(?![的家])|{_RELATIVE}(?!的?附属)(?:名?叫|是)?[一-龥]{{0,4}}的?(?:信用卡|银行卡"
    rf"|储蓄卡|卡|存折|存单|账户|存款|保单|养老金|工资卡)"
    rf"|(?:卡主|户主|持卡人|投保人|储户)(?:是|为|[:：])?(?:我的?)?{_RELATIVE}"
)
_ONE = rf"(?:(?!{_RELATIVE}|我|本人|[她他])[^,，。;；!！?？\n])"
_NUMBER = rf"{_ONE}{{0,12}}?[,，]?{_ONE}{{0,3}}?(?:身份证|证件|电话|手机|号码|联系方式|卡号|账号|银行卡|联系)"
_WHOSE = re.compile(
    rf"(?P<relative>(?:我|俺|本人)?的?{_RELATIVE}(?:[一-龥]{{2,3}}(?=身|证|电|手|的|[:：,，(（]))?|[她他]|老人|卡主"
    rf"|户主|持卡人|储户|投保人|被保险人|委托人)的?{_NUMBER}"
    rf"|(?P<writer>我|俺|本人|代理人|代办人|来信人|写信人|投诉人){_NUMBER}"
)
_THING = re.compile(rf"(?P<relative>(?:我|俺|本人)?家?的?{_RELATIVE}(?:名下)?的)|我|俺|本人")
_SENTENCE = re.compile(r"[。;；!！?？\n]")
_FAR = 60
"""Characters before a number in which its owner is looked for."""


def is_for_another(narrative: Narrative) -> bool:
    """Tell whether the case is a relative's, for whom somebody else writes."""
    return _FOR_ANOTHER.search(narrative.own) is not None


def owner(narrative: Narrative, start: int) -> Owner | None:
    """Return whose the number at a place is by the words before it in its sentence; None where they do not say."""
    piece = _SENTENCE.split(narrative.before(start, _FAR))[-1]
    told = list(_WHOSE.finditer(piece))
    if not told:
        return None
    return "relative" if told[-1]["relative"] else "writer"


def is_of_relative(words: str) -> bool:
    """Tell whether the last one whose a thing is called in some words is a relative: 我老婆的附属卡."""
    told = list(_THING.finditer(words))
    return bool(told) and told[-1]["relative"] is not None
