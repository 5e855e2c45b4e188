"""Titles of cases that were confidential before titles told none of the words; the search forgets the words too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import migrations

from xiaobao_web.complaints.services import sentences
from xiaobao_web.kernel import search_index
from xiaobao_web.kernel.words import words_of

AT_ONCE = 200


def retitle(apps: Any, schema_editor: Any) -> None:
    """Write titles and entries of the search anew, some at a time; titles by hand or of classes stay."""
    case = apps.get_model("complaints", "Case")
    rows = case.objects.filter(confidential=True).select_related("product").prefetch_related("contacts")
    walk: Iterator[Any] = rows.order_by("pk").iterator(AT_ONCE)
    while some := list(islice(walk, AT_ONCE)):
        changed = [row for row in some if _retitled(row)]
        case.objects.bulk_update(changed, ["title", "ticket"])
        _index(apps, {row.pk: row for row in some})


def _retitled(row: Any) -> bool:
    """Write a title of the complainant's words anew; tell whether it changed."""
    ours, before = sentences.written(row), row.title
    said = [each.text or "\n".join(str(turn.get("text", "")) for turn in each.turns) for each in row.contacts.all()]
    if "title" not in ours and not sentences.is_begun_by(row, said):
        return False
    facts = sentences.facts_of(row)
    row.title = sentences.titled(facts, row.summary, channel=row.channel, confidential=True)
    row.ticket = {**row.ticket, sentences.WRITTEN: sorted({*ours, "title"})}
    return bool(row.title != before)


def _index(apps: Any, rows: dict[int, Any]) -> None:
    """Let the search know cases by their titles now, and by no sentence that is the complainant's own."""
    model = apps.get_model("kernel", "SearchEntry")
    entries = list(model.objects.filter(subject_type="complaints.case", subject_id__in=rows).order_by("pk"))
    model.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    for entry in entries:
        row = rows[entry.subject_id]
        entry.pk, entry.title = None, f"{row.number} {row.title}"[:300]
        entry.text = sentences.told_to_all(row) + entry.text.removeprefix(row.summary)
        entry.positions = len(words_of(entry.text))
    search_index.write(model.objects.bulk_create(entries))


class Migration(migrations.Migration):
    """Put right what was confidential before; nothing is undone backwards."""

    dependencies = [("complaints", "0016_pictures_named"), ("kernel", "0107_speed_units")]
    operations = [migrations.RunPython(retitle, migrations.RunPython.noop)]
