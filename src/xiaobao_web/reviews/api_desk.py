"""The reading desk over the REST interface: what a material says and where, opinions by hand, comments, comparison."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Schema, Status
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import comments
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.kernel.serving import respond
from xiaobao_web.materials import difference
from xiaobao_web.materials.models import MaterialVersion, Reading
from xiaobao_web.reviews.api import Words, found_review, router
from xiaobao_web.reviews.desk import comparison, laws, services
from xiaobao_web.reviews.models import Review, ReviewMaterial

Key = Annotated[int, Field(ge=1, le=2**53)]
Article = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")]
Quoted = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Pixel = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Extent = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


class PassageOut(Schema):
    """A passage: where it begins in the text, its words, its place (page, paragraph, cell, second)."""

    start: int
    text: str
    place: dict[str, Any]


class PageOut(Schema):
    """A page's picture and its size in pixels."""

    page: int
    width: int
    height: int
    picture: str


class ReadingOut(Schema):
    """What the version that counts says; `read` is false while the machine has not read it yet."""

    version: int
    read: bool
    text: str
    passages: list[PassageOut]
    pages: list[PageOut]


class BoxIn(Strict):
    """A box on a page, in the pixels of the page's picture."""

    page: int = Field(ge=1, le=10_000)
    x: Pixel
    y: Pixel
    width: Extent
    height: Extent


class ManualIn(Strict):
    """An opinion by hand: on quoted words, on start and end in the text, on boxes, or on the whole material."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00]+$")]
    severity: Literal["high", "medium", "low"] = "medium"
    message: Words = ""
    remedy: Words = ""
    references: list[Article] = Field([], max_length=20, description="条文，如 norm#9")
    quote: Quoted = Field("", description="原文中的文字；换行与空格不计")
    passage: int | None = Field(None, ge=0, le=1_000_000, description="只在第几段中找（从 0 起，见 text 的 passages）")
    occurrence: int | None = Field(None, ge=1, le=10_000, description="出现多处时，是第几处（从 1 起）")
    start: int | None = Field(None, ge=0, le=2**31)
    end: int | None = Field(None, ge=1, le=2**31)
    boxes: list[BoxIn] = Field([], max_length=50)


class ManualOut(Schema):
    """The opinion as it is kept."""

    id: int
    title: str
    severity: str
    text: str
    start: int | None
    end: int | None
    boxes: list[dict[str, Any]]
    references: list[str]
    decision: str


class Counted(Schema):
    """How many were accepted."""

    count: int


class CommentIn(Strict):
    """What is said; `parent` is the comment that it answers."""

    body: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
    parent: Key | None = None


class FindingRemark(Strict):
    """What is said of a finding."""

    body: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]


class CommentOut(Schema):
    """A comment; one withdrawn has no body any more."""

    id: int
    parent: int | None
    finding: int | None
    body: str
    author: str
    at: datetime
    withdrawn: bool


class LawOut(Schema):
    """An article: how it is named in `references`, and what it asks in other words."""

    reference: str
    label: str
    paraphrase: str


class LawQuery(Schema):
    """Words of an article."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(max_length=80)


class VersionsQuery(Schema):
    """The numbers of the versions compared; by default the one that counts and the one before it."""

    model_config = ConfigDict(extra="forbid")

    old: int | None = Field(None, ge=1, le=100_000)
    new: int | None = Field(None, ge=1, le=100_000)


class FateOut(Schema):
    """What became of a finding: fresh, kept, gone."""

    kind: str
    finding: int
    title: str
    text: str


class ComparisonOut(Schema):
    """What differs between two versions: words, and what became of findings."""

    old: int
    new: int
    same: bool
    differences: list[dict[str, str]]
    findings: list[FateOut]


class RegionsOut(Schema):
    """Where the pictures of a page differ, as shares of the picture [x0, y0, x1, y1], and the changed share."""

    regions: list[list[float]]
    changed: float


def _entry(review: Review, pk: int) -> ReviewMaterial:
    return find(review.materials.select_related("material", "version__reading", "version__stored"), pk=pk)


@router.get("/articles", response=list[LawOut], summary="查找条文")
def find_articles(request: HttpRequest, query: Query[LawQuery]) -> list[dict[str, Any]]:
    """Return the articles that some words name, for the references of opinions."""
    require(request.user, "reviews.view")
    return laws.search(query.q)


@router.get("/{int:pk}/materials/{int:entry}/text", response=ReadingOut, summary="送审材料的文字与页面")
def show_text(request: HttpRequest, pk: int, entry: int) -> dict[str, Any]:
    """Return what the version that counts says, by passages with their places, and the pictures of its pages."""
    version = _entry(found_review(request, pk), entry).version
    reading = version.reading
    passages = reading.passages if reading is not None else []
    pages = reading.pages if reading is not None else []
    return {
        "version": version.pk, "read": reading is not None,
        "text": reading.text if reading is not None else version.text,
        "passages": [{"start": p["start"], "text": p["text"], "place": p["anchor"]} for p in passages],
        "pages": [
            {
                **{name: page[name] for name in ("page", "width", "height")},
                "picture": f"/api/reviews/{pk}/versions/{version.pk}/pages/{page['page']}",
            }
            for page in pages
        ],
    }  # fmt: skip


@router.get("/{int:pk}/versions/{int:version}/file", summary="一版材料的文件", response={200: bytes})
def version_file(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Return a version's file as it was submitted."""
    found = page_version(found_review(request, pk), version)
    if found.stored is None:
        raise Refused(_("这一版是粘贴的文字，没有文件。"))
    return respond(request, found.stored, name=found.name, download=True)  # type: ignore[return-value]


@router.get("/{int:pk}/versions/{int:version}/pages/{int:page}", summary="一页的图像", response={200: bytes})
def page_picture(request: HttpRequest, pk: int, version: int, page: int) -> HttpResponse:
    """Return the picture of a page (PNG), in whose pixels boxes are given."""
    found = page_version(found_review(request, pk), version)
    picture = comparison.picture_of(found, page)
    return respond(request, picture, name=f"{version}-{page}.png")  # type: ignore[return-value]


def page_version(review: Review, pk: int) -> MaterialVersion:
    """Return a version of a material of a review; raises Hidden."""
    rows = MaterialVersion.objects.filter(material__review_entries__review=review)
    return find(rows.select_related("stored", "reading", "material"), pk=pk)


@router.post("/{int:pk}/materials/{int:entry}/findings", response={201: ManualOut}, summary="手工添加意见")
def add_by_hand(request: HttpRequest, pk: int, entry: int, body: ManualIn) -> Status[dict[str, Any]]:
    """Add an opinion by hand; where the quoted words stand in several places, 422 says how many."""
    review = found_review(request, pk)
    row = _entry(review, entry)
    start, end = _span(row.version, body)
    reading = row.version.reading
    made = services.add(
        review, row, by=request.user, boxes=_drawn(body.boxes, reading), title=body.title, severity=body.severity,
        message=body.message, remedy=body.remedy, references=body.references, start=start, end=end,
    )  # fmt: skip
    return Status(201, _manual(made))


def _manual(made: Finding) -> dict[str, Any]:
    names = ("title", "severity", "text", "start", "end", "boxes", "decision")
    out = {name: getattr(made, name) for name in names}
    return {**out, "id": made.pk, "references": [f"{item['norm']}#{item['article']}" for item in made.basis]}


def _drawn(boxes: list[BoxIn], reading: Reading | None) -> str:
    """Return boxes as the desk's page sends them; raises BadValue for one that is not on its page."""
    sizes = {page["page"]: (page["width"], page["height"]) for page in (reading.pages if reading is not None else [])}
    for box in boxes:
        if box.page not in sizes:
            raise BadValue(_("材料没有第 %d 页的图像。") % box.page, fields={"boxes": _("没有这一页")})
        width, height = sizes[box.page]
        if box.x + box.width > width or box.y + box.height > height:
            told = _("第 %(page)d 页的图像是 %(width)d×%(height)d 像素，画的框超出了页面。")
            raise BadValue(told % {"page": box.page, "width": width, "height": height}, fields={"boxes": _("超出页面")})
    given = [{"page": box.page, "box": [box.x, box.y, box.width, box.height]} for box in boxes]
    return json.dumps(given) if given else ""


def _span(version: MaterialVersion, body: ManualIn) -> tuple[int | None, int | None]:
    """Return where the words stand that an opinion is about; raises BadValue where they are not or not clear."""
    if not body.quote.strip():
        if (body.start is None) != (body.end is None):
            raise BadValue(_("start 与 end 须同时给出。"), fields={"start": _("不完整")})
        return body.start, body.end
    if body.start is not None or body.end is not None:
        raise BadValue(_("quote 与 start、end 请二选一。"), fields={"quote": _("已给出位置")})
    found = _places(version, body.quote, body.passage)
    if not found:
        raise BadValue(_("材料中没有“%s”这段文字，请照原文填写。") % body.quote[:40], fields={"quote": _("没有找到")})
    if body.occurrence is None and len(found) > 1:
        told = _("这段文字出现了 %d 处，请用 occurrence 指明是第几处，或用 passage 指明是哪一段。") % len(found)
        raise BadValue(told, fields={"occurrence": _("请指明")})
    at = body.occurrence or 1
    if at > len(found):
        raise BadValue(_("这段文字只出现了 %d 处。") % len(found), fields={"occurrence": _("超出范围")})
    return found[at - 1]


def _places(version: MaterialVersion, quote: str, passage: int | None) -> list[tuple[int, int]]:
    reading = version.reading
    text, first, last = (reading.text if reading is not None else version.text), 0, None
    if passage is not None:
        passages = reading.passages if reading is not None else []
        if passage >= len(passages):
            raise BadValue(_("材料共有 %d 段。") % len(passages), fields={"passage": _("超出范围")})
        first = passages[passage]["start"]
        last = first + len(passages[passage]["text"])
    marks = r"\s*".join(re.escape(mark) for mark in "".join(quote.split()))
    return [found.span() for found in re.compile(marks).finditer(text, first, len(text) if last is None else last)]


@router.post("/{int:pk}/materials/{int:entry}/accept-rest", response=Counted, summary="采纳其余发现")
def accept_rest_found(request: HttpRequest, pk: int, entry: int) -> dict[str, int]:
    """Accept every finding of a material that nobody has decided."""
    review = found_review(request, pk)
    return {"count": services.accept_rest(review, _entry(review, entry), by=request.user)}


def _comment(row: Comment) -> dict[str, Any]:
    anchor = row.anchor if isinstance(row.anchor, dict) else {}
    withdrawn = row.withdrawn_at is not None
    return {
        "id": row.pk, "parent": row.parent_id, "finding": anchor.get("finding"), "body": "" if withdrawn else row.body,
        "author": str(row.author), "at": row.at, "withdrawn": withdrawn,
    }  # fmt: skip


@router.get("/{int:pk}/comments", response=list[CommentOut], summary="评论")
def list_comments(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return what people said about a review and its findings, oldest first."""
    return [_comment(row) for row in comments.of(found_review(request, pk))[:1000]]


@router.post("/{int:pk}/comments", response={201: CommentOut}, summary="发表评论")
def say(request: HttpRequest, pk: int, body: CommentIn) -> Status[dict[str, Any]]:
    """Say something about a review; @name tells whom it mentions."""
    review = found_review(request, pk)
    parent = None if body.parent is None else find(comments.of(review), pk=body.parent)
    return Status(201, _comment(comments.comment(review, body.body, by=request.user, parent=parent)))


@router.post("/{int:pk}/findings/{int:finding}/comments", response={201: CommentOut}, summary="评论一处发现")
def remark(request: HttpRequest, pk: int, finding: int, body: FindingRemark) -> Status[dict[str, Any]]:
    """Say something about a finding."""
    review = found_review(request, pk)
    row = services.find_finding(review, min(finding, 2**53))
    return Status(201, _comment(services.remark(review, row, body.body, by=request.user)))


def _pair(entry: ReviewMaterial, query: VersionsQuery) -> tuple[MaterialVersion, MaterialVersion]:
    rows = list(entry.material.versions.select_related("reading", "stored").order_by("number"))
    by_number = {row.number: row for row in rows}
    new = by_number.get(query.new) if query.new else next(row for row in rows if row.pk == entry.version_id)
    before = [row for row in rows if new is not None and row.number < new.number]
    old = by_number.get(query.old) if query.old else (before[-1] if before else None)
    if old is None or new is None or old.pk == new.pk:
        raise Hidden(_("没有这两个版本可以比较；现有版本：%s。") % "、".join(str(number) for number in by_number))
    return old, new


@router.get("/{int:pk}/materials/{int:entry}/comparison", response=ComparisonOut, summary="比较两个版本")
def compare(request: HttpRequest, pk: int, entry: int, query: Query[VersionsQuery]) -> dict[str, Any]:
    """Return what changed between two versions of a material, and what became of the findings."""
    old, new = _pair(_entry(found_review(request, pk), entry), query)
    before, after = (row.reading.text if row.reading is not None else row.text for row in (old, new))
    fates = [(fate.kind, fate.finding) for fate in comparison.fates_of(old, new)]
    return {
        "old": old.number, "new": new.number, "same": old.sha256 == new.sha256,
        "differences": difference.as_plain(difference.of_texts(before, after)),
        "findings": [
            {"kind": kind, "finding": row.pk, "title": row.title, "text": row.text} for kind, row in fates
        ],
    }  # fmt: skip


@router.get("/{int:pk}/materials/{int:entry}/comparison/{int:page}", response=RegionsOut, summary="比较一页的图像")
def compare_page(request: HttpRequest, pk: int, entry: int, page: int, query: Query[VersionsQuery]) -> dict[str, Any]:
    """Return where the pictures of a page differ between two versions."""
    old, new = _pair(_entry(found_review(request, pk), entry), query)
    found = comparison.regions_of(old, new, page)
    return {"regions": [list(region) for region in found.regions], "changed": found.changed}
