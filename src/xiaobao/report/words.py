"""The fixed words of reports: verdicts, severities, categories, scenarios, how sure, which clause, which place."""

from __future__ import annotations

import re

from xiaobao.model import Anchor, Citation, Decision, Finding, Material, Severity

VERDICTS: dict[Decision, str] = {"violation": "违规", "review": "需复核", "clear": "未发现问题"}
VERDICT_SHAPES: dict[Decision, str] = {"violation": "▲", "review": "◆", "clear": "●"}
SEVERITIES: dict[Severity, str] = {"high": "高", "medium": "中", "low": "低"}
SHAPES: dict[Severity, str] = {"high": "▲", "medium": "◆", "low": "●"}
UNREADABLE = "无法读取"

CATEGORY_WORDS = {
    "guaranteed_return": "承诺保本保收益",
    "exaggerated_yield": "夸大收益",
    "absolute_superlative": "绝对化用语",
    "misleading_past_performance": "误导性展示业绩",
    "missing_risk_warning": "缺少风险提示",
    "endorsement_by_authority": "借机关或名人背书",
    "false_urgency": "虚假紧迫",
    "induced_borrowing": "诱导借贷",
    "loan_cost_concealment": "隐瞒贷款成本",
    "rate_not_annualised": "未展示年化利率",
    "tie_in_sale": "捆绑搭售",
    "misleading_product_nature": "混淆产品性质",
    "unsuitable_recommendation": "不适当推荐",
    "collection_threat": "威胁恐吓催收",
    "collection_harassment_third_party": "骚扰第三人催收",
    "collection_impersonation": "冒充身份催收",
    "personal_info_misuse": "违规处理个人信息",
    "unfair_term": "不公平格式条款",
    "complaint_obstruction": "阻碍投诉维权",
    "service_attitude": "服务态度不当",
    "black_intermediary": "非法贷款中介",
    "credit_repair_scam": "征信修复骗局",
    "agent_surrender_scam": "代理退保退费骗局",
    "fraud_lure": "诈骗引流",
    "private_transfer_or_off_book": "私下交易、飞单",
    "discrimination_vulnerable": "歧视或怠慢特殊群体",
    "consent_bundling": "强制或概括授权",
    "other": "其他",
}
SCENARIO_WORDS = {
    "marketing_sms": "营销短信",
    "poster": "海报",
    "web_page": "网页",
    "social_post": "社交平台文案",
    "sales_call": "销售电话",
    "collection_call": "催收电话",
    "service_chat": "客服对话",
    "contract_clause": "合同条款",
    "education": "宣教材料",
    "disclosure": "信息披露",
    "internal_script": "内部话术",
}
DIALOGUE_SCENARIOS = {"service_call": "客服电话", "dual_recording": "双录"}
"""Scenarios that dialogues may name besides those the rules know."""

PRODUCT_WORDS = {
    "wealth": "理财",
    "fund": "基金",
    "private_fund": "私募基金",
    "trust": "信托",
    "insurance": "保险",
    "participating_insurance": "分红、万能或投连保险",
    "deposit": "存款",
    "structured_deposit": "结构性存款",
    "government_bond": "国债、债券",
    "loan": "贷款",
    "credit_card": "信用卡",
    "payment": "支付账户",
    "precious_metal": "贵金属",
}
ROLE_WORDS = {"agent": "坐席", "customer": "客户", "system": "系统", "other": "其他人"}
PART_WORDS = {
    "footnote": "脚注",
    "endnote": "尾注",
    "textbox": "文本框",
    "alt": "替代文字",
    "comment": "批注",
    "header": "页眉",
    "footer": "页脚",
    "inserted": "修订增加",
    "deleted": "修订删除",
    "hidden": "隐藏文字",
    "notes": "演讲备注",
    "image": "图片内文字",
    "title": "标题",
}
BASIS_WORDS = {"T": "条文已核对", "Q": "据引文", "S": "据二手资料", "M": "条文待核"}
_KINDS = (
    ("dialogue", "对话"),
    ("pdf", "PDF"),
    ("image/", "图片"),
    ("wordprocessing", "Word 文档"),
    ("presentation", "幻灯片"),
    ("spreadsheet", "表格"),
    ("csv", "表格"),
    ("excel", "表格"),
    ("html", "网页"),
    ("zip", "压缩包"),
)
_ARTICLE = re.compile(r"(\d+)(之[一二三四五六七八九十]+)?(第.+?款)?(?:\((.+)\))?")


def category(name: str) -> str:
    """Return a category in words; its own name where it is not known."""
    return CATEGORY_WORDS.get(name, name)


def kind(material: Material) -> str:
    """Return what sort of material this is."""
    if material.is_dialogue:
        return "对话"
    return next((word for sign, word in _KINDS if sign in material.media_type), "文字")


def confidence(finding: Finding) -> str:
    """Return how sure a finding is: whatever asks for review is never more than a suspicion."""
    if finding.decision != "violation":
        return "疑似，需人工判断"
    return "确定" if finding.confidence >= 0.9 else "较确定"


def reason(finding: Finding) -> str:
    """Return why a finding counts, without the articles that reports list beside it."""
    return finding.why.replace("；依据" + "、".join(map(str, finding.basis[:2])), "")


def article(citation: Citation) -> str:
    """Return the article in words, as 第 25 条第（一）项; empty where a norm is cited as a whole."""
    if citation.article in ("", "*"):
        return ""
    found = _ARTICLE.fullmatch(citation.article)
    if found is None:
        return f"第 {citation.article} 条"
    number, extra, paragraph, item = found.groups()
    return f"第 {number} 条{extra or ''}{paragraph or ''}{f'第（{item}）项' if item else ''}"


def clause(citation: Citation) -> str:
    """Return norm and article in words."""
    return f"《{citation.title or citation.norm}》{article(citation)}"


def clock(seconds: float) -> str:
    """Return seconds as 00:12 or 1:02:03."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"


def speaker(material: Material, anchor: Anchor) -> str:
    """Return who speaks: the label of the record itself, else the role in words."""
    labels = material.facts.get("labels")
    if isinstance(labels, (list, tuple)) and anchor.turn is not None and anchor.turn < len(labels):
        return str(labels[anchor.turn])
    return ROLE_WORDS.get(anchor.speaker or "", "" if anchor.speaker in (None, "none") else str(anchor.speaker))


def place(material: Material, anchor: Anchor) -> str:
    """Return where a passage stands, as 第 2 页, 第 3 张幻灯片, Sheet1!B4 or 00:12 坐席; empty where unknown."""
    parts = [f"压缩包内 {anchor.member}"] if anchor.member else []
    if anchor.turn is not None:
        when = clock(anchor.start) if anchor.start is not None else f"第 {anchor.turn + 1} 轮"
        parts.append(f"{when} {speaker(material, anchor)}".strip())
        return "，".join(parts)
    if anchor.page is not None:
        parts.append(f"第 {anchor.page} 页")
    if anchor.slide is not None:
        parts.append(f"第 {anchor.slide} 张幻灯片")
    if anchor.cell is not None:
        parts.append(f"{anchor.sheet}!{anchor.cell}" if anchor.sheet else f"单元格 {anchor.cell}")
    elif anchor.sheet:
        parts.append(f"工作表 {anchor.sheet}")
    elif anchor.paragraph is not None and anchor.page is None:
        parts.append(f"第 {anchor.paragraph} 段")
    if anchor.part:
        parts.append(PART_WORDS.get(anchor.part, anchor.part))
    return "，".join(parts)


def inferred(values: dict[str, str]) -> str:
    """Return in one phrase what was inferred rather than given; empty where nothing was."""
    out = []
    if scenario := values.get("scenario"):
        out.append("场景：" + "、".join(SCENARIO_WORDS.get(name, name) for name in scenario.split("、")))
    if product := values.get("product"):
        out.append("产品：" + "、".join(PRODUCT_WORDS.get(name, name) for name in product.split("、")))
    return "；".join(out)
