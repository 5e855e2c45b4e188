"""What complaints say in a period: phrases, clusters, where they gather, and whether a week is out of the ordinary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.insight import Text, clusters, control_limits, hot, rising
from xiaobao.privacy import mask
from xiaobao_web.complaints import hearing
from xiaobao_web.complaints import queries as complaints
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Table, link

MOST_TEXTS = 1500
"""The newest texts of a period that words and clusters are taken from; what is shown says so."""
KEPT_SECONDS = 900
TOP = 20
MOST_LINES = 12
EXAMPLES = 8
DIMENSIONS: dict[str, tuple[Any, str, str]] = {
    "unit": (_("机构"), "unit", "unit__name"),
    "product": (_("产品"), "product", "product__name"),
    "cause": (_("投诉原因"), "cause", "cause"),
    "business": (_("业务类别"), "business_type", "business_type"),
}
LISTED = {"unit": "unit", "cause": "cause", "business": "business_type"}
"""The filter of the list of complaints for a dimension."""


@dataclass(frozen=True)
class Words:
    """The phrases of a period, those that rose fastest, and how many texts they are from."""

    hottest: Table
    fastest: Table
    texts: int
    before: int


@dataclass(frozen=True)
class Group:
    """A cluster as the page shows it."""

    name: str
    terms: list[str]
    size: int
    share: float
    cases: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class HeatCell:
    """A cell of the map: its count, what it opens, how dark it is (0 to 5)."""

    count: int
    url: str
    tone: int


@dataclass(frozen=True)
class Heat:
    """A map of two dimensions: the heads of its columns, and its lines."""

    title: str
    heads: list[str]
    lines: list[tuple[str, list[HeatCell], int]]
    left: int
    """Complaints in lines or columns beyond those shown, or without one of the two."""


def cases_of(user: Any, period: Period) -> QuerySet[Any]:
    """Return the complaints a person may see that were received in a period."""
    return complaints.visible(user).filter(**period.within("received_at"))


def _key(name: str, user: Any, period: Period) -> str:
    return f"insights:{name}:{user.pk}:{period.first}:{period.last}:{timezone.localdate()}"


def words(user: Any, period: Period) -> Words:
    """Return the phrases of a period compared with the one before; kept for a quarter of an hour."""
    found: Words | None = cache.get(_key("words", user, period))
    if found is None:
        now, before = (
            [text for _pk, text in hearing.case_texts(cases_of(user, part), MOST_TEXTS)]
            for part in (period, period.before)
        )
        hottest = _phrases(_("热词"), hot(now, top=TOP), len(now), before, period)
        fastest = _phrases(_("上升最快"), rising(now, before, top=TOP), len(now), before, period)
        found = Words(hottest, fastest, len(now), len(before))
        cache.set(_key("words", user, period), found, KEPT_SECONDS)
    return found


def _phrases(title: str, found: list[Any], texts: int, before: list[str], period: Period) -> Table:
    """Return phrases as a table; each opens its complaints, figures stand as counts and shares of texts."""
    then = [text.lower() for text in before]
    lines = []
    for phrase in found:
        if mask(phrase.text).text != phrase.text:  # somebody's number or name said often is no topic
            continue
        earlier = sum(phrase.text in text for text in then)
        url = link("insight_rows", words=phrase.text, **period.address())
        share_now, share_before = phrase.count / max(1, texts), earlier / len(then) if then else None
        lines.append([
            Cell(phrase.text, url, "text"), Cell(phrase.count, url), Cell(share_now, kind="percent"),
            Cell(earlier if then else None), Cell(share_before, kind="percent"),
        ])  # fmt: skip
    heads = [_("短语"), _("本期件数"), _("占比"), _("上期件数"), _("上期占比")]
    note = _("本期 %(now)d 件、上期 %(then)d 件投诉的原话；每期最多取最近 %(most)d 件。")
    return Table(title, heads, lines, note % {"now": texts, "then": len(then), "most": MOST_TEXTS})


def groups(user: Any, period: Period) -> tuple[list[Group], int]:
    """Return the clusters of a period with their names, the largest first, and how many texts were looked at."""
    found: tuple[list[tuple[str, list[str], list[int]]], int] | None = cache.get(_key("groups", user, period))
    if found is None:
        texts = hearing.case_texts(cases_of(user, period), MOST_TEXTS)
        at = timezone.localtime(period.start).replace(tzinfo=None)
        made = clusters([Text(str(pk), at, text) for pk, text in texts])
        found = [(c.name, list(c.terms[:8]), [int(pk) for pk in c.ids]) for c in made], len(texts)
        cache.set(_key("groups", user, period), found, KEPT_SECONDS)
    rows, total = found
    wanted = [pk for _name, _terms, ids in rows for pk in ids[:EXAMPLES]]
    cases = {row.pk: row for row in complaints.visible(user).filter(pk__in=wanted).select_related("unit")}
    return [
        Group(mask(name).text, [mask(t).text for t in terms], len(ids), len(ids) / total,
              [cases[pk] for pk in ids[:EXAMPLES] if pk in cases])
        for name, terms, ids in rows
    ], total  # fmt: skip


def heat(user: Any, period: Period, down: str, across: str) -> Heat:
    """Return the map of two dimensions: the commonest lines and columns, each cell opening its complaints."""
    rows = cases_of(user, period)
    fields = [*dict.fromkeys(name for key in (down, across) for name in DIMENSIONS[key][1:])]
    counted = list(rows.order_by().values(*fields).annotate(n=Count("pk")))
    total = sum(line["n"] for line in counted)
    lines, columns = _most(counted, down), _most(counted, across)
    cells: Counter[tuple[Any, Any]] = Counter()
    for line in counted:
        cells[(line[DIMENSIONS[down][1]], line[DIMENSIONS[across][1]])] += line["n"]
    shown = [cells[(a, b)] for a in lines for b in columns]
    most = max(shown, default=0)
    table = [
        (name, [_cell(cells[(a, b)], most, period, {down: a, across: b}) for b in columns],
         sum(cells[(a, b)] for b in columns))
        for a, name in lines.items()
    ]  # fmt: skip
    return Heat(_heat_title(lines, columns, cells, most), list(columns.values()), table, total - sum(shown))


def _most(counted: list[dict[str, Any]], key: str) -> dict[Any, str]:
    """Return the commonest values of a dimension with their names; complaints without one are left out."""
    _label, field_name, shown = DIMENSIONS[key]
    totals: Counter[tuple[Any, str]] = Counter()
    for line in counted:
        if line[field_name] not in (None, ""):
            totals[(line[field_name], line[shown])] += line["n"]
    return dict(pair for pair, _n in totals.most_common(MOST_LINES))


def _cell(count: int, most: int, period: Period, where: dict[str, Any]) -> HeatCell:
    tone = -(-5 * count // most) if most and count else 0
    if set(where) <= set(LISTED):
        keys = {LISTED[key]: value for key, value in where.items()}
        return HeatCell(count, link("complaints", view="all", **keys, **period.query("received_at")), tone)
    return HeatCell(count, link("insight_rows", **where, **period.address()), tone)


def _heat_title(lines: dict[Any, str], columns: dict[Any, str], cells: Counter[tuple[Any, Any]], most: int) -> str:
    for a, first in lines.items():
        for b, second in columns.items():
            if most and cells[(a, b)] == most:
                return _("最集中的是%(a)s的“%(b)s”：%(n)d 件") % {"a": first, "b": second, "n": most}
    return _("这段时间没有可以排列的投诉")


def control(user: Any, period: Period, *, unit: Any = None, cause: str = "") -> Figure:
    """Return the control chart of complaints a week (a month in a long period), whole weeks only, three sigma."""
    rows = cases_of(user, period)
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    if cause:
        rows = rows.filter(cause=cause)
    parts = [part for part in period.parts() if part.key == "month" or part.days == 7]
    days = Counter(timezone.localdate(at) for at in rows.values_list("received_at", flat=True).iterator())
    counts = [sum(n for day, n in days.items() if part.first <= day <= part.last) for part in parts]
    found = control_limits(counts, [part.days for part in parts]) if parts else None
    names = [part.short for part in parts]
    if found is None or len(parts) < 4:
        return Figure("control", _("不足四个完整的周，画不出控制图"), {}, period.label, _("件"))
    scale = [part.days for part in parts]
    upper = [round(u * d, 2) for u, d in zip(found.upper, scale, strict=True)]
    lower = [round(u * d, 2) for u, d in zip(found.lower, scale, strict=True)]
    centre = [round(found.centre * d, 2) for d in scale]
    data = [_point(n, part, index in found.above, unit, cause)
            for index, (n, part) in enumerate(zip(counts, parts, strict=True))]  # fmt: skip
    option = {
        "xAxis": {"type": "category", "data": names}, "yAxis": {"type": "value", "min": 0},
        "series": [
            {"name": _("件数"), "type": "line", "data": data, "symbolSize": 8},
            _limit(_("上限"), upper, "#c2473e"), _limit(_("中心线"), centre, "#7b8794"),
            _limit(_("下限"), lower, "#7b8794"),
        ],
    }  # fmt: skip
    table = [[a, b, c, d, e] for a, b, c, d, e in zip(names, counts, centre, lower, upper, strict=True)]
    heads = [_("期间"), _("件数"), _("中心线"), _("下限"), _("上限")]
    return Figure("control", _control_title(found, names), option, period.label, _("件"), heads, table)


def _point(count: int, part: Period, out: bool, unit: Any, cause: str) -> dict[str, Any]:
    where = {"unit": unit.pk if unit else None, "cause": cause, **part.query("received_at")}
    point: dict[str, Any] = {"value": count, "url": link("complaints", view="all", **where)}
    return {**point, "itemStyle": {"color": "#c2473e"}} if out else point


def _limit(name: str, values: list[float], colour: str) -> dict[str, Any]:
    return {"name": name, "type": "line", "data": values, "symbol": "none", "step": "middle",
            "lineStyle": {"type": "dashed", "color": colour, "width": 1}, "itemStyle": {"color": colour}}  # fmt: skip


def _control_title(found: Any, names: list[str]) -> str:
    if found.above:
        told = "、".join(names[index] for index in found.above[-3:])
        return _("%s 超出控制上限") % told
    if found.below:
        return _("%s 低于控制下限") % "、".join(names[index] for index in found.below[-3:])
    return _("各期都在控制限之内")
