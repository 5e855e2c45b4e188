"""Contacts and cases, and everything that is done with them."""

from xiaobao_web.complaints.models.aftermath import CallBack, Fault, Responsibility, ReviewResult, SuperiorReview
from xiaobao_web.complaints.models.agents import (
    AgentGroup,
    AgentGroupKey,
    AgentJudgement,
    AgentKind,
    AgentMember,
    AgentVerdict,
)
from xiaobao_web.complaints.models.case import (
    AmountRole,
    Case,
    Level,
    Link,
    LinkKind,
    Outcome,
    Party,
    PartyKind,
    SecretNumber,
    Track,
    Urgency,
)
from xiaobao_web.complaints.models.codes import CodeSheet, OfficialCode
from xiaobao_web.complaints.models.contact import Channel, Contact, ContactKind
from xiaobao_web.complaints.models.intake import (
    CaseImport,
    ChannelCursor,
    CheckCount,
    CitizenFile,
    ContactKey,
    FieldCheck,
    HeadingMap,
    ImportPurpose,
    Inbound,
    InboundState,
    NearKey,
)
from xiaobao_web.complaints.models.letter import DeliveryMode, Letter, LetterState
from xiaobao_web.complaints.models.platform import Platform, PlatformReply, ReplyState
from xiaobao_web.complaints.models.regulator import (
    BureauTemplate,
    LocalBureau,
    RegulatorTransfer,
    Source,
)
from xiaobao_web.complaints.models.scan import LetterScan, ScanReading
from xiaobao_web.complaints.models.settlement import (
    Mediation,
    MediationSession,
    MediationState,
    Offer,
    OfferKind,
    OfferState,
)
from xiaobao_web.complaints.models.work import (
    CaseEvent,
    Escalation,
    Extension,
    ExtensionKind,
    Record,
    RecordKind,
    Task,
    TaskState,
    Transfer,
)
from xiaobao_web.complaints.states import CaseState, ContactState

__all__ = [
    "AgentGroup", "AgentGroupKey", "AgentJudgement", "AgentKind", "AgentMember", "AgentVerdict",
    "AmountRole", "BureauTemplate", "CallBack", "Case", "CaseEvent", "CaseImport", "CaseState", "Channel",
    "ChannelCursor", "CheckCount", "CitizenFile", "CodeSheet", "Contact", "ContactKey", "ContactKind", "ContactState",
    "DeliveryMode", "Escalation", "Extension", "ExtensionKind", "Fault", "FieldCheck", "HeadingMap", "ImportPurpose",
    "Inbound", "InboundState", "Letter", "LetterScan", "LetterState", "Level", "Link", "LinkKind", "LocalBureau",
    "Mediation", "MediationSession", "MediationState", "NearKey", "Offer", "OfferKind", "OfferState", "OfficialCode",
    "Outcome", "Party", "PartyKind", "Platform", "PlatformReply", "Record", "RecordKind", "RegulatorTransfer",
    "ReplyState", "Responsibility", "ReviewResult", "ScanReading", "SecretNumber", "Source", "SuperiorReview", "Task",
    "TaskState", "Track", "Transfer", "Urgency",
]  # fmt: skip
