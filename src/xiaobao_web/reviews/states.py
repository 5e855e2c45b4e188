"""The states of a review and the moves between them; `kernel.states.move` is the only caller of a move."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, transition

from xiaobao_web.kernel.choices import TonedChoices
from xiaobao_web.kernel.states import condition


class ReviewState(TonedChoices):
    """States of a review; the label is what people call them."""

    DRAFT = "draft", "grey", _("草稿")
    ASSESSED = "assessed", "amber", _("待部门签批")
    SIGNED = "signed", "amber", _("待提交")
    SCREENING = "screening", "cyan", _("机器审查中")
    FIRST_REVIEW = "first_review", "blue", _("初审中")
    SECOND_REVIEW = "second_review", "blue", _("复核中")
    COUNTERSIGN = "countersign", "violet", _("法律会签中")
    ANSWERING = "answering", "amber", _("待答复意见")
    ESCALATED = "escalated", "amber", _("待行领导审批")
    CONFIRMING = "confirming", "blue", _("待确认答复")
    CONCLUDED = "concluded", "green", _("待落实核验")
    ARCHIVED = "archived", "green", _("已归档")
    REJECTED = "rejected", "red", _("不予通过")
    WITHDRAWN = "withdrawn", "grey", _("已撤回")


S = ReviewState
ISSUED = (S.ANSWERING, S.CONCLUDED, S.REJECTED)
"""Where a review goes when its opinion is issued: by the opinion's conclusion."""
BEFORE_OPINION = (S.DRAFT, S.ASSESSED, S.SIGNED, S.SCREENING, S.FIRST_REVIEW, S.SECOND_REVIEW, S.COUNTERSIGN)
OPEN = (*BEFORE_OPINION, S.ANSWERING, S.ESCALATED, S.CONFIRMING)
"""Somebody still has to act before the review is concluded."""
REVIEWING = (S.FIRST_REVIEW, S.SECOND_REVIEW, S.COUNTERSIGN, S.CONFIRMING)


@condition(_("还没有送审材料，请先上传或粘贴材料。"))
def has_material(review: Any) -> bool:
    """Tell whether there is something to review."""
    return bool(review.materials.exists())


@condition(_("意见要点还没有全部答复，答复后才能提交。"))
def is_answered(review: Any) -> bool:
    """Tell whether every point of the round's opinion has an answer."""
    return not review.open_points().exists()


@condition(_("还有答复没有确认。"))
def is_confirmed(review: Any) -> bool:
    """Tell whether no answer waits for the reviewer."""
    return not review.unconfirmed_answers().exists()


@condition(_("还没有通过落实核验：请把上线版本与批准版本核对后归档；确未上线的，请登记“未上线”说明。"))
def is_verified(review: Any) -> bool:
    """Tell whether what was launched has been checked (a rejected request has nothing to launch)."""
    return review.state == S.REJECTED or bool(review.is_verified())


def _label(text: Any, **more: Any) -> dict[str, Any]:
    return {"label": text, **more}


class ReviewMoves:
    """The moves of a review. Each sets the facts that belong to it; nothing else may."""

    signed_at: Any
    submitted_at: Any
    concluded_at: Any
    archived_at: Any

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; the protected state is set aside first, as a plain refresh of it is refused."""
        self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)  # type: ignore[misc]

    @transition(
        "state",
        S.DRAFT,
        S.ASSESSED,
        conditions=[has_material],
        custom=_label(_("完成自评，报负责人签批"), primary=True),
    )
    def finish_assessment(self: Any, *, by: Any) -> None:
        """Finish the self-assessment and hand it to the head of the sending department."""

    @transition("state", S.ASSESSED, S.SIGNED, custom=_label(_("签批同意"), primary=True))
    def sign(self: Any, *, by: Any) -> None:
        """Sign as the head of the sending department."""
        self.signed_by, self.signed_at = by, timezone.now()

    @transition("state", S.ASSESSED, S.DRAFT, custom=_label(_("退回修改")))
    def return_by_head(self: Any, *, by: Any) -> None:
        """Return to the submitter before it leaves the department."""

    @transition("state", [S.ASSESSED, S.SIGNED], S.DRAFT, custom=_label(_("取回修改")))
    def recall(self: Any, *, by: Any) -> None:
        """Take back to change it; a signature given before is void."""
        self.signed_by, self.signed_at = None, None

    @transition("state", S.SIGNED, S.SCREENING, conditions=[has_material], custom=_label(_("提交送审"), primary=True))
    def submit(self: Any, *, by: Any, at: datetime) -> None:
        """Submit to the reviewers; the machine reads it first."""
        self.submitted_at = at

    @transition("state", S.SCREENING, S.FIRST_REVIEW, custom=_label(_("转入人工初审"), quiet=True))
    def screened(self: Any, *, by: Any, high_risk: bool, reasons: list[str]) -> None:
        """Go on to the first review when the machine is done, or could not be."""
        self.high_risk, self.risk_reasons = high_risk, reasons

    @transition(
        "state",
        [S.FIRST_REVIEW, S.SECOND_REVIEW],
        S.DRAFT,
        custom=_label(_("退回送审人")),
    )
    def return_to_sender(self: Any, *, by: Any, reason: str) -> None:
        """Return as not ready to be reviewed."""
        self.returns += 1
        self.signed_by, self.signed_at = None, None

    @transition(
        "state",
        S.FIRST_REVIEW,
        RETURN_VALUE(S.SECOND_REVIEW, S.COUNTERSIGN, *ISSUED),
        custom=_label(_("完成初审"), primary=True),
    )
    def finish_first(self: Any, *, by: Any, to: str) -> str:
        """Finish the first review: on to the second, the countersign, or out."""
        self.reviewer = by
        return to

    @transition(
        "state",
        S.SECOND_REVIEW,
        RETURN_VALUE(S.COUNTERSIGN, *ISSUED),
        custom=_label(_("复核同意"), primary=True),
    )
    def agree(self: Any, *, by: Any, to: str) -> str:
        """Agree with the first review."""
        self.second_reviewer = by
        return to

    @transition("state", S.SECOND_REVIEW, S.FIRST_REVIEW, custom=_label(_("退回初审")))
    def send_back_first(self: Any, *, by: Any) -> None:
        """Send back to the first reviewer."""
        self.second_reviewer = by

    @transition("state", S.COUNTERSIGN, RETURN_VALUE(*ISSUED), custom=_label(_("会签同意"), primary=True))
    def countersign(self: Any, *, by: Any, to: str) -> str:
        """Countersign as legal."""
        return to

    @transition("state", S.COUNTERSIGN, S.FIRST_REVIEW, custom=_label(_("会签退回")))
    def object_legal(self: Any, *, by: Any) -> None:
        """Object as legal: back to the first review."""

    @transition(
        "state",
        S.ANSWERING,
        RETURN_VALUE(S.ESCALATED, S.CONFIRMING),
        conditions=[is_answered],
        custom=_label(_("提交答复"), primary=True),
    )
    def hand_in_answers(self: Any, *, by: Any, to: str) -> str:
        """Hand in the answers: points not adopted go to the executive first."""
        return to

    @transition("state", S.ESCALATED, RETURN_VALUE(S.CONFIRMING, S.ANSWERING), custom=_label(_("审批完毕"), quiet=True))
    def executive_decided(self: Any, *, by: Any, to: str) -> str:
        """Go on when the executive has decided every point that was not adopted."""
        return to

    @transition("state", S.CONFIRMING, S.CONCLUDED, conditions=[is_confirmed], custom=_label(_("办结"), primary=True))
    def conclude(self: Any, *, by: Any) -> None:
        """Conclude: every answer is accepted."""
        self.concluded_at = timezone.now()

    @transition("state", S.CONFIRMING, S.FIRST_REVIEW, custom=_label(_("转下一轮审查")))
    def dispute(self: Any, *, by: Any) -> None:
        """Go to the next round with the points whose answers were not accepted."""
        self.round += 1

    @transition(
        "state", [S.CONCLUDED, S.REJECTED], S.ARCHIVED, conditions=[is_verified], custom=_label(_("归档"), primary=True)
    )
    def archive(self: Any, *, by: Any) -> None:
        """Archive; the dossier is made by a job."""
        self.archived_at = timezone.now()

    @transition("state", list(OPEN), S.WITHDRAWN, custom=_label(_("撤回送审"), danger=True))
    def withdraw(self: Any, *, by: Any) -> None:
        """Withdraw the request."""
