"""A PDF for a run: summary, then each material, its own pages with marks where it is a PDF, and its findings.

Chinese is set in the standard CID font STSong-Light, which every reader of PDF for Chinese provides: no font file is
carried, and the text can be searched and copied.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from xiaobao.errors import XiaobaoError
from xiaobao.report.flow import drawn, material_flow, summary_flow
from xiaobao.report.marked import marked_pages
from xiaobao.report.pictures import Budget, has_pages, pictures
from xiaobao.report.session import Result
from xiaobao.report.view import Item, item, limited

DETAILED = 200
"""Materials shown in full at most."""


def report(results: Sequence[Result], *, rules: int, judged: bool) -> bytes:
    """Return the report as PDF bytes; originals that cannot be marked are shown as pictures, and it says so."""
    items = [item(result, number) for number, result in enumerate(results, 1)]
    worth = [view for view in items if view.findings or view.issues or view.error]
    writer = PdfWriter()
    _append(writer, drawn(summary_flow(items, rules=rules, judged=judged, left_out=max(0, len(worth) - DETAILED))))
    budget = Budget()
    for view in worth[:DETAILED]:
        first = len(writer.pages)
        _material(writer, view, budget)
        if len(writer.pages) > first:
            writer.add_outline_item(title=f"{view.name}（{view.word}）", page_number=first)
    writer.add_metadata({"/Title": "消保审查报告", "/Producer": "xiaobao"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _material(writer: PdfWriter, view: Item, budget: Budget) -> None:
    """Add the pages of one material: marked originals first where there are any, then the findings."""
    view, over = limited(view)
    note = over
    if view.findings and has_pages(view) and view.result is not None and view.result.path is not None:
        if view.result.material is not None and view.result.material.media_type == "application/pdf":
            try:
                marked_pages(writer, Path(view.result.path), view.findings)
                _append(writer, drawn(material_flow(view, [], f"{over}标注过的原文见前面各页", text=False)))
                return
            except Exception as error:
                said = error.message if isinstance(error, XiaobaoError) else "文件结构异常"
                note = f"{over}原文件不便加注（{said}），改附页面图片。"
        shown, left = pictures(view, budget)
        _append(writer, drawn(material_flow(view, shown, note + left)))
        return
    _append(writer, drawn(material_flow(view, [], note)))


def _append(writer: PdfWriter, data: bytes) -> None:
    for page in PdfReader(io.BytesIO(data)).pages:
        writer.add_page(page)
