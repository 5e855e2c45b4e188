"""The kernel's tables, one module a topic."""

from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.models.deadline import Deadline
from xiaobao_web.kernel.models.export import Export, ExportState
from xiaobao_web.kernel.models.files import Attachment, RetentionClass, ScanState, StoredFile
from xiaobao_web.kernel.models.jobs import JobRun, RunState, Schedule, WorkerLease
from xiaobao_web.kernel.models.journal import ChainHead, Event, EventPersonal
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.kernel.models.number import NumberRow
from xiaobao_web.kernel.models.pace import Pace
from xiaobao_web.kernel.models.saved_view import SavedView
from xiaobao_web.kernel.models.search import SearchEntry
from xiaobao_web.kernel.models.token import ApiToken
from xiaobao_web.kernel.models.webhook import Delivery, DeliveryState, Endpoint

__all__ = [
    "ApiToken",
    "Attachment",
    "ChainHead",
    "Comment",
    "Deadline",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "Event",
    "EventPersonal",
    "Export",
    "ExportState",
    "JobRun",
    "Notification",
    "NumberRow",
    "Pace",
    "RetentionClass",
    "RunState",
    "SavedView",
    "ScanState",
    "Schedule",
    "SearchEntry",
    "StoredFile",
    "WorkerLease",
]
