"""How often something was tried: one row a thing and span of time, the same for all processes."""

from __future__ import annotations

from django.db import models


class Pace(models.Model):
    """A count that ends by itself; what is counted is told by a digest only."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.BigIntegerField(db_index=True)
    """Seconds since 1970 from which on it is no longer asked for"""

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
