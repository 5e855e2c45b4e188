"""What is done about what is heard."""

from xiaobao_web.insights.services.answering import acknowledge, act, ask_reevaluation, close, open_issue
from xiaobao_web.insights.services.rectifying import (
    add_action,
    conclude,
    finish,
    finish_action,
    open_rectification,
)
from xiaobao_web.insights.services.stating import freeze, set_base, tables_of
from xiaobao_web.insights.services.stepping import open_inspection, propose_rule
from xiaobao_web.insights.services.watching import look, matching, purge_due, take

__all__ = [
    "acknowledge", "act", "add_action", "ask_reevaluation", "close", "conclude", "finish", "finish_action", "freeze",
    "look", "matching", "open_inspection", "open_issue", "open_rectification", "propose_rule", "purge_due",
    "set_base", "tables_of", "take",
]  # fmt: skip
