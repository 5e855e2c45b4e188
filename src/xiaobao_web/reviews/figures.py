"""Figures of reviews: volume, passes and returns, days to the opinion, minutes, by line, kind and submitter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import deadlines, formats, tallies
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.lines import lines
from xiaobao_web.kernel.periods import BeijingDay, Period
from xiaobao_web.kernel.tallies import Cell, Stat, Table, link, share
from xiaobao_web.reviews import data, queries
from xiaobao_web.reviews.models import Conclusion, Review, Subject

BLUE, AMBER, VIOLET = "#2f6fbd", "#d08a10", "#7a56b8"
MOST = 12
Pair = tuple[date, date]


@dataclass(frozen=True)
class Report:
    """All figures of a period."""

    stats: list[Stat]
    charts: list[Figure]
    tables: list[Table]


def _pairs(rows: QuerySet[Review], period: Period) -> Counter[Pair]:
    """Return the days of submission and of opinion of the reviews whose opinion came in a period, how many of each."""
    found = rows.filter(submitted_at__isnull=False, **period.within("opinion_at")).order_by()
    days = found.values_list(BeijingDay("submitted_at"), BeijingDay("opinion_at")).annotate(n=Count("pk"))
    return Counter({(begin, end): n for begin, end, n in days})


def working_days(pairs: Iterable[Pair]) -> list[float]:
    """Return the working days of each pair of days, or of each as often as a Counter of them has it."""
    out: list[float] = []
    for (begin, end), times in Counter(pairs).items():
        out += [_working_days(begin, end)] * times
    return out


@lru_cache(maxsize=50_000)
def _working_days(begin: date, end: date) -> float:
    return float(max(int(deadlines.calendar().working_days_between(begin, end)), 0))


@dataclass(frozen=True)
class Totals:
    """What a period comes to."""

    submitted: int
    returned: int
    issued: int
    passed: int
    median: float | None
    ninth: float | None
    minutes: float | None


def totals(
    rows: QuerySet[Review],
    period: Period,
    pairs: Counter[Pair] | None = None,
    grouped: list[dict[str, Any]] | None = None,
) -> Totals:
    """Return the totals of a period, from its pairs of days and its counts by organisation where these are known."""
    out = Q(**period.within("opinion_at"))
    if grouped is None:
        row: dict[str, int] = {}
        for within, counts in _counts(period):
            row |= rows.filter(within).aggregate(**counts)
    else:
        row = {name: sum(line[name] for line in grouped) for name in COUNTED}
    days = working_days(_pairs(rows, period) if pairs is None else pairs)
    took = rows.filter(out, minutes__gt=0).order_by().values_list("minutes").annotate(n=Count("pk"))
    minutes = [float(value) for value, n in took for _each in range(n)]
    return Totals(
        **row, median=tallies.median(days), ninth=tallies.quantile(days, 0.9), minutes=tallies.median(minutes)
    )


def report(user: Any, period: Period) -> Report:
    """Return the figures of the reviews a person may see."""
    rows = queries.visible(user)
    pairs = _pairs(rows, period)
    grouped = _grouped(rows, period)
    now, before = totals(rows, period, pairs, grouped), totals(rows, period.before)
    by_line = _by_line(user, grouped, period)
    charts = [_volume(rows, period, now), _speed(pairs, period)]
    tables = [
        Table(_("按条线"), _line_heads(_("条线")), by_line, _("条线为总行部门或分行，其下机构一并计入。")),
        _by_subject(grouped, period),
        _by_submitter(grouped, period),
        _reasons(rows, period),
    ]
    return Report(_stats(now, before, period), charts, tables)


def _stats(now: Totals, before: Totals, period: Period) -> list[Stat]:
    sent, out = period.query("submitted_at"), period.query("opinion_at")
    opinions = link("reviews", view="all", **out)
    compared = tallies.compared
    passed, passed_before = share(now.passed, now.issued), share(before.passed, before.issued)
    returned, returned_before = share(now.returned, now.submitted), share(before.returned, before.submitted)
    ninth = _("九成在 %s 个工作日内") % Cell(now.ninth, kind="days").shown if now.ninth is not None else ""
    return [
        Stat(
            _("送审"),
            Cell(now.submitted, link("reviews", view="all", **sent)),
            _("件"),
            compared(now.submitted, before.submitted),
        ),
        Stat(_("出具意见"), Cell(now.issued, opinions), _("件"), compared(now.issued, before.issued)),
        Stat(
            _("直接通过率"),
            Cell(passed, link("reviews", view="all", conclusion="pass", **out), "percent"),
            "",
            compared(passed, passed_before, kind="percent"),
        ),
        Stat(
            _("退回率"),
            Cell(returned, link("reviews", view="all", returned=1, **sent), "percent"),
            "",
            compared(returned, returned_before, kind="percent"),
        ),
        Stat(
            _("提交到出具意见（中位数）"),
            Cell(now.median, opinions, "days"),
            _("个工作日"),
            "；".join(filter(None, [ninth, compared(now.median, before.median, kind="days")])),
        ),
        Stat(
            _("每件审查用时（中位数）"),
            Cell(now.minutes, opinions, "days"),
            _("分钟"),
            compared(now.minutes, before.minutes, kind="days"),
        ),
    ]


def _volume(rows: QuerySet[Review], period: Period, now: Totals) -> Figure:
    parts, found = period.parts(), Counter[str]()
    sent = rows.filter(**period.within("submitted_at")).order_by()
    back = ExpressionWrapper(Q(returns__gt=0), BooleanField())
    for day, again, n in sent.values_list(BeijingDay("submitted_at"), back).annotate(n=Count("pk")):
        part = next(index for index, part in enumerate(parts) if day <= part.last)
        found[f"p{part}"] += n
        found[f"r{part}"] += n if again else 0
    title = _("这段时间没有送审")
    if now.submitted:
        told = {"n": now.submitted, "back": now.returned, "share": formats.percent(now.returned / now.submitted)}
        title = _("送审 %(n)d 件，退回过 %(back)d 件（%(share)s）") % told

    def bar(name: str, key: str, colour: str, **more: Any) -> dict[str, Any]:
        items = [
            {"value": found[f"{key}{n}"], "url": link("reviews", view="all", **more, **part.query("submitted_at"))}
            for n, part in enumerate(parts)
        ]
        return {"name": name, "type": "bar", "itemStyle": {"color": colour}, "data": items}

    option = {
        "xAxis": {"type": "category", "data": [part.short for part in parts]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [bar(_("送审"), "p", BLUE), bar(_("其中退回过"), "r", AMBER, returned=1)],
    }
    plain = [[part.label, found[f"p{n}"], found[f"r{n}"]] for n, part in enumerate(parts)]
    return Figure("review-volume", title, option, period.label, _("件"), [_("时间"), _("送审"), _("其中退回过")], plain)


def _speed(pairs: Counter[Pair], period: Period) -> Figure:
    parts = period.parts()
    days = [
        working_days(Counter({pair: n for pair, n in pairs.items() if part.first <= pair[1] <= part.last}))
        for part in parts
    ]
    middle, ninth = [tallies.median(item) for item in days], [tallies.quantile(item, 0.9) for item in days]
    title = _("这段时间没有出具意见")
    if pairs:
        every = working_days(pairs)
        told = {
            "middle": Cell(tallies.median(every), kind="days").shown,
            "ninth": Cell(tallies.quantile(every, 0.9), kind="days").shown,
        }
        title = _("意见一般 %(middle)s 个工作日出具，九成在 %(ninth)s 个工作日内") % told

    def line(name: str, values: list[float | None], colour: str) -> dict[str, Any]:
        items = [
            {
                "value": None if value is None else round(value, 1),
                "url": link("reviews", view="all", **part.query("opinion_at")),
            }
            for value, part in zip(values, parts, strict=True)
        ]
        return {
            "name": name,
            "type": "line",
            "connectNulls": True,
            "symbolSize": 7,
            "itemStyle": {"color": colour},
            "data": items,
        }

    option = {
        "xAxis": {"type": "category", "data": [part.short for part in parts]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [line(_("中位数"), middle, BLUE), line(_("九成以内"), ninth, VIOLET)],
    }
    plain = [
        [part.label, len(item), *(None if value is None else round(value, 1) for value in (low, high))]
        for part, item, low, high in zip(parts, days, middle, ninth, strict=True)
    ]
    heads = [_("时间"), _("意见数"), _("中位数"), _("九成以内")]
    return Figure("review-speed", title, option, period.label, _("工作日"), heads, plain)


def _line_heads(first: str) -> list[str]:
    return [first, _("送审"), _("退回过"), _("退回率"), _("出具意见"), _("直接通过"), _("直接通过率")]


def _counts(period: Period) -> list[tuple[Q, dict[str, Any]]]:
    """Return what is counted of the reviews sent in a period, and of those whose opinion came in it.

    They are asked for apart: an index answers each, and none both.
    """
    return [
        (Q(**period.within("submitted_at")), {"submitted": Count("pk"), "returned": Count("pk", Q(returns__gt=0))}),
        (Q(**period.within("opinion_at")), {"issued": Count("pk"), "passed": Count("pk", PASSED)}),
    ]


def _line(name: str, row: dict[str, int], period: Period, whole: bool = True, **where: Any) -> list[Cell]:
    sent, out = period.query("submitted_at"), period.query("opinion_at")

    def url(span: dict[str, str], **more: Any) -> str:
        return link("reviews", view="all", **where, **more, **span) if whole else ""

    return [
        Cell(name, url(sent), "text"),
        Cell(row["submitted"], url(sent)),
        Cell(row["returned"], url(sent, returned=1)),
        Cell(share(row["returned"], row["submitted"]), url(sent, returned=1), "percent", f"n={row['submitted']}"),
        Cell(row["issued"], url(out)),
        Cell(row["passed"], url(out, conclusion="pass")),
        Cell(share(row["passed"], row["issued"]), url(out, conclusion="pass"), "percent", f"n={row['issued']}"),
    ]


PASSED = Q(conclusion=Conclusion.PASS)
COUNTED = ("submitted", "returned", "issued", "passed")


def _grouped(rows: QuerySet[Review], period: Period) -> list[dict[str, Any]]:
    """Return a period's counts by organisation, kind and submitter at once: reading the rows is what takes long."""
    by, found = ("unit", "subject", "created_by"), dict[Any, dict[str, Any]]()
    for within, counts in _counts(period):
        for row in rows.filter(within).order_by().values(*by).annotate(**counts):
            key = tuple(row[name] for name in by)
            found.setdefault(key, dict.fromkeys(COUNTED, 0)).update(row)
    return list(found.values())


def _summed(rows: list[dict[str, Any]], *by: str) -> list[tuple[Any, dict[str, int]]]:
    """Return those counts by some of what they are told by, the most submitted first."""
    summed: dict[Any, dict[str, int]] = {}
    for row in rows:
        line = summed.setdefault(tuple(row[name] for name in by), dict.fromkeys(COUNTED, 0))
        for name in COUNTED:
            line[name] += row[name]
    return sorted(summed.items(), key=lambda pair: (-pair[1]["submitted"], pair[0]))


def _by_line(user: Any, grouped: list[dict[str, Any]], period: Period) -> list[list[Cell]]:
    places = lines(user, "reviews.view")
    summed: dict[Any, Counter[str]] = {}
    for (unit,), row in _summed(grouped, "unit"):
        summed.setdefault(places[unit], Counter()).update(row)
    ordered = sorted(summed.items(), key=lambda pair: (-pair[1]["submitted"], pair[0].name))
    return [
        _line(line.name, {name: counter[name] for name in COUNTED}, period, line.whole, unit=line.pk)
        for line, counter in ordered
    ]


def _by_subject(grouped: list[dict[str, Any]], period: Period) -> Table:
    found = _summed(grouped, "subject")
    shown = [_line(str(Subject(subject).label), row, period, subject=subject) for (subject,), row in found]
    return Table(_("按审查类型"), _line_heads(_("审查类型")), shown)


def _by_submitter(grouped: list[dict[str, Any]], period: Period) -> Table:
    found = _summed(grouped, "created_by", "unit")
    first = found[:MOST]
    people = get_user_model()._default_manager.in_bulk([key[0] for key, _row in first])
    units = apps.get_model("people", "Organisation")._default_manager.in_bulk([key[1] for key, _row in first])
    shown = [
        _line(f"{people[person].name}（{units[unit].name}）", row, period, created_by=person)
        for (person, unit), row in first
    ]
    note = _("送审最多的 %d 位。") % MOST if len(found) > MOST else ""
    return Table(_("按送审人"), _line_heads(_("送审人")), shown, note)


def _reasons(rows: QuerySet[Review], period: Period) -> Table:
    sent = rows.filter(**period.within("submitted_at"))
    found = (
        sent.filter(return_records__isnull=False)
        .order_by()
        .values("return_records__reason")
        .annotate(n=Count("pk", distinct=True))
    )
    total = sent.filter(returns__gt=0).count()
    shown = [
        [
            Cell(data.return_label(row["return_records__reason"]), kind="text"),
            Cell(
                row["n"],
                link("reviews", view="all", reason=row["return_records__reason"], **period.query("submitted_at")),
            ),
            Cell(share(row["n"], total), kind="percent"),
        ]
        for row in found.order_by("-n", "return_records__reason")
    ]
    return Table(_("退回原因"), [_("原因"), _("件数"), _("占退回过的")], shown, _("一件可能因几种原因退回。"))


def desk_chart(user: Any) -> list[Figure]:
    """Return for the work-desk what came in and how fast opinions went out in twelve weeks; nothing without reviews."""
    if not holds(user, "reviews.view"):
        return []
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    period = Period("", monday - timedelta(weeks=11), today)
    rows = queries.visible(user)
    pairs = _pairs(rows, period)
    if pairs:
        return [_on_desk(_speed(pairs, period))]
    now = totals(rows, period, pairs)
    if now.issued:
        return [_on_desk(_speed(pairs, period))]
    return [_on_desk(_volume(rows, period, now))] if now.submitted else []


def _on_desk(figure: Figure) -> Figure:
    return Figure(
        f"desk-{figure.key}",
        figure.title,
        figure.option,
        _("近 12 周"),
        figure.unit,
        figure.heads,
        figure.rows,
        link("review_figures"),
    )
