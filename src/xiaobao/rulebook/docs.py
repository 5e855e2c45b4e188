"""Write the rulebook's documentation from the rules themselves: one Markdown page a domain, and an index."""

from __future__ import annotations

from pathlib import Path

from xiaobao.rulebook.load import Rulebook
from xiaobao.rulebook.model import Rule

SEVERITY = {"high": "高", "medium": "中", "low": "低"}
MAY = {"block": "可判违规", "warn": "仅提示复核", "draft": "草稿，不启用"}


def write_pages(rulebook: Rulebook, folder: Path) -> list[Path]:
    """Write the pages and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    domains: dict[str, list[Rule]] = {}
    for rule in rulebook.rules:
        domains.setdefault(rule.id.split("/")[0], []).append(rule)
    pages = []
    for domain, rules in domains.items():
        path = folder / f"{domain}.md"
        path.write_text(_page(domain, rules), encoding="utf-8")
        pages.append(path)
    index = folder / "README.md"
    lines = ["# 规则库", "", f"共 {len(rulebook.rules)} 条规则。由 `xiaobao rules docs` 生成，请勿手改。", ""]
    lines += [f"- [{domain}]({domain}.md)：{len(rules)} 条" for domain, rules in domains.items()]
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [index, *pages]


def _page(domain: str, rules: list[Rule]) -> str:
    parts = [f"# {domain}", ""]
    for rule in rules:
        parts += [
            f"## {rule.title}",
            "",
            f"`{rule.id}` 第 {rule.version} 版；{rule.category}；级别 {SEVERITY[rule.severity]}；{MAY[rule.may]}",
        ]
        if rule.families:
            parts.append(f"表述族：{'、'.join(rule.families)}")
        if rule.rights:
            parts.append(f"涉及权利：{'、'.join(rule.rights)}")
        parts += ["", rule.message, "", f"建议改为：{rule.remedy}", "", "依据：", ""]
        parts += [f"- {c}（{c.confidence}）：{c.paraphrase}" for c in rule.citations]
        parts += ["", "应命中：", "", *(f"- {_line(e.text)}" for e in rule.hit)]
        parts += ["", "不应命中：", "", *(f"- {_line(e.text)}" for e in rule.no_hit), ""]
    return "\n".join(parts).rstrip() + "\n"


def _line(text: str) -> str:
    return text.replace("\n", "⏎").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
