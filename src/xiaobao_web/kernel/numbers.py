"""Give numbers without gaps of meaning: prefix, year, five digits."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from xiaobao_web.kernel.models import NumberRow


def next_number(prefix: str, *, year: int | None = None) -> str:
    """Return the next number of a prefix and year (this year in Beijing), as in SC2026-00001."""
    year = year or timezone.localdate().year
    with transaction.atomic():
        row, _made = NumberRow.objects.select_for_update().get_or_create(prefix=prefix, year=year)
        row.last += 1
        row.save(update_fields=["last"])
    return f"{prefix}{year}-{row.last:05d}"
