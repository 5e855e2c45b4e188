"""What the desk shows a person: the materials with their counts, the findings in reading order, what may be done."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel import comments
from xiaobao_web.kernel.access import Answer, can, find
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.materials.models import MaterialVersion, Reading, Screening, WorkState
from xiaobao_web.materials.services import screening_states
from xiaobao_web.reviews.desk.document import Document, Page, boxes_between, document_of, placed
from xiaobao_web.reviews.models import Assignment, Review, ReviewMaterial, ReviewState
from xiaobao_web.reviews.queries import findings_of, may_take

RELATED = ("unit", "product", "created_by", "reviewer", "second_reviewer", "assessment")
DECIDING: dict[str, str] = {
    ReviewState.FIRST_REVIEW: "reviews.finish_first",
    ReviewState.CONFIRMING: "reviews.confirm",
}
"""States in which findings are decided, and the permission that deciding needs then."""
SURE, FAIRLY = 0.8, 0.5
"""From which confidence a violation reads 确定, and from which 较确定."""


def confidence_of(found: Finding) -> str:
    """Return how sure a machine's finding is, in words; empty for a person's."""
    if found.source == FindingSource.PERSON:
        return ""
    if found.machine_decision != "violation" or found.confidence < FAIRLY:
        return _("疑似，需人工判断")
    return _("确定") if found.confidence >= SURE else _("较确定")


@dataclass
class Card:
    """A finding as the list shows it: its number in reading order, its places on the pages, what was said of it."""

    finding: Finding
    number: int
    boxes: list[dict[str, Any]]
    remarks: list[Any] = field(default_factory=list)
    may: Answer = field(default_factory=lambda: Answer(False))

    @property
    def confidence(self) -> str:
        """Return how sure it is, in words."""
        return confidence_of(self.finding)

    @property
    def places(self) -> str:
        """Return its boxes as JSON."""
        return json.dumps(self.boxes)

    @property
    def quote(self) -> str:
        """Return its words in quotes, once."""
        text = self.finding.text.strip()
        return text if text.startswith("“") and text.endswith("”") and text.count("“") == 1 else f"“{text}”"

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """Return its articles with a short name each: by the norm's common name where that says what it is."""
        return [{**item, "short": short_of(item)} for item in self.finding.basis]

    @property
    def where(self) -> str:
        """Return the place in words: page, slide, cell, time."""
        return place_of(self.finding.anchor, self.boxes)


def short_of(basis: dict[str, Any]) -> str:
    """Return how an article is cited in short, 《广告法》第25条; norms known by a number keep their title."""
    norm, label = str(basis.get("norm", "")), str(basis.get("label") or basis.get("title") or "")
    _title, mark, rest = label.partition("》")
    return f"《{norm}》{rest}" if mark and norm and not norm.endswith("号") else label or norm


def place_of(anchor: dict[str, Any], boxes: list[dict[str, Any]]) -> str:
    """Return a place in words; empty where it is the whole material."""
    from xiaobao_web.reviews.desk.document import clock

    if anchor.get("start") is not None:
        return clock(anchor["start"])
    if anchor.get("cell"):
        return f"{anchor.get('sheet', '')} {anchor['cell']}".strip()
    if anchor.get("slide"):
        return str(_("第 %s 页") % anchor["slide"])
    if anchor.get("page") or boxes:
        return str(_("第 %s 页") % (anchor.get("page") or boxes[0]["page"]))
    return str(_("第 %s 段") % anchor["paragraph"]) if anchor.get("paragraph") else ""


@dataclass
class Tab:
    """A material of the review with how many of its findings are decided."""

    entry: ReviewMaterial
    screening: Screening | None
    found: int
    decided: int
    current: bool

    @property
    def waiting(self) -> bool:
        """Tell whether the machine is still at work."""
        return self.screening is not None and self.screening.state in (WorkState.QUEUED, WorkState.RUNNING)


@dataclass
class Desk:
    """All that the page shows."""

    review: Review
    tabs: list[Tab]
    tab: Tab | None
    version: MaterialVersion | None
    reading: Reading | None
    document: Document
    cards: list[Card]
    may: Answer
    may_take: bool
    seconds: int
    media: MaterialVersion | None = None

    @property
    def media_kind(self) -> str:
        """Return the element that plays the recording."""
        video = self.media is not None and self.media.stored is not None and _kind(self.media.stored) == "video"
        return "video" if video else "audio"

    @property
    def found(self) -> int:
        """Return how many findings the whole review has."""
        return sum(tab.found for tab in self.tabs)

    @property
    def decided(self) -> int:
        """Return how many of them are decided."""
        return sum(tab.decided for tab in self.tabs)

    @property
    def rest(self) -> list[Card]:
        """Return the cards of the material that are still open and that the person may decide."""
        return [card for card in self.cards if card.may and card.finding.decision == Decision.OPEN]

    @property
    def rest_unsure(self) -> int:
        """Return how many of them the machine itself leaves to people."""
        return sum(1 for card in self.rest if card.finding.machine_decision == "review")

    @property
    def spent(self) -> str:
        """Return how long the person has worked on the review, in words."""
        minutes = self.seconds // 60
        return str(_("%d 分钟") % minutes) if minutes else str(_("不到 1 分钟"))

    @property
    def unread(self) -> bool:
        """Tell whether the machine could not read the material that is shown."""
        return self.tab is None or self.tab.screening is None or self.tab.screening.state == WorkState.FAILED


def find_review(user: Any, pk: int) -> Review:
    """Return a review a person may see; raises Hidden."""
    return find(user, Review.objects.select_related(*RELATED), "reviews.view", pk=pk)


def find_entry(review: Review, pk: int) -> ReviewMaterial:
    """Return a material of a review; raises Hidden."""
    row = entries(review).filter(pk=pk).first()
    if row is None:
        raise Hidden(_("这件送审里没有这份材料。"))
    return row


def find_version(review: Review, pk: int) -> MaterialVersion:
    """Return a version of a material of a review, with its file and reading; raises Hidden."""
    rows = MaterialVersion.objects.filter(material__review_entries__review=review, pk=pk)
    row = rows.select_related("stored", "reading", "material").first()
    if row is None:
        raise Hidden(_("这件送审里没有这份材料。"))
    return row


def entries(review: Review) -> QuerySet[ReviewMaterial]:
    """Return the materials of a review with the versions that count."""
    return review.materials.select_related("material", "version__stored").defer("version__text")


def may_decide(user: Any, review: Review) -> Answer:
    """Say whether a person may decide findings of a review now, and if not, why.

    When answers are confirmed, what is found in the new versions is decided as it was in the first review.
    """
    if review.state not in DECIDING:
        told = _("当前状态为“%s”，机器发现在初审和确认答复时处理；现在可以查看和评论。")
        return Answer(False, told % review.get_state_display())
    answer = can(user, DECIDING[review.state], review)
    if answer and review.reviewer_id is None:
        return Answer(False, _("这件事项还没有人领取，领取后即可逐条处理。"))
    return answer


def assignment_of(user: Any, review: Review) -> Assignment | None:
    """Return the open duty of a person on a review."""
    return Assignment.objects.filter(review=review, person=user, done_at__isnull=True).first()


def seconds_of(user: Any, review: Review) -> int:
    """Return how long a person has worked on a review."""
    return Assignment.objects.filter(review=review, person=user).aggregate(total=Sum("seconds"))["total"] or 0


def tabs_of(review: Review, wanted: int | None) -> list[Tab]:
    """Return the materials with their counts, the wanted one (or the first) as current; three queries."""
    rows = list(entries(review))
    known = screening_states([row.version_id for row in rows])
    counted: dict[int, Counter[str]] = {}
    for version, decision in findings_of(review).select_related(None).values_list("version", "decision"):
        counted.setdefault(version, Counter())[decision] += 1
    chosen = next((row.pk for row in rows if row.pk == wanted), rows[0].pk if rows else None)
    out = []
    for row in rows:
        counts = counted.get(row.version_id, Counter())
        total = counts.total()
        out.append(Tab(row, known.get(row.version_id), total, total - counts[Decision.OPEN], row.pk == chosen))
    return out


def cards_of(review: Review, version: MaterialVersion, reading: Reading | None, may: Answer) -> list[Card]:
    """Return the findings of a version in reading order; what lacks in the whole comes last."""
    rows = decisions.current(version).select_related("decided_by", "added_by", "carried_from__version")
    found = list(rows.order_by(F("start").asc(nulls_last=True), "pk"))
    said: dict[int, list[Any]] = {}
    for remark in comments.of(review).filter(anchor__finding__isnull=False):
        said.setdefault(int((remark.anchor or {})["finding"]), []).append(remark)
    pages = [Page(p["page"], p["width"], p["height"], p.get("scale") or 1.0) for p in reading.pages] if reading else []
    passages = reading.passages if reading is not None and pages else []
    out = [Card(row, 0, boxes_of(row, pages, passages), said.get(row.pk, []), may) for row in found]
    if pages:
        out.sort(key=_reading_order)
    for number, card in enumerate(out, 1):
        card.number = number
    return out


def _reading_order(card: Card) -> tuple[Any, ...]:
    """Order by page and by the words' place; boxes drawn by hand stand where they are drawn."""
    if not card.boxes:
        return (1, 0, 0, card.finding.pk)
    first = card.boxes[0]
    return (0, first["page"], first["box"][1], first["box"][0])


def boxes_of(found: Finding, pages: list[Page], passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return where a finding stands on the pictures of pages: its words within their lines where they are known."""
    if not pages:
        return []
    if found.start is not None and found.end is not None and passages:
        exact = boxes_between(passages, found.start, found.end)
        if exact:
            return placed(exact, pages)
    return placed(found.boxes, pages)


def desk_of(user: Any, review: Review, wanted: int | None) -> Desk:
    """Return what the desk shows of a review and the wanted material."""
    tabs = tabs_of(review, wanted)
    tab = next((item for item in tabs if item.current), None)
    version = tab.entry.version if tab else None
    read = version.reading_id if version else None
    reading = Reading.objects.filter(pk=read).defer("text").first() if read is not None else None
    may = may_decide(user, review)
    cards = cards_of(review, version, reading, may) if version is not None else []
    document = document_of(reading, [card.finding for card in cards]) if reading is not None else Document("none")
    media = media_of(tabs, document)
    seconds = seconds_of(user, review)
    return Desk(
        review, tabs, tab, version, reading, document, cards, may, may_take(user, review), seconds, media
    )  # fmt: skip


def media_of(tabs: list[Tab], document: Document) -> MaterialVersion | None:
    """Return the recording that is played: the material's own, or the only one beside a transcript with times."""
    own = next((tab for tab in tabs if tab.current), None)
    recordings = [tab for tab in tabs if _sounds(tab)]
    if own in recordings:
        return own.entry.version if own is not None else None
    timed = any(block.time is not None for group in document.groups for block in group.blocks)
    return recordings[0].entry.version if timed and len(recordings) == 1 else None


def _kind(stored: Any) -> str:
    return str(stored.media_type).partition("/")[0]


def _sounds(tab: Tab) -> bool:
    stored = tab.entry.version.stored
    return stored is not None and _kind(stored) in ("audio", "video")
