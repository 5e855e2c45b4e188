"""Pages of products: one product, importing tables."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.products import importing, queries
from xiaobao_web.products.columns import TABLES
from xiaobao_web.products.forms import ImportForm
from xiaobao_web.products.models import TableImport
from xiaobao_web.products.tables import rate_of

SHOWN = 200


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show a product: its facts, prices, standard texts, material, reviews, what changed."""
    product = find(request.user, queries.products(request.user), "products.view", pk=number)
    context = {
        "product": product,
        "rate": rate_of(product),
        "prices": product.prices.all()[:SHOWN],
        "texts": product.texts.all()[:50],
        "materials": product.materials.order_by("-pk")[:20] if can(request.user, "materials.view") else [],
        "reviews": product.reviews.order_by("-pk")[:20] if can(request.user, "reviews.view") else [],
        "events": journal.events_of(product),
    }
    return render(request, "products/product.html", context)


@require_http_methods(["GET", "POST"])
def import_table(request: SignedIn) -> HttpResponse:
    """Take a table in and show what importing it would do, row by row."""
    require(request.user, "products.import")
    form = ImportForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {
        "form": form,
        "imports": TableImport.objects.select_related("by")[:20],
        "tables": _described(),
    }
    if request.method == "POST" and form.is_valid():
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadValue(_("请选择文件。"))
            stored = importing.store(upload, by=request.user)
            kind = form.cleaned_data["kind"]
            shown = importing.preview(kind, stored, name=str(upload.name), by=request.user)
            bad = [row for row in shown.rows if row.faults]
            counts = {action: shown.count(action) for action in ("make", "change", "keep", "fault")}
            context |= {
                "preview": shown,
                "stored": stored,
                "bad": bad[:SHOWN],
                "rows": shown.rows[:20],
                "counts": counts,
                "going": counts["make"] + counts["change"],
            }
        except BadValue as error:
            form.add_error(None, error.message)
    return render(request, "products/import.html", context, status=422 if form.errors else 200)


def _described() -> list[tuple[str, str]]:
    """Return each table's name with its columns, needed ones marked."""
    return [
        (str(importing.KINDS[kind]), "、".join(f"{field.label}{'*' if field.required else ''}" for field in fields))
        for kind, fields in TABLES.items()
    ]


@require_POST
def confirm(request: SignedIn) -> HttpResponse:
    """Import the table that was shown."""
    require(request.user, "products.import")
    stored = StoredFile.objects.filter(sha256=request.POST.get("sha256", "")).first()
    if stored is None:
        raise Hidden(_("没有找到要导入的文件，请重新上传。"))
    record = importing.run(
        request.POST.get("kind", ""), stored, name=request.POST.get("name", "")[:200], by=request.user
    )
    told = {"made": record.made, "changed": record.changed, "faults": len(record.faults)}
    tell = messages.warning if record.faults else messages.success
    tell(request, _("导入完成：新增 %(made)d，更新 %(changed)d，未导入 %(faults)d 行。") % told)
    return redirect("products_import_shown", record.pk)


@require_GET
def imported(request: SignedIn, number: int) -> HttpResponse:
    """Show what became of an import, with the rows left out and why."""
    require(request.user, "products.import")
    record = TableImport.objects.select_related("by").filter(pk=number).first()
    if record is None:
        raise Hidden(_("没有这次导入。"))
    return render(
        request, "products/imported.html", {"record": record, "kind": importing.KINDS.get(record.kind, record.kind)}
    )
