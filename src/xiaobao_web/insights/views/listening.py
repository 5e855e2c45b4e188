"""Pages of what complaints say: phrases, clusters, the map, the control chart, and the complaints behind each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.complaints import data
from xiaobao_web.insights import behind, handing_out, listening, places, queries, sheets
from xiaobao_web.kernel import formats, periods, tallies
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import SignedIn

PAGES = (("insight_words", _("热词")), ("insight_clusters", _("主题聚类")), ("insight_places", _("地图")),
         ("insight_map", _("分布")), ("insight_control", _("控制图")))  # fmt: skip
MOST_ROWS = 200


def context_of(request: SignedIn, here: str) -> tuple[Period, dict[str, Any]]:
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    pages = [
        {"label": label, "url": tallies.link(name, **period.address()), "current": name == here}
        for name, label in PAGES
    ]
    kept = _kept(request)
    page = here.removeprefix("insight_")
    return period, {"period": period, "periods": periods.choices(period, kept), "pages": pages, "keep": kept,
                    "sheet_url": _sheet_url(request, page, period)}  # fmt: skip


@require_GET
def words(request: SignedIn) -> HttpResponse:
    """Show the commonest phrases and those that rose fastest."""
    period, context = context_of(request, "insight_words")
    found = listening.words(request.user, period)
    warned = queries.visible(request.user).filter(**period.within("raised_for")).select_related("unit")[:6]
    context |= {"words": found, "warnings": warned, "answer": _answer(found)}
    return render(request, "insights/words.html", context)


def _answer(found: listening.Words) -> str:
    if found.fastest.rows:
        first = found.fastest.rows[0]
        return _("上升最快的是“%(word)s”：本期 %(n)s 件") % {"word": first[0].shown, "n": first[1].shown}
    if found.hottest.rows:
        return _("说得最多的是“%s”") % found.hottest.rows[0][0].shown
    return _("这段时间没有足够的投诉原话")


@require_GET
def clusters(request: SignedIn) -> HttpResponse:
    """Show the groups of complaints about the same thing."""
    period, context = context_of(request, "insight_clusters")
    found, texts = listening.groups(request.user, period)
    answer = _("没有五件以上说同一件事的投诉")
    if found:
        told = {"name": found[0].name, "n": found[0].size, "share": formats.percent(found[0].share)}
        answer = _("最大的一类是“%(name)s”：%(n)d 件，占 %(share)s") % told
    context |= {"groups": found, "texts": texts, "answer": answer}
    return render(request, "insights/clusters.html", context)


@require_GET
def heat(request: SignedIn) -> HttpResponse:
    """Show where complaints gather."""
    period, context = context_of(request, "insight_map")
    pair = sheets.pair_of(request.GET.dict())
    names = listening.DIMENSIONS
    kinds = [
        {"label": f"{names[a][0]} × {names[b][0]}", "current": (a, b) == pair,
         "url": tallies.link("insight_map", by=f"{a}-{b}", **period.address())} for a, b in sheets.MAPS
    ]  # fmt: skip
    context |= {"heat": listening.heat(request.user, period, *pair), "kinds": kinds, "first": names[pair[0]][0]}
    return render(request, "insights/map.html", context)


@require_GET
def control(request: SignedIn) -> HttpResponse:
    """Show whether a week is out of the ordinary."""
    period, context = context_of(request, "insight_control")
    unit, cause = sheets.of_chart(request.GET.dict())
    units = apps.get_model("people", "Organisation").objects.filter(active=True).order_by("path")
    causes = [name for name, _label in data.causes()]
    context |= {"chart": listening.control(request.user, period, unit=unit, cause=cause), "units": units,
                "causes": causes, "unit": unit, "cause": cause}  # fmt: skip
    return render(request, "insights/control.html", context)


@require_GET
def map_of_places(request: SignedIn) -> HttpResponse:
    """Show the provinces and branches that complaints come from, and what they are about there."""
    period, context = context_of(request, "insight_places")
    measure = sheets.measure_of(request.GET.dict())
    unit, province = behind.place_of(request.GET.dict())
    rows = listening.cases_of(request.user, period)
    here = {"within": unit.pk if unit else None, "province": province}
    kinds = [
        {"label": label, "current": key == measure,
         "url": tallies.link("insight_places", measure=key, **here, **period.address())}
        for key, (label, _scale) in places.MEASURES.items()
    ]  # fmt: skip
    found = places.places(rows, period, measure=measure, province=province, unit=unit,
                          whole=listening.whole(request.user))  # fmt: skip
    local = places.within(rows, province=province, unit=unit)
    where = {key: value for key, value in here.items() if value}
    down = "product" if local.filter(product__isnull=False).exists() else "business"
    context |= {
        "places": found, "kinds": kinds, "unit": unit, "province": province, "place": unit or province,
        "whole": tallies.link("insight_places", measure=measure, **period.address()),
        "first": listening.DIMENSIONS[down][0],
        "heat": listening.heat(request.user, period, down, "cause", rows=local, where=where),
        "all_rows": tallies.link("insight_rows", **where, **period.address()),
    }  # fmt: skip
    return render(request, "insights/places.html", context)


@require_GET
def rows(request: SignedIn) -> HttpResponse:
    """Show the complaints behind a figure."""
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    found = behind.behind(request.user, period, request.GET.dict())
    note = _("只显示最近 %(most)d 件；导出可得最近 %(all)d 件。") % {"most": MOST_ROWS, "all": sheets.MOST_ROWS}
    context = {"table": behind.table(found, MOST_ROWS, note), "told": found.told, "period": period, "n": found.n,
               "sheet_url": _sheet_url(request, "rows", period)}  # fmt: skip
    return render(request, "insights/rows.html", context)


def _sheet_url(request: SignedIn, page: str, period: Period) -> str:
    """Return the address of the workbook of what a page shows."""
    query = {**_kept(request), **period.address()}
    return f"{reverse('insight_sheet', args=[page])}?{urlencode(query)}"


def _kept(request: SignedIn) -> dict[str, str]:
    """Return what the address asks for beside its days."""
    return {key: str(value)[:100] for key, value in request.GET.items() if key in sheets.KEYS and value}


@require_GET
def sheet(request: SignedIn, page: str) -> HttpResponse:
    """Hand out what a page shows as a workbook."""
    return handing_out.page(request.user, page, periods.read(request.GET), request.GET.dict())
