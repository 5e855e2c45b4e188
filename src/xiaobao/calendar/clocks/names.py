"""The closed lists of tracks, events and clocks, with their names in Chinese."""

from __future__ import annotations

from typing import Literal

EventKind = Literal[
    "received", "transferred", "material_complete", "complex", "special_approved", "special_notified",
    "appraisal_start", "appraisal_end", "mediation_start", "mediation_end", "new_facts", "withdrawn", "decided",
    "notified", "review_applied", "paid", "reported",
]  # fmt: skip
ClockKind = Literal[
    "respond", "extend_by", "notify", "review_apply_by", "review_decide_by", "forward_by", "report_by", "fix_by"
]
TrackName = Literal[
    "direct", "nfra_transfer", "pboc_transfer", "superior_review", "consumer_authority", "info_leak",
    "credit_objection", "insurance_claim", "recording_fix",
]  # fmt: skip
Whose = Literal["institution", "regulator", "customer"]
Unit = Literal["natural", "working", "hours"]

EVENTS: dict[str, str] = {
    "received": "收到",
    "transferred": "转办",
    "material_complete": "材料补齐",
    "complex": "认定情况复杂",
    "special_approved": "批准特别延期",
    "special_notified": "告知特别延期",
    "appraisal_start": "鉴定开始",
    "appraisal_end": "鉴定结束",
    "mediation_start": "调解开始",
    "mediation_end": "调解结束",
    "new_facts": "提出新的事实和理由",
    "withdrawn": "撤回投诉",
    "decided": "作出决定",
    "notified": "告知决定",
    "review_applied": "申请核查",
    "paid": "支付赔款",
    "reported": "向监管部门报告",
}
UNITS: dict[str, str] = {"natural": "日", "working": "个工作日", "hours": "小时"}
