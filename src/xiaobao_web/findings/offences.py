"""Figures of what is found in material: the commonest offences, by line and submitter, and how well each rule does."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions, queries
from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel import formats
from xiaobao_web.kernel.access import visible_to
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.lines import Line, lines
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Table, link, share

MOST = 12
MOST_RULES = 40
FEW = 10
"""Below so many decisions a precision says little, and the table says so."""
UNIT = "version__material__unit"


def decided(user: Any, period: Period) -> QuerySet[Finding]:
    """Return the findings decided in a period in material that a person may see, each where it was decided first."""
    rows = queries.counting(visible_to(user, Finding.objects.all(), "findings.view"))
    return rows.filter(carried_from__isnull=True, **period.within("decided_at")).exclude(decision=Decision.OPEN)


def _listed(period: Period, **where: Any) -> str:
    return link("findings", first=1, **where, **period.query("decided_at"))


def commonest(user: Any, period: Period) -> Figure:
    """Return the commonest accepted offences as bars."""
    rows = decided(user, period).filter(decision=Decision.ACCEPTED)
    found = list(rows.order_by().values("title").annotate(n=Count("pk")).order_by("-n", "title")[:MOST])
    total = rows.count() if found else 0
    title = _("这段时间没有采纳的发现")
    if found:
        told = {"name": found[0]["title"], "n": found[0]["n"], "share": formats.percent(found[0]["n"] / total)}
        title = _("最常见的问题是“%(name)s”：%(n)d 处，占 %(share)s") % told
    items = [{"value": row["n"], "url": _listed(period, decision="accepted", title=row["title"])} for row in found]
    option = {
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row["title"] for row in found],
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [{"type": "bar", "data": items}],
    }
    plain = [[row["title"], row["n"], formats.percent(row["n"] / total)] for row in found]
    return Figure("offences", title, option, period.label, _("处"), [_("问题"), _("处"), _("占比")], plain)


def tables(user: Any, period: Period) -> list[Table]:
    """Return offences by line and by submitter, and the health of the rules."""
    rows = decided(user, period)
    return [_by_line(user, rows, period), _by_submitter(rows, period), rule_health(rows, period)]


def _heads(first: str) -> list[str]:
    return [first, _("采纳的问题"), _("其中高"), _("最常见的问题"), _("处")]


def _by_line(user: Any, rows: QuerySet[Finding], period: Period) -> Table:
    places = lines(user, "findings.view")
    offences: dict[Line, Counter[str]] = {}
    high: Counter[Line] = Counter()
    accepted = rows.filter(decision=Decision.ACCEPTED).order_by()
    graved = Count("pk", filter=Q(severity="high"))
    for row in accepted.values(UNIT, "title").annotate(n=Count("pk"), high=graved):
        line = places[row[UNIT]]
        offences.setdefault(line, Counter())[row["title"]] += row["n"]
        high[line] += row["high"]
    shown = []
    for line, counter in sorted(offences.items(), key=lambda pair: (-pair[1].total(), pair[0].name)):
        where = {"unit": line.pk} if line.whole else None
        shown.append(_offences(line.name, counter, high[line], period, where))
    return Table(_("问题按条线"), _heads(_("条线")), shown)


def _by_submitter(rows: QuerySet[Finding], period: Period) -> Table:
    offences: dict[tuple[int, str], Counter[str]] = {}
    high: Counter[tuple[int, str]] = Counter()
    accepted = rows.filter(decision=Decision.ACCEPTED, version__added_by__isnull=False).order_by()
    graved = Count("pk", filter=Q(severity="high"))
    for row in accepted.values("version__added_by", "version__added_by__name", "title").annotate(
        n=Count("pk"), high=graved
    ):
        key = (row["version__added_by"], row["version__added_by__name"])
        offences.setdefault(key, Counter())[row["title"]] += row["n"]
        high[key] += row["high"]
    ordered = sorted(offences.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    shown = [
        _offences(name, counter, high[(pk, name)], period, {"submitter": pk}) for (pk, name), counter in ordered[:MOST]
    ]
    note = _("问题最多的 %d 位。") % MOST if len(ordered) > MOST else ""
    return Table(_("问题按提交人"), _heads(_("提交人")), shown, note)


def _offences(name: str, counter: Counter[str], high: int, period: Period, where: dict[str, Any] | None) -> list[Cell]:
    def url(**more: Any) -> str:
        return _listed(period, decision="accepted", **where, **more) if where is not None else ""

    title, times = counter.most_common(1)[0]
    return [
        Cell(name, url(), "text"),
        Cell(counter.total(), url()),
        Cell(high, url(severity="high")),
        Cell(title, url(title=title), "text"),
        Cell(times, url(title=title)),
    ]


def rule_health(rows: QuerySet[Finding], period: Period) -> Table:
    """Return the precision of each rule from reviewers' decisions, with n and Wilson's 95 % interval; the worst first.

    Rules with few decisions come after those of which one can say something.
    """
    found = decisions.precision(rows)
    of_rules = rows.filter(source=FindingSource.RULE).order_by("pk")
    titles = dict(of_rules.values_list("rule", "title"))
    ordered = sorted(found.values(), key=lambda item: (item.n < FEW, item.share or 0.0, -item.n, item.rule))
    shown = []
    for item in ordered[:MOST_RULES]:
        low, high = item.interval or (0.0, 0.0)
        interval = f"{formats.percent(low)}–{formats.percent(high)}"
        where = {"rule": item.rule}
        shown.append(
            [
                Cell(titles.get(item.rule, item.rule), _listed(period, **where), "text", item.rule),
                Cell(item.n, _listed(period, **where)),
                Cell(item.accepted, _listed(period, decision="accepted", **where)),
                Cell(item.dismissed, _listed(period, decision="dismissed", **where)),
                Cell(share(item.accepted, item.n), "", "percent"),
                Cell(interval, "", "text", _("样本少") if item.n < FEW else ""),
            ]
        )
    note = _("准确率是审查人员采纳的占比，区间是威尔逊 95% 区间；沿自上一版的处理不重复计。准确率低的规则排在前面。")
    heads = [_("规则"), _("已处理"), _("采纳"), _("不采纳"), _("准确率"), _("95% 区间")]
    return Table(_("规则健康度"), heads, shown, note)
