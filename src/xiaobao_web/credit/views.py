"""Pages that reckon: one loan, two offers, a quoted price. Figures stand in the address, so that a link shows them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao.credit import read
from xiaobao.credit.compare import compare as compare_offers
from xiaobao.credit.compare import offer
from xiaobao.errors import InputError
from xiaobao_web.credit import converting, figures, outcome, queries
from xiaobao_web.credit.asked import Asked, asked
from xiaobao_web.credit.converting import QuoteForm
from xiaobao_web.credit.keeping import KeepForm, StatementForm
from xiaobao_web.credit.outcome import Outcome
from xiaobao_web.credit.rows import KINDS, MOST, blank_row, rows_of
from xiaobao_web.credit.sheets import schedule_sheet
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.formats import money
from xiaobao_web.kernel.requests import SignedIn

PDF = "application/pdf"


def _shown(found: Outcome, request: SignedIn) -> dict[str, Any]:
    """Return what the result's fragment needs."""
    query = found.query
    shown: dict[str, Any] = {
        "outcome": found, "query": query, "here": _here(request),
        "may_keep": bool(can(request.user, "credit.save")),
        "link": request.build_absolute_uri(f"{reverse('credit')}?{query}"),
        "to_compare": "&".join(f"a-{pair}" for pair in query.split("&")),
    }  # fmt: skip
    if found.result is not None:
        made = found.result.made
        shown |= {
            "result": found.result,
            "charts": [figures.by_month(made), figures.where_it_goes(made)],
            "part": outcome.part_of(made.schedule.rows, request.GET.get("part", "")),
        }
    return shown


def _here(request: SignedIn) -> dict[str, str]:
    """Return what the address says besides the loan: for which product or review, of which costing."""
    names = ("for_product", "for_review", "costing")
    return {name: request.GET[name] for name in names if request.GET.get(name, "").isdecimal()}


@require_GET
def calculator(request: SignedIn) -> HttpResponse:
    """Show a loan's form and what it costs; htmx is answered with the result alone and the address that shows it."""
    require(request.user, "credit.view")
    found = outcome.of(asked(request.GET, add=request.GET.get("add", "")))
    context = _shown(found, request)
    if request.headers.get("HX-Target") == "outcome":
        answer = render(request, "credit/_outcome.html", context)
        more = "".join(f"&{name}={value}" for name, value in context["here"].items())
        answer["HX-Replace-Url"] = f"{reverse('credit')}?{found.query}{more}"
        return answer
    context |= {
        "asked": found.asked,
        "keep": _keep_form(request, context["here"]),
        **_costing(request, context["here"]),
    }
    wrong = not found.asked.valid and "add" not in request.GET
    return render(request, "credit/calculator.html", context, status=422 if wrong else 200)


def _keep_form(request: SignedIn, here: dict[str, str]) -> KeepForm | None:
    if not can(request.user, "credit.save"):
        return None
    return KeepForm(user=request.user, initial={"product": here.get("for_product"), "review": here.get("for_review")})


def _costing(request: SignedIn, here: dict[str, str]) -> dict[str, Any]:
    """Return the costing that is being reckoned anew, if the address names one that may be changed."""
    if "costing" not in here or len(here["costing"]) > 18:
        return {}
    row = queries.visible(request.user).filter(pk=here["costing"]).first()
    return {"costing": row} if row is not None and can(request.user, "credit.save", row) else {}


@require_GET
def row(request: SignedIn) -> HttpResponse:
    """Show one more blank row of a kind for the form that asks."""
    require(request.user, "credit.view")
    kind, prefix = request.GET.get("add", ""), request.GET.get("prefix", "")
    if kind not in KINDS or prefix not in ("", "a-", "b-"):
        raise Hidden(_("没有这一项。"))
    taken = [
        name for name in request.GET if name.startswith(f"{prefix}{kind}-") and name.count("-") > prefix.count("-")
    ]
    number = max((int(n) for name in taken if (n := name.removeprefix(f"{prefix}{kind}-").split("-")[0]).isdecimal()
                  and len(n) < 4), default=-1) + 1  # fmt: skip
    if len(rows_of(request.GET, kind, prefix)) >= MOST:
        raise BadValue(_("这一项最多 %d 条。") % MOST)
    return render(request, "credit/_row.html", {"kind": kind, "row": blank_row(kind, number, prefix)})


@require_GET
def schedule_part(request: SignedIn) -> HttpResponse:
    """Show the wanted part of a loan's schedule."""
    require(request.user, "credit.view")
    return render(request, "credit/_schedule.html", _shown(_known(asked(request.GET)), request))


def _known(found: Asked) -> Outcome:
    """Return what terms come to; raises BadValue that says what is wrong."""
    made = outcome.of(found)
    if made.result is None:
        told = "；".join(f"{problem.label}：{problem.message}" for problem in made.problems)
        raise BadValue(made.refused or told)
    return made


@require_GET
def schedule_xlsx(request: SignedIn) -> HttpResponse:
    """Hand out a loan's schedule as a workbook; journalled."""
    require(request.user, "credit.view")
    result = _known(asked(request.GET)).result
    assert result is not None
    rows = len(result.made.schedule.rows)
    facts = {"list": _("还款计划"), "rows": rows, "filters": _("本金 %s") % money(result.made.schedule.drawn)}
    journal.record("kernel.exported", by=request.user, facts=facts)
    return schedule_sheet(result, by=request.user)


@require_GET
def statement(request: SignedIn) -> HttpResponse:
    """Show the statement of a loan's costs."""
    require(request.user, "credit.view")
    found = _known(asked(request.GET))
    context = _shown(found, request)
    return render(request, "credit/statement.html", {**context, "form": StatementForm()})


@require_POST
def statement_pdf(request: SignedIn) -> HttpResponse:
    """Hand out the statement as PDF; the borrower's name is printed and kept nowhere."""
    require(request.user, "credit.view")
    form = StatementForm(request.POST)
    terms = _known(asked(request.POST.get("query", ""))).asked.terms()
    if not form.is_valid():
        raise BadValue(" ".join(str(error) for errors in form.errors.values() for error in errors))
    from xiaobao.credit.pdf import statements_pdf

    values = form.cleaned_data
    try:
        result = outcome.result_of(terms, on=values["on"], borrower=values["borrower"], product=values["product"])
    except InputError as error:
        raise BadValue(error.message, code=error.code) from error
    facts = {"principal": f"{result.stated.principal:,.2f}", "nominal": str(result.nominal)}
    journal.record("credit.statement_made", by=request.user, facts=facts)
    answer = HttpResponse(statements_pdf([result.stated]), content_type=PDF)
    answer["Content-Disposition"] = content_disposition_header(True, _("综合融资成本明示表.pdf")) or "attachment"
    return answer


@require_GET
def compare(request: SignedIn) -> HttpResponse:
    """Show two offers beside each other."""
    require(request.user, "credit.view")
    add, _mark, kind = request.GET.get("add", "").partition("-")
    sides = [asked(request.GET, side, add=kind if add == side else "") for side in ("a", "b")]
    found = [outcome.of(side) for side in sides]
    query = "&".join(side.query for side in sides)
    context: dict[str, Any] = {
        "sides": [(side, one, name) for side, one, name in zip(sides, found, (_("方案甲"), _("方案乙")), strict=True)],
        "query": query,
    }
    if all(one.result is not None for one in found):
        first, second = (
            offer(read.terms(side.terms()), side.form.cleaned_data["lender"] or name)
            for side, name in zip(sides, (_("方案甲"), _("方案乙")), strict=True)
        )
        context |= {"comparison": compare_offers(first, second), "chart": figures.side_by_side(first, second)}
    if request.headers.get("HX-Target") == "outcome":
        answer = render(request, "credit/_comparison.html", context)
        answer["HX-Replace-Url"] = f"{reverse('credit_compare')}?{query}"
        return answer
    wrong = not all(side.valid for side in sides) and "add" not in request.GET
    return render(request, "credit/compare.html", context, status=422 if wrong else 200)


@require_GET
def convert(request: SignedIn) -> HttpResponse:
    """Show what a quoted price comes to a year, with the working."""
    require(request.user, "credit.view")
    given = bool(request.GET.get("quote", "").strip())
    form = QuoteForm(request.GET if given else None)
    context: dict[str, Any] = {"form": form, "examples": converting.EXAMPLES}
    if given and form.is_valid():
        values = form.cleaned_data
        context |= {"conversion": converting.convert(values["quote"], values["quote_periods"]),
                    "nothing": converting.nothing_found()}  # fmt: skip
    fragment = request.headers.get("HX-Target") == "outcome"
    template = "credit/_converted.html" if fragment else "credit/convert.html"
    return render(request, template, context, status=422 if given and form.errors and not fragment else 200)
