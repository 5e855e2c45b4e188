"""What the complaints of a day say, as counted phrases."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayPhrases(models.Model):
    """The phrases of the complaints received on a day: numbers by complaint, and their counts; never their words."""

    day = models.DateField(unique=True)
    cases = models.PositiveIntegerField(default=0)
    """Complaints received on the day when they were counted; another number now means that they must be again."""
    last_contact = models.BigIntegerField(default=0)
    """The newest contact there was when the day was counted."""
    packed = models.BinaryField(default=b"")
    counts = models.BinaryField(default=b"")

    class Meta:
        verbose_name = verbose_name_plural = _("短语计数")
        ordering = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()
