"""Running numbers, a row a prefix and year."""

from __future__ import annotations

from django.db import models


class NumberRow(models.Model):
    """The last number given for a prefix in a year."""

    prefix = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="one_row_a_prefix_and_year")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year} {self.last}"
