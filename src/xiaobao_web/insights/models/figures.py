"""What was received on a day, added up, and which days are no longer as they were added up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DaySum(models.Model):
    """The figures of the complaints received on a day that have one value of a part (a channel, a cause, a unit)."""

    day = models.DateField()
    part = models.CharField(max_length=20)
    value = models.CharField(max_length=80)
    total = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    fault = models.PositiveIntegerField()
    timed = models.PositiveIntegerField()
    """Closed complaints that have both times"""
    microseconds = models.BigIntegerField()
    """From receipt to closing, of those"""
    paid = models.DecimalField(max_digits=20, decimal_places=2, null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("按日汇总")
        constraints = [models.UniqueConstraint(fields=["day", "part", "value"], name="one_sum_a_day_part_and_value")]

    def __str__(self) -> str:
        return f"{self.day} {self.part} {self.value}"


class SummedDay(models.Model):
    """A day whose complaints are added up; from `until` on an open clock will have run out, and it is again due."""

    day = models.DateField(unique=True)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("已汇总的日期")

    def __str__(self) -> str:
        return self.day.isoformat()


class DayChange(models.Model):
    """A change of a complaint, or of a clock of it, that was received on a day: written by the database's triggers.

    One row a change, so that nobody waits for anybody; whoever adds the day up anew removes the rows seen before.
    """

    day = models.DateField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待重新汇总的变更")

    def __str__(self) -> str:
        return self.day.isoformat()
