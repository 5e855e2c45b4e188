"""Figures of what is found in material: the commonest offences, by line and submitter, and how well each rule does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions, queries
from xiaobao_web.findings.models import Decision, Finding, FindingSource, Severity
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


@dataclass(frozen=True)
class Alike:
    """So many decided findings alike in all that the page tells apart."""

    unit: int
    submitter: int
    title: str
    rule: str
    decision: str
    severity: str
    source: str
    n: int
    last: int
    """The id of the newest: a rule's present title is that of its newest finding."""


def decided(user: Any, period: Period) -> list[Alike]:
    """Return the findings decided in a period in material that a person may see, each where it was decided first.

    One query for the whole page: which findings count is what takes long to tell.
    """
    rows = queries.counting(visible_to(user, Finding.objects.all(), "findings.view"))
    rows = rows.filter(carried_from__isnull=True, **period.within("decided_at")).exclude(decision=Decision.OPEN)
    by = (UNIT, "version__added_by", "title", "rule", "decision", "severity", "source")  # numbers are sorted soonest
    return [Alike(*row) for row in rows.order_by().values_list(*by).annotate(n=Count("pk"), last=Max("pk"))]


def _listed(period: Period, **where: Any) -> str:
    return link("findings", first=1, **where, **period.query("decided_at"))


def figures(user: Any, period: Period) -> tuple[Figure, list[Table]]:
    """Return the commonest offences as a chart; offences by line and by submitter, and the health of the rules."""
    rows = decided(user, period)
    accepted = [row for row in rows if row.decision == Decision.ACCEPTED]
    tables = [_by_line(user, accepted, period), _by_submitter(accepted, period), rule_health(rows, period)]
    return commonest(accepted, period), tables


def commonest(accepted: list[Alike], period: Period) -> Figure:
    """Return the commonest accepted offences as bars."""
    counter: Counter[str] = Counter()
    for row in accepted:
        counter[row.title] += row.n
    found, total = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST], counter.total()
    title = _("这段时间没有采纳的发现")
    if found:
        told = {"name": found[0][0], "n": found[0][1], "share": formats.percent(found[0][1] / total)}
        title = _("最常见的问题是“%(name)s”：%(n)d 处，占 %(share)s") % told
    items = [{"value": n, "url": _listed(period, decision="accepted", title=name)} for name, n in found]
    option = {
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [name for name, _n in found],
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [{"type": "bar", "data": items}],
    }
    plain = [[name, n, formats.percent(n / total)] for name, n in found]
    return Figure("offences", title, option, period.label, _("处"), [_("问题"), _("处"), _("占比")], plain)


def _heads(first: str) -> list[str]:
    return [first, _("采纳的问题"), _("其中高"), _("最常见的问题"), _("处")]


def _by_line(user: Any, accepted: list[Alike], period: Period) -> Table:
    places = lines(user, "findings.view")
    offences: dict[Line, Counter[str]] = {}
    high: Counter[Line] = Counter()
    for row in accepted:
        line = places[row.unit]
        offences.setdefault(line, Counter())[row.title] += row.n
        high[line] += row.n if row.severity == Severity.HIGH else 0
    shown = []
    for line, counter in sorted(offences.items(), key=lambda pair: (-pair[1].total(), pair[0].name)):
        where = {"unit": line.pk} if line.whole else None
        shown.append(_offences(line.name, counter, high[line], period, where))
    return Table(_("问题按条线"), _heads(_("条线")), shown)


def _by_submitter(accepted: list[Alike], period: Period) -> Table:
    offences: dict[int, Counter[str]] = {}
    high: Counter[int] = Counter()
    for row in accepted:
        offences.setdefault(row.submitter, Counter())[row.title] += row.n
        high[row.submitter] += row.n if row.severity == Severity.HIGH else 0
    ordered = sorted(offences.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    people = get_user_model()._default_manager.in_bulk([pk for pk, _counter in ordered[:MOST]])
    shown = [_offences(str(people[pk]), counter, high[pk], period, {"submitter": pk}) for pk, counter in ordered[:MOST]]
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


def rule_health(rows: list[Alike], period: Period) -> Table:
    """Return the precision of each rule from reviewers' decisions, with n and Wilson's 95 % interval; the worst first.

    Rules with few decisions come after those of which one can say something.
    """
    of_rules = sorted((row for row in rows if row.source == FindingSource.RULE), key=lambda row: row.last)
    titles = {row.rule: row.title for row in of_rules}
    kept, left = Counter[str](), Counter[str]()
    for row in of_rules:
        (kept if row.decision == Decision.ACCEPTED else left)[row.rule] += row.n
    found = {rule: decisions.Precision(rule, kept[rule], left[rule]) for rule in titles}
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
