"""The reading desk over HTTP: the page, its parts, and each thing a person does there."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from xiaobao_web.findings.decisions import recent_reasons
from xiaobao_web.findings.models import Finding, Severity
from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError, Refused
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.kernel.serving import respond
from xiaobao_web.reviews import queries as reviews
from xiaobao_web.reviews import services as reviewing
from xiaobao_web.reviews.desk import comparison, laws, queries, services
from xiaobao_web.reviews.desk.document import lines_of
from xiaobao_web.reviews.models import Conclusion, Review, ReviewMaterial


def _wanted(request: HttpRequest) -> int | None:
    return row_key(request.GET.get("material", "") or request.POST.get("material", "")) or None


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.POST.get(name, "").strip()
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise BadValue(_("选中的位置不完整，请重新选择。"), fields={name: _("无效")})
    return int(value)


def _context(request: HttpRequest, review: Review, entry: int | None = None) -> dict[str, Any]:
    desk = queries.desk_of(request.user, review, entry or _wanted(request))
    return {
        "desk": desk, "review": review, "may": desk.may, "severities": Severity.choices,
        "may_comment": can(request.user, "reviews.comment", review),
    }  # fmt: skip


@require_GET
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the desk of a review with one of its materials."""
    review = queries.find_review(request.user, pk)
    context = _context(request, review)
    context["reasons"] = recent_reasons(request.user) if context["may"] else []
    context["clocks"] = deadlines.running(review)
    return render(request, "reviews/desk/desk.html", context)


@require_GET
def parts(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Show the document and the list of a material anew, as fragments."""
    review = queries.find_review(request.user, pk)
    queries.find_entry(review, entry)
    return render(request, "reviews/desk/_parts.html", _context(request, review, entry))


@require_GET
def page_lines(request: HttpRequest, pk: int, version: int, page: int) -> JsonResponse:
    """Return the words of a page in place, so that they can be selected on its picture."""
    found = queries.find_version(queries.find_review(request.user, pk), version)
    return JsonResponse(lines_of(found.reading, page) if found.reading is not None else [], safe=False)


@require_safe
def page_image(request: HttpRequest, pk: int, version: int, page: int) -> HttpResponseBase:
    """Hand out the picture of a page."""
    found = queries.find_version(queries.find_review(request.user, pk), version)
    return respond(request, comparison.picture_of(found, page), name=f"{version}-{page}.png")


@require_safe
def version_file(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """Hand out a version's file as it was submitted."""
    found = queries.find_version(queries.find_review(request.user, pk), version)
    if found.stored is None:
        raise Refused(_("这一版是粘贴的文字，没有文件。"))
    return respond(request, found.stored, name=found.name, download="download" in request.GET)


@require_POST
def decide(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """Decide a finding; the answer is its card and the counts, or the card with what was typed and what is wrong."""
    review = queries.find_review(request.user, pk)
    found = services.find_finding(review, finding)
    reason, error, status = request.POST.get("reason", ""), "", 200
    try:
        services.decide(review, found, by=request.user, decision=request.POST.get("decision", ""), reason=reason)
        reason = ""
    except BadValue as refusal:
        error, status = refusal.message, 422
    return _card(request, review, found, status=status, error=error, typed=reason)


@require_POST
def accept_rest(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Accept every finding of a material that is still open and go on at the desk."""
    review = queries.find_review(request.user, pk)
    row = queries.find_entry(review, entry)
    try:
        count = services.accept_rest(review, row, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已采纳其余 %d 条；需要更正的可逐条恢复。") % count)
    return redirect(f"{reverse('review_desk', args=[pk])}?material={entry}")


@require_POST
def remark(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """Comment on a finding; the answer is its card."""
    review = queries.find_review(request.user, pk)
    found = services.find_finding(review, finding)
    body, error, status = request.POST.get("body", ""), "", 200
    try:
        services.remark(review, found, body, by=request.user)
        body = ""
    except BadValue as refusal:
        error, status = refusal.message, 422
    return _card(request, review, found, status=status, error=error, remark_typed=body, remark_open=bool(error))


def _card(
    request: HttpRequest, review: Review, found: Finding, *, status: int = 200, error: str = "", typed: str = "",
    remark_typed: str = "", remark_open: bool = False,
) -> HttpResponse:  # fmt: skip
    """Return a finding's card with the counts; without htmx go back to the desk, where the card is."""
    entry = review.materials.filter(version=found.version_id).first()
    if not request.headers.get("HX-Request"):
        if error:
            messages.error(request, error)
        where = reverse("review_desk", args=[review.pk])
        return redirect(f"{where}?material={entry.pk if entry else ''}#finding-{found.pk}")
    context = _context(request, review, entry.pk if entry else None)
    card = next((item for item in context["desk"].cards if item.finding.pk == found.pk), None)
    if card is None:
        raise Hidden(_("这条发现已不在当前版本中，请刷新页面。"))
    context |= {
        "card": card, "error": "" if remark_open else error, "typed": typed,
        "remark_error": error if remark_open else "", "remark_typed": remark_typed,
    }  # fmt: skip
    return render(request, "reviews/desk/_decided.html", context, status=status)


@require_POST
def add(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Add an opinion by hand; the answer is the form, emptied or with what is wrong, and the list with the new card."""
    review = queries.find_review(request.user, pk)
    row = queries.find_entry(review, entry)
    try:
        made = _add(request, review, row)
    except BadValue as refusal:
        if not request.headers.get("HX-Request"):
            messages.error(request, refusal.message)
            return redirect(f"{reverse('review_desk', args=[pk])}?material={entry}")
        context = {
            "review": review, "entry": row, "error": refusal.message, "fields": refusal.fields, "typed": request.POST,
            "chosen": _chosen(request), "severities": Severity.choices, "open": True,
        }  # fmt: skip
        return render(request, "reviews/desk/_manual.html", context, status=422)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('review_desk', args=[pk])}?material={entry}#finding-{made.pk}")
    answer = render(request, "reviews/desk/_added.html", {**_context(request, review, entry), "entry": row})
    answer["HX-Trigger-After-Settle"] = json.dumps({"desk:added": {"pk": made.pk}})
    return answer


def _add(request: HttpRequest, review: Review, row: ReviewMaterial) -> Finding:
    post = request.POST
    return services.add(
        review, row, by=request.user, boxes=post.get("boxes", ""), title=post.get("title", ""),
        severity=post.get("severity", Severity.MEDIUM), message=post.get("message", ""), remedy=post.get("remedy", ""),
        references=post.getlist("references"), start=_number(request, "start"), end=_number(request, "end"),
    )  # fmt: skip


def _chosen(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the articles already chosen in a form that is shown again."""
    out = []
    for reference in request.POST.getlist("references"):
        found = [item for item in laws.search(reference, most=1) if item["reference"] == reference]
        out.append(found[0] if found else {"reference": reference, "label": reference})
    return out


@require_GET
def find_laws(request: HttpRequest) -> JsonResponse:
    """Return articles for a query: {"results": [{"reference", "label", "paraphrase"}]}."""
    require(request.user, "reviews.view")
    return JsonResponse({"results": laws.search(request.GET.get("q", "")[:80])})


@require_POST
def spend(request: HttpRequest, pk: int) -> JsonResponse:
    """Add the active seconds the page reports, never more than passed since it last did; return the total."""
    review = queries.find_review(request.user, pk)
    seconds = _number(request, "seconds") or 0
    return JsonResponse({"seconds": services.spend(review, by=request.user, seconds=seconds)})


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an unassigned first review and go on at the desk."""
    review = queries.find_review(request.user, pk)
    try:
        reviewing.take(review, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{reverse('review_desk', args=[pk])}?material={_wanted(request) or ''}")


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is still open, or finish the first review with a conclusion."""
    review = queries.find_review(request.user, pk)
    error, status = "", 200
    if request.method == "POST":
        try:
            conclusion, text = request.POST.get("conclusion", ""), request.POST.get("text", "")
            moved = services.finish(review, by=request.user, conclusion=conclusion, text=text)
        except PlatformError as refusal:
            if refusal.status in (403, 404):
                raise
            error, status = refusal.message, 422
        else:
            messages.success(request, _("初审已完成，当前状态：%s") % moved.get_state_display())
            if not request.headers.get("HX-Request"):
                return redirect(moved)
            return HttpResponse(headers={"HX-Redirect": moved.get_absolute_url()})
    return render(request, "reviews/desk/_finish.html", _finishing(request, review, error), status=status)


def _finishing(request: HttpRequest, review: Review, error: str) -> dict[str, Any]:
    opinion = review.opinion_now()
    rows = list(reviews.findings_of(review).order_by("start", "pk"))
    materials = {row.version_id: row for row in review.materials.select_related("material")}
    places = {version: place for place, version in enumerate(materials)}
    rows.sort(key=lambda row: places[row.version_id])
    accepted = sum(1 for row in rows if row.decision == "accepted")
    suggested = "change" if accepted else "pass"
    parallel = review.assignments.filter(duty="parallel", done_at__isnull=True, round=review.round)
    return {
        "review": review,
        "may": queries.may_decide(request.user, review),
        "open": [(row, materials[row.version_id]) for row in rows if row.decision == "open"],
        "accepted": accepted,
        "dismissed": sum(1 for row in rows if row.decision == "dismissed"),
        "waiting": parallel.select_related("person"),
        "conclusions": Conclusion.choices,
        "conclusion": request.POST.get("conclusion") or (opinion.conclusion if opinion else "") or suggested,
        "text": request.POST.get("text", opinion.text if opinion else ""),
        "unfinished": [] if review.state != "first_review" else reviewing.unfinished(review),
        "error": error,
    }
