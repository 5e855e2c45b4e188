"""The page of a warning: its onset, its examples, what one may do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from xiaobao.privacy import mask
from xiaobao_web.complaints import hearing
from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import services
from xiaobao_web.insights.models import EarlyWarning, Watch
from xiaobao_web.insights.tasks import look_now
from xiaobao_web.kernel import deadlines, journal, states, tallies
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.errors import BadValue, PlatformError
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.tallies import Cell

RELATED = ("unit", "acknowledged_by", "closed_by", "issue")
TOLD = {
    "acknowledge": gettext_lazy("已签收。"),
    "act": gettext_lazy("处置措施已登记。"),
    "close": gettext_lazy("预警已关闭。"),
    "issue": gettext_lazy("已登入问题台账。"),
    "inspection": gettext_lazy("专项检查已登入问题台账。"),
    "rule": gettext_lazy("规则草稿已建立。"),
}
"""What is told of each step that was done."""
SHOWN_TEXT = 300


def _find(request: SignedIn, pk: int) -> EarlyWarning:
    return find(request.user, EarlyWarning.objects.select_related(*RELATED), "insights.view", pk=pk)


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show a warning."""
    return render(request, "insights/warning.html", _context(request, _find(request, pk)))


def _context(request: SignedIn, row: EarlyWarning, fault: PlatformError | None = None) -> dict[str, Any]:
    able = {action.name: action for action in states.actions(row, request.user)}
    return {
        "warning": row,
        "chart": onset_chart(row),
        "examples": _examples(request, row),
        "able": able,
        "may_act": can(request.user, "insights.act", row),
        "may_draft": can(request.user, "knowledge.draft"),
        "product": row.facts.get("product"),
        "rows_url": _rows_of(row, row.series[0][0], row.series[-1][0]) if row.series else "",
        "clocks": deadlines.running(row),
        "told": row.told.select_related("unit").order_by("name"),
        "watch": Watch.objects.filter(name="complaints").first(),
        "fault": fault.message if fault else "",
        "given": request.POST,
        "events": journal.events_of(row),
    }


def _examples(request: SignedIn, row: EarlyWarning) -> list[dict[str, Any]]:
    """Return the examples that the person may see, in words without personal data."""
    cases = hearing.seen_of(row.examples, complaints.visible(request.user))
    out = []
    for pk, contact in hearing.numbers_of(list(cases)).items():
        text = mask(contact.words()).text
        out.append({"case": cases[pk], "contact": contact, "text": text[:SHOWN_TEXT], "cut": len(text) > SHOWN_TEXT})
    return sorted(out, key=lambda item: item["contact"].received_at)


def _rows_of(row: EarlyWarning, first: str, last: str) -> str:
    """Return the address of the complaints of a warning's topic on some days."""
    return tallies.link("insight_rows", warning=row.pk, **{"from": first, "to": last})


def onset_chart(row: EarlyWarning) -> Figure:
    """Return the chart of a topic's contacts a day, with its onset."""
    days = [f"{int(day[5:7])}/{int(day[8:])}" for day, _n in row.series]
    first = timezone.localdate(row.onset).isoformat() if row.onset else ""
    hot = {"itemStyle": {"color": "#c2473e"}}
    data = [{"value": n, "url": _rows_of(row, day, day), **(hot if first and day >= first else {})}
            for day, n in row.series]  # fmt: skip
    told = {"n": row.count, "days": row.days, "expected": f"{row.expected:.1f}".removesuffix(".0")}
    title = _("近 %(days)d 天 %(n)d 件，往常约 %(expected)s 件") % told if row.days else _("预警前四周的来件")
    option = {"xAxis": {"type": "category", "data": days}, "yAxis": {"type": "value", "minInterval": 1},
              "series": [{"type": "bar", "name": _("件数"), "data": data}]}  # fmt: skip
    period = f"{row.series[0][0]} 至 {row.series[-1][0]}" if row.series else ""
    table = [[day, Cell(n, _rows_of(row, day, day) if n else "")] for day, n in row.series]
    return Figure("onset", title, option, period, _("件"), [_("日期"), _("件数")], table)


@require_POST
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Do a step with a warning."""
    row = _find(request, pk)
    given, user = request.POST, request.user
    steps: dict[str, Any] = {
        "acknowledge": lambda: services.acknowledge(row, by=user),
        "act": lambda: services.act(row, by=user, measure=given.get("measure", "")),
        "close": lambda: services.close(
            row, by=user, conclusion=given.get("conclusion", ""), false_alarm=given.get("false_alarm") == "1"
        ),
        "issue": lambda: services.open_issue(row, by=user),
        "inspection": lambda: services.open_inspection(row, by=user),
        "rule": lambda: services.propose_rule(row, by=user),
        "reevaluate": lambda: services.ask_reevaluation(row, by=user),
    }
    step = steps.get(given.get("action", ""))
    if step is None:
        raise BadValue(_("没有这个操作。"))
    try:
        made = step()
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        return render(
            request, "insights/warning.html", _context(request, _find(request, pk), error), status=error.status
        )
    messages.success(request, TOLD.get(given["action"]) or _("已办理。"))
    return redirect(made if given["action"] in ("issue", "inspection", "rule") else row)


@require_POST
def look(request: SignedIn) -> HttpResponse:
    """Ask for a look at once."""
    require(request.user, "insights.look")
    look_now.using(by=request.user).enqueue()
    messages.success(request, _("已开始重新计算，完成后新的预警会出现在列表里。"))
    return redirect(reverse("insight_warnings"))
