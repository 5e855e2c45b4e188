"""The tables of insights, one module a topic."""

from xiaobao_web.insights.models.counting import DayPhrases
from xiaobao_web.insights.models.figures import DayChange, DaySum, SummedDay
from xiaobao_web.insights.models.rectification import ActionKind, CauseAction, Rectification
from xiaobao_web.insights.models.statement import Base, Seat, Span, Statement
from xiaobao_web.insights.models.warning import EarlyWarning, Watch, WatchPart
from xiaobao_web.insights.states import RectificationState, WarningState

__all__ = [
    "ActionKind", "Base", "CauseAction", "DayChange", "DayPhrases", "DaySum", "EarlyWarning", "Rectification",
    "RectificationState", "Seat", "Span", "Statement", "SummedDay", "WarningState", "Watch", "WatchPart",
]  # fmt: skip
