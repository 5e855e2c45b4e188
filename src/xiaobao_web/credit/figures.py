"""Charts of a loan: what each payment holds, and where each yuan goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xiaobao.credit.compare import Offer
from xiaobao.credit.schedule import Row

ZERO = Decimal(0)
BARS = 120
"""Payments that are drawn one by one; more are added up by twelve."""
LABELS = "#6b7885"
PRINCIPAL, INTEREST, FEES = "#2f6fbd", "#d08a10", "#7a56b8"


@dataclass(frozen=True)
class Figure:
    """A chart with the table of its data."""

    name: str
    title: str
    option: dict[str, Any]
    unit: str
    heads: list[str]
    rows: list[list[Any]]


def by_month(made: Offer) -> Figure:
    """Return principal, interest and fees of each payment, stacked."""
    parts = _parts(made.schedule.repayments)
    labels = [label for label, *_rest in parts]
    series = [(_("本金"), PRINCIPAL, 1), (_("利息"), INTEREST, 2), (_("费用"), FEES, 3)]
    if not any(part[3] for part in parts):
        series = series[:2]
    option = {
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value"},
        "series": [
            {"name": name, "type": "bar", "stack": "all", "itemStyle": {"color": colour},
             "data": [float(part[place]) for part in parts]}
            for name, colour, place in series
        ],
    }  # fmt: skip
    first = made.schedule.repayments[0]
    share = first.interest / first.payment * 100 if first.payment else ZERO
    title = _("首次还款里利息占 %(share)s%%") % {"share": f"{share:.1f}"}
    rows = [[label, *(f"{value:,.2f}" for value in values)] for label, *values in parts]
    return Figure("by-month", title, option, _("元"), [_("期次"), _("本金"), _("利息"), _("费用")], rows)


def _parts(rows: Sequence[Row]) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Return principal, interest and fees by payment, or by twelve periods where there are many."""
    found: dict[str, list[Decimal]] = {}
    many = len(rows) > BARS
    for row in rows:
        group = (row.number - 1) // 12
        label = _("%(a)d—%(b)d 期") % {"a": group * 12 + 1, "b": group * 12 + 12} if many else str(row.number)
        sums = found.setdefault(label, [ZERO, ZERO, ZERO])
        for place, value in enumerate((row.principal, row.interest, sum((c.amount for c in row.charges), ZERO))):
            sums[place] += value
    return [(label, a, b, c) for label, (a, b, c) in found.items()]


def where_it_goes(made: Offer) -> Figure:
    """Return what everything paid goes to: principal, interest, each fee with its collector."""
    entries = [(_("归还本金"), made.schedule.drawn, PRINCIPAL)]
    for item in made.cost.items:
        if item.amount:
            who = f"·{item.collector}" if item.collector else ""
            more = "" if item.compulsory else _("（自愿）")
            entries.append((f"{item.name}{who}{more}", item.amount, INTEREST if item.kind == "interest" else FEES))
    whole = sum((amount for _name, amount, _colour in entries), ZERO)
    data = [
        {"value": float(amount), "itemStyle": {"color": colour}, "label": {"formatter": f"{amount:,.2f} 元"}}
        for _name, amount, colour in entries
    ]
    beside = {"show": True, "position": "right", "color": LABELS, "textBorderWidth": 0}
    option = {
        "grid": {"left": 8, "right": 96, "top": 8, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "value", "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, *_rest in entries],
                  "axisLabel": {"width": 150, "overflow": "truncate"}},
        "series": [{"type": "bar", "label": beside, "data": data}],
    }  # fmt: skip
    cost = whole - made.schedule.drawn
    share = cost / whole * 100 if whole else ZERO
    title = _("每付 100 元，有 %(share)s 元是借钱的代价") % {"share": f"{share:.2f}"}
    rows = [[name, f"{amount:,.2f}", f"{amount / whole * 100:.2f}%" if whole else ""] for name, amount, _c in entries]
    return Figure("where-it-goes", title, option, _("元"), [_("去向"), _("金额"), _("占比")], rows)


def side_by_side(first: Offer, second: Offer) -> Figure:
    """Return the cost of two offers beside each other: interest and fees."""

    def fees(made: Offer) -> Decimal:
        return made.cost.total - made.schedule.interest

    names = [first.name, second.name]
    option = {
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value"},
        "series": [
            {"name": _("利息"), "type": "bar", "stack": "all", "itemStyle": {"color": INTEREST},
             "data": [float(x.schedule.interest) for x in (first, second)]},
            {"name": _("费用"), "type": "bar", "stack": "all", "itemStyle": {"color": FEES},
             "data": [float(fees(x)) for x in (first, second)]},
        ],
    }  # fmt: skip
    gap = abs(first.cost.total - second.cost.total)
    title = _("利息与费用合计相差 %s 元") % f"{gap:,.2f}"
    rows = [[x.name, f"{x.schedule.interest:,.2f}", f"{fees(x):,.2f}"] for x in (first, second)]
    return Figure("side-by-side", title, option, _("元"), [_("方案"), _("利息"), _("必须支付的费用")], rows)
