"""A table taken in, whatever its rows are: shown dry, its headings remembered, then row after row, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels.spreadsheet import Row
from xiaobao_web.complaints.models import CaseImport, HeadingMap
from xiaobao_web.kernel import jobs, journal
from xiaobao_web.kernel.errors import BadValue, PlatformError
from xiaobao_web.kernel.models import StoredFile

LIMIT = 20 << 20
MADE, CHANGED, KEPT = "made", "changed", "kept"
R = TypeVar("R", bound=Row)


@dataclass
class Preview(Generic[R]):
    """What taking a table in would do: what each heading means, what is missing, each row's fate."""

    headings: dict[str, str]
    missing: list[str]
    rows: list[R]

    def count(self, fate: str) -> int:
        """Return how many rows would have a fate."""
        return sum(1 for row in self.good if row.fate == fate)

    @property
    def bad(self) -> list[R]:
        """Return the rows that would be left out."""
        return [row for row in self.rows if row.faults]

    @property
    def good(self) -> list[R]:
        """Return the rows that would be taken in."""
        return [row for row in self.rows if not row.faults]


@transaction.atomic
def keep_headings(system: str, headings: dict[str, str], *, by: Any, labels: dict[str, str]) -> HeadingMap:
    """Keep what the headings of a source mean, of the fields that have labels; the caller has checked who may.

    A field is told by its name or its label. Raises BadValue for none that is known, and where two headings mean the
    same.
    """
    by_label = {label: name for name, label in labels.items()}
    headings = {heading: by_label.get(name, name) for heading, name in headings.items()}
    names = [name for name in headings.values() if name]
    unknown = sorted(set(names) - set(labels))
    if unknown:
        known = "、".join(f"{name}（{label}）" for name, label in labels.items())
        told = _("没有“%(unknown)s”这一项，可以对应的有：%(known)s。") % {
            "unknown": "、".join(unknown)[:80], "known": known,
        }  # fmt: skip
        raise BadValue(told, fields={"headings": "、".join(unknown)[:80]})
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise BadValue(_("每个项目只能对应一列：%s。") % "、".join(labels[name] for name in twice))
    row, _made = HeadingMap.objects.update_or_create(system=system, defaults={"headings": headings, "by": by})
    journal.record("complaints.headings_set", by=by, on=row, facts={"system": row.system})
    return row


def ask(shown: Preview[R], stored: StoredFile, *, name: str, by: Any, **values: Any) -> CaseImport:
    """Keep that a table that was shown is to be taken in; raises BadValue where a needed column is missing."""
    if shown.missing:
        raise BadValue(_("还没有对应的列：%s。") % "、".join(shown.missing))
    faults = [_fault(item, item.faults) for item in shown.bad]
    return CaseImport.objects.create(
        name=name[:200], stored=stored, rows=len(shown.rows), by=by, faults=faults, **values
    )


def _fault(item: Row, sentences: list[str]) -> dict[str, Any]:
    """Return why a row is left out, with the number by which its source knows it."""
    return {"row": item.number, "number": str(item.record.get("number") or ""), "faults": sentences}


def run(
    row: CaseImport, shown: Preview[R], *, key: Callable[[R], str], take: Callable[[R], list[str]], every: int
) -> int:
    """Take the good rows in, one by one; return how many are in.

    What is in already (`key`) is left out, so that it goes on after a crash; how far it is, is kept `every` so many
    rows. `take` returns the number that a row got here, and its fate.
    """
    faults = {item["row"]: item for item in row.faults}
    numbers = dict(row.numbers)
    for place, item in enumerate(shown.good, 1):
        if key(item) in numbers:
            continue
        try:
            numbers[key(item)] = take(item)
        except PlatformError as error:
            faults[item.number] = _fault(item, [error.message])
        if place % every == 0:
            CaseImport.objects.filter(pk=row.pk).update(numbers=numbers, done=place)
            jobs.progress(place, len(shown.good))
    fates = Counter(fate for _number, fate in numbers.values())
    row.numbers, row.done, row.finished_at = numbers, len(shown.good), timezone.now()
    row.faults = sorted(faults.values(), key=lambda fault: fault["row"])
    row.made, row.changed, row.kept = fates[MADE], fates[CHANGED], fates[KEPT]
    row.save()
    facts = {"system": row.system, "rows": row.rows, "made": row.made, "changed": row.changed,
             "faults": len(row.faults)}  # fmt: skip
    journal.record("complaints.imported", by=row.by, on=row, facts=facts)
    return len(numbers)
