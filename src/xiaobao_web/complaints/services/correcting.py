"""A ticket is corrected: what a person says goes over what the machine read, and the sentence of the case follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import AmountRole, Case
from xiaobao_web.complaints.services import misread, secret_numbers, sentences
from xiaobao_web.complaints.services.personal import masked, names_in
from xiaobao_web.kernel import formats, journal, search
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused

CORRECTABLE = (
    "customer_name", "phone", "id_number", "account", "email", "address", "title", "summary", "institution", "staff",
    "product_name", "product", "business_type", "cause", "demands", "flags", "urgency", "amount", "amounts",
    "event_dates", "region", "people_count", "face_to_face",
)  # fmt: skip
TOLD = ("title", "summary")
"""What everybody who sees a case reads: personal data in it is hidden in part, as where the case was opened."""


@transaction.atomic
def correct(case: Case, *, by: Any, values: dict[str, Any], seen: str = "", why: str = "") -> Case:
    """Correct fields of the ticket; what the machine had read is kept beside what the person says.

    The title and the sentence follow what they are made of, unless a person wrote them; one that is emptied is written
    anew. `seen` is how many corrections the ticket had where the values were typed: where there was another one since,
    it is refused. `why`: misread.CHANGED where the facts are others now; otherwise the machine is taken to have
    misread what it had read, and its checks say so.
    """
    require(by, "complaints.correct", case)
    row = Case.objects.select_for_update().get(pk=case.pk)
    against = against_old_page(row, seen)  # under the lock: of two at once the second finds the first
    if against:
        raise Refused(against)
    unknown = set(values) - set(CORRECTABLE)
    if unknown:
        raise BadValue(_("不能更正：%s。") % "、".join(sorted(unknown)))
    if values.get("phone"):
        values = {**values, "phone": secret_numbers.written(values["phone"])}
    typed = [name for name in TOLD if name in values and str(values[name]) != getattr(row, name)]
    names = [*names_in(vars(row)), *names_in(values)]
    values = {name: masked(str(value), names) if name in typed else value for name, value in values.items()}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in CORRECTABLE}
    changed = _agreeing(before, changed)
    said = [name for name in changed if name not in TOLD or str(changed[name]).strip()]
    own = [name for name in sentences.written(row) if name not in typed]
    own += [name for name in typed if not values[name].strip()]
    for name, value in changed.items():
        setattr(row, name, value)
    changed |= _following(row, before, own, changed)
    changed = {name: value for name, value in changed.items() if value != before[name]}
    if why != misread.CHANGED:
        misread.count(row, said, by=by)
    traces = [*row.ticket.get("corrections", []), *_traces(row, changed, before, by, why)]
    row.ticket = {**row.ticket, sentences.WRITTEN: sorted(own), "corrections": traces}
    row.save(update_fields=[*changed, "ticket"])
    if not changed:  # a sentence was emptied and is written as it was
        return row
    _tell(row, changed, before, by, why)
    secret_numbers.remember(row)
    search.index(row)
    return row


def times_corrected(case: Case) -> int:
    """Return how many corrections a ticket has had: a page opened before the last of them shows what is no more."""
    return len(case.ticket.get("corrections", []))


def against_old_page(case: Case, seen: str) -> str:
    """Return why what was typed on a page is not written at once: it was opened before the last correction."""
    if seen in ("", str(times_corrected(case))):
        return ""
    return str(_("填单刚在别处更正过。您填的还在下面；再次保存就以您这一份为准，不需要的请刷新页面看新的内容。"))


def _agreeing(before: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Let the sum of a case and the sums in particular agree where they did and one of them alone is corrected."""
    sums = [Decimal(str(item["value"])) for item in before["amounts"]]
    if before["amount"] != max(sums, default=None):
        return changed
    if "amounts" in changed and "amount" not in changed:
        highest = max((Decimal(str(item["value"])) for item in changed["amounts"]), default=None)
        return changed if highest == before["amount"] else {**changed, "amount": highest}
    if sums and changed.get("amount") is not None and "amounts" not in changed:
        value = plain_number(changed["amount"])
        return {**changed, "amounts": [
            {**item, "value": value} if Decimal(str(item["value"])) == before["amount"] else item
            for item in before["amounts"]
        ]}  # fmt: skip
    return changed


def plain_number(value: Decimal) -> int | float:
    """Return a sum as tickets have it: a whole number where it is one."""
    return int(value) if value == value.to_integral_value() else float(value)


def _following(row: Case, before: dict[str, Any], own: list[str], changed: dict[str, Any]) -> dict[str, Any]:
    """Write the platform's own title and sentence anew where what they say has changed; return those that changed."""
    if not (set(sentences.SAYS) & set(changed) or [name for name in TOLD if name in own and name in changed]):
        return {}
    facts = sentences.facts_of(row)
    summary = sentences.summary_of(facts)
    title = sentences.titled(facts, summary, channel=row.channel, confidential=row.confidential)
    told = {"summary": summary, "title": title}
    for name in own:
        setattr(row, name, told[name])
    return {name: told[name] for name in own if told[name] != before[name] or name in changed}


def _tell(row: Case, changed: dict[str, Any], before: dict[str, Any], by: Any, why: str) -> None:
    labels = [str(Case._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
    private = _private(row)
    personal = {name: [str(before[name]), str(value)] for name, value in changed.items() if name in private}
    plain = {
        name: [_told(name, before[name]), _told(name, value)]
        for name, value in changed.items() if name not in private
    }  # fmt: skip
    fields = "、".join(labels) + (_("（情况变了）") if why == misread.CHANGED else "")
    journal.record(
        "complaints.corrected", by=by, on=row, facts={"fields": fields}, changes=plain,
        personal={"values": personal} if personal else None,
    )  # fmt: skip


def _private(row: Case) -> tuple[str, ...]:
    """Return what timelines and traces do not show: of a confidential case also what may be its complainant's words."""
    return (*Case.PRIVATE, *TOLD) if row.confidential else Case.PRIVATE


def _told(name: str, value: Any) -> Any:
    """Return a value as the journal tells it: sums as words."""
    if name != "amounts":
        return value
    return [f"{AmountRole(item['role']).label} {formats.money(item['value'])}" for item in value]


def _traces(
    row: Case, changed: dict[str, Any], before: dict[str, Any], by: Any, why: str
) -> list[dict[str, Any]]:
    """Return the traces kept in the ticket: personal values stay out of them, as the erasable journal has them."""
    at, private = timezone.now().isoformat(), _private(row)
    said = {"why": why} if why == misread.CHANGED else {}
    return [
        {**said, "field": name, "at": at, "by": by.pk, "from": "" if name in private else _plain(before[name]),
         "to": "" if name in private else _plain(value)}
        for name, value in changed.items()
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list) or value is None else str(value)
