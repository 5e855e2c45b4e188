"""Forms about the tracks that run beside a complaint."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import beside
from xiaobao_web.complaints.forms.fields import StepForm, choice, line, moment, text
from xiaobao_web.complaints.models import Track


class AcceptForm(StepForm):
    """A complaint is accepted, on a track beside its own where one fits."""

    track = choice(gettext_lazy("并行时限"), beside.choices(), required=False,
                   help_text=gettext_lazy("理赔、征信异议、信息泄露等在投诉期限之外另有期限的才选。"))  # fmt: skip
    at = moment(gettext_lazy("并行时限起算"), help_text=gettext_lazy("留空为收到投诉的时间。"))
    comment = text(gettext_lazy("说明"), 2, required=False)

    def prepare(self) -> None:
        """Propose the track that the case plainly asks for, and say why."""
        propose(self.fields["track"], *beside.proposed_for(self.case))
        field: Any = self.fields["track"]
        field.choices = [item for item in field.choices if item[0] not in beside.running(self.case)]


class CorrectTrackForm(StepForm):
    """Which track was wrong, what stands in its place, and why."""

    track = choice(gettext_lazy("原时限"), beside.choices())
    to = choice(gettext_lazy("更正为"), beside.choices(), required=False,
                help_text=gettext_lazy("只改起算时间的选原时限；不适用的留空。"))  # fmt: skip
    at = moment(gettext_lazy("起算时间"), help_text=gettext_lazy("留空为原来的起算时间。"))
    reason = text(gettext_lazy("更正理由"), 2, most=300)

    def prepare(self) -> None:
        """Offer the tracks that are counted."""
        field: Any = self.fields["track"]
        tracks = beside.running(self.case)
        field.choices = [(name, Track(name).label) for name in tracks]
        self.initial.setdefault("track", tracks[0] if tracks else "")


class ReportLeakForm(StepForm):
    """When a leak was reported, with its proof."""

    proof = line(gettext_lazy("报告凭证"), help_text=gettext_lazy("报告文号、签收回执等。"))
    at = moment(gettext_lazy("报告时间"), help_text=gettext_lazy("向人民银行分支机构报告的时间；留空为现在。"))


def propose(field: Any, track: str, why: str) -> None:
    """Choose a track at first and say why."""
    if track:
        field.initial = track
        field.help_text = _("建议“%(track)s”：%(why)s。") % {"track": Track(track).label, "why": why}
