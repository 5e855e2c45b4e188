"""Purging what retention no longer asks for: each app says how, the nightly job does it.

    retention.purges("附件", files.purge_due)
"""

from __future__ import annotations

from collections.abc import Callable

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import Undeclared

PURGES: dict[str, Callable[[], int]] = {}


def purges(label: str, purge_due: Callable[[], int]) -> None:
    """Register how something is purged: a function that purges what is due, holds respected, and returns how much."""
    if label in PURGES:
        raise Undeclared(f"{label} 的清理声明了两次")
    PURGES[label] = purge_due


def purge() -> dict[str, int]:
    """Run every purge, journal what was purged, and return how much of each kind."""
    purged = {label: run() for label, run in PURGES.items()}
    if any(purged.values()):
        told = "、".join(f"{label} {number}" for label, number in purged.items() if number)
        journal.record("kernel.purged", facts={"told": told, "purged": purged})
    return purged
