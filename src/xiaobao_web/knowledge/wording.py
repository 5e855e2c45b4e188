"""Say in plain Chinese what a rule looks for, from the checks as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

SHOWN = 12
"""Words shown of a long list."""
PATTERNS_SHOWN, PATTERN_LENGTH = 4, 70
"""Patterns shown of a long list, and characters of each."""
WITHIN = {"clause": "同一分句", "sentence": "同一句", "document": "全文"}
STANCES = {
    "negated": "否定", "quoted": "引用", "asked": "询问", "warned": "提醒防范", "prohibited": "列举禁止事项",
    "reported": "转述", "customer": "客户所说", "education": "宣教材料", "corrected": "随后更正",
}  # fmt: skip
MAY = {"block": "可判违规", "warn": "最多需复核", "draft": "不出结论"}
LEAVES = ("words", "pattern", "value", "annualised", "fact", "entity", "similar", "intent", "llm")


@dataclass(frozen=True)
class Line:
    """One statement of a rule with those it is made of, and words shown apart."""

    text: str
    words: tuple[str, ...] = ()
    more: int = 0
    lines: tuple[Line, ...] = ()


def condition(node: Any) -> Line:
    """Return what a check asks for, as a tree of statements."""
    if isinstance(node, str):
        return _listed(_("出现"), [node])
    if isinstance(node, list):
        return condition({"any": node})
    if not isinstance(node, Mapping):
        return Line(str(node))
    for kind, say in _SAYING.items():
        if kind in node and not (kind in ("near",) and "value" in node):
            line: Line = say(node)
            return line
    name = next(iter(node), "")
    return Line(f"{name}：{node.get(name)}")


def _listed(text: str, words: list[Any], shown: int = SHOWN) -> Line:
    told = [str(word) for word in words]
    return Line(text, tuple(told[:shown]), max(0, len(told) - shown))


def _members(node: Any) -> tuple[Line, ...]:
    return tuple(condition(item) for item in (node if isinstance(node, list) else [node]))


def _distance(within: Any) -> str:
    return WITHIN.get(str(within), _("相距 %s 字以内") % str(within))


def _any(node: Mapping[str, Any]) -> Line:
    members = _members(node["any"])
    return members[0] if len(members) == 1 else Line(_("满足其中任一项"), lines=members)


def _all(node: Mapping[str, Any]) -> Line:
    where = _distance(node.get("within", "document"))
    return Line(_("在%s内同时满足") % where, lines=_members(node["all"]))


def _none(node: Mapping[str, Any]) -> Line:
    return Line(_("并且没有下列情形"), lines=_members(node["none"]))


def _n_of(node: Mapping[str, Any]) -> Line:
    return Line(_("至少满足其中 %s 项") % node.get("n", 2), lines=_members(node["n_of"]))


def _near(node: Mapping[str, Any]) -> Line:
    return Line(_("%s出现") % _distance(node.get("within", 12)), lines=_members(node["near"]))


def _sequence(node: Mapping[str, Any]) -> Line:
    return Line(_("依次出现，前后相隔不超过 %s 字") % node.get("within", 12), lines=_members(node["sequence"]))


def _words(node: Mapping[str, Any]) -> Line:
    listed = node["words"] if isinstance(node["words"], list) else [node["words"]]
    text = _("出现这些词语之一")
    if node.get("at_least", 1) != 1:
        text = _("出现这些词语中至少 %s 个") % node["at_least"]
    elif node.get("count", 1) != 1:
        text = _("这些词语总共出现至少 %s 次") % node["count"]
    if node.get("fuzzy"):
        text += _("（含谐音、拼音、形近、拆字等变体）")
    return _listed(text, [_lexicon(str(word)) for word in listed])


def _lexicon(word: str) -> str:
    return _("词表“%s”") % word[1:-1] if word.startswith("<") and word.endswith(">") else word


def _pattern(node: Mapping[str, Any]) -> Line:
    listed = node["pattern"] if isinstance(node["pattern"], list) else [node["pattern"]]
    line = _listed(_("出现这样的说法"), [_short(str(text)) for text in listed], PATTERNS_SHOWN)
    left_out = node.get("except")
    if left_out:
        wrong = left_out if isinstance(left_out, list) else [left_out]
        inner = _listed(_("但不含"), [_short(str(text)) for text in wrong], PATTERNS_SHOWN)
        return Line(line.text, line.words, line.more, (inner,))
    return line


def _short(pattern: str) -> str:
    text = plain(pattern)
    return text if len(text) <= PATTERN_LENGTH else text[:PATTERN_LENGTH] + " …"


GAPS = re.compile(r"\[\^[^\]]*\]\{0,\d+\}|\.\{0,\d+\}|……|…")
CLASS = re.compile(r"\[([^\]^]{1,30})\]")


def plain(pattern: str) -> str:
    """Return a pattern as people read it: gaps as …, alternatives by slashes, word lists by their names."""
    text = GAPS.sub("…", pattern)
    text = re.sub(r"<([^<>]+)>", r"〔\1〕", text)
    text = re.sub(r"\(\?[:!=<]+", "(", text)
    text = CLASS.sub(lambda match: f"({'/'.join(match[1])})" if len(match[1]) <= 8 else f"({match[1]})", text)
    text = re.sub(r"\)\?", ")（可无）", text)
    text = text.replace("\\d", "数字").replace("\\s*", "").replace("\\", "").replace("|", "/")
    return re.sub(r"\{\d+(,\d*)?\}|(?<=\S)\?", "", text).strip()


def _missing(node: Mapping[str, Any]) -> Line:
    wanted = Line(_("全文没有"), lines=(condition(node["missing"]),))
    if node.get("prominence"):
        wanted = Line(_("全文没有，或字号不到触发内容的 %s 倍") % node["prominence"], lines=wanted.lines)
    return Line(_("该有的内容缺失"), lines=(Line(_("当出现"), lines=(condition(node.get("if")),)), wanted))


def _position(node: Mapping[str, Any]) -> Line:
    units = (("sentences", "句"), ("chars", "字"), ("percent", "%"), ("seconds", "秒"))
    how = "".join(f"{node[key]} {unit}" for key, unit in units if node.get(key))
    where = _("结尾") if node.get("in") == "last" else _("开头")
    return Line(_("在%(where)s %(how)s内") % {"where": where, "how": how}, lines=(condition(node["position"]),))


def _around(node: Mapping[str, Any]) -> Line:
    sides = {"before": "之前", "after": "之后", "both": "前后"}
    side = sides.get(str(node.get("side", "both")), "前后")
    return Line(
        _("在锚点%(side)s %(n)s 字内") % {"side": side, "n": node.get("chars", 30)},
        lines=(Line(_("锚点"), lines=(condition(node.get("anchor")),)), condition(node["around"])),
    )


def _every(node: Mapping[str, Any]) -> Line:
    return Line(_("每一句都"), lines=(condition(node["every"]),))


VALUES = {"money": "金额", "rate": "利率", "age": "年龄", "duration": "期限", "clock": "钟点", "count": "数量"}


def _value(node: Mapping[str, Any]) -> Line:
    name = VALUES.get(str(node["value"]), str(node["value"]))
    text = _("写出的%s") % name + (f" {node['compare']}" if node.get("compare") else "")
    if node.get("period"):
        text += "（" + "、".join(map(str, node["period"])) + "）"
    near = node.get("near")
    inner = (Line(_("并且%s有") % _distance(node.get("within", "clause")), lines=(condition(near),)),) if near else ()
    return Line(text, lines=inner)


def _annualised(node: Mapping[str, Any]) -> Line:
    return Line(_("按所写价格折算的年化利率与所写年化利率相差超过 %s 个百分点") % node.get("tolerance", 0.3))


def _fact(node: Mapping[str, Any]) -> Line:
    words = {
        "equals": "等于", "in": "属于", "at_least": "不小于", "at_most": "不大于", "below": "小于", "above": "大于",
        "between": "介于",
    }  # fmt: skip
    said = "，".join(f"{word} {_shown(node[key])}" for key, word in words.items() if node.get(key) is not None)
    if node.get("present") is not None:
        said = _("已提供") if node["present"] else _("未提供")
    return Line(_("已知事实 %(name)s %(said)s") % {"name": node["fact"], "said": said})


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _entity(node: Mapping[str, Any]) -> Line:
    return Line(_("出现个人信息：%s") % _shown(node["entity"]))


def _similar(node: Mapping[str, Any]) -> Line:
    return _listed(_("某一句与这些样例句意思相近"), list(node["similar"]))


def _intent(node: Mapping[str, Any]) -> Line:
    from xiaobao.report.words import CATEGORY_WORDS

    name = CATEGORY_WORDS.get(str(node["intent"]), str(node["intent"]))
    return Line(_("语境判断模型认为这段话在表达“%s”，不要求出现固定的词") % name)


def _llm(node: Mapping[str, Any]) -> Line:
    return Line(_("交给已配置的大模型判断（须逐字引用依据）：%s") % node["llm"])


_SAYING = {
    "missing": _missing, "value": _value, "any": _any, "all": _all, "none": _none, "n_of": _n_of, "near": _near,
    "sequence": _sequence, "words": _words, "pattern": _pattern, "position": _position, "around": _around,
    "every": _every, "annualised": _annualised, "fact": _fact, "entity": _entity, "similar": _similar,
    "intent": _intent, "llm": _llm,
}  # fmt: skip


def circumstances(example: Any) -> str:
    """Return under which scenario, speaker and time an example is tried."""
    from xiaobao.report.words import ROLE_WORDS, SCENARIO_WORDS

    scenario = SCENARIO_WORDS.get(example.scenario, example.scenario)
    role = ROLE_WORDS.get(example.role, example.role)
    return " · ".join(word for word in (scenario, role, example.at) if word)


def scope(rule: Any) -> list[str]:
    """Return where a rule applies, a sentence each."""
    from xiaobao.report.words import PRODUCT_WORDS, SCENARIO_WORDS

    where = rule.scope
    out = []
    if where.scenarios:
        out.append(_("只用于：%s") % "、".join(SCENARIO_WORDS.get(s, s) for s in sorted(where.scenarios)))
    else:
        out.append(_("各类材料与场景都适用"))
    if where.roles:
        roles = {"agent": "坐席或销售人员", "customer": "客户", "none": "未区分说话人"}
        out.append(_("说话人：%s") % "、".join(roles.get(r, r) for r in sorted(where.roles)))
    if where.products:
        out.append(_("文中须说到：%s") % "、".join(PRODUCT_WORDS.get(p, p) for p in sorted(where.products)))
    if where.exempt_products:
        named = "、".join(PRODUCT_WORDS.get(p, p) for p in sorted(where.exempt_products))
        out.append(_("只说到这些产品的不算：%s") % named)
    if where.offer:
        out.append(_("文字须在推介或销售"))
    if where.dialogue is not None:
        out.append(_("只用于对话") if where.dialogue else _("不用于对话"))
    return out


def exemptions(data: Mapping[str, Any]) -> list[Line]:
    """Return what excuses a hit: each exception with how near it must stand."""
    out = []
    for node in data.get("unless") or []:
        if isinstance(node, Mapping) and "when" in node:
            where = _distance(node.get("within", "sentence"))
            inner = condition(node["when"])
        else:
            where, inner = WITHIN["sentence"], condition(node)
        out.append(Line(_("%s内") % where, lines=(inner,)))
    return out


def stances(rule: Any) -> str:
    """Return in which contexts a hit does not count."""
    counted = [word for name, word in STANCES.items() if name not in rule.stance_ignored]
    return _("处于这些语境时放行：%s") % "、".join(counted) if counted else _("不因语境放行")
