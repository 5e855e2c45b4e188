"""A clock one can set, so that a year of history carries its own dates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from xiaobao_web.kernel.deadlines import calendar


class Clock:
    """The moment the demonstration has come to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Return the moment; each question moves it on by a millisecond, so that events keep their order."""
        self.moment += timedelta(milliseconds=1)
        return self.moment


@contextmanager
def set_to(moment: datetime) -> Iterator[Clock]:
    """Let the platform's time be a clock's until the block ends."""
    clock, real = Clock(moment), timezone.now
    timezone.now = clock
    try:
        yield clock
    finally:
        timezone.now = real


def at_work(moment: datetime) -> datetime:
    """Return the moment, moved on to office hours (9:00 to 18:00 Beijing) of a working day."""
    local = timezone.localtime(moment)
    if local.hour >= 18:
        local = (local + timedelta(days=1)).replace(hour=9, minute=local.minute)
    elif local.hour < 9:
        local = local.replace(hour=9)
    day = calendar().roll_forward(local.date()).date
    return local.replace(year=day.year, month=day.month, day=day.day)
