"""Files of insights: workbooks of pages and statistics, the bulletin, what was frozen; each is journalled."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from xiaobao_web.insights import bulletin as bulletins
from xiaobao_web.insights import sheets, statistics
from xiaobao_web.insights.behind import Query
from xiaobao_web.insights.models import Statement
from xiaobao_web.kernel import journal, tallies
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.serving import respond
from xiaobao_web.kernel.wordfiles import DOCX


def page(user: Any, name: str, period: Period, query: Query) -> HttpResponse:
    """Return what a page shows as a workbook; raises Hidden, Forbidden."""
    require(user, "insights.view")
    found = sheets.of(name, user, period, query)
    return tallies.hand_out(user, found.tables, title=found.title, period=period, about=found.about)


def figures(user: Any, period: Period) -> HttpResponse:
    """Return the tables of a period as a workbook; raises Forbidden."""
    require(user, "insights.view")
    found = statistics.report(user, period)
    about = [(_("口径"), _("按收到时间；并案与不予办理的不计")), (_("范围"), _("导出人可见的投诉"))]
    return tallies.hand_out(user, found.tables, title=_("投诉统计"), period=period, about=about)


def bulletin(user: Any, period: Period) -> HttpResponse:
    """Return the bulletin of a period as a Word document; raises Forbidden."""
    require(user, "insights.view")
    data = bulletins.document(user, period)
    journal.record("insights.bulletin", by=user, facts={"period": period.label})
    answer = HttpResponse(data, content_type=DOCX)
    name = _("投诉情况通报 %(first)s 至 %(last)s.docx") % {"first": period.first, "last": period.last}
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def frozen(request: HttpRequest, row: Statement) -> HttpResponseBase:
    """Return the sheet as it was frozen."""
    facts = {"list": str(row), "rows": row.total, "filters": row.period.label}
    journal.record("kernel.exported", by=request.user, facts=facts)
    return respond(request, row.sheet, name=f"{row}.xlsx", download=True)
