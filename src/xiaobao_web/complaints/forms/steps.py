"""The forms of a case: one a step, loaded when it is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import clocking, data, services
from xiaobao_web.complaints.beside import BESIDE
from xiaobao_web.complaints.forms.fields import (
    DayInput,
    MomentField,
    PersonField,
    StepForm,
    case_of,
    choice,
    line,
    moment,
    person,
    staff,
    text,
    unit,
    yes_no,
)
from xiaobao_web.complaints.models import (
    CaseState,
    DeliveryMode,
    ExtensionKind,
    Fault,
    Level,
    LinkKind,
    OfferKind,
    PartyKind,
    RecordKind,
    ReviewResult,
    Source,
)
from xiaobao_web.complaints.services import offers, terms
from xiaobao_web.complaints.services.ending import ANSWERS
from xiaobao_web.complaints.services.recipients import Recipients


class PlainForm(StepForm):
    """A step that takes a remark at most."""

    comment = text(_("说明"), 2, required=False)


class ReasonForm(StepForm):
    """A step that needs a reason."""

    reason = text(_("理由"), 3)


class HandlerField(PersonField):
    """A choice among candidates, each with why."""

    told: dict[int, str] = {}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.unit}，{self.told.get(obj.pk, '')}）"


class AssignForm(StepForm):
    """Who handles the case: the fittest stands first."""

    handler: Any = HandlerField(queryset=get_user_model()._default_manager.none(), label=_("经办人"))
    comment = text(_("说明"), 2, required=False)

    def prepare(self) -> None:
        """Offer the thirty fittest candidates; any candidate is taken, since loads change while a page is open."""
        found = services.candidates(self.case)
        field: Any = self.fields["handler"]
        field.told = {item.person.pk: item.told for item in found}
        field.queryset = staff().filter(pk__in=[item.person.pk for item in found])
        field.choices = [("", "—"), *((i.person.pk, field.label_from_instance(i.person)) for i in found[:30])]
        if found:
            self.initial["handler"] = found[0].person.pk


class TransferForm(StepForm):
    """Another unit, another handler, and why."""

    unit = unit(_("责任机构"), required=False, help_text=_("不改机构则留空。"))
    handler = person(_("经办人"), required=False, help_text=_("留空由系统按规则选择。"))
    reason = text(_("转派原因"), 2, most=300)

    def prepare(self) -> None:
        """Offer those who may handle anything."""
        from xiaobao_web.kernel.access import holders

        self.choose("handler", staff().filter(pk__in=holders("complaints.handle").values("pk")))
        if self.case.state != CaseState.HANDLING:
            self.fields["handler"].help_text = _("留空由新的机构派单。")


class TaskForm(StepForm):
    """What a business unit is asked."""

    unit = unit(_("协办单位"))
    assignee = person(_("协办人"), required=False, help_text=_("留空由该单位负责人安排。"))
    request = text(_("要求"), 4)
    due_on = forms.DateField(label=_("应回复"), required=False, widget=DayInput())

    def prepare(self) -> None:
        """Propose the department of the business type; offer whom the service would not refuse."""
        found, recipients = services.unit_for(self.case), Recipients(self.case)
        recipients.offer(self.fields["unit"], self.fields["assignee"], near=found)
        self.fields["due_on"].help_text = str(_("留空为 %d 个工作日内。") % data.limits().task_days)
        if found is not None and not recipients.against(found):
            self.initial["unit"] = found.pk


class ExtensionForm(StepForm):
    """Which longer term, and why."""

    kind = choice(_("延期类型"), ExtensionKind.choices)
    reason = text(_("理由"), 3, help_text=_("批准并告知投诉人后才生效，都要在到期前完成。"))

    def prepare(self) -> None:
        """Offer the terms that can be asked for now, and say why another cannot."""
        reasons = terms.kinds_of_extension(self.case)
        offered = [item for item in ExtensionKind.choices if not reasons[item[0]]]
        field: Any = self.fields["kind"]
        field.choices = [("", "—"), *offered]
        field.help_text = "；".join(f"{label}：{reasons[key]}" for key, label in ExtensionKind.choices if reasons[key])
        field.error_messages["invalid_choice"] = field.help_text or field.error_messages["invalid_choice"]
        if len(offered) == 1:
            self.initial.setdefault("kind", offered[0][0])


class DecideForm(StepForm):
    """Yes or no, with a remark."""

    approve = yes_no(_("审批"), _("同意"), _("不同意"))
    note = text(_("意见"), 2, required=False, most=300)

    def prepare(self) -> None:
        """Offer no yes where it would be refused, and say why."""
        reason = self.against() if self.about is not None else ""
        if not reason:
            return
        field: Any = self.fields["approve"]
        field.choices, field.initial, field.help_text = [("0", _("不同意"))], "0", reason
        field.error_messages["invalid_choice"] = reason
        self.fields["note"].required = True

    def against(self) -> str:
        """Return why the answer can only be no, empty where it may be yes."""
        return ""


class DecideExtensionForm(DecideForm):
    """A longer term, granted only while the present one runs."""

    def against(self) -> str:
        """Return why the longer term cannot be granted any more."""
        return terms.against_approval(self.about)


class DecideOfferForm(DecideForm):
    """An offer, granted only within one's limit."""

    def against(self) -> str:
        """Return why the person cannot grant the offer."""
        return offers.against_approval(self.about, self.user)


class NoticeForm(StepForm):
    """How the complainant was told."""

    mode = choice(_("告知方式"), DeliveryMode.choices)
    proof = line(_("凭证"), help_text=_("邮寄单号、短信回执、通话时间和录音编号等。"))
    at = moment(_("告知时间"))


class PauseForm(StepForm):
    """An appraisal outside."""

    reason = text(_("鉴定机构与事项"), 2, help_text=_("期间不计入办理期限，须及时告知投诉人（投诉办法第十八条）。"))
    at = moment(_("开始时间"))


class ResumeForm(StepForm):
    """The end of an appraisal."""

    comment = text(_("鉴定结果"), 2, required=False)
    at = moment(_("结束时间"))


class WithdrawForm(StepForm):
    """A withdrawal and its proof."""

    reason = text(_("撤回方式与凭证"), 2)
    at = moment(_("收到撤回"))


class MergeForm(StepForm):
    """Into which case, and why."""

    into = line(_("并入的投诉编号"), most=40)
    reason = text(_("理由"), 2, most=300)

    def clean_into(self) -> Any:
        """Return the case of the number, among those the person may see."""
        return case_of(self.cleaned_data["into"], self.user)


class FactsForm(StepForm):
    """New facts of the complainant."""

    text = text(_("新的事实和理由"), 4, help_text=_("办理期限自收到之日重新计算（投诉办法第十八条）。"))
    at = moment(_("收到时间"))


class TrackForm(StepForm):
    """A claim, an objection or a leak within the case, whose clocks run beside."""

    track = choice(_("时限"), [(item.value, item.label) for item in BESIDE])
    at = moment(_("起算时间"), help_text=_("提出理赔请求、收到异议或确认泄露的时间；留空为现在。"))
    danger = forms.BooleanField(label=_("泄露可能危及人身、财产安全（须立即报告）"), required=False)
    reason = text(_("增加理由"), 2, most=300)

    def prepare(self) -> None:
        """Offer what is not counted yet."""
        known, field = clocking.tracks_of(self.case), self.fields["track"]
        field.choices = [item for item in field.choices if item[0] not in known]  # type: ignore[attr-defined]


def leaders() -> Any:
    """Return executives and heads of units."""
    return staff().filter(posts__role__in=["executive", "sender_head"], posts__until__isnull=True).distinct()


class RecordForm(StepForm):
    """An entry of the record."""

    kind = choice(_("类型"), [item for item in RecordKind.choices if item[0] != RecordKind.FACTS])
    text = text(_("内容"), 4)
    received_by = person(_("接访领导"), required=False, help_text=_("登记领导接访时选择；留空为包案领导。"))
    at = moment(_("发生时间"))

    def prepare(self) -> None:
        """Offer executives and heads."""
        self.choose("received_by", leaders())


class OfferForm(StepForm):
    """What is offered."""

    kind = choice(_("方式"), OfferKind.choices)
    amount = forms.DecimalField(label=_("金额（元）"), required=False, min_value=0, max_digits=14, decimal_places=2)
    terms = text(_("方案"), 3)


class AcceptsForm(StepForm):
    """The complainant's answer to an offer."""

    accepts = yes_no(_("投诉人"), _("接受"), _("不接受"))


class ProofForm(StepForm):
    """A proof of fulfilment."""

    proof = line(_("履行凭证"), help_text=_("如入账流水号。"))


class PaidForm(ProofForm):
    """When a claim was paid, with its proof."""

    at = moment(_("支付时间"))


class MediationForm(StepForm):
    """Who mediates."""

    organisation = line(_("调解组织"), most=120)
    mediator = line(_("调解员"), required=False, most=40)
    at = moment(_("提出时间"))


class ConsentForm(StepForm):
    """Whether the complainant consents to a mediation."""

    consents = yes_no(_("投诉人"), _("同意调解"), _("不同意"))
    proof = line(_("同意凭证"), required=False, help_text=_("同意并申请后，调解期间不计入办理期限。"))
    at = moment(_("时间"))


class SessionForm(StepForm):
    """A sitting of a mediation."""

    at = MomentField(label=_("时间"))
    place = line(_("地点"), required=False, most=120)
    note = text(_("情况"), 3)


class MediationEndForm(StepForm):
    """How a mediation ended."""

    agreed = yes_no(_("结果"), _("达成协议"), _("未达成"))
    agreement = text(_("协议内容"), 3, required=False)
    at = moment(_("结束时间"))


class ReviewForm(StepForm):
    """An application for a review."""

    reason = text(_("申请核查的理由"), 3)
    at = moment(_("收到申请"))
    accept_late = forms.BooleanField(label=_("超过 30 日仍然受理"), required=False)


class ReviewDecisionForm(StepForm):
    """A review's decision on process, time limit and result."""

    result = choice(_("核查决定"), ReviewResult.choices)
    process_note = text(_("处理过程"), 2)
    time_note = text(_("处理时限"), 2)
    result_note = text(_("处理结果"), 2)


class ResponsibilityForm(StepForm):
    """Whose responsibility it was."""

    fault = choice(_("认定"), Fault.choices)
    unit = unit(_("责任机构"))
    cause = line(_("根本原因"))
    reason = text(_("认定理由"), 3)

    def prepare(self) -> None:
        """Propose the case's own unit."""
        self.initial.setdefault("unit", self.case.unit_id)
        self.initial.setdefault("cause", self.case.cause)


class ContestDecisionForm(StepForm):
    """The second look at a finding of responsibility."""

    fault = choice(_("复核后认定"), Fault.choices)
    note = text(_("复核意见"), 3)


class CloseForm(StepForm):
    """How it ended."""

    outcome = choice(_("处理结果"), [(item.value, item.label) for item in ANSWERS])
    note = text(_("说明"), 2, required=False, most=500)


class CallBackForm(StepForm):
    """A call after the answer."""

    reached = yes_no(_("接通"), _("已接通"), _("未接通"))
    score = forms.TypedChoiceField(
        label=_("满意度"), required=False, coerce=int, empty_value=None, help_text=_("接通的须选择。"),
        choices=[("", "—"), (5, _("很满意")), (4, _("满意")), (3, _("一般")), (2, _("不满意")), (1, _("很不满意"))],
    )  # fmt: skip
    done = forms.NullBooleanField(label=_("承诺已落实"), required=False)
    note = text(_("情况"), 2, required=False)


class PartyForm(StepForm):
    """Somebody in the case, and the documents seen."""

    kind = choice(_("身份"), PartyKind.choices)
    name = line(_("姓名"), most=80, required=False)
    person = person(_("本行员工"), required=False, help_text=_("被投诉员工须选定，用于回避。"))
    phone = line(_("电话"), required=False, most=40)
    id_number = line(_("证件号码"), required=False, most=40)
    documents = forms.MultipleChoiceField(
        label=_("已核对的材料"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    note = line(_("说明"), required=False, most=300)

    def prepare(self) -> None:
        """Offer the documents that may be asked for, and no others."""
        kinds: Any = dict(PartyKind.choices)
        field: Any = self.fields["documents"]
        field.choices = [
            (item, f"{item}（{kinds[kind]}）") for kind, rows in data.limits().documents.items() for item in rows
        ]
        self.choose("person", staff())


class LinkForm(StepForm):
    """Another case that belongs to this one."""

    other = line(_("投诉编号"), most=40)
    kind = choice(_("关系"), LinkKind.choices)
    reason = line(_("理由"), most=300)

    def clean_other(self) -> Any:
        """Return the case of the number, among those the person may see."""
        return case_of(self.cleaned_data["other"], self.user)


class LevelForm(StepForm):
    """How grave the case is."""

    level = choice(_("等级"), Level.choices)
    reason = text(_("理由"), 2)


class LeadForm(StepForm):
    """Who leads the case."""

    person = person(_("包案领导"))

    def prepare(self) -> None:
        """Offer executives and heads."""
        self.choose("person", leaders())


class ConfidentialForm(StepForm):
    """Keep who the complainant is."""

    confidential = yes_no(_("身份保密"), _("只有经办人和消保办可以查看"), _("解除"))


class IssueForm(StepForm):
    """What goes into the ledger."""

    title = line(_("问题"), help_text=_("一句话写清什么地方需要整改。"))
    unit = unit(_("整改机构"), required=False)
    description = text(_("情况"), 3, required=False)

    def prepare(self) -> None:
        """Propose the case's own unit."""
        self.initial.setdefault("unit", self.case.unit_id)


class TransferInForm(StepForm):
    """A regulator's transfer about this case."""

    source = choice(_("转办来源"), Source.choices)
    bureau = line(_("转办机构"), most=80)
    number = line(_("转办编号"), most=80)
    received_at = moment(_("收到转办"))
    due_on = forms.DateField(label=_("要求反馈"), required=False, widget=DayInput())


class UrgeForm(StepForm):
    """What the regulator urges or sends back, perhaps with a new day."""

    text = text(_("内容"), 2)
    due_on = forms.DateField(label=_("新的反馈日期"), required=False, widget=DayInput())
