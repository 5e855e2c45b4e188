"""A loan's schedule as a workbook."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.credit.rates import AnnualRate
from xiaobao.credit.terminal import KINDS, facts_of
from xiaobao_web.credit.outcome import Result
from xiaobao_web.kernel.tallies import Cell, Table, download


def schedule_sheet(result: Result, *, by: Any) -> HttpResponse:
    """Return the schedule, the items and the rates as a file that the browser saves."""
    made = result.made
    heads = [
        _("期次"),
        _("日期"),
        _("应还（元）"),
        _("本金（元）"),
        _("利息（元）"),
        _("费用（元）"),
        _("剩余本金（元）"),
    ]
    rows = [
        [_text(f"{row.number}{KINDS[row.kind]}"), _text(str(row.due or "")), *map(_yuan, (
            row.payment, row.principal, row.interest, sum((c.amount for c in row.charges), Decimal(0)), row.balance
        ))]
        for row in made.schedule.rows
    ]  # fmt: skip
    items = [
        [_text(item.name), _yuan(item.amount), _rate(item.rate, "nominal_percent"),
         _rate(item.rate, "effective_percent"), _text(item.collector or _("未注明")),
         _text(_("必须") if item.compulsory else _("自愿，不计入"))]
        for item in made.cost.items
    ]  # fmt: skip
    item_heads = [_("项目"), _("金额（元）"), _("单独年化（单利）"), _("单独年化（复利）"), _("收费方"), _("是否必须")]
    tables = [Table(_("还款计划"), heads, rows), Table(_("各项成本"), item_heads, items)]
    about = [
        *facts_of(result.stated),
        (_("年化综合成本（单利）"), f"{result.nominal}%"),
        (_("年化综合成本（复利）"), f"{result.effective}%"),
        (_("折算方法"), made.cost.rate.method),
        (_("导出人"), str(by)),
        (_("导出时间"), f"{timezone.localtime():%Y-%m-%d %H:%M}（{_('北京时间')}）"),
    ]
    return download(tables, about, _("还款计划.xlsx"))


def _text(text: str) -> Cell:
    return Cell(text, kind="text")


def _yuan(amount: Decimal) -> Cell:
    return Cell(float(amount), kind="money")


def _rate(rate: AnnualRate | None, name: str) -> Cell:
    return Cell(None if rate is None else float(getattr(rate, name)) / 100, kind="percent")
