"""The section of docs/evaluation.md on filling tickets: a table by field, then misses by id only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIELDS = {
    "customer_name": "姓名", "phone": "电话", "id_number": "证件号", "card_or_account": "卡号或账号", "email": "邮箱",
    "institution_branch": "被投诉机构", "product_name": "产品名称", "staff_mentioned": "涉及员工",
}  # fmt: skip
SETS = {"amounts": "金额（数值）", "event_dates": "日期", "demand": "诉求", "risk_flags": "风险标签"}
CLASSES = {
    "business_type": "业务类型", "cause": "原因（首选）", "cause_top2": "原因（前二）", "urgency": "紧急程度",
    "critical": "特急件识别", "calm": "非特急件未误报特急",
}  # fmt: skip


def section(figures: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section."""
    times = figures["milliseconds"]
    valued = figures["f1"]["amounts"] is not None
    lines = [
        f"标注集 `{figures['set']}`，{figures['narratives']} 件。"
        + (_values(figures) if valued else "")
        + f"每件用时中位 {times['median']:.0f} 毫秒，95 分位 {times['p95']:.0f} 毫秒。",
    ]
    if valued:
        lines += ["", "| 字段 | 有值时读对 | 误填件数 |", "|---|---|---|"]
        for name, title in FIELDS.items():
            lines.append(f"| {title} | {_share(figures['fields'][name])} | {figures['invented'][name]} |")
    lines += ["", "| 项目 | 数值 |", "|---|---|"]
    scores = {name: value for name in SETS if (value := figures["f1"][name]) is not None}
    lines += [f"| {SETS[name]} F1 | {value:.3f} |" for name, value in scores.items()]
    lines += [
        f"| {title} | {_share(figures['classes'][name])} |"
        for name, title in CLASSES.items()
        if figures["classes"][name] is not None
    ]
    titles = {**FIELDS, **SETS, **CLASSES, "amount_role": "金额角色"}
    lines += ["", "未读对（编号）：", ""]
    for name, ids in figures["misses"].items():
        field, _, empty = name.partition(":")
        distinct = list(dict.fromkeys(ids))
        lines.append(
            f"- {titles.get(field, field)}{'（误填）' if empty else ''}（{len(distinct)}）：{'、'.join(distinct)}"
        )
    return lines


def kinds(figures: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section on what contacts are proposed to be."""
    halves = (("used", "编写规则时看过的一半"), ("held_out", "留出的一半"))
    names = list(figures["used"]["kinds"])
    lines = [
        f"标注集 `{figures['set']}`。把投诉当成别的，比把别的当成投诉更糟，分开列出。", "",
        "| | 件数 | 判对 | " + " | ".join(names) + " | 投诉漏判 | 误作投诉 |", "|---" * (len(names) + 5) + "|",
    ]  # fmt: skip
    for half, title in halves:
        told = figures[half]
        by_kind = " | ".join("/".join(map(str, told["kinds"][name])) for name in names)
        over = "/".join(map(str, told["taken_for_complaints"]))
        lines.append(
            f"| {title} | {told['contacts']} | {told['right']:.3f} | {by_kind} | {told['complaints_missed']} | {over} |"
        )
    for half, title in halves:
        lines += ["", f"{title}未判对：{'、'.join(figures[half]['misses']) or '无'}。"]
    return lines


def _values(figures: Mapping[str, Any]) -> str:
    return (
        f"有值字段读对 {_share(figures['right_when_present'])}，空字段误填 {_share(figures['invented_when_empty'])}；"
        f"金额角色（数值相符者）{_share(figures['amount_role'])}；"
    )


def _share(value: float | None) -> str:
    return "无样本" if value is None else f"{value:.3f}"
