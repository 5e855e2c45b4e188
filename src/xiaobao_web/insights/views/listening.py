"""Pages of what complaints say: phrases, clusters, the map, the control chart, and the complaints behind each."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.complaints import data
from xiaobao_web.insights import listening, places, queries
from xiaobao_web.kernel import formats, periods, tallies
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.tallies import Cell, Table

PAGES = (("insight_words", _("热词")), ("insight_clusters", _("主题聚类")), ("insight_places", _("地图")),
         ("insight_map", _("分布")), ("insight_control", _("控制图")))  # fmt: skip
MOST_ROWS = 200
MAPS = (("unit", "cause"), ("product", "cause"), ("unit", "product"), ("unit", "business"), ("business", "cause"))


def context_of(request: SignedIn, here: str) -> tuple[Period, dict[str, Any]]:
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    pages = [
        {"label": label, "url": tallies.link(name, **period.address()), "current": name == here}
        for name, label in PAGES
    ]
    return period, {"period": period, "periods": periods.choices(period), "pages": pages}


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
    chosen = request.GET.get("by", "")
    pair = next((item for item in MAPS if "-".join(item) == chosen), MAPS[0])
    names = listening.DIMENSIONS
    kinds = [
        {"label": f"{names[a][0]} × {names[b][0]}", "current": (a, b) == pair,
         "url": tallies.link("insight_map", by=f"{a}-{b}", **period.address())} for a, b in MAPS
    ]  # fmt: skip
    context |= {"heat": listening.heat(request.user, period, *pair), "kinds": kinds, "first": names[pair[0]][0]}
    return render(request, "insights/map.html", context)


@require_GET
def control(request: SignedIn) -> HttpResponse:
    """Show whether a week is out of the ordinary."""
    period, context = context_of(request, "insight_control")
    units = apps.get_model("people", "Organisation").objects.filter(active=True).order_by("path")
    given = request.GET.get("unit", "")
    unit = units.filter(pk=int(given)).first() if given.isascii() and given.isdigit() and len(given) < 12 else None
    causes = [name for name, _label in data.causes()]
    cause = request.GET.get("cause", "") if request.GET.get("cause", "") in causes else ""
    context |= {"chart": listening.control(request.user, period, unit=unit, cause=cause), "units": units,
                "causes": causes, "unit": unit, "cause": cause}  # fmt: skip
    return render(request, "insights/control.html", context)


def place_of(request: SignedIn) -> tuple[Any, str]:
    """Return the organisation (`within`) or the province that an address names, None and "" where it names none."""
    given = request.GET.get("within", "")
    units = apps.get_model("people", "Organisation").objects
    unit = units.filter(pk=int(given)).first() if given.isascii() and given.isdigit() and len(given) < 12 else None
    province = request.GET.get("province", "")
    return unit, province if unit is None and province in places.provinces() else ""


@require_GET
def map_of_places(request: SignedIn) -> HttpResponse:
    """Show the provinces and branches that complaints come from, and what they are about there."""
    period, context = context_of(request, "insight_places")
    measure = request.GET.get("measure", "")
    measure = measure if measure in places.MEASURES else "count"
    unit, province = place_of(request)
    rows = listening.cases_of(request.user, period)
    here = {"within": unit.pk if unit else None, "province": province}
    kinds = [
        {"label": label, "current": key == measure,
         "url": tallies.link("insight_places", measure=key, **here, **period.address())}
        for key, (label, _scale) in places.MEASURES.items()
    ]  # fmt: skip
    found = places.places(rows, period, measure=measure, province=province, unit=unit)
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
    """Show the complaints behind a phrase or a cell."""
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    found, told = listening.cases_of(request.user, period), []
    keys: list[int] | None = None
    phrase, group = request.GET.get("words", "").strip()[:60], request.GET.get("group", "").strip()[:80]
    if phrase:
        keys, told = listening.keys_of_phrase(request.user, period, phrase), [_("原话有“%s”") % phrase]
    elif group:
        keys, told = listening.keys_of_group(request.user, period, group), [_("说的是“%s”") % group]
    if keys is not None:
        found = found.filter(pk__in=keys[:MOST_ROWS])
    for key, (label, path, _shown) in listening.DIMENSIONS.items():
        value = request.GET.get(key, "")
        number = path in ("unit", "product")
        if value and (not number or (value.isascii() and value.isdigit() and len(value) < 12)):
            found = found.filter(**{path: int(value) if number else value})
            told.append(str(label) if number else f"{label}：{value}")
    unit, province = place_of(request)
    found = places.within(found, province=province, unit=unit)
    told += [str(unit)] if unit is not None else [province] if province else []
    shown = list(found.select_related("unit", "product").order_by("-received_at", "-pk")[: MOST_ROWS + 1])
    cut, shown = len(shown) > MOST_ROWS or len(keys or ()) > MOST_ROWS, shown[:MOST_ROWS]
    n = len(keys) if keys is not None else found.count() if cut else len(shown)
    context = {"table": _table(shown, cut), "told": told, "period": period, "n": n}
    return render(request, "insights/rows.html", context)


def _table(cases: list[Any], cut: bool) -> Table:
    heads = [_("投诉编号"), _("事项"), _("责任机构"), _("产品"), _("投诉原因"), _("收到"), _("状态")]
    lines = [
        [Cell(row.number, row.get_absolute_url(), "text"), Cell(row.title, row.get_absolute_url(), "text"),
         Cell(str(row.unit), kind="text"), Cell(str(row.product.name if row.product else row.product_name) or None,
         kind="text"), Cell(row.cause or None, kind="text"), Cell(formats.moment(row.received_at), kind="text"),
         Cell(row.get_state_display(), kind="text")]
        for row in cases
    ]  # fmt: skip
    return Table("", heads, lines, _("只显示最近 %d 件，请缩短期间。") % MOST_ROWS if cut else "")
