"""The tables of reviews, one module a topic."""

from xiaobao_web.reviews.models.aftermath import Outcome, PointEvidence, Reevaluation, ReevaluationKind, Verification
from xiaobao_web.reviews.models.assessment import SelfAssessment
from xiaobao_web.reviews.models.opinion import Answer, Opinion, Point, PointState
from xiaobao_web.reviews.models.review import Conclusion, Lane, Review, ReviewMaterial, Subject
from xiaobao_web.reviews.models.template import OpinionTemplate
from xiaobao_web.reviews.models.work import Assignment, Duty, ReturnRecord
from xiaobao_web.reviews.states import ReviewState

__all__ = [
    "Answer",
    "Assignment",
    "Conclusion",
    "Duty",
    "Lane",
    "Opinion",
    "OpinionTemplate",
    "Outcome",
    "Point",
    "PointEvidence",
    "PointState",
    "Reevaluation",
    "ReevaluationKind",
    "ReturnRecord",
    "Review",
    "ReviewMaterial",
    "ReviewState",
    "SelfAssessment",
    "Subject",
    "Verification",
]
