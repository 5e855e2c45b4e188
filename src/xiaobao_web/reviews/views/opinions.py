"""Write the opinion; answer its points; decide what is not adopted; accept the answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.kernel.serving import respond
from xiaobao_web.reviews import documents, mediums, queries, services, verbs
from xiaobao_web.reviews.models import Conclusion, Opinion, Point, PointState, Review, ReviewState
from xiaobao_web.reviews.views.cases import entries_of, find_review, is_reading


def _points_of(post: Any, made: dict[int, int]) -> list[dict[str, Any]]:
    """Return the points a form posts, in order; rows left empty are points taken out.

    A row of an accepted finding that was no point yet has the key f<finding>; made gives its point.
    """
    out = []
    for key in post.getlist("point"):
        text = post.get(f"text-{key}", "").strip()
        if not text or post.get(f"drop-{key}"):
            continue
        out.append(
            {
                "id": (made.get(row_key(key[1:])) if key[:1] == "f" else row_key(key)) or None,
                "text": text,
                "required": post.get(f"required-{key}", ""),
                "severity": post.get(f"severity-{key}", "medium"),
                "must": bool(post.get(f"must-{key}")),
                "references": [
                    word for word in post.get(f"basis-{key}", "").replace("；", ";").split(";") if word.strip()
                ],
            }
        )
    return out


@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the opinion of the round with its points, keep it, finish the first review."""
    review = find_review(request.user, pk)
    require(request.user, "reviews.write_opinion", review)
    if request.method == "POST":
        return _save_opinion(request, review)
    if review.state != ReviewState.FIRST_REVIEW:
        messages.error(request, _("当前状态为“%s”，审查意见只在初审时拟写。") % review.get_state_display())
        return redirect(review)
    context = {
        "review": review,
        "opinion": review.opinion_now() or Opinion(review=review, round=review.round),
        "points": [
            (key, point, "; ".join(f"{item['norm']}#{item['article']}" for item in point.basis))
            for key, point in _shown_points(review)
        ],
        "blank": ["new1", "new2"],
        "conclusions": Conclusion.choices,
        "unfinished": services.unfinished(review),
        "open_findings": queries.open_findings(review),
        "parallel": review.assignments.filter(duty="parallel", round=review.round).select_related("person"),
        "desk": verbs.desk(review),
        "entries": entries_of(review),
    }
    return render(request, "reviews/opinion.html", context)


def _shown_points(review: Review) -> list[tuple[str, Point]]:
    """Return the points kept so far, and those that the accepted findings will be, with the keys of their fields."""
    draft = review.opinion_now()
    kept = list(draft.points.select_related("finding__version__material")) if draft is not None else []
    out = [(str(point.pk), point) for point in kept]
    for order, found in enumerate(queries.wanting_point(review), len(kept) + 1):
        out.append((f"f{found.pk}", Point(order=order, finding=found, **services.point_of(found))))
    return out


def _save_opinion(request: HttpRequest, review: Review) -> HttpResponse:
    post = request.POST
    try:
        draft = services.draft_opinion(review, by=request.user)
        made = {number: pk for number, pk in draft.points.values_list("finding", "pk") if number is not None}
        points = _points_of(post, made)
        services.write_opinion(
            review, by=request.user, conclusion=post.get("conclusion", ""), text=post.get("text", ""), points=points
        )
        if post.get("action") == "finish":
            moved = services.finish_first(
                find_review(request.user, review.pk), by=request.user, comment=post.get("comment", "")
            )
            messages.success(request, _("初审已完成，当前状态：%s") % moved.get_state_display())
            return redirect(moved)
        messages.success(request, _("审查意见已保存。"))
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    return redirect("review_opinion", pk=review.pk)


@require_GET
def document(request: HttpRequest, pk: int, round_number: int) -> HttpResponse:
    """Hand out the Word document of an issued opinion; made now when its job has not come to it."""
    review = find_review(request.user, pk)
    row = (
        review.opinions.filter(round=round_number, issued_at__isnull=False).select_related("review", "document").first()
    )
    if row is None:
        raise Hidden(_("这一轮还没有出具意见书。"))
    documents.write(row)
    attachment = files.attachments_of(review, "opinion").filter(stored=row.document or documents.write(row)).first()
    if attachment is None:
        raise Hidden(_("没有找到这份意见书。"))
    return respond(request, attachment.stored, name=attachment.name, download=True)  # type: ignore[return-value]


def _round_points(review: Review) -> list[Point]:
    rows = Point.objects.filter(opinion__review=review, opinion__round=review.round)
    return list(
        rows.select_related("finding__version__material", "carried_from").prefetch_related(
            "answers__by", "answers__version", "answers__approved_by", "carried_from__answers__by"
        )
    )


def _point(review: Review, number: str) -> Point:
    found = Point.objects.filter(opinion__review=review, pk=row_key(number)).first()
    if found is None:
        raise Hidden(_("没有找到这条意见。"))
    return found


@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the points one by one; hand the answers in when all are answered."""
    review = find_review(request.user, pk)
    if request.method == "POST":
        return _answer(request, review)
    points = _round_points(review)
    entries = entries_of(review)
    context = {
        "review": review,
        "points": points,
        "entries": entries,
        "reading": is_reading(entries),
        "answered": sum(1 for point in points if point.state != PointState.OPEN),
        "answerable": review.state == "answering" and bool(can(request.user, "reviews.answer", review)),
        "open": sum(1 for point in points if point.state == PointState.OPEN),
        "verbs": [item for item in verbs.of(review, request.user) if item.name == "hand_in_answers"],
    }
    return render(request, "reviews/answers.html", context)


def _adopt_all(request: HttpRequest, review: Review) -> HttpResponse:
    post, number = request.POST, request.POST.get("entry", "")
    entries = review.materials.select_related("review", "material")
    entry = entries.filter(pk=row_key(number)).first()
    try:
        count = services.adopt_all(
            review, by=request.user, text=post.get("text", ""), entry=entry, upload=request.FILES.get("file"),
            pasted=post.get("pasted", ""), note=post.get("note", ""),
        )  # fmt: skip
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, _("已采纳 %d 条，核对后请提交答复。") % count)
    return redirect("review_answers", pk=review.pk)


def _next_open(review: Review, page: str, states: tuple[str, ...]) -> HttpResponse:
    """Go back to a page of points, to the first one that still waits."""
    waiting = next((point for point in _round_points(review) if _waits(point, states)), None)
    return redirect(reverse(page, args=[review.pk]) + (f"#point-{waiting.pk}" if waiting else ""))


def _waits(point: Point, states: tuple[str, ...]) -> bool:
    answer = point.standing_answer
    return point.state in states and not (answer is not None and answer.confirmed is not None)


def _answer(request: HttpRequest, review: Review) -> HttpResponse:
    post = request.POST
    if post.get("action") == "adopt_all":
        return _adopt_all(request, review)
    point = _point(review, post.get("point", ""))
    number = post.get("version", "")
    entry = review.materials.filter(version=row_key(number)).select_related("version").first()
    try:
        if post.get("adopted") not in ("1", "0"):
            raise BadValue(_("请选择采纳或不采纳。"))
        services.answer_point(
            point, by=request.user, adopted=post["adopted"] == "1", text=post.get("text", ""),
            version=entry.version if entry else None,
        )  # fmt: skip
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, _("第 %(n)d 条：%(why)s") % {"n": point.order, "why": error.message})
    else:
        messages.success(request, _("第 %d 条已答复。") % point.order)
    return _next_open(review, "review_answers", (PointState.OPEN,))


@require_http_methods(["GET", "POST"])
def refusals(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide as the executive on the points that are not adopted."""
    review = find_review(request.user, pk)
    if request.method == "POST":
        point = _point(review, request.POST.get("point", ""))
        return _told(
            request, review, "review_refusals",
            lambda: services.decide_refusal(
                point, by=request.user, approve=request.POST.get("approve") == "1", note=request.POST.get("note", "")
            ),
        )  # fmt: skip
    points = _round_points(review)
    answer = can(request.user, "reviews.approve_refusal", review)
    context = {
        "review": review,
        "points": [point for point in points if point.standing_answer is None or not point.standing_answer.adopted],
        "decidable": review.state == "escalated" and bool(answer),
        "reason": answer.reason,
    }
    return render(request, "reviews/refusals.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the answers or not; conclude, or go another round."""
    review = find_review(request.user, pk)
    if request.method == "POST" and request.POST.get("action") == "accept_rest":
        return _told(request, review, "review_confirm", lambda: services.accept_rest(review, by=request.user))
    if request.method == "POST" and request.POST.get("action") == "medium":
        number = request.POST.get("entry", "")
        entry = review.materials.filter(pk=row_key(number)).first()
        if entry is None:
            raise Hidden(_("没有找到这份材料。"))
        reason = request.POST.get("reason", "")
        return _told(
            request, review, "review_confirm", lambda: services.confirm_medium(entry, by=request.user, reason=reason)
        )
    if request.method == "POST":
        point = _point(review, request.POST.get("point", ""))
        return _told(
            request, review, "review_confirm",
            lambda: services.confirm_answer(
                point, by=request.user, accept=request.POST.get("accept") == "1", note=request.POST.get("note", "")
            ),
        )  # fmt: skip
    entries = entries_of(review)
    points = _round_points(review)
    context = {
        "review": review,
        "points": points,
        "decided": sum(1 for point in points if not _waits(point, (PointState.ANSWERED,))),
        "left": sum(1 for point in points if _waits(point, (PointState.ANSWERED,))),
        "entries": entries,
        "reading": is_reading(entries),
        "confirmable": review.state == "confirming" and bool(can(request.user, "reviews.confirm", review)),
        "open_findings": queries.open_findings(review),
        "mediums": mediums.changes(review),
        "fresh": queries.wanting_point(review),
        "desk": verbs.desk(review),
        "verbs": [item for item in verbs.of(review, request.user) if item.name in ("conclude", "dispute")],
    }
    return render(request, "reviews/confirm.html", context)


def _told(request: HttpRequest, review: Review, page: str, step: Any) -> HttpResponse:
    """Do a step on a point and return to the page, or to the case when the review has moved on."""
    before = review.state
    try:
        step()
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, _("已保存。"))
    review.refresh_from_db()
    if review.state != before:
        return redirect(review)
    return _next_open(review, page, (PointState.ANSWERED, PointState.ESCALATED))
