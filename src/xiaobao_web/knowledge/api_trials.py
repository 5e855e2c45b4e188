"""Trials over the REST interface: official texts tried and imported, and what drafts in shadow found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Router, Schema, Status, UploadedFile

from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.kernel.rest_steps import Done
from xiaobao_web.knowledge import figures, importing
from xiaobao_web.knowledge import shadow as shadowing
from xiaobao_web.knowledge.models import RuleDraft, ShadowHit, TextImport

router = Router(tags=["knowledge"])


class FileReport(Schema):
    """What was said of one file among the official texts."""

    file: str
    status: str
    message: str = ""
    norm: str | None = None


class NormChange(Schema):
    """What an import brings to one norm: articles that are new, that read otherwise, how many alike."""

    norm: str
    title: str
    new: list[str]
    changed: list[str]
    same: int


class ImportOut(Schema):
    """A file of official texts as it was tried or imported."""

    id: int
    name: str
    state: str
    state_name: str
    created_by: str
    created_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    reports: list[FileReport]
    changes: list[NormChange]


class ImportPage(Schema):
    """A page of imports; `next` is the cursor of the page after."""

    items: list[ImportOut]
    next: str | None


class ImportStep(Strict):
    """What to do with a file that was tried."""

    action: Literal["confirm", "discard"]


class ShadowHitOut(Schema):
    """What a draft in shadow found; `also` is a rule in force that found the same words."""

    id: int
    material: str
    version: int
    unit: str
    decision: str
    confidence: float
    start: int | None
    end: int | None
    text: str
    also: str
    judged: str


class ShadowFiguresOut(Schema):
    """How a draft with its present text does in shadow."""

    runs: int
    with_hits: int
    hits: int
    only_here: int
    right: int
    wrong: int


class ShadowPage(Schema):
    """A page of hits with the draft's figures; `next` is the cursor of the page after."""

    figures: ShadowFiguresOut
    items: list[ShadowHitOut]
    next: str | None


class JudgementIn(Strict):
    """Whether a hit in shadow is right; empty takes the judgement back."""

    judged: Literal["right", "wrong", ""]


@router.get("/texts", response=ImportPage, summary="官方文本导入记录")
def list_texts(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return the files of official texts that were tried, the newest first."""
    require(request.user, "knowledge.import_texts")
    return page_of(_imports(), limit=limit, cursor=cursor, show=_import)


@router.post("/texts", response={201: ImportOut}, summary="试导入官方文本")
def examine_text(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Keep a zip, txt, md or docx file and say what importing it would do, without doing it."""
    return Status(201, _import(importing.examine(file, by=request.user)))


@router.get("/texts/{int:pk}", response=ImportOut, summary="一次官方文本导入")
def show_text(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return what a file would bring, or brought."""
    require(request.user, "knowledge.import_texts")
    return _import(find(_imports(), pk=pk))


@router.post("/texts/{int:pk}/steps", response=Done, summary="导入或放弃试导入的官方文本")
def do_text(request: HttpRequest, pk: int, body: ImportStep) -> dict[str, Any]:
    """Import what was tried, or give it up; changed articles propose what to look at again."""
    require(request.user, "knowledge.import_texts")
    row = find(_imports(), pk=pk)
    steps: dict[str, Callable[..., Any]] = {"confirm": importing.confirm, "discard": importing.discard}
    steps[body.action](row, by=request.user)
    after = find(_imports(), pk=pk)
    name = after.get_state_display()
    return {"told": _("已办理，当前状态：%s") % name, "state": after.state, "state_name": name}


def _imports() -> Any:
    return TextImport.objects.select_related("created_by", "confirmed_by")


def _import(row: TextImport) -> dict[str, Any]:
    names = ("id", "name", "state", "created_at", "confirmed_at", "reports", "changes")
    return {
        **{name: getattr(row, name) for name in names}, "state_name": row.get_state_display(),
        "created_by": str(row.created_by), "confirmed_by": str(row.confirmed_by) if row.confirmed_by else None,
    }  # fmt: skip


@router.get("/drafts/{number}/shadow", response=ShadowPage, summary="草稿试运行的命中与统计")
def list_hits(request: HttpRequest, number: str, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return what a draft with its present text found in shadow, the newest first, with its figures."""
    require(request.user, "knowledge.drafts")
    draft = find(visible_to(request.user, RuleDraft.objects.all(), "knowledge.drafts"), number=number)
    rows = ShadowHit.objects.filter(draft=draft, run__digest=draft.digest).select_related("version__material__unit")
    page = page_of(visible_to(request.user, rows, "materials.view"), limit=limit, cursor=cursor, show=_hit)
    return {**page, "figures": asdict(figures.shadow(draft))}


def _hit(row: ShadowHit) -> dict[str, Any]:
    names = ("id", "decision", "confidence", "start", "end", "text", "also", "judged")
    material = row.version.material
    return {
        **{name: getattr(row, name) for name in names}, "material": material.title, "version": row.version.number,
        "unit": str(material.unit),
    }  # fmt: skip


@router.post("/shadow/{int:pk}/judgement", response=ShadowHitOut, summary="判断一处试运行命中")
def judge_hit(request: HttpRequest, pk: int, body: JudgementIn) -> dict[str, Any]:
    """Say whether a hit in shadow is right; counted into the draft's expected precision."""
    require(request.user, "knowledge.drafts")
    rows = visible_to(request.user, ShadowHit.objects.all(), "materials.view")
    row = find(rows.select_related("draft", "version__material__unit"), pk=pk)
    row.judged = shadowing.judge(row, body.judged, by=request.user).judged
    return _hit(row)
