"""Contacts of confidential cases are marked and no longer found by words; those cases' numbers get their digests."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Q

from xiaobao_web.complaints.services.secret_numbers import digests


def fill(apps: Any, schema_editor: Any) -> None:
    """Mark what is confidential; the next `reindex` writes its entries of the search anew, with numbers alone."""
    case, contact = apps.get_model("complaints", "Case"), apps.get_model("complaints", "Contact")
    number, entry = apps.get_model("complaints", "SecretNumber"), apps.get_model("kernel", "SearchEntry")
    secret = Q(case__confidential=True) | Q(case=None, details__confidential=True)
    keys = list(contact.objects.filter(secret).values_list("pk", flat=True))
    contact.objects.filter(pk__in=keys).update(confidential=True)
    entry.objects.filter(subject_type="complaints.contact", subject_id__in=keys).delete()
    for row in case.objects.filter(confidential=True).prefetch_related("parties").iterator(500):
        told = [row.phone, row.id_number, row.account]
        for party in row.parties.all():
            told += [party.phone, party.id_number] if party.kind != "respondent" else []
        found = {made[0] for each in told if (made := digests(each))}
        number.objects.bulk_create([number(case=row, digest=digest) for digest in sorted(found)])


class Migration(migrations.Migration):
    """Fill what 0009 made."""

    dependencies = [("complaints", "0009_confidential_contacts"), ("kernel", "0104_speed_search")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
