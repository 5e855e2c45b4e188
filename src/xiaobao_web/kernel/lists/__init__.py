"""Lists declared in ten lines: see docs/development/lists.md."""

from xiaobao_web.kernel.lists.batches import Batch
from xiaobao_web.kernel.lists.columns import Column, deadline_column
from xiaobao_web.kernel.lists.filters import LongSelect, choice, custom, days, flag, person, unit
from xiaobao_web.kernel.lists.page import ListPage, find_list
from xiaobao_web.kernel.lists.tabs import Tab, everything, mine, overdue, own_unit, state_in

__all__ = [
    "Batch",
    "Column",
    "ListPage",
    "LongSelect",
    "Tab",
    "choice",
    "custom",
    "days",
    "deadline_column",
    "everything",
    "find_list",
    "flag",
    "mine",
    "overdue",
    "own_unit",
    "person",
    "state_in",
    "unit",
]
