"""Figures of the ledger over the REST interface, and the findings in material with their filters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.apps import apps
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from xiaobao_web.findings import figures, queries, views_figures
from xiaobao_web.findings.models import Decision, Finding, FindingSource, Severity
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.lists.reading import containing
from xiaobao_web.kernel.rest import Paged, find, page_of
from xiaobao_web.kernel.rest_figures import FiguresOut, FiguresPeriod, period_of, told

PREFIX = ""
router = Router(tags=["审查发现与统计"])
Plain = Annotated[str, StringConstraints(max_length=160, pattern=r"^[^\x00]*$")]


class SpotOut(Schema):
    """A finding in a material: which words, under which article, how sure, what was decided and by whom."""

    id: int
    source: str
    rule: str
    rule_version: int
    title: str
    category: str
    severity: str
    machine_decision: str
    confidence: float
    start: int | None
    end: int | None
    text: str
    basis: list[dict[str, Any]]
    message: str
    remedy: str
    why: str
    decision: str
    decision_name: str
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    added_at: datetime
    carried: bool
    review: str | None
    material: int
    material_title: str
    version: int
    unit: str


class SpotPage(Schema):
    """A page of findings; `next` is the cursor of the page after."""

    items: list[SpotOut]
    next: str | None


class SpotQuery(Paged):
    """Which findings, as the page's filters; days are Beijing's and both included."""

    decision: Decision | None = None
    severity: Severity | None = None
    source: FindingSource | None = None
    rule: Plain = ""
    title: Plain = ""
    first: bool | None = Field(None, description="true 只要首次处理的，false 只要沿自上一版的")
    unit: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = Field("", description="机构编号")
    submitter: Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00]*$")] = Field(
        "", description="提交人账号"
    )
    review: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] = Field("", description="审查编号")
    added_from: date | None = None
    added_to: date | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""


def _rows(user: Any) -> Any:
    require(user, "findings.view")
    rows = visible_to(user, Finding.objects.all(), "findings.view")
    rows = queries.counting(rows).select_related("version__material__unit", "decided_by", "review")
    return rows.prefetch_related("version__material__review_entries__review")


@router.get("/findings", response=SpotPage, summary="审查发现列表")
def list_spots(request: HttpRequest, query: Query[SpotQuery]) -> dict[str, Any]:
    """Return what the machine and people found in material one may see, the newest first."""
    rows = _rows(request.user)
    for name in ("decision", "severity", "source", "rule", "title"):
        value = getattr(query, name)
        rows = rows.filter(**{name: getattr(value, "value", value)}) if value else rows
    rows = rows if query.first is None else rows.filter(carried_from__isnull=query.first)
    rows = rows.filter(version__material__unit__path__startswith=_path(query.unit)) if query.unit else rows
    rows = rows.filter(version__added_by__username=query.submitter) if query.submitter else rows
    rows = rows.filter(_of_review(query.review)) if query.review else rows
    for word in query.q.split()[:5]:
        rows = rows.filter(containing(("title", "text", "rule"), word))
    return page_of(_within(rows, query), limit=query.limit, cursor=query.cursor, show=_spot)


@router.get("/findings/{int:pk}", response=SpotOut, summary="一处发现")
def show_spot(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a finding."""
    return _spot(find(_rows(request.user), pk=pk))


def _of_review(number: str) -> Q:
    """Return the condition of the findings of a review: added or decided in it, or in a material of it."""
    entries = apps.get_model("reviews", "ReviewMaterial")._default_manager.filter(review__number=number)
    return Q(review__number=number) | Q(version__material__in=entries.values("material"))


def _path(code: str) -> str:
    row = apps.get_model("people", "Organisation")._default_manager.filter(code=code).first()
    if row is None:
        raise BadValue(_("没有编号为“%s”的机构。") % code, fields={"unit": _("没有这个机构")})
    return str(row.path)


def _within(rows: Any, query: SpotQuery) -> Any:
    for name in ("added", "decided"):
        first, last = getattr(query, f"{name}_from"), getattr(query, f"{name}_to")
        for day in filter(None, (first, last)):
            if not 1990 <= day.year <= 2200:
                raise BadValue(_("日期应在 1990 至 2200 年之间。"), fields={f"{name}_from": _("超出范围")})
        if first is not None:
            rows = rows.filter(**{f"{name}_at__gte": _midnight(first)})
        if last is not None:
            rows = rows.filter(**{f"{name}_at__lt": _midnight(last + timedelta(days=1))})
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _spot(row: Finding) -> dict[str, Any]:
    made = {"decision_name", "decided_by", "carried", "review", "material", "material_title", "version", "unit"}
    names = [name for name in SpotOut.model_fields if name not in made]
    material = row.version.material
    return {
        **{name: getattr(row, name) for name in names}, "decision_name": row.get_decision_display(),
        "decided_by": str(row.decided_by) if row.decided_by else None, "carried": row.carried_from_id is not None,
        "review": _review(row), "material": material.pk,
        "material_title": material.title, "version": row.version.number, "unit": material.unit.name,
    }  # fmt: skip


def _review(row: Finding) -> str | None:
    """Return the number of a finding's review: its own, else the newest that its material is in."""
    entries: Any = row.version.material.review_entries.all()
    reviews = [row.review] if row.review else sorted((item.review for item in entries), key=lambda item: item.pk)
    return reviews[-1].number if reviews else None


@router.get("/figures/issues", response=FiguresOut, summary="整改统计")
def issue_figures(request: HttpRequest, query: Query[FiguresPeriod]) -> dict[str, Any]:
    """Return where issues come from and whether they are put right in time, each number with its rows."""
    require(request.user, "findings.view")
    period = period_of(query)
    found = figures.report(request.user, period)
    return told(period, stats=found.stats, charts=found.charts, tables=found.tables)


@router.get("/figures/issues/sheet", response={200: bytes}, summary="整改统计（XLSX）")
def issue_sheet(request: HttpRequest, query: Query[FiguresPeriod]) -> HttpResponse:
    """Return the figures of the ledger as a workbook; journalled."""
    require(request.user, "findings.view")
    return views_figures.workbook(request.user, period_of(query))
