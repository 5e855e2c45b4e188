"""Write docs/evaluation.md from the figures: date, set, command, tables, every miss by id; never a text of a set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from evaluation import intake_page

TITLES = {
    "mask": "个人信息识别（自写向量）",
    "ocr": "图片文字识别",
    "similar": "问句相似（BQ 开发集）",
    "unseen": "文本审查（自写留出集，规则作者与训练都未见过）",
    "unseen_again": "文本审查（自写留出集之二，训练之前写成，训练者所写）",
    "unseen_ordinary": "文本审查（自写留出集之三，多为日常服务文字，训练之前写成，训练者所写）",
    "unseen_latest": "文本审查（自写留出集之四，训练之前写成，训练者所写）",
    "unseen_author": "文本审查（另一位作者的留出集；同一作者另有 152 条合规文本用于训练）",
    "unseen_author_again": "文本审查（第三位作者的留出集；同一作者另有 217 条用于训练）",
    "unseen_author_foreign": "文本审查（第四位作者的留出集；作者未看过规则与语料，从不用于训练）",
    "screening": "文本审查（开发集）",
    "materials": "整份材料（自写：合法与有错的合同、海报、网页、话术、短信、告示、内部文件）",
    "documents": "海报图片与长合同（自写于改规则之前；漏报与误报看过之后改过规则，误报含转人工）",
    "unseen_documents": "海报图片与长合同之二（同时写成，改完规则之后才测，未再改动；附件多与前一组相同）",
    "later_documents": "海报图片与合同之三（改完规则之后另写，附件也是新写的，合同较短；未再改动）",
    "unseen_calls": "对话中的文本违规（自写留出集，与训练对话同一作者）",
    "unseen_calls_again": "对话中的文本违规（自写留出集之二，训练之前写成，训练者所写）",
    "foreign_calls": "对话中的文本违规（另一位作者，未看规则与训练对话；从不用于训练，原文未读）",
    "foreign_calls_again": "对话中的文本违规（同一位作者的另一组，漏报与误报读过，从不用于训练）",
    "dialogues": "对话中的文本违规（开发集）",
    "duplicates": "同一事件（开发集，及自写的留出情景）",
    "trends": "新问题的发现（自写种子流，未用于开发的种子）",
    "trends_harder": "新问题的发现（更难的种子流：每人有习惯，诱饵更多样；未用于开发的种子）",
    "unseen_intake": "智能填单（自写留出集，编写规则与训练时未用）",
    "unseen_intake_again": "智能填单（第二留出集：十一位作者的叙述，其中两位多写委婉的诉求）",
    "unseen_urgent": "智能填单（特急件留出集：自写，只标紧急程度与风险标签；漏报读过之后改过规则）",
    "unseen_urgent_again": "智能填单（特急件第二留出集：另一作者，只标紧急程度与风险标签；漏报、误报读过之后改过规则）",
    "unseen_intake_foreign": "智能填单（封存集：外来作者未读规则与语料，未用于训练；选特急与诉求阈值时看过其数字）",
    "unseen_intake_foreign_again": "智能填单（另一外来作者，未用于训练；产品、机构、员工的规则作者读过）",
    "unseen_intake_foreign_later": "智能填单（再一位外来作者：未用于训练；后来看过个别行）",
    "unseen_intake_foreign_latest": "智能填单（第四位外来作者：改完后首次测量，未用于训练；此后看过个别行）",
    "unseen_intake_foreign_newest": "智能填单（第五位外来作者：定稿后首次测量，未用于训练，无人看过其文字）",
    "unseen_intake_foreign_sixth": "智能填单（第六位外来作者：定稿后测过两次，其间换名称模型；未用于训练，无人看过）",
    "unseen_intake_foreign_seventh": "智能填单（第七位外来作者：定稿后测一次；未用于训练，无人看过）",
    "intake": "智能填单（开发集）",
    "intake_kinds": "来件甄别建议（自写；后一半写成于改规则之前，改完只测一次）",
    "judge": "语境判断模型（训练语料交叉验证）",
}
RATES = {
    "f1": "F1",
    "precision": "精确率",
    "recall": "召回率",
    "false_hard": "带敏感词的合规文本误报率",
    "false_ordinary": "普通合规文本误报率",
    "category_right": "命中者类别正确率",
    "span_covered": "命中者位置覆盖率",
    "evasion_recall": "变体写法召回率",
    "candidate_recall": "规则候选召回率",
    "review_share": "转人工复核比例",
}


def write(path: Path, measured: Mapping[str, Mapping[str, Any]], command: str, day: date) -> None:
    """Write the page; measurements that were skipped keep no section."""
    parts = [
        "# 评测",
        "",
        f"日期：{day.isoformat()}。命令：`{command}`。数字由程序写入，请勿手改；只列编号与数字，不列标注集的文字。",
        "",
        "开发集只用来核对：规则与训练语料另写，未照开发集的文字修改；投诉开发集中编号 T、E 开头的"
        "36 件曾读过以学习标注惯例，编号 W 开头的 71 件只看数字。真正的水平以未见过的同类文本为准。",
        "",
    ]
    for name, figures in measured.items():
        parts += [f"## {TITLES.get(name, name)}", "", *_section(name, figures), ""]
    path.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _section(name: str, figures: Mapping[str, Any]) -> list[str]:
    if "with_judge" in figures:
        return _screening(figures)
    if name == "intake_kinds":
        return intake_page.kinds(figures)
    if name == "intake" or name.startswith(("unseen_intake", "unseen_urgent")):
        return intake_page.section(figures)
    return _tree(figures)


def _screening(figures: Mapping[str, Any]) -> list[str]:
    titles = {"with_judge": "规则加语境判断", "rules_alone": "仅规则", "with_judge_and_llm": "再加大模型复核"}
    both = {title: figures[key] for key, title in titles.items() if key in figures}
    lines = [
        f"标注集 `{figures['set']}`，{figures['texts']} 条。",
        "",
        "| 指标 | " + " | ".join(both) + " |",
        "|---" * (len(both) + 1) + "|",
    ]
    for key, title in RATES.items():
        lines.append(f"| {title} | " + " | ".join(f"{b[key]:.3f}" for b in both.values()) + " |")
    judged = figures["with_judge"]
    lines += [
        "",
        "把握（最高的一条）与实际违规数：" + "；".join(f"{k} 为 {v}" for k, v in judged["reliability"].items()) + "。",
    ]
    lines += ["", "按标签：", ""] + [f"- {tag}：{text}" for tag, text in judged["by_tag"].items()]
    lines += ["", "混淆（行为标注，列为判断；“合规”含转人工）：", "", "| 标注 | 判断 |", "|---|---|"]
    for truth, said in judged["confusion"].items():
        lines.append(f"| {truth} | " + "，".join(f"{k} {n}" for k, n in said.items()) + " |")
    for key, title in (("missed", "漏报"), ("false_alarms", "误报"), ("wrong_category", "类别不符")):
        lines += ["", f"{title}（{len(judged[key])}）：" + ("、".join(judged[key]) or "无") + "。"]
    return lines


def _tree(figures: Mapping[str, Any]) -> list[str]:
    """Show plain figures as a list; long lists are shown with their length and their ids."""
    lines = []
    for key, value in figures.items():
        if isinstance(value, Mapping):
            lines.append(f"- {key}：" + "；".join(f"{k} {_plain(v)}" for k, v in value.items()))
        elif isinstance(value, (list, tuple)):
            lines.append(f"- {key}（{len(value)}）：" + ("、".join(_plain(v) for v in value[:60]) or "无"))
        else:
            lines.append(f"- {key}：{_plain(value)}")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "（" + "，".join(f"{k} {_plain(v)}" for k, v in value.items()) + "）"
    return str(value)
