"""What is done about what is heard."""

from xiaobao_web.insights.services.answering import acknowledge, act, ask_reevaluation, close, open_issue
from xiaobao_web.insights.services.watching import look, matching, take

__all__ = ["acknowledge", "act", "ask_reevaluation", "close", "look", "matching", "open_issue", "take"]
