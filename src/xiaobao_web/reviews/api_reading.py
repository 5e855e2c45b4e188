"""Reading over the REST interface: minutes of reviewing, the words of a page in place, a search in all guides."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.rest import Strict
from xiaobao_web.reviews import data
from xiaobao_web.reviews.api import found_review, router
from xiaobao_web.reviews.api_desk import page_version
from xiaobao_web.reviews.api_drafts import RiskOut, risk_told
from xiaobao_web.reviews.desk import services
from xiaobao_web.reviews.desk.document import lines_of
from xiaobao_web.reviews.models import Subject


class TimeIn(Strict):
    """Seconds of reading since the last report."""

    seconds: int = Field(ge=1, le=86_400)


class TimeOut(Schema):
    """How long the caller has worked on the review in all, and the minutes of all who did once the opinion is out."""

    seconds: int
    minutes: int


class PageWords(Schema):
    """Words of a page: where they begin in the text, their box [x, y, width, height] in the picture's pixels."""

    text: str
    start: int
    box: list[float]


class RiskFound(RiskOut):
    """A common risk with the subject whose guide has it, and its number there."""

    subject: str
    subject_name: str
    number: int


class GuideListed(Schema):
    """A guide: how to review a subject."""

    subject: str
    subject_name: str
    title: str
    risks: int


class GuidesOut(Schema):
    """All guides, and the risks of all of them that hold the words looked for."""

    guides: list[GuideListed]
    found: list[RiskFound]


class GuideWords(Schema):
    """Words that a risk must hold, each of them."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""


@router.post("/{int:pk}/minutes", response=TimeOut, summary="报告审查用时")
def report_time(request: HttpRequest, pk: int, body: TimeIn) -> dict[str, int]:
    """Add the seconds one has read: at most a minute a report, and no more than passed since the last, as at the desk.

    Without an open duty on the review nothing is added.
    """
    review = found_review(request, pk)
    spent = services.spend(review, by=request.user, seconds=body.seconds)
    return {"seconds": spent, "minutes": review.minutes or 0}


@router.get(
    "/{int:pk}/versions/{int:version}/pages/{int:page}/words", response=list[PageWords], summary="一页的文字与位置"
)
def page_words(request: HttpRequest, pk: int, version: int, page: int) -> list[dict[str, Any]]:
    """Return the words of a page with their boxes on its picture."""
    found = page_version(found_review(request, pk), version)
    lines = lines_of(found.reading, page) if found.reading is not None else []
    return [{"text": line["t"], "start": line["s"], "box": list(line["b"])} for line in lines]


@router.get("/guides", response=GuidesOut, summary="查找审查指引")
def search_guides(request: HttpRequest, query: Query[GuideWords]) -> dict[str, Any]:
    """Return the guides of all subjects, and with `q` the risks of all of them that hold all its words."""
    require(request.user, "reviews.guides")
    words = query.q.split()
    labels = {str(value): str(label) for value, label in Subject.choices}
    guides = data.guides()
    return {
        "guides": [
            {
                "subject": value, "subject_name": label, "title": guides[value].title,
                "risks": len(guides[value].risks),
            }
            for value, label in labels.items()
        ],
        "found": [
            {**risk_told(risk), "subject": guide.subject, "subject_name": labels[guide.subject], "number": number}
            for guide in guides.values()
            for number, risk in enumerate(guide.risks, 1)
            if words and risk.holds(words)
        ],
    }  # fmt: skip
