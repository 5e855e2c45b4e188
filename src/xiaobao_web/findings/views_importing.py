"""Take in an old ledger: show what importing a table would do, then do it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiaobao_web.findings import importing
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.requests import SignedIn

SHOWN = 200


@require_http_methods(["GET", "POST"])
def import_table(request: SignedIn) -> HttpResponse:
    """Take a table in and show what importing it would do."""
    require(request.user, "findings.import")
    needed = [names[0] for key, names in importing.COLUMNS.items() if key in importing.NEEDED]
    others = [names[0] for key, names in importing.COLUMNS.items() if key not in importing.NEEDED]
    context: dict[str, Any] = {"needed": needed, "others": others, "error": ""}
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadValue(_("请选择文件。"))
            stored = importing.store(upload, by=request.user)
            shown = importing.preview(stored, name=str(upload.name), by=request.user)
            context |= {"preview": shown, "stored": stored, "rows": shown.made[:20], "bad": shown.bad[:SHOWN]}
        except BadValue as error:
            context["error"] = error.message
    return render(request, "findings/import.html", context, status=422 if context["error"] else 200)


@require_POST
def confirm(request: SignedIn) -> HttpResponse:
    """Enter the issues of the table that was shown."""
    require(request.user, "findings.import")
    stored = StoredFile.objects.filter(sha256=request.POST.get("sha256", "")).first()
    if stored is None:
        raise Hidden(_("没有找到要导入的文件，请重新上传。"))
    shown = importing.run(stored, name=request.POST.get("name", "")[:150], by=request.user)
    told = {"made": len(shown.made), "kept": shown.kept, "bad": len(shown.bad)}
    tell = messages.warning if shown.bad else messages.success
    tell(request, _("导入完成：登记 %(made)d 项，已在台账 %(kept)d 项，未导入 %(bad)d 行。") % told)
    return redirect("issues")
