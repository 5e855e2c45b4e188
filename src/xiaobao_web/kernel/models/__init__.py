"""The kernel's tables, one module a topic."""

from xiaobao_web.kernel.models.deadline import Deadline
from xiaobao_web.kernel.models.files import Attachment, RetentionClass, ScanState, StoredFile
from xiaobao_web.kernel.models.journal import ChainHead, Event, EventPersonal
from xiaobao_web.kernel.models.number import NumberRow
from xiaobao_web.kernel.models.search import SearchEntry

__all__ = [
    "Attachment",
    "ChainHead",
    "Deadline",
    "Event",
    "EventPersonal",
    "NumberRow",
    "RetentionClass",
    "ScanState",
    "SearchEntry",
    "StoredFile",
]
