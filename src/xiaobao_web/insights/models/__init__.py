"""The tables of insights, one module a topic."""

from xiaobao_web.insights.models.warning import EarlyWarning, Watch
from xiaobao_web.insights.states import WarningState

__all__ = ["EarlyWarning", "WarningState", "Watch"]
