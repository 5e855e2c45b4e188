"""What customers said, as values for those who hear the whole: texts in the order they came, without a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiaobao_web.complaints.models import Case, Contact

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Heard:
    """One contact: its words, who brought it ("" where unknown), its organisation, what became of it."""

    pk: int
    at: datetime
    text: str
    channel: str
    author: str
    unit: int
    unit_path: str
    case: int | None
    business_type: str
    cause: str
    product: int | None


FIELDS = ("pk", "received_at", "text", "turns", "channel", "sender", "unit_id", "unit__path", "case_id", "case__phone",
          "case__customer_name", "case__business_type", "case__cause", "case__product_id")  # fmt: skip


def heard(since: datetime, until: datetime, **where: Any) -> Iterator[Heard]:
    """Yield the contacts received from one moment to before another, in the order they came, a few in memory.

    For jobs of the platform alone: what is shown to a person starts from that person's own queries.
    """
    rows = Contact.objects.filter(received_at__gte=since, received_at__lt=until, **where)
    for row in rows.order_by("received_at", "pk").values(*FIELDS).iterator(chunk_size=AT_ONCE):
        yield Heard(
            pk=row["pk"], at=row["received_at"], text=row["text"] or _spoken(row["turns"]), channel=row["channel"],
            author=row["case__phone"] or row["sender"] or row["case__customer_name"] or "",
            unit=row["unit_id"], unit_path=row["unit__path"], case=row["case_id"],
            business_type=row["case__business_type"] or "", cause=row["case__cause"] or "",
            product=row["case__product_id"],
        )  # fmt: skip


def _spoken(turns: list[dict[str, Any]]) -> str:
    """Return what the customer says in a dialogue; all of it where nobody is named."""
    own = [str(turn.get("text", "")) for turn in turns if turn.get("role") in ("customer", "user")]
    return "\n".join(own or [str(turn.get("text", "")) for turn in turns])


def case_texts(cases: Any, most: int) -> list[tuple[int, str]]:
    """Return the newest cases of a queryset as (case, words of its contacts or its summary), at most so many.

    The queryset carries who may see them.
    """
    found = list(cases.order_by("-received_at", "-pk").values_list("pk", "summary", "title")[:most])
    words: dict[int, list[str]] = {}
    ids = [pk for pk, _summary, _title in found]
    for start in range(0, len(ids), 500):
        rows = Contact.objects.filter(case__in=ids[start : start + 500]).order_by("pk")
        for case, text, turns in rows.values_list("case_id", "text", "turns"):
            if case is not None:
                words.setdefault(case, []).append(text or _spoken(turns))
    return [(pk, "\n".join(words.get(pk, [])) or summary or title) for pk, summary, title in found]


def numbers_of(contacts: list[int]) -> dict[int, Contact]:
    """Return contacts by key."""
    return {row.pk: row for row in Contact.objects.filter(pk__in=contacts).select_related("unit", "case")}


def seen_of(contacts: list[int], cases: Any) -> dict[int, Case]:
    """Return by contact the case it became, of those in a queryset."""
    pairs = dict(Contact.objects.filter(pk__in=contacts).values_list("pk", "case_id"))
    rows = {row.pk: row for row in cases.filter(pk__in=[pk for pk in pairs.values() if pk])}
    return {contact: rows[case] for contact, case in pairs.items() if case in rows}


def counted() -> Any:
    """Return the cases that comparisons between organisations count: all but merged and declined ones.

    Only counts may be shown of them; who sees the cases is `queries.visible`.
    """
    return Case.objects.exclude(state__in=("merged", "declined"))
