"""What is asked of reviews: whom they wait for, their findings, their past, their figures' rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Length, Substr

from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel.access import can, holders, holds, reached, visible_to
from xiaobao_web.kernel.among import Among
from xiaobao_web.materials.models import Screening, WorkState
from xiaobao_web.people.models import Role
from xiaobao_web.reviews.access import at_a_branch, branch_reviewers, stood_for
from xiaobao_web.reviews.models import Assignment, Duty, Lane, Point, Reevaluation, Review, ReviewState
from xiaobao_web.reviews.states import OPEN

WAITS_FOR: dict[str, str] = {
    ReviewState.DRAFT: "reviews.edit",
    ReviewState.ASSESSED: "reviews.sign",
    ReviewState.SIGNED: "reviews.submit",
    ReviewState.FIRST_REVIEW: "reviews.finish_first",
    ReviewState.SECOND_REVIEW: "reviews.agree",
    ReviewState.COUNTERSIGN: "reviews.countersign",
    ReviewState.ANSWERING: "reviews.answer",
    ReviewState.ESCALATED: "reviews.approve_refusal",
    ReviewState.CONFIRMING: "reviews.confirm",
    ReviewState.CONCLUDED: "reviews.verify",
}
"""Which permission a review in a state waits for."""
MAKERS = ("reviews.edit", "reviews.submit", "reviews.answer")


def visible(user: Any) -> QuerySet[Review]:
    """Return the reviews a person may see."""
    return visible_to(user, Review.objects.all(), "reviews.view")


def waiting_for(user: Any) -> QuerySet[Review]:
    """Return the reviews whose next step is this person's to do."""
    condition = Q(Among(F("pk"), Assignment.objects.filter(person=user, done_at__isnull=True).values("review")))
    for state, name in WAITS_FOR.items():
        if not holds(user, name):
            continue
        condition |= Q(state=state) & reached(user, Review, name) & _mine(user, state, name)
    return visible(user).filter(condition, state__in=(*OPEN, ReviewState.CONCLUDED))


def may_take(user: Any, review: Review) -> bool:
    """Tell whether a person may take a first review on: it is nobody's, or of somebody they stand in for."""
    if review.state != ReviewState.FIRST_REVIEW or review.reviewer_id == user.pk:
        return False
    free = review.reviewer_id is None or review.reviewer_id in stood_for(user, Role.REVIEWER)
    return free and bool(can(user, "reviews.take", review))


def _mine(user: Any, state: str, name: str) -> Q:
    if name in MAKERS:
        return Q(created_by=user)
    if name == "reviews.sign":
        return ~Q(created_by=user)
    if state == ReviewState.FIRST_REVIEW:
        return Q(reviewer__in=stood_for(user, Role.REVIEWER)) | Q(reviewer=None) & ~Q(created_by=user) & _open_to(user)
    if state == ReviewState.SECOND_REVIEW:
        givers = stood_for(user, Role.SECOND_REVIEWER)
        return (Q(second_reviewer__in=givers) | Q(second_reviewer=None)) & ~Q(reviewer=user)
    if state in (ReviewState.CONFIRMING, ReviewState.CONCLUDED):
        return Q(reviewer__in=stood_for(user, Role.REVIEWER))
    if state == ReviewState.ESCALATED:
        return _led(user)
    return Q()


def _open_to(user: Any) -> Q:
    """Return the condition of first reviews that a person may take on: of a branch only what it has nobody for."""
    if at_a_branch(user):
        return Q()
    above = Substr(OuterRef("unit__path"), 1, Length("organisation__path"))
    own = branch_reviewers().filter(organisation__path=above)
    own = own.exclude(person=OuterRef("created_by")).exclude(person=OuterRef("signed_by"))
    return ~Q(lane=Lane.BRANCH) | Q(~Exists(own))


def _led(user: Any) -> Q:
    from xiaobao_web.people.models import Organisation

    able = stood_for(user, Role.EXECUTIVE)
    mine = list(Organisation.objects.filter(executive__in=able))
    if not any(unit.is_consumer_protection for unit in mine):
        return Q(pk__in=[])
    own = Q(pk__in=[])
    for unit in mine:
        own |= Q(unit__path__startswith=unit.path)
    return ~own


def findings_of(review: Review) -> QuerySet[Finding]:
    """Return the findings that count: of the current versions' newest finished screening, and those by people."""
    versions = list(review.materials.values_list("version", flat=True))
    done = Screening.objects.filter(version__in=versions, state=WorkState.DONE)
    newest = list(done.order_by().values("version").annotate(last=Max("pk")).values_list("last", flat=True))
    return Finding.objects.filter(Q(screening__in=newest) | Q(screening=None), version__in=versions).select_related(
        "version__material"
    )


def open_findings(review: Review) -> int:
    """Return how many findings nobody has decided."""
    return findings_of(review).filter(decision=Decision.OPEN).count()


def wanting_point(review: Review) -> list[Finding]:
    """Return the accepted findings that no point of this round covers, and that no executive let stand before."""
    points = Point.objects.filter(opinion__review=review).exclude(finding=None).select_related("opinion", "finding")
    covered, allowed = set(), set()
    numbers = set()
    for point in points.prefetch_related("answers"):
        answer = point.standing_answer
        if point.opinion.round == review.round:
            numbers.add(point.finding_id)
            covered.add(point.finding.fingerprint)  # type: ignore[union-attr]
        elif answer is not None and answer.approved:
            allowed.add(point.finding.fingerprint)  # type: ignore[union-attr]
    rows = findings_of(review).filter(decision=Decision.ACCEPTED).order_by("version", "start", "pk")
    return [
        row
        for row in rows
        if row.pk not in numbers
        and not (row.carried_from_id and row.fingerprint in covered)
        and row.fingerprint not in (allowed - {""})
    ]


def opinions_of(review: Review) -> Any:
    """Return the opinions of a review, oldest first, with points and answers."""
    points = Point.objects.select_related("finding__version__material").prefetch_related(
        "answers__by", "answers__approved_by", "answers__approved_for", "answers__version", "answers__confirmed_by"
    )
    return review.opinions.select_related("written_by", "document").prefetch_related(Prefetch("points", points))


def colleagues(review: Review) -> Any:
    """Return whom work on a review may be given to."""
    people = (
        holders("reviews.finish_first", review)
        | holders("reviews.agree", review)
        | holders("reviews.countersign", review)
    )
    return people.distinct().select_related("unit").order_by("name")


def past_examples(user: Any, subject: str, limit: int = 5) -> list[Review]:
    """Return archived reviews of a subject that a person may see, those with points first."""
    rows = visible(user).filter(subject=subject, state=ReviewState.ARCHIVED)
    told = Exists(Point.objects.filter(opinion__review=OuterRef("pk")))
    return list(rows.annotate(told=told).order_by("-told", "-pk")[:limit])


def reevaluations_waiting_for(user: Any) -> QuerySet[Reevaluation]:
    """Return the re-evaluations for a person to do: of what they reviewed, or of who is not there any more."""
    gone = Q(review__reviewer__isnull=True) | Q(review__reviewer__is_active=False)
    rows = reevaluations_open(user).exclude(review__created_by=user)
    return rows.filter(gone | Q(review__reviewer__in=stood_for(user, Role.REVIEWER)))


def samples_waiting_for(user: Any) -> QuerySet[Review]:
    """Return the branches' own reviews that were drawn for the head office and that a person may look at."""
    rows = visible_to(user, Review.objects.filter(to_sample()), "reviews.sample")
    return rows.exclude(Q(created_by=user) | Q(signed_by=user) | Q(reviewer=user) | Q(second_reviewer=user))


def to_sample() -> Q:
    """Return the condition of reviews that were drawn for the head office and that nobody has looked at."""
    done = Assignment.objects.filter(duty=Duty.SAMPLE, done_at__isnull=False).values("review")
    return Q(sampled=True) & ~Q(pk__in=done)


def reevaluations_open(user: Any) -> QuerySet[Reevaluation]:
    """Return the re-evaluations that wait to be done, the next due first."""
    rows = Reevaluation.objects.filter(done_at__isnull=True).select_related("review__unit", "review__product")
    return visible_to(user, rows, "reviews.reevaluate").order_by("due_on", "pk")
