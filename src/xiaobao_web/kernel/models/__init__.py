"""The kernel's tables, one module a topic."""

from xiaobao_web.kernel.models.deadline import Deadline
from xiaobao_web.kernel.models.journal import ChainHead, Event, EventPersonal
from xiaobao_web.kernel.models.number import NumberRow

__all__ = ["ChainHead", "Deadline", "Event", "EventPersonal", "NumberRow"]
