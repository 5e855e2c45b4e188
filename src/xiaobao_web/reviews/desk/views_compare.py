"""Two versions of a material side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.materials.models import MaterialVersion
from xiaobao_web.reviews.desk import comparison, queries
from xiaobao_web.reviews.models import ReviewMaterial

Versions = tuple[list[MaterialVersion], MaterialVersion, MaterialVersion]


def _pair(request: HttpRequest, entry: ReviewMaterial) -> Versions:
    """Return all versions, and the two compared: by default the one that counts and the one before it."""
    versions = list(entry.material.versions.select_related("reading", "stored", "added_by").order_by("number"))
    by_number = {str(row.number): row for row in versions}
    new = by_number.get(request.GET.get("new", "")) or next(row for row in versions if row.pk == entry.version_id)
    before = [row for row in versions if row.number < new.number]
    old = by_number.get(request.GET.get("old", "")) or (before[-1] if before else new)
    return versions, old, new


@require_GET
def compare(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Show what changed between two versions and what became of findings and opinions."""
    review = queries.find_review(request.user, pk)
    row = queries.find_entry(review, entry)
    versions, old, new = _pair(request, row)
    context: dict[str, Any] = {
        "review": review, "entry": row, "versions": versions, "old": old, "new": new, "same": old.sha256 == new.sha256,
        "alone": len(versions) < 2, "fates": [], "rows": [], "pages": [],
    }  # fmt: skip
    if old.pk != new.pk:
        context["fates"] = comparison.fates_of(old, new)
        context["points"] = comparison.points_of(review, new)
        if old.reading is not None and new.reading is not None:
            context["rows"] = comparison.rows_of(old.reading, new.reading)
            context["changes"] = sum(1 for item in context["rows"] if item.kind not in ("equal", "folded"))
            both = {page["page"] for page in old.reading.pages}
            context["pages"] = [page for page in new.reading.pages if page["page"] in both]
    return render(request, "reviews/desk/compare.html", context)


@require_GET
def regions(request: HttpRequest, pk: int, entry: int, page: int) -> JsonResponse:
    """Return the regions (shares of the picture) in which a page's pictures differ, and the changed share."""
    review = queries.find_review(request.user, pk)
    row = queries.find_entry(review, entry)
    _versions, old, new = _pair(request, row)
    if old.pk == new.pk:
        raise Hidden(_("只有一个版本，没有可以比较的。"))
    found = comparison.regions_of(old, new, page)
    return JsonResponse({"regions": found.regions, "changed": found.changed})
