"""One self-contained web page for a run: summary, then each material beside its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from xiaobao.model import SEVERITIES
from xiaobao.report import words
from xiaobao.report.boxes import BoxOn, boxes_on
from xiaobao.report.pictures import Budget, Picture, pictures
from xiaobao.report.session import Result
from xiaobao.report.view import Block, Item, Shown, blocks, item, limited
from xiaobao.screening.pieces import moment

HERE = Path(__file__).parent / "page"
DETAILED = 200
"""Materials shown in full at most; the others stand in the table of all."""
BARS = 6


@dataclass(frozen=True)
class Sheet:
    """Findings side by side with the page they stand on; without a picture where there is none."""

    title: str
    picture: Picture | None
    boxes: tuple[BoxOn, ...]
    findings: tuple[Shown, ...]


@dataclass(frozen=True)
class Section:
    """One material in full: pages with boxes, or its text with marks."""

    item: Item
    sheets: tuple[Sheet, ...]
    blocks: tuple[Block, ...]
    note: str


@dataclass(frozen=True)
class Bar:
    """How often a kind of problem was found."""

    word: str
    count: int
    share: float


def report(results: Sequence[Result], *, rules: int, judged: bool) -> str:
    """Return the report as HTML: no script, nothing loaded from elsewhere, every text of a material escaped."""
    items = [item(result, number) for number, result in enumerate(results, 1)]
    detailed = _detailed(items)
    budget = Budget()
    sections = [_section(view, budget) for view in detailed]
    return _template().render(
        items=items,
        sections=sections,
        shown={view.number for view in detailed},
        left_out=sum(_worth(view) for view in items) - len(detailed),
        css=Markup((HERE / "report.css").read_text(encoding="utf-8")),
        made=moment(None),
        rules=rules,
        judged=judged,
        headline=headline(items),
        counts={s: sum(view.count(s) for view in items) for s in SEVERITIES},
        unread=sum(len(view.issues) + bool(view.error) for view in items),
        verdicts=Counter(view.decision for view in items),
        bars=_bars(items),
        words=words,
    )


def headline(items: Sequence[Item]) -> str:
    """Return the answer of the whole report in one sentence."""
    broken = sum(view.decision == "violation" for view in items)
    review = sum(view.decision == "review" for view in items)
    found = sum(len(view.findings) for view in items)
    if broken:
        return f"{len(items)} 份材料中 {broken} 份有违规，共 {found} 处问题"
    if review:
        return f"{len(items)} 份材料中 {review} 份需要人工复核"
    if any(view.decision is None for view in items):
        return f"{len(items)} 份材料中有的无法读取，其余未发现问题"
    return f"{len(items)} 份材料均未发现问题" if len(items) > 1 else "这份材料未发现问题"


def _worth(view: Item) -> bool:
    return bool(view.findings or view.issues or view.error)


def _detailed(items: Sequence[Item]) -> list[Item]:
    """Return the materials to show in full: violations first where not all fit, in the order given."""
    worth = [view for view in items if _worth(view)]
    if len(worth) <= DETAILED:
        return worth
    order = {"violation": 0, "review": 1, None: 2, "clear": 3}
    kept = sorted(worth, key=lambda view: (order[view.decision], view.number))[:DETAILED]
    return sorted(kept, key=lambda view: view.number)


def _section(view: Item, budget: Budget) -> Section:
    view, over = limited(view)
    shown, note = pictures(view, budget)
    note = over + note
    if shown:
        return Section(view, tuple(_sheets(view, shown)), (), note)
    material = view.result.material if view.result else None
    text = tuple(blocks(view.findings, material)) if material is not None and view.findings else ()
    return Section(view, (), text, note)


def _sheets(view: Item, shown: Sequence[Picture]) -> list[Sheet]:
    """Put each finding beside the page it begins on; those without a page come last."""
    out = []
    placed: set[int] = set()
    pages = len({mark.page for s in view.findings for mark in s.marks})
    for picture in shown:
        boxes = boxes_on(view.findings, picture)
        here = [s for s in view.findings if s.page == picture.page]
        placed |= {s.number for s in here}
        title = f"第 {picture.page} 页" if pages > 1 or picture.page > 1 else ""
        out.append(Sheet(title, picture, tuple(boxes), tuple(here)))
    rest = tuple(s for s in view.findings if s.number not in placed)
    if rest and len(out) == 1:
        only = out[0]
        return [Sheet(only.title, only.picture, only.boxes, (*only.findings, *rest))]
    return [*out, *([Sheet("全文", None, (), rest)] if rest else [])]


def _bars(items: Sequence[Item]) -> list[Bar]:
    counts = Counter(words.category(s.finding.category) for view in items for s in view.findings)
    most = max(counts.values(), default=1)
    return [Bar(word, count, round(100 * count / most, 1)) for word, count in counts.most_common(BARS)]


def said(at: datetime) -> str:
    """Return a moment as people write it."""
    return f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["said"] = said
    return environment.get_template("report.html")
