"""What complaints say in a period: phrases, clusters, where they gather, and whether a week is out of the ordinary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.insight import Phrase, Text, control_limits
from xiaobao.insight.clustering import Centres, grouped
from xiaobao.insight.statistics import share_ratios
from xiaobao.insight.tally import Day, Tally, named, number_of, tally
from xiaobao.privacy import mask
from xiaobao_web.complaints import data as classes
from xiaobao_web.complaints import hearing
from xiaobao_web.complaints import queries as complaints
from xiaobao_web.complaints.services import named_by
from xiaobao_web.insights import counting
from xiaobao_web.kernel.access import scope
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.periods import BeijingDay, Period
from xiaobao_web.kernel.tallies import Cell, Table, link

MOST_TEXTS = 2_000
"""Texts that are read to see which words make a phrase; counted are all."""
SORTED_TEXTS = 2_000
"""Texts that clusters are found among; sorted into them are all."""
CANDIDATES, FOR_EACH = 300, 8
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
LISTED = {"cause": "cause", "business": "business_type"}
"""The filter of the list of complaints for a dimension; the list's organisation takes in those below it."""


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
    url: str = ""

    @property
    def further(self) -> list[str]:
        """Return the terms that its name does not say."""
        return [term for term in self.terms if term not in self.name]


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
    lines: list[tuple[str, list[HeatCell], HeatCell]]
    """The name of each line, its cells, and all of the line, columns that are not shown included"""
    left: int
    """Complaints in lines or columns beyond those shown, or without one of the two."""


def cases_of(user: Any, period: Period) -> QuerySet[Any]:
    """Return the complaints a person may see that were received in a period."""
    return complaints.visible(user).filter(**period.within("received_at"))


def whole(user: Any) -> bool:
    """Tell whether a person sees all complaints there are."""
    return scope(user, "complaints.view").everywhere


def _key(name: str, user: Any, period: Period) -> str:
    return f"insights:{name}:{user.pk}:{period.first}:{period.last}:{timezone.localdate()}"


def words(user: Any, period: Period) -> Words:
    """Return the phrases of a period compared with the one before; kept for a quarter of an hour."""
    found: Words | None = cache.get(_key("words", user, period))
    if found is None:
        left = counting.catch_up(period, period.before)
        now, before = counting.heard(user, period), counting.heard(user, period.before)
        counted = tally(now.source, before.source, now.texts, before.texts)
        common, risen = named(counted, _sample(user, now, counted), top=TOP)
        tables = [_phrases(title, rows, counted, left, period)
                  for title, rows in ((_("热词"), common), (_("上升最快"), risen))]  # fmt: skip
        found = Words(tables[0], tables[1], counted.texts, counted.texts_before)
        if not left:
            cache.set(_key("words", user, period), found, KEPT_SECONDS)
    return found


def _sample(user: Any, heard: counting.Heard, counted: Tally) -> list[str]:
    """Return texts of a period that hold its phrases, some for each, at most MOST_TEXTS."""
    lacking = dict.fromkeys(_telling(counted), FOR_EACH)
    chosen: list[int] = []
    for day in heard.days(newest_first=True):
        for place in range(len(day) - 1, -1, -1):
            held = [n for n in day.features.of(place).tolist() if lacking.get(n)]
            for number in held:
                lacking[number] -= 1
            if held:
                chosen.append(int(day.keys[place]))
        if len(chosen) >= MOST_TEXTS or not any(lacking.values()):
            break
    return [text for _pk, text in hearing.case_texts(_among(user, chosen[:MOST_TEXTS]), MOST_TEXTS)]


def _telling(counted: Tally) -> list[int]:
    """Return the phrases of a tally that are worth examples: the commonest and those that rose most."""
    exposure = counted.texts / max(1, counted.texts + counted.texts_before)
    ratios = share_ratios(counted.now.astype(float), counted.before.astype(float), exposure)
    best = {*counted.numbers[counted.now.argsort()[::-1][:CANDIDATES]].tolist()}
    return [*best.union(counted.numbers[ratios.argsort()[::-1][:CANDIDATES]].tolist())]


def _among(user: Any, keys: list[int]) -> QuerySet[Any]:
    return complaints.visible(user).filter(pk__in=keys)


def _phrases(title: str, found: list[Phrase], counted: Tally, left: int, period: Period) -> Table:
    """Return phrases as a table; each opens its complaints, figures stand as counts and shares of texts."""
    lines = []
    for phrase in found:
        if mask(phrase.text).text != phrase.text:  # somebody's number or name said often is no topic
            continue
        url = link("insight_rows", words=phrase.text, **period.address())
        earlier = link("insight_rows", words=phrase.text, **period.before.address())
        past = counted.texts_before
        share_now, share_before = phrase.count / max(1, counted.texts), phrase.before / past if past else None
        lines.append([
            Cell(phrase.text, url, "text"), Cell(phrase.count, url), Cell(share_now, kind="percent"),
            Cell(phrase.before if past else None, earlier), Cell(share_before, kind="percent"),
        ])  # fmt: skip
    heads = [_("短语"), _("本期件数"), _("占比"), _("上期件数"), _("上期占比")]
    note = _("本期 %(now)d 件、上期 %(then)d 件投诉的原话，全部计入。")
    told = note % {"now": counted.texts, "then": counted.texts_before}
    return Table(title, heads, lines, told + (_("另有 %d 件正在统计，稍后计入。") % left if left else ""))


def groups(user: Any, period: Period) -> tuple[list[Group], int]:
    """Return the clusters of a period with their names, the largest first, and how many texts were sorted."""
    kept: _Sorted | None = cache.get(_key("groups", user, period))
    if kept is None:
        left = counting.catch_up(period)
        kept = _sorted(user, counting.heard(user, period), period)
        if not left:
            cache.set(_key("groups", user, period), kept, KEPT_SECONDS)
    wanted = [pk for _name, _terms, _size, ids in kept.groups for pk in ids]
    cases = {row.pk: row for row in _among(user, wanted).select_related("unit")}
    return [
        Group(name, terms, size, size / max(1, kept.texts), [cases[pk] for pk in ids if pk in cases],
              link("insight_rows", group=name, **period.address()))
        for name, terms, size, ids in kept.groups
    ], kept.texts  # fmt: skip


@dataclass(frozen=True)
class _Sorted:
    """The clusters of a period: name, terms, size, typical complaints; their centres, and all that was sorted."""

    groups: list[tuple[str, list[str], int, list[int]]]
    centres: Centres
    order: list[int]
    """The centre of each group."""
    texts: int


def _sorted(user: Any, heard: counting.Heard, period: Period) -> _Sorted:
    """Sort the complaints of a period: groups from evenly chosen ones, then all of them into these."""
    total = heard.texts
    step = -(-total // SORTED_TEXTS) or 1
    parts, seen = [], 0
    for day in heard.days():
        offset = -seen % step
        parts.append(day.every(step, offset))
        seen += len(day)
    sample = Day.joined(parts)
    texts = dict(hearing.case_texts(_among(user, sample.keys.tolist()), len(sample) + 1))
    at = timezone.localtime(period.start).replace(tzinfo=None)
    made, centres = grouped([Text(str(pk), at, texts.get(pk, "")) for pk in sample.keys.tolist()], sample.short())
    sizes = Counter[int]()
    for day in heard.days():
        sizes.update(centres.homes(day.short()).tolist())
    order = sorted(range(len(made)), key=lambda n: (-sizes[n], n))
    shown = [(mask(made[n].name).text, [mask(t).text for t in made[n].terms[:8]], sizes[n],
              [int(pk) for pk in made[n].ids[:EXAMPLES]]) for n in order]  # fmt: skip
    return _Sorted(shown, centres, order, total)


def keys_of_phrase(user: Any, period: Period, phrase: str) -> list[int]:
    """Return the complaints of a period that hold a phrase, the newest first: as many as its figure says."""
    counting.catch_up(period)
    keys = counting.heard(user, period).holding(number_of(phrase))
    named = named_by(user, keys, phrase)  # a name looked for would say whose a confidential complaint is
    return [key for key in keys if key not in named] if named else keys


def keys_of_group(user: Any, period: Period, name: str) -> list[int]:
    """Return the complaints of a cluster, the newest first; none where no cluster has the name any more."""
    groups(user, period)
    kept: _Sorted | None = cache.get(_key("groups", user, period))
    place = next((n for n, group in enumerate(kept.groups) if group[0] == name), None) if kept else None
    if kept is None or place is None:
        return []
    out: list[int] = []
    for day in counting.heard(user, period).days(newest_first=True):
        out += day.keys[kept.centres.homes(day.short()) == kept.order[place]][::-1].tolist()
    return out


def heat(user: Any, period: Period, down: str, across: str, *, rows: Any = None, where: Any = None) -> Heat:
    """Return the map of two dimensions: the commonest lines and columns, each cell opening its complaints.

    rows: complaints of a place, where the map is of that place alone; where: the keys by which its address has it.
    """
    rows = cases_of(user, period) if rows is None else rows
    fields = [*dict.fromkeys(name for key in (down, across) for name in DIMENSIONS[key][1:])]
    counted = list(rows.order_by().values(*fields).annotate(n=Count("*")))
    total = sum(line["n"] for line in counted)
    lines, columns = _most(counted, down), _most(counted, across)
    cells: Counter[tuple[Any, Any]] = Counter()
    for line in counted:
        cells[(line[DIMENSIONS[down][1]], line[DIMENSIONS[across][1]])] += line["n"]
    shown = [cells[(a, b)] for a in lines for b in columns]
    most = max(shown, default=0)
    sums: Counter[Any] = Counter()
    for (a, _b), n in cells.items():
        sums[a] += n
    table = [
        (name, [_cell(cells[(a, b)], most, period, {down: a, across: b, **(where or {})}) for b in columns],
         _cell(sums[a], 0, period, {down: a, **(where or {})}))
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
    listed = {"cause": classes.causes(), "business": classes.business_types()}
    if all(key in LISTED and value in dict(listed[key]) for key, value in where.items()):
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
    told = rows.order_by().annotate(day=BeijingDay("received_at")).values_list("day").annotate(n=Count("*"))
    days: dict[date, int] = dict(told)
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
        "xAxis": {"type": "category", "data": names}, "yAxis": {"type": "value", "min": 0, "minInterval": 1},
        "series": [
            {"name": _("件数"), "type": "line", "data": data, "symbolSize": 8},
            _limit(_("上限"), upper, "#c2473e"), _limit(_("中心线"), centre, "#7b8794"),
            _limit(_("下限"), lower, "#7b8794"),
        ],
    }  # fmt: skip
    opened = [Cell(n, point["url"]) for n, point in zip(counts, data, strict=True)]
    table = [list(line) for line in zip(names, opened, centre, lower, upper, strict=True)]
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
