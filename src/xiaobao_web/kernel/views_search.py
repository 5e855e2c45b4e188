"""The search page, its live results, and the answers of the palette."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xiaobao_web.kernel import search
from xiaobao_web.kernel.errors import Hidden

PER_PAGE = 30
LONGEST = 200


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what is found by kind, or a page of one kind; fragments for htmx, JSON where that is asked for."""
    words = request.GET.get("q", "").strip()[:LONGEST]
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"results": _plain(request, words)})
    kind = request.GET.get("kind", "")
    if kind and kind not in search.REGISTERED:
        raise Hidden("没有这一类可以搜索的内容。")
    if kind:
        groups = [search.search_kind(request.user, kind, words, limit=PER_PAGE, cursor=request.GET.get("after", ""))]
    else:
        groups = search.search(request.user, words)
    context = {
        "words": words,
        "kind": kind,
        "groups": [group for group in groups if group.hits],
        "kinds": [(item.name, item.label) for item in search.REGISTERED.values()],
    }
    template = "kernel/_results.html" if request.headers.get("HX-Request") else "kernel/search.html"
    return render(request, template, context)


@require_GET
def quick(request: HttpRequest) -> JsonResponse:
    """Return the first hits as JSON: [{"title", "kind", "url"}]."""
    words = request.GET.get("q", "").strip()[:LONGEST]
    rows = [{key: row[key] for key in ("title", "kind", "url")} for row in _plain(request, words)]
    return JsonResponse(rows, safe=False)


def _plain(request: HttpRequest, words: str) -> list[dict[str, str]]:
    pages = [(page.title, page.label, page.url) for page in search.pages(request.user, words)]
    hits = [(hit.title, str(hit.label), hit.url) for hit in search.quick(request.user, words)]
    return [{"title": title, "kind": kind, "url": url} for title, kind, url in (*pages, *hits)]
