"""Send something for review: drop it in, say what it is, assess it, hand it on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue, Hidden, PlatformError
from xiaobao_web.kernel.lists.page import ids
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.materials.models import ApprovedMaterial, ApprovedState, MaterialKind
from xiaobao_web.materials.registry import CHANNELS
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import data, services, verbs
from xiaobao_web.reviews.models import Lane, Review, ReviewMaterial, Subject
from xiaobao_web.reviews.services import stale
from xiaobao_web.reviews.views.cases import early_findings, entries_of, find_review, is_reading

MOST_FILES = 20
SUBJECT_HINTS = {
    Subject.MARKETING: "海报、页面、视频脚本、短信、推文",
    Subject.CREATION: "新产品、新服务的说明与流程",
    Subject.AGREEMENT: "合同、协议、授权书",
    Subject.PRICING: "价目表、利率、收费方案",
    Subject.SCRIPT: "外呼、厅堂、直播话术",
    Subject.POLICY: "办法、细则、考核方案",
    Subject.THIRD_PARTY: "合作方案与合作协议",
    Subject.CHANGE: "已有产品的重大变更",
}
STEPS = (("materials", "材料"), ("details", "事项"), ("assessment", "自评"))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Drop in a poster (or paste words): the draft is made and the machine begins to read at once."""
    require(request.user, "reviews.create")
    fault = ""
    if request.method == "POST":
        try:
            review = _begin(request)
        except BadValue as error:
            fault = error.message
        else:
            messages.success(request, _("草稿已建立，机器正在读取；您可以先填写下面的内容。"))
            return redirect("review_edit", pk=review.pk)
    subjects = [(value, label, SUBJECT_HINTS[Subject(value)]) for value, label in Subject.choices]
    context = {"subjects": subjects, "fault": fault, "given": request.POST, "most": MOST_FILES}
    return render(request, "reviews/new.html", context, status=422 if fault else 200)


def _begin(request: HttpRequest) -> Review:
    uploads = request.FILES.getlist("file")
    text = request.POST.get("text", "").strip()
    if not uploads and not text:
        raise BadValue(_("请先拖入文件，或粘贴要送审的文字。"))
    if len(uploads) > MOST_FILES:
        raise BadUpload(_("一次最多 %d 个文件，其余可在下一步添加。") % MOST_FILES)
    for upload in uploads:  # refuse what cannot be taken before a draft is made
        files.store(upload, name=upload.name or "", by=request.user)
        upload.seek(0)
    first = (uploads[0].name or "").rsplit(".", 1)[0] if uploads else text.splitlines()[0]
    title = request.POST.get("title", "").strip() or first[:80]
    subject = request.POST.get("subject") or Subject.MARKETING
    review = services.create(by=request.user, title=title, subject=subject)
    for upload in uploads:
        services.add_material(review, by=request.user, upload=upload, kind=kind_of(review, upload.name or ""))
    if text:
        services.add_material(
            review, by=request.user, text=text, title=title, kind="post" if subject == "marketing" else ""
        )
    return review


MARKETING_KINDS = {
    **dict.fromkeys(("html", "htm"), "web_page"),
    **dict.fromkeys(("txt", "docx"), "post"),
    **dict.fromkeys(("xlsx", "xls", "ods", "csv"), "sms"),  # a table of marketing is a batch of messages
    "pptx": "product_document",
}


def kind_of(review: Review, name: str) -> str:
    """Return the kind of material a file name suggests under a subject; empty for the subject's usual one."""
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if review.subject == Subject.MARKETING:
        return MARKETING_KINDS.get(suffix, "")
    return {"mp3": "recording", "wav": "recording", "mp4": "recording"}.get(suffix, "")


@require_http_methods(["GET"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the wizard of a draft: materials, what it is, the self-assessment, hand on."""
    review = find_review(request.user, pk)
    require(request.user, "reviews.edit", review)
    if review.state != "draft":
        return redirect(review)
    entries = entries_of(review)
    answers = review.assessment.answers
    asked = services.questions_of(review)
    given = review.assessment.answers
    backed = services.evidence_of(review)
    context = {
        "review": review,
        "seen": stale.marks(review),
        "entries": entries,
        "reading": is_reading(entries),
        "findings": early_findings(review),
        "desk": verbs.desk(review),
        "questions": [
            (
                question,
                answers.get(question.id, {}),
                [data.clause(item) for item in question.basis],
                backed.get(question.id, []),
            )
            for question in asked
        ],
        "answered": sum(1 for question in asked if given.get(question.id, {}).get("answer")),
        "asked": len(asked),
        "answer_choices": data.ANSWERS.items(),
        "obstacles": services.obstacles(review),
        "subjects": Subject.choices,
        "lanes": _lanes(review),
        "kinds": MaterialKind.choices,
        "channels": list(dict.fromkeys([*CHANNELS, *review.channels])),
        "channels_wanted": data.packs()[review.subject].channels,
        "products": Product.objects.order_by("code")[:500],
        "templates": ApprovedMaterial.objects.filter(is_template=True, state=ApprovedState.VALID.value)[:200],
        "returned": review.return_records.order_by("-pk").first(),
        "return_label": data.return_label,
        "guide": data.guides()[review.subject],
        "attachments": files.attachments_of(review),
    }
    return render(request, "reviews/edit.html", context)


def _lanes(review: Review) -> list[tuple[str, str]]:
    """Return the lanes one may choose: the batch lane has a page of its own, only branches review themselves."""
    closed = {Lane.BATCH} if services.may_review_itself(review.unit) else {Lane.BATCH, Lane.BRANCH}
    return [(value, str(label)) for value, label in Lane.choices if value not in closed]


@require_POST
def save_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a draft says of itself."""
    review = find_review(request.user, pk)
    post = request.POST
    values: dict[str, Any] = {
        "title": post.get("title", ""),
        "subject": post.get("subject", review.subject),
        "lane": post.get("lane", review.lane),
        "urgent_reason": post.get("urgent_reason", ""),
        "summary": post.get("summary", ""),
        "audience": post.get("audience", "")[:200],
        "channels": _channels(post),
        "planned_launch": _day(post.get("planned_launch", "")),
        "product": _product(post.get("product", "")),
        "template": _template(post.get("template", "")),
    }
    try:
        with transaction.atomic():
            stale.require_seen(review, "details", post.get("seen", ""))
            services.edit(review, by=request.user, **values)
    except BadValue as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已保存。"))
    return redirect("review_edit", pk=pk)


def _channels(post: Any) -> list[str]:
    """Return the channels ticked and the ones written in, each once."""
    more = post.get("more_channels", "").replace("，", "、").replace(",", "、").split("、")
    return list(dict.fromkeys(item.strip()[:40] for item in [*post.getlist("channels"), *more] if item.strip()))[:20]


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError as error:
        raise BadValue(_("日期应写作 2026-01-31。")) from error


def _template(number: str) -> ApprovedMaterial | None:
    rows = ApprovedMaterial.objects.filter(is_template=True, state=ApprovedState.VALID.value)
    return rows.filter(pk=row_key(number)).first()


def _product(number: str) -> Product | None:
    return Product.objects.filter(pk=row_key(number)).first()


@require_POST
def add_material(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files or words to a draft; each file that cannot be taken is told, the others are kept."""
    review = find_review(request.user, pk)
    uploads = request.FILES.getlist("file")[:MOST_FILES]
    text, kind = request.POST.get("text", "").strip(), request.POST.get("kind", "")
    for upload in uploads:
        try:
            services.add_material(
                review, by=request.user, upload=upload, kind=kind or kind_of(review, upload.name or "")
            )
        except BadValue as error:
            messages.error(request, f"{upload.name}：{error.message}")
    if text:
        services.add_material(review, by=request.user, text=text, title=request.POST.get("title", ""), kind=kind)
    if not uploads and not text:
        messages.error(request, _("请选择文件，或粘贴文字。"))
    return redirect("review_edit", pk=pk)


def _entry(review: Review, number: int) -> ReviewMaterial:
    entry = review.materials.select_related("material", "version", "review").filter(pk=number).first()
    if entry is None:
        raise Hidden(_("没有找到这份材料。"))
    return entry


@require_POST
def replace_material(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Put a new version of a material in, or take it off."""
    review = find_review(request.user, pk)
    row = _entry(review, entry)
    if request.POST.get("action") == "remove":
        services.remove_material(row, by=request.user)
        return redirect("review_edit", pk=pk)
    try:
        if request.POST.get("action") == "fields":
            services.set_free_fields(row, request.POST.get("fields", "").splitlines(), by=request.user)
            messages.success(request, _("可变字段已保存。"))
            return redirect("review_edit", pk=pk)
        services.new_version(
            row, by=request.user, upload=request.FILES.get("file"), text=request.POST.get("text", ""),
            note=request.POST.get("note", ""),
        )  # fmt: skip
    except BadValue as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("新版本已上传，机器正在读取。"))
    return redirect("review_answers" if review.state == "answering" else "review_edit", pk=pk)


@require_POST
@transaction.atomic
def save_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answers of the self-assessment; with `finish`, hand the request to the head of the department."""
    review = find_review(request.user, pk)
    post = request.POST
    require(request.user, "reviews.edit", review)
    services.require_draft(review)
    stale.require_seen(review, "assessment", post.get("seen", ""))
    given = {
        question.id: {
            "answer": post.get(f"answer-{question.id}", ""),
            "note": post.get(f"note-{question.id}", ""),
            "evidence": _evidence(request, review, question.id),
        }
        for question in services.questions_of(review)
    }
    try:
        services.save_assessment(review, given, by=request.user)
        if post.get("action") == "finish":
            review = find_review(request.user, pk)
            services.finish_assessment(review, by=request.user)
            messages.success(request, _("已报部门负责人签批。"))
            return redirect(review)
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, _("自评已保存。"))
    return redirect("review_edit", pk=pk)


def _evidence(request: HttpRequest, review: Review, question: str) -> list[int]:
    """Return the files that back an answer: those kept, those that come with the form; one refused is told."""
    before = review.assessment.answers.get(question, {}).get("evidence", [])
    dropped = set(request.POST.getlist(f"drop-{question}"))
    out = [int(number) for number in before if str(number) not in dropped]
    for row in files.attachments_of(review).filter(pk__in=ids(dropped)):
        if row.pk in before:
            files.remove(row, by=request.user, reason=str(_("自评证据移除")))
    for upload in request.FILES.getlist(f"evidence-{question}")[:MOST_FILES]:
        try:
            stored = files.store(upload, name=upload.name or "", by=request.user)
        except BadValue as error:
            messages.error(request, f"{upload.name}：{error.message}")
            continue
        row = files.attach(
            review, stored, name=upload.name or "", purpose=services.EVIDENCE, by=request.user, note=question
        )
        out.append(row.pk)
    return out


@require_POST
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new draft from a review that has ended."""
    review = find_review(request.user, pk)
    require(request.user, "reviews.edit", review)
    made = services.follow_up(review, by=request.user)
    messages.success(request, _("已按原事项新建送审，请上传修改后的材料。"))
    return redirect("review_edit", pk=made.pk)


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """Send many existing products at once, from a table."""
    from xiaobao_web.reviews.tasks import import_batch

    require(request.user, "reviews.batch")
    fault, run = "", None
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadUpload(_("请选择 xlsx 表格。"))
            stored = files.store(upload, name=upload.name or "", by=request.user)
            run = import_batch.using(by=request.user).enqueue(stored.pk, upload.name or "", int(request.user.pk or 0))
        except BadValue as error:
            fault = error.message
    if run is not None:
        return redirect("job", pk=run.pk)
    return render(request, "reviews/batch.html", {"fault": fault}, status=422 if fault else 200)
