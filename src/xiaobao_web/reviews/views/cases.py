"""The case page of a review: all about it, and every step one may take."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.findings.models import Decision, FindingSource
from xiaobao_web.kernel import deadlines, files, journal
from xiaobao_web.kernel.access import find
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.kernel.views_comments import context_of
from xiaobao_web.kernel.wordfiles import DOCX
from xiaobao_web.materials.models import WorkState
from xiaobao_web.materials.services import screening_states, stopped
from xiaobao_web.reviews import data, early, queries, services, verbs
from xiaobao_web.reviews.models import Duty, Review, ReviewMaterial, ReviewState, Verification

RELATED = (
    "unit",
    "product",
    "created_by",
    "signed_by",
    "reviewer",
    "second_reviewer",
    "template",
    "parent",
    "assessment",
)


def find_review(user: Any, pk: int) -> Review:
    """Return a review a person may see; raises Hidden."""
    return find(user, Review.objects.select_related(*RELATED), "reviews.view", pk=pk)


def entries_of(review: Review) -> list[ReviewMaterial]:
    """Return the materials with their version, its screening and its counts of findings."""
    entries = list(review.materials.select_related("material", "version__stored", "version__reading"))
    known = screening_states([entry.version_id for entry in entries])
    counts: dict[int, dict[str, int]] = {}
    unread: set[int] = set()
    for version, decision, source in queries.findings_of(review).values_list("version", "decision", "source"):
        if source == FindingSource.READING and decision == Decision.OPEN:
            unread.add(version)
        row = counts.setdefault(version, {"open": 0, "accepted": 0, "dismissed": 0})
        row[decision] += 1
    for entry in entries:
        entry.screening = known.get(entry.version_id)  # type: ignore[attr-defined]
        entry.counts = counts.get(entry.version_id, {"open": 0, "accepted": 0, "dismissed": 0})  # type: ignore[attr-defined]
        entry.stopped = stopped(entry.version)  # type: ignore[attr-defined]
        entry.early = review.state in EARLY  # type: ignore[attr-defined]
        entry.unread = entry.version_id in unread  # type: ignore[attr-defined]
        entry.found = sum(entry.counts.values())  # type: ignore[attr-defined]
        entry.decided = entry.found - entry.counts["open"]  # type: ignore[attr-defined]
    return entries


EARLY = (ReviewState.DRAFT, ReviewState.ASSESSED, ReviewState.SIGNED)
SHOWN, ALL_EARLY = 40, 200


def early_findings(review: Review, *, most: int = SHOWN) -> list[Any]:
    """Return what the machine found before anybody reviewed, gravest first, for the sender to put right beforehand."""
    rank = {"high": 0, "medium": 1, "low": 2}
    rows = list(queries.findings_of(review)[:ALL_EARLY])
    return sorted(rows, key=lambda row: (rank.get(row.severity, 1), row.version_id, row.start or 0))[:most]


def is_reading(entries: list[ReviewMaterial]) -> bool:
    """Tell whether the machine is still at work on a material."""
    return any(
        entry.screening is not None and entry.screening.state in (WorkState.QUEUED, WorkState.RUNNING)  # type: ignore[attr-defined]
        for entry in entries
    )


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a review."""
    user = request.user
    review = find_review(user, pk)
    entries = entries_of(review)
    moves = verbs.of(review, user)
    answered = {
        question.id: review.assessment.answers.get(question.id, {}) for question in services.questions_of(review)
    }
    backed = services.evidence_of(review)
    verifications = Verification.objects.filter(review=review).select_related("by", "approved_version__material")
    context = {
        "review": review,
        "entries": entries,
        "reading": is_reading(entries),
        "verbs": moves,
        "next_page": verbs.next_page(review, user),
        "desk": verbs.desk(review),
        "may": verbs.may(review, user) | {"comment": any(item.allowed for item in moves)},
        "desk_first": review.state == ReviewState.FIRST_REVIEW and queries.open_findings(review) > 0,
        "findings": early_findings(review) if review.state in EARLY else [],
        "lane_note": verbs.lane_note(review),
        "clocks": deadlines.running(review),
        "opinions": queries.opinions_of(review),
        "questions": [
            (question, answered[question.id], backed.get(question.id, [])) for question in services.questions_of(review)
        ],
        "answer_words": data.ANSWERS,
        "returns": [(row, data.return_label(row.reason)) for row in review.return_records.select_related("by")],
        "reasons": [item for item in data.return_reasons() if review.state in item.stages],
        "assignments": review.assignments.select_related("person", "transferred_to"),
        "verifications": verifications.prefetch_related(Prefetch("evidence")),
        "reevaluations": review.reevaluations.select_related("by"),
        "approvals": review.approvals.all(),
        "to_sample": review.sampled and Review.objects.filter(queries.to_sample(), pk=review.pk).exists(),
        "attachments": files.attachments_of(review),
        "events": journal.events_of(review),
        "colleagues": queries.colleagues(review),
        "obstacles": services.obstacles(review) if review.state == ReviewState.DRAFT else [],
        "duties": Duty.choices,
        **context_of(review, user),
    }
    return render(request, "reviews/case.html", context)


@require_GET
def materials_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the machine has come, asked again while it works; at its end, what it found comes along."""
    review = find_review(request.user, pk)
    entries = entries_of(review)
    context = {"review": review, "entries": entries, "reading": is_reading(entries)}
    if context["reading"] or review.state not in EARLY:
        return render(request, "reviews/_materials.html", context)
    context |= {"findings": early_findings(review), "desk": verbs.desk(review), "oob": True}
    return render(request, "reviews/_materials_read.html", context)


@require_GET
def early_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out what the machine found before anybody reviewed, as a Word document to put things right by."""
    review = find_review(request.user, pk)
    rows = early_findings(review, most=ALL_EARLY) if review.state in EARLY else []
    if not rows:
        raise Hidden(_("机器先读的结果只在提交送审以前提供；提交以后以审查意见书为准。"))
    name = _("机器预审 %s.docx") % review.number
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(early.document(review, rows), content_type=DOCX, headers=headers)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step; what a rule refuses is told on the page, the comment is kept by the browser."""
    review = find_review(request.user, pk)
    name = request.POST.get("action", "")
    try:
        told = _do(name, review, request)
    except PlatformError as error:
        if request.headers.get("HX-Request") or error.status in (403, 404):
            raise
        messages.error(request, error.message)
        return redirect(review)
    messages.success(request, told)
    return redirect(review)


def _do(name: str, review: Review, request: HttpRequest) -> str:
    by, post = request.user, request.POST
    comment = post.get("comment", "").strip()
    if name in verbs.PLAIN:
        moved = verbs.PLAIN[name](review, by=by, comment=comment)
        return str(_("已办理，当前状态：%s") % moved.get_state_display())
    if name == "return_to_sender":
        services.return_to_sender(review, by=by, reason=post.get("reason", ""), detail=comment)
        return str(_("已退回送审人。"))
    if name == "take":
        services.take(review, by=by)
        return str(_("已领取。"))
    if name == "finish_first":
        moved = services.finish_first(review, by=by, comment=comment)
        return str(_("初审已完成，当前状态：%s") % moved.get_state_display())
    if name == "hold":
        services.hold(review, by=by, reason=comment)
        return str(_("法律保留已更新。"))
    if name == "reevaluate":
        services.open_reevaluation(review, kind="complaint", trigger=comment or str(_("人工发起")), by=by)
        return str(_("已发起回溯评估，正在用现行规则重新机审。"))
    return _with_person(name, review, request, comment)


def _with_person(name: str, review: Review, request: HttpRequest, comment: str) -> str:
    by, post = request.user, request.POST
    if name in ("parallel", "sample"):
        agrees = post.get("agrees") == "1"
        step = services.answer_parallel if name == "parallel" else services.check_sample
        step(review, by=by, agrees=agrees, note=comment)
        return str(_("意见已提交。"))
    people = get_user_model()._default_manager.filter(pk=row_key(post.get("person", "")))
    person = (people if name == "uninvite" else people.filter(is_active=True)).first()
    if person is None:
        raise BadValue(_("请选择人员。"), fields={"person": _("请选择")})
    if name == "assign":
        services.assign(review, person, by=by, duty=post.get("duty", Duty.FIRST))
        return str(_("已分派给 %s。") % person)
    if name == "transfer":
        duty = Duty.SECOND if review.state == ReviewState.SECOND_REVIEW else Duty.FIRST
        services.transfer(review, person, by=by, reason=comment, duty=duty)
        return str(_("已转办给 %s。") % person)
    if name == "invite":
        services.invite(review, person, by=by)
        return str(_("已邀请 %s 并行审查。") % person)
    if name == "uninvite":
        services.uninvite(review, person, by=by)
        return str(_("已撤回对 %s 的邀请。") % person)
    raise BadValue(_("没有这项操作，请刷新页面。"))


@require_GET
def lookup(request: HttpRequest) -> HttpResponse:
    """Go to the review of a number (审查编号 or 意见书编号); otherwise to the list with the words looked for."""
    number = request.GET.get("number", "").strip()
    rows = queries.visible(request.user)
    found = rows.filter(number__iexact=number).first() or rows.filter(opinions__number__iexact=number).first()
    if found is not None:
        return redirect(found)
    from django.urls import reverse
    from django.utils.http import urlencode

    return redirect(f"{reverse('reviews')}?{urlencode({'view': 'all', 'q': number})}")
