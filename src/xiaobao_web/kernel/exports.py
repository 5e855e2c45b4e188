"""Export a list as a sheet in the background: what its reader sees, no more rows than a sheet bears, for some days."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import jobs, journal
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.errors import Forbidden, Hidden, PlatformError, Refused
from xiaobao_web.kernel.lists import keyset, sheet
from xiaobao_web.kernel.lists.page import ListPage, find_list
from xiaobao_web.kernel.lists.reading import PLACE, Reading
from xiaobao_web.kernel.models import Export, ExportState
from xiaobao_web.kernel.schedule import every

KEPT = timedelta(days=7)
CHUNK = 1000
AT_ONCE = 5
"""Exports one person may have under way."""


def folder() -> Path:
    """Return where the files lie."""
    return Path(settings.MEDIA_ROOT) / "exports"


def path_of(export: Export) -> Path:
    """Return the file of an export."""
    return folder() / f"{export.pk}-{export.secret}.xlsx"


@transaction.atomic
def ask(*, list_name: str, query: str, by: Any, chosen: list[int] | None = None) -> Export:
    """Ask for a list's rows as a sheet; raises Forbidden without the right, Refused when too many are under way."""
    page = find_list(list_name)
    _admit(page, by)
    if Export.objects.filter(person=by, state__in=[ExportState.WAITING, ExportState.RUNNING]).count() >= AT_ONCE:
        raise Refused(_("您已有 %d 个导出正在生成，请等其中一个完成后再导出。") % AT_ONCE)
    words = QueryDict(query[:2000], mutable=True)
    for name in PLACE:
        words.pop(name, None)
    reading = Reading(page, by, words)
    export = Export.objects.create(
        person=by,
        list_name=list_name,
        title=str(page.title),
        query=words.urlencode(),
        conditions=reading.told()[:1000],
        columns=reading.column_keys,
        chosen=(chosen or [])[: sheet.LIMIT],
        secret=secrets.token_hex(16),
    )
    write_export.using(key=f"export:{export.pk}", by=by).enqueue(export.pk)
    return export


def _admit(page: ListPage, person: Any) -> None:
    if not page.exports or not holds(person, page.permission):
        raise Forbidden(_("您没有导出“%s”的权限。") % page.title)


@jobs.job(queue="exports", title=gettext_lazy("导出列表"))
def write_export(export_id: int) -> None:
    """Write an export's file; done again after a crash, it starts anew. What fails for good is told on its row."""
    export = Export.objects.select_related("person").filter(pk=export_id).first()
    if export is None or export.state == ExportState.READY:
        return
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, rows=0, note="")
    try:
        _write(export)
    except PlatformError as error:
        _fail(export, error.message)
        raise
    except Exception:
        _fail(export, _("生成文件时出错，系统会自动再试；也可以稍后重新导出。"))
        raise


def _fail(export: Export, reason: str) -> None:
    Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED, note=reason[:300], finished_at=timezone.now())


def _write(export: Export) -> None:
    page = find_list(export.list_name)
    _admit(page, export.person)
    reading = Reading(page, export.person, QueryDict(export.query))
    columns = [column for column in page.columns if column.key in export.columns]
    rows = reading.rows
    if export.chosen:
        rows = reading.ordered(page.rows(export.person).filter(pk__in=export.chosen))
    total = rows.order_by().count()
    limit = min(total, sheet.LIMIT)
    folder().mkdir(parents=True, exist_ok=True)
    target = path_of(export)
    partial = target.with_suffix(f".{os.getpid()}.part")

    def told(done: int) -> None:
        Export.objects.filter(pk=export.pk).update(rows=done, total=total)
        jobs.progress(done, limit)

    def batches() -> Iterator[tuple[list[Any], dict[int, Any]]]:
        wanted = page.joined(rows)
        for found in keyset.chunks(wanted, reading.order, size=CHUNK, limit=limit):
            page.extend(found)
            yield found, page.clocks(columns, found)

    try:
        written = sheet.write(partial, columns, batches(), lambda done: _about(export, done, total), told)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    _ready(export, written, total, target.stat().st_size)


def limit_note(total: int) -> str:
    """Return why not all rows are in the sheet, empty when they are."""
    if total <= sheet.LIMIT:
        return ""
    told = _(
        "共 %(total)s 行，导出前 %(limit)s 行，"
        "原因：行数过多的表格难以打开，也不便控制外传范围；请加上筛选条件后分批导出。"
    )
    return told % {"total": f"{total:,}", "limit": f"{sheet.LIMIT:,}"}


def _about(export: Export, written: int, total: int) -> list[tuple[str, str]]:
    now = timezone.localtime()
    return [
        (_("列表"), export.title),
        (_("条件"), export.conditions or _("无")),
        (_("行数"), limit_note(total) or _("共 %s 行，已全部导出。") % f"{written:,}"),
        (_("导出人"), f"{export.person} {export.person.unit or ''}".strip()),
        (_("导出时间"), f"{now:%Y-%m-%d %H:%M}（{_('北京时间')}）"),
        (_("使用要求"), _("仅供内部工作使用；本次导出已留痕，请勿外传。")),
    ]


@transaction.atomic
def _ready(export: Export, written: int, total: int, size: int) -> None:
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.READY,
        rows=written,
        total=total,
        size=size,
        note=limit_note(total),
        finished_at=now,
        expires_at=now + KEPT,
    )
    facts = {
        "list": export.title,
        "name": export.list_name,
        "rows": written,
        "total": total,
        "filters": export.conditions,
        "columns": export.columns,
    }
    journal.record("kernel.exported", by=export.person, on=export, facts=facts)


def fetch(*, export_id: int, by: Any) -> tuple[Export, Path]:
    """Return one's own export with its file; raises Hidden when it is another's, Refused before or after its time."""
    export = Export.objects.filter(pk=export_id, person=by).first()
    if export is None:
        raise Hidden(_("没有找到这个导出文件，或它不属于您。"))
    if export.under_way:
        raise Refused(_("文件还在生成，完成后即可下载。"))
    path = path_of(export)
    late = export.expires_at is not None and export.expires_at <= timezone.now()
    if export.state != ExportState.READY or late or not path.exists():
        raise Refused(_("文件已过期或没有生成，请重新导出。"))
    return export, path


def discard(*, export_id: int, by: Any) -> None:
    """Delete one's own export and its file; the journal keeps that it was made."""
    export = Export.objects.filter(pk=export_id, person=by).first()
    if export is None:
        raise Hidden(_("没有找到这个导出文件，或它不属于您。"))
    if export.state == ExportState.RUNNING:
        raise Refused(_("文件正在生成，完成后才能删除。"))
    path_of(export).unlink(missing_ok=True)
    export.delete()


@every("20 3 * * *", title=gettext_lazy("清理过期的导出文件"))
def purge_expired() -> int:
    """Delete the files of expired exports and leftovers of broken writings; return how many exports expired."""
    due = list(Export.objects.filter(state=ExportState.READY, expires_at__lte=timezone.now()))
    for export in due:
        path_of(export).unlink(missing_ok=True)
    Export.objects.filter(pk__in=[export.pk for export in due]).update(state=ExportState.EXPIRED)
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for leftover in folder().glob("*.part"):
        if leftover.stat().st_mtime < yesterday:
            leftover.unlink(missing_ok=True)
    return len(due)
