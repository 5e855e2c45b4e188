"""Numbers of confidential complainants: keyed digests that lead those who may know whose they are to the case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from xiaobao_web.complaints.models import Case, PartyKind, SecretNumber
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can

SALT = "xiaobao.complaints.number"
LEAST = 7
MOST_CASES = 50
SPACED = re.compile(r"\+?[\d\s().·‐-―-]+")
MOBILE = re.compile(r"1[3-9]\d{9}")
COUNTRY = re.compile(r"^(?:00)?86(?=1\d{10}$)")


def plain(number: str) -> str:
    """Return a number as it is compared: digits and an X, a mobile telephone without its country; empty for none."""
    found = re.sub(r"[^0-9X]", "", number.upper())
    return COUNTRY.sub("", found) if len(found) >= LEAST else ""


def written(phone: str) -> str:
    """Return a telephone as cases keep it: a mobile one in its eleven digits, whatever stands between or before them.

    Whoever calls again is known by it; any other is kept as it was told.
    """
    told = normalize("NFKC", phone)
    number = plain(told) if SPACED.fullmatch(told) else ""
    return number if MOBILE.fullmatch(number) else phone


def digests(number: str) -> list[str]:
    """Return the digests of a number under the platform's key and under those it had before, the present one first."""
    told = plain(number)
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS) if told else ()
    return [salted_hmac(SALT, told, secret=secret, algorithm="sha256").hexdigest() for secret in secrets]


def remember(case: Case) -> None:
    """Write the digests of a case's numbers anew; a case that is not confidential has none."""
    SecretNumber.objects.filter(case=case).delete()
    if not case.confidential:
        return
    numbers = [case.phone, case.id_number, case.account]
    for party in case.parties.exclude(kind=PartyKind.RESPONDENT):
        numbers += [party.phone, party.id_number]
    found = {made[0] for number in numbers if (made := digests(number))}
    SecretNumber.objects.bulk_create([SecretNumber(case=case, digest=digest) for digest in sorted(found)])


def holding(rows: QuerySet[Case], numbers: Iterable[str], user: Any) -> list[Case]:
    """Return those of some confidential cases that have all of some numbers and whose people a person may know of."""
    found = rows.filter(confidential=True)
    for number in numbers:
        found = found.filter(pk__in=SecretNumber.objects.filter(digest__in=digests(number)).values("case"))
    cases = found.order_by("-pk").select_related("unit")[:MOST_CASES]
    return [case for case in cases if can(user, "complaints.see_personal", case)]


def tell(cases: Iterable[Case], *, by: Any) -> None:
    """Journal that a person found cases by a number of theirs; the number is not kept."""
    for case in cases:
        journal.record("complaints.found_by_number", by=by, on=case)
