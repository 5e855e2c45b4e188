"""Say in one or two sentences why a candidate counts, does not count, or needs a person."""

from __future__ import annotations

from xiaobao.model import Evidence
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context
from xiaobao.screening.stance import Stance

STANCE_WORDS = {
    "negated": "前有否定",
    "quoted": "是在引用他人说法",
    "asked": "是在询问或核对",
    "warned": "是在提醒防范",
    "prohibited": "是在列举禁止事项",
    "reported": "是在转述他人行为",
    "customer": "出自客户之口",
    "education": "全文是教育或警示材料",
    "corrected": "紧接着作了纠正",
    "excused": "符合规则写明的例外",
    "lawful_product": "所说的产品依法可以这样承诺",
}
PRODUCT_WORDS = {
    "wealth": "理财",
    "fund": "基金",
    "private_fund": "私募基金",
    "trust": "信托",
    "insurance": "保险",
    "participating_insurance": "新型保险",
    "deposit": "存款",
    "structured_deposit": "结构性存款",
    "government_bond": "国债/债券",
    "loan": "贷款",
    "credit_card": "信用卡",
    "payment": "支付账户",
    "precious_metal": "贵金属",
}


def why(candidate: Candidate, context: Context, probability: float | None) -> str:
    """Return the reasons a lawyer can check: the words, the context, the product, the article."""
    parts = [_what(candidate, context)]
    if candidate.note:
        parts.append(candidate.note)
    parts.append(_stance(candidate.stances))
    profile = context.profile
    if profile.products and (candidate.omitted or candidate.rule.scope.products):
        names = "、".join(PRODUCT_WORDS[p] for p in profile.products if p in PRODUCT_WORDS)
        parts.append(f"文中涉及的产品：{names}")
    parts.append("依据" + "、".join(map(str, candidate.rule.citations[:2])))
    if probability is not None and 0.35 <= probability < 0.75:
        parts.append("语境判断的把握不高，请核对上下文")
    return "；".join(p for p in parts if p) + "。"


def evidence(candidate: Candidate, context: Context) -> tuple[Evidence, ...]:
    """Return the matched words and the words of each stance, with their places in the original text."""
    out = []
    if not candidate.omitted:
        start, end = context.normalised.original(candidate.hit_start, candidate.hit_end)
        out.append(Evidence("words", context.normalised.source[start:end], start, end, candidate.note))
    for stance in candidate.stances:
        span: tuple[int | None, int | None] = (None, None)
        if stance.end > stance.start:
            span = context.normalised.original(stance.start, min(stance.end, len(context.text)))
        out.append(Evidence(stance.kind, stance.text, span[0], span[1], STANCE_WORDS.get(stance.kind, "")))
    return tuple(out)


def _what(candidate: Candidate, context: Context) -> str:
    if candidate.omitted and candidate.measured:
        return f"应有的内容形同没有（{candidate.rule.title}）"
    if candidate.omitted:
        return f"全文未见应有的内容（{candidate.rule.title}）"
    start, end = context.normalised.original(candidate.hit_start, candidate.hit_end)
    return f"“{context.normalised.source[start:end]}”属于“{candidate.rule.title}”"


def _stance(found: tuple[Stance, ...]) -> str:
    if not found:
        return "上下文没有否定、引用、警示或转述"
    first = found[0]
    return f"但“{first.text}”表明这里{STANCE_WORDS.get(first.kind, '另有语境')}"
