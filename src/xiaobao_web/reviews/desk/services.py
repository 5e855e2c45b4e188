"""What a person does at the desk: decide, add by hand, comment, finish; and the minutes that it took."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel import comments
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused
from xiaobao_web.reviews import queries as reviews
from xiaobao_web.reviews import services
from xiaobao_web.reviews.desk import queries
from xiaobao_web.reviews.desk.document import boxes_between
from xiaobao_web.reviews.desk.queries import DECIDING
from xiaobao_web.reviews.models import Assignment, Review, ReviewMaterial

BEAT = 60
"""Seconds of work that one report of the page may add at most."""


def _require_deciding(review: Review, by: Any) -> None:
    answer = queries.may_decide(by, review)
    if answer:
        return
    if review.state not in DECIDING or review.reviewer_id is None:
        raise Refused(answer.reason)
    raise Forbidden(answer.reason)


def find_finding(review: Review, pk: int) -> Finding:
    """Return a finding that counts for a review; raises Hidden."""
    row = reviews.findings_of(review).filter(pk=pk).first()
    if row is None:
        raise Hidden(_("这条发现已不在当前版本中，请刷新页面。"))
    return row


@transaction.atomic
def decide(review: Review, finding: Finding, *, by: Any, decision: str, reason: str = "") -> Finding:
    """Accept, dismiss or reopen a finding in the first review."""
    _require_deciding(review, by)
    return decisions.decide(finding, decision, by=by, reason=reason)


@transaction.atomic
def accept_rest(review: Review, entry: ReviewMaterial, *, by: Any) -> int:
    """Accept every finding of a material that nobody has decided; return how many. Decided ones stay as they are."""
    _require_deciding(review, by)
    rows = reviews.findings_of(review).filter(version=entry.version_id, decision=Decision.OPEN).order_by("start", "pk")
    left = list(rows)
    if not left:
        raise Refused(_("这份材料的发现都已处理，没有剩余的。"))
    for row in left:
        decisions.accept(row, by=by)
    return len(left)


@transaction.atomic
def add(review: Review, entry: ReviewMaterial, *, by: Any, boxes: str = "", **values: Any) -> Finding:
    """Add an opinion by hand on words (start, end) or on boxes, as JSON in the pixels of the pages' pictures."""
    _require_deciding(review, by)
    version, reading = entry.version, entry.version.reading
    start, end = values.get("start"), values.get("end")
    drawn = _drawn(boxes, reading)
    if not drawn and start is not None and end is not None and reading is not None:
        drawn = boxes_between(reading.passages, start, end)
    return decisions.add_by_hand(version, by=by, boxes=drawn, review=review, **values)


def _drawn(boxes: str, reading: Any) -> list[dict[str, Any]]:
    if not boxes.strip():
        return []
    scales = {page["page"]: float(page.get("scale") or 1.0) for page in (reading.pages if reading is not None else [])}
    try:
        given = json.loads(boxes)
        out = []
        for item in given:
            x, y, width, height = item["box"]
            out.append({"page": item["page"], "box": [x, y, x + width, y + height], "scale": scales[item["page"]]})
        return out
    except (ValueError, TypeError, KeyError) as error:
        raise BadValue(_("画框的数据不完整，请重新画框。"), fields={"boxes": _("不完整")}) from error


def remark(review: Review, finding: Finding, body: str, *, by: Any) -> Any:
    """Comment on a finding; it is a comment of the review that says which finding it means."""
    return comments.comment(review, body, by=by, anchor={"finding": finding.pk, "title": finding.title})


@transaction.atomic
def spend(review: Review, *, by: Any, seconds: int) -> int:
    """Add active seconds to a person's open duty and return how long they have worked on the review in all.

    Never more than have passed since the last report, whichever window or program made it.
    """
    mine = queries.assignment_of(by, review)
    row = Assignment.objects.select_for_update().filter(pk=mine.pk).first() if mine is not None else None
    if row is not None and seconds > 0:
        now = timezone.now()
        since = now - row.spent_at if row.spent_at is not None else timedelta(seconds=BEAT)
        passed = max(0, int(since.total_seconds()))
        # What is left of a second counts with the next report.
        Assignment.objects.filter(pk=row.pk).update(
            seconds=F("seconds") + min(seconds, passed, BEAT), spent_at=now - (since - timedelta(seconds=passed))
        )
    return queries.seconds_of(by, review)


@transaction.atomic
def finish(review: Review, *, by: Any, conclusion: str, text: str) -> Review:
    """Write the opinion with a point for each accepted finding, finish the first review; Refused says what is open."""
    services.draft_opinion(review, by=by)
    services.write_opinion(review, by=by, conclusion=conclusion, text=text)
    return services.finish_first(review, by=by)
