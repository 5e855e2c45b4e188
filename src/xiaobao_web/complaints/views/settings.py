"""What the office keeps for complaints: what handlers are good at, the official codes of our classes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints import services
from xiaobao_web.complaints.data import business_types
from xiaobao_web.complaints.models import CodeSheet
from xiaobao_web.complaints.services import codes
from xiaobao_web.complaints.services import skills as skilled
from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import find, holders, require
from xiaobao_web.kernel.errors import BadValue, PlatformError
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.tallies import Cell, Table, download

SHOWN = 100


@require_GET
def skills(request: HttpRequest) -> HttpResponse:
    """Show who may handle complaints and what they are good at."""
    require(request.user, "complaints.skills")
    rows = skilled.handlers(request.user)
    covered = {name for row in rows for name in row.types}
    bare = [name for name, _label in business_types() if name not in covered] if covered else []
    return render(request, "complaints/skills.html", {"rows": rows, "bare": bare})


@require_http_methods(["GET", "POST"])
def skill(request: HttpRequest, pk: int) -> HttpResponse:
    """Set what a handler is good at."""
    require(request.user, "complaints.skills")
    person = find(request.user, holders("complaints.handle").select_related("unit"), "complaints.skills", pk=pk)
    require(request.user, "complaints.set_skills", person)
    fault, chosen = "", skilled.of(person)
    if request.method == "POST":
        chosen = request.POST.getlist("types")
        try:
            services.set_skills(person, by=request.user, types=chosen)
        except BadValue as error:
            fault = error.message
        else:
            messages.success(request, _("%s 的专长已更新。") % person)
            return redirect("complaint_skills")
    values = {"person": person, "types": [(name, name in chosen) for name, _label in business_types()], "fault": fault}
    return render(request, "complaints/skill.html", values, status=422 if fault else 200)


@require_http_methods(["GET", "POST"])
def code_sheet(request: HttpRequest) -> HttpResponse:
    """Show our classes with their official codes; take in a sheet, shown dry before it is kept."""
    require(request.user, "complaints.set_codes")
    context: dict[str, Any] = {"version": request.POST.get("version", ""), "error": ""}
    if request.method == "POST":
        try:
            made = _step(request, context)
        except PlatformError as error:
            if error.status not in (409, 422):
                raise
            context["error"] = error.message
        else:
            if made is not None:
                messages.success(request, _("已导入 %d 个类别的官方编码。") % (made.made + made.changed + made.kept))
                return redirect("complaint_codes")
    rows = codes.mapping()
    context |= {"rows": rows, "coded": sum(1 for row in rows if row.code), "sheets": _history()}
    return render(request, "complaints/codes.html", context, status=422 if context["error"] else 200)


def _history() -> Any:
    return CodeSheet.objects.select_related("by")[:20]


def _step(request: HttpRequest, context: dict[str, Any]) -> CodeSheet | None:
    by, post = request.user, request.POST
    upload = request.FILES.get("file")
    if upload is not None:
        stored, name = codes.store(upload, by=by), str(upload.name)
    else:
        found = StoredFile.objects.filter(sha256=post.get("sha256", "")).first()
        if found is None:
            raise BadValue(_("请选择文件。"))
        stored, name = found, post.get("name", "")
    if post.get("action") == "import":
        return codes.run(stored, name=name, version=context["version"], by=by)
    with files.open_stored(stored) as file:
        shown = codes.preview(file.read())
    if not context["version"].strip():
        raise BadValue(_("请填写编码表的版本或发布日期，不超过 60 字。"))
    context |= {
        "preview": shown, "stored": stored, "name": name, "made": shown.count(codes.MADE),
        "bad": [{"row": row, "faults": [fault]} for row, fault in shown.faults[:SHOWN]],
        "changed": shown.count(codes.CHANGED), "kept": shown.count(codes.KEPT),
    }  # fmt: skip
    return None


@require_GET
def code_table(request: HttpRequest) -> HttpResponse:
    """Return our classes as a table to fill in: it can be taken in again as it is."""
    require(request.user, "complaints.set_codes")
    heads = [_("项目"), _("类别"), _("官方名称"), _("编码")]
    lines = [[Cell(text, kind="text") for text in (
        row.label, row.item.name, row.code.name if row.code and row.code.name else row.item.official,
        row.code.code if row.code else "",
    )] for row in codes.mapping()]  # fmt: skip
    return download([Table(_("官方编码"), heads, lines)], [], "投诉分类官方编码对照表.xlsx")
