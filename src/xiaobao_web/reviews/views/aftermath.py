"""After the opinion: verification, re-evaluation, dossier, guides, the Word template."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.kernel import deadlines, files, wordfiles
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.reviews import data, documents, queries, services
from xiaobao_web.reviews.dossier import retain_until
from xiaobao_web.reviews.models import OpinionTemplate, Outcome, Reevaluation, Review, Subject, Verification
from xiaobao_web.reviews.services.aftermath import points_to_evidence
from xiaobao_web.reviews.services.reevaluation import new_findings
from xiaobao_web.reviews.views.cases import find_review


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare what was launched with what was approved, with evidence for each point."""
    review = find_review(request.user, pk)
    if request.method == "POST":
        try:
            told = _verify_step(request, review)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
        else:
            messages.success(request, told)
        return redirect("review_verify", pk=pk)
    rows = Verification.objects.filter(review=review).select_related(
        "by", "approved_version__material", "launched_version"
    )
    answer = can(request.user, "reviews.verify", review)
    context = {
        "review": review,
        "entries": review.materials.select_related("material", "version"),
        "rows": rows.prefetch_related("evidence__point").order_by("-pk"),
        "points": points_to_evidence(review),
        "verifiable": review.state == "concluded" and bool(answer),
        "reason": answer.reason,
        "done": review.is_verified(),
    }
    return render(request, "reviews/verify.html", context)


def _verify_step(request: HttpRequest, review: Review) -> str:
    post = request.POST
    if post.get("action") == "none":
        services.note_not_launched(review, by=request.user, note=post.get("note", ""))
        return str(_("已登记未上线。"))
    if post.get("action") == "decide":
        number = post.get("verification", "")
        row = review.verifications.filter(pk=row_key(number)).first()
        if row is None:
            raise Hidden(_("没有找到这次核验。"))
        evidence = [
            {
                "point": point.pk,
                "followed": post.get(f"followed-{point.pk}") == "1",
                "note": post.get(f"evidence-{point.pk}", ""),
            }
            for point in points_to_evidence(review)
        ]
        services.decide_verification(
            row, by=request.user, accepted=post.get("accepted") == "1", note=post.get("note", ""), evidence=evidence
        )
        return str(_("核验结论已保存。"))
    number = post.get("entry", "")
    entry = review.materials.filter(pk=row_key(number)).first()
    if entry is None:
        raise BadValue(_("请选择核验哪份材料。"))
    upload = request.FILES.get("file")
    services.start_verification(
        review, entry, by=request.user, place=post.get("place", ""), upload=upload, text=post.get("text", "")
    )
    return str(_("已上传，正在比对。"))


@require_http_methods(["GET", "POST"])
def reevaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again at an approved review: what today's rules find anew; keep, change or withdraw."""
    rows = Reevaluation.objects.select_related("review__unit", "review__product", "review__reviewer", "screening", "by")
    row = find(request.user, rows, "reviews.reevaluate", pk=pk)
    if request.method == "POST":
        try:
            services.finish_reevaluation(
                row, by=request.user, conclusion=request.POST.get("conclusion", ""), note=request.POST.get("note", "")
            )
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
        else:
            messages.success(request, _("回溯评估已完成。"))
        return redirect("reevaluation", pk=pk)
    context = {
        "row": row,
        "review": row.review,
        "fresh": new_findings(row),
        "outcomes": Outcome.choices,
        "approvals": row.review.approvals.all(),
        "clocks": deadlines.running(row),
        "opinions": queries.opinions_of(row.review),
    }
    return render(request, "reviews/reevaluation.html", context)


@require_GET
def guides(request: HttpRequest) -> HttpResponse:
    """List the guides, or the points of all guides that hold the words looked for."""
    require(request.user, "reviews.guides")
    words = request.GET.get("q", "").split()
    hits = [
        (guide, risk, number)
        for guide in data.guides().values()
        for number, risk in enumerate(guide.risks, 1)
        if words and risk.holds(words)
    ]
    rows = [(data.guides()[value], label) for value, label in Subject.choices]
    return render(request, "reviews/guides.html", {"rows": rows, "hits": hits, "q": request.GET.get("q", "")})


@require_GET
def guide(request: HttpRequest, subject: str) -> HttpResponse:
    """Show how to review a subject, with its questionnaire and past examples."""
    require(request.user, "reviews.guides")
    if subject not in data.guides():
        raise Hidden(_("没有这类审查的指引。"))
    found = data.guides()[subject]
    context = {
        "guide": found,
        "label": Subject(subject).label,
        "risks": [(risk, [data.clause(item) for item in risk.basis]) for risk in found.risks],
        "questionnaire": data.questionnaires()[subject],
        "questions": [
            (question, [data.clause(item) for item in question.basis])
            for question in data.questionnaires()[subject].questions
        ],
        "answer_words": data.ANSWERS,
        "examples": queries.past_examples(request.user, subject),
        "pack": data.packs()[subject],
    }
    return render(request, "reviews/guide.html", context)


@require_http_methods(["GET", "POST"])
def template(request: HttpRequest) -> HttpResponse:
    """Manage the Word template of the opinion."""
    require(request.user, "reviews.set_template")
    fault = ""
    if request.method == "POST":
        active = OpinionTemplate.objects.filter(active=True).first()
        if request.POST.get("action") == "remove":
            if active is not None:
                documents.remove_template(active, by=request.user)
            return redirect("opinion_template")
        try:
            upload = request.FILES.get("file")
            if upload is None:
                raise BadValue(_("请选择 docx 文件。"))
            documents.set_template(upload, by=request.user)
            messages.success(request, _("模板已启用。"))
            return redirect("opinion_template")
        except BadValue as error:
            fault = error.message
    context = {
        "rows": OpinionTemplate.objects.select_related("added_by")[:20],
        "fields": documents.FIELDS.items(),
        "point_fields": documents.POINT_FIELDS.items(),
        "material_fields": documents.MATERIAL_FIELDS.items(),
        "fault": fault,
    }
    return render(request, "reviews/template.html", context, status=422 if fault else 200)


@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """Hand out the template in use, as the start of an own one."""
    require(request.user, "reviews.set_template")
    answer = HttpResponse(documents.template_in_use(), content_type=wordfiles.DOCX)
    answer["Content-Disposition"] = "attachment; filename=opinion-template.docx"
    return answer


@require_http_methods(["GET", "POST"])
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the dossier made (anew), with progress; the files are among the review's attachments."""
    from xiaobao_web.reviews.tasks import make_dossier

    review = find_review(request.user, pk)
    require(request.user, "reviews.dossier", review)
    if request.method == "POST" and request.POST.get("action") == "retention":
        services.keep_as(review, retention=request.POST.get("retention", ""), by=request.user)
        messages.success(request, _("保管类别已更新，已归档文件的保存期限随之调整。"))
        return redirect("review_dossier", pk=pk)
    if request.method == "POST":
        run = make_dossier.using(by=request.user).enqueue(review.pk)
        return redirect("job", pk=run.pk)
    rows: Any = files.attachments_of(review).filter(purpose__in=["dossier", "archive"])
    kept = data.retention()
    context = {
        "review": review,
        "rows": rows.order_by("-pk"),
        "classes": [(name, item["label"], item["years"]) for name, item in kept["classes"].items()],
        "kept_as": kept["classes"].get(review.retention, {}).get("label", review.retention),
        "until": retain_until(review),
        "basis": kept["basis"],
        "may_keep": bool(can(request.user, "reviews.hold", review)),
    }
    return render(request, "reviews/dossier.html", context)
