"""Working days of mainland China: which days count, what was skipped and why, and how sure that is."""

from xiaobao.calendar.answers import DayCount, DueDate, Step
from xiaobao.calendar.calendar import Calendar, mainland
from xiaobao.calendar.days import BEIJING, Day, Kind, Moment, beijing_date
from xiaobao.calendar.notices import Notice, Override, Table, read_table
from xiaobao.calendar.years import FIRST_YEAR, LAST_YEAR

__all__ = [
    "BEIJING",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "Day",
    "DayCount",
    "DueDate",
    "Kind",
    "Moment",
    "Notice",
    "Override",
    "Step",
    "Table",
    "beijing_date",
    "mainland",
    "read_table",
]
