"""The tables regulators ask for: by channel, business, cause, institution, track; met and missed, days, rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights.models import Base
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Stat, Table, link, share

STATUTORY = "statutory."
AT_LEAST = 5
"""Fewer closed complaints than these have no rate: one would tell of a person, not of a practice."""
MOST_UNITS = 60
L = gettext_lazy
PARTS: tuple[tuple[Any, str, str, str], ...] = (
    (L("渠道"), "channel", "channel", "channel"), (L("业务类别"), "business_type", "business_type", "business_type"),
    (L("投诉原因"), "cause", "cause", "cause"), (L("责任机构"), "unit", "unit__name", "unit"),
    (L("地区"), "region", "region", ""), (L("办理依据"), "track", "track", "track"),
)  # fmt: skip
"""Title, field, field that is shown, filter of the list of complaints."""


@dataclass(frozen=True)
class Report:
    """The totals and the tables of a period."""

    stats: list[Stat]
    tables: list[Table]


def is_late() -> Exists:
    """Return whether a statutory clock of a complaint was met late, or ran out unmet."""
    clocks = Deadline.objects.filter(
        subject_type="complaints.case", subject_id=OuterRef("pk"), kind__startswith=STATUTORY, cancelled_at__isnull=True
    )
    return Exists(clocks.filter(Q(met_at__gt=F("due_at")) | Q(met_at__isnull=True, due_at__lt=timezone.now())))


def _totals() -> dict[str, Any]:
    done = Q(state="closed")
    return {
        "total": Count("pk"), "closed": Count("pk", filter=done),
        "met": Count("pk", filter=done & Q(late=False)), "missed": Count("pk", filter=Q(late=True)),
        "fault": Count("pk", filter=Q(fault__in=("full", "part"))),
        "days": Avg(F("closed_at") - F("received_at"), filter=done), "paid": Sum("paid"),
        "major": Count("pk", filter=Q(level="major")), "people": Sum("people_count"),
    }  # fmt: skip


def _rows(user: Any, period: Period) -> QuerySet[Any]:
    found = complaints.visible(user).filter(**period.within("received_at"))
    return found.exclude(state__in=("merged", "declined")).order_by().annotate(late=is_late())


def report(user: Any, period: Period) -> Report:
    """Return the tables of the complaints a person may see that were received in a period."""
    rows = _rows(user, period)
    whole = rows.aggregate(**_totals())
    tables = [_table(rows, period, part) for part in PARTS]
    rates = _rates(rows, period)
    return Report(_stats(whole, period), [*tables, *([rates] if rates else [])])


def _days(value: Any) -> float | None:
    return value.total_seconds() / 86_400 if value is not None else None


def _stats(whole: dict[str, Any], period: Period) -> list[Stat]:
    every = link("complaints", view="all", **period.query("received_at"))
    return [
        Stat(_("收到投诉"), Cell(whole["total"], every), _("件")),
        Stat(
            _("已办结"), Cell(whole["closed"], link("complaints", view="done", **period.query("received_at"))), _("件")
        ),
        Stat(_("按期办结率"), Cell(share(whole["met"], whole["closed"]), kind="percent"), "", f"n={whole['closed']}"),
        Stat(_("超过法定期限"), Cell(whole["missed"]), _("件"), "", "red" if whole["missed"] else ""),
        Stat(_("平均办理"), Cell(_days(whole["days"]), kind="days"), _("天"), f"n={whole['closed']}"),
        Stat(_("有责或部分有责"), Cell(whole["fault"]), _("件")),
    ]


def _table(rows: QuerySet[Any], period: Period, part: tuple[Any, str, str, str]) -> Table:
    title, name, shown, key = str(part[0]), *part[1:]
    fields = [*dict.fromkeys((name, shown))]
    counted = list(rows.values(*fields).annotate(**_totals()).order_by("-total", shown)[:MOST_UNITS])
    labels = dict(rows.model._meta.get_field(name).flatchoices) if name in ("channel", "track") else {}
    heads = [
        title,
        _("件数"),
        _("已办结"),
        _("按期办结"),
        _("按期率"),
        _("超期"),
        _("平均天数"),
        _("有责"),
        _("补偿金额"),
    ]
    return Table(_("按%s") % title, heads, [_line(row, period, (name, shown, key), labels) for row in counted])


def _line(row: dict[str, Any], period: Period, names: tuple[str, str, str], labels: dict[str, Any]) -> list[Cell]:
    name, shown, key = names
    told = str(labels.get(row[name], row[shown] or _("未填")))
    given = key and row[name] not in (None, "")
    url = link("complaints", view="all", **{key: row[name]}, **period.query("received_at")) if given else ""
    enough = row["closed"] >= AT_LEAST
    return [
        Cell(told, url, "text"), Cell(row["total"], url), Cell(row["closed"]), Cell(row["met"]),
        Cell(share(row["met"], row["closed"]) if enough else None, kind="percent", hint=f"n={row['closed']}"),
        Cell(row["missed"]), Cell(_days(row["days"]) if enough else None, kind="days"),
        Cell(row["fault"]), Cell(float(row["paid"]) if row["paid"] is not None else None, kind="money"),
    ]  # fmt: skip


def _rates(rows: QuerySet[Any], period: Period) -> Table | None:
    """Return complaints per thousand outlets and ten thousand customers, of the organisations with such figures."""
    bases = {row.unit_id: row for row in Base.objects.filter(year=period.last.year).select_related("unit")}
    if not bases:
        return None
    paths = list(rows.values("unit__path").annotate(n=Count("pk")).values_list("unit__path", "n"))
    lines = []
    for base in sorted(bases.values(), key=lambda row: row.unit.path):
        count = sum(n for path, n in paths if path.startswith(base.unit.path))
        outlets = count * 1000 / base.outlets if base.outlets else None
        customers = count * 10_000 / base.customers if base.customers else None
        lines.append([
            Cell(str(base.unit), kind="text"), Cell(count), Cell(base.outlets), Cell(base.customers),
            Cell(round(outlets, 2) if outlets is not None else None, kind="money"),
            Cell(round(customers, 4) if customers is not None else None, kind="money"),
        ])  # fmt: skip
    heads = [_("机构"), _("件数"), _("网点数"), _("个人客户数"), _("每千网点"), _("每万客户")]
    return Table(
        _("相对投诉量"), heads, lines, _("基数为 %d 年登记的网点数与个人客户数，含下级机构。") % period.last.year
    )
