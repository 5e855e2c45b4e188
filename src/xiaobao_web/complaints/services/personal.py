"""Personal data of complainants: masked everywhere, opened on purpose and journalled, corrected with a trace."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.privacy import KINDS, OFF_BY_DEFAULT, mask, partial
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services import secret_numbers
from xiaobao_web.kernel import journal, search
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue

CORRECTABLE = (
    "customer_name", "phone", "id_number", "account", "email", "address", "title", "summary", "product_name", "product",
    "business_type", "cause", "demands", "flags", "urgency", "amount", "region", "people_count", "face_to_face",
)  # fmt: skip

NUMBERED = tuple(kind for kind in KINDS if kind not in (*OFF_BY_DEFAULT, "person", "organisation", "address"))
TOLD = ("title", "summary")
"""What everybody who sees a case reads: personal data in it is hidden in part, as where the case was opened."""


def masked(text: str) -> str:
    """Return a text with its personal data hidden in part; of a surname with a title 某 is left: 某女士, 老某."""
    out, at = [], 0
    for found in mask(text).entities if text else ():
        stars = partial(found)
        alone = found.kind == "person" and not stars.strip("*")
        out += [text[at : found.start], "某" if alone else stars]
        at = found.end
    return "".join(out) + text[at:]


def without_numbers(text: str) -> str:
    """Return a sentence made of a ticket's fields with the numbers of people hidden: what it names are no people."""
    return mask(text, NUMBERED).text if text else ""


def short(text: str, most: int) -> str:
    """Return the beginning of a text on one line."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def words_kept_from(user: Any, case: Any) -> str:
    """Return why a person does not read a complainant's own words, empty where they may (masked).

    Words tell who wrote them, names masked or not: whoever is complained of does not read them, and those of a
    confidential complainant are for the handler and the office alone.
    """
    if case is None:
        return ""
    if user.pk in case.respondent_ids():
        return str(_("您是这件投诉的被投诉员工，按回避要求不显示原话。"))
    if case.confidential and not can(user, "complaints.see_personal", case):
        return str(_("投诉人要求身份保密，原话只有经办人和消保办能看。"))
    return ""


def hidden(field: str, value: str) -> str:
    """Return a personal value with its middle hidden: 王*、138****0000、尾号 1234."""
    if not value:
        return ""
    if field == "customer_name":
        return value[0] + "*" * max(1, len(value) - 1)
    if field == "email":
        name, at, domain = value.partition("@")
        return f"{name[:1]}***{at}{domain}"
    if field == "address":
        return f"{value[:6]}***"
    if len(value) <= 4:
        return "*" * len(value)
    head = 3 if field == "phone" else 4 if len(value) > 11 else 0
    tail = 4
    return f"{value[:head]}{'*' * max(3, len(value) - head - tail)}{value[-tail:]}"


def shown(case: Case) -> dict[str, str]:
    """Return the personal fields of a case as everybody who sees it may read them; a confidential name not at all."""
    if case.confidential:
        return {field: _("（身份保密）") if field == "customer_name" else "" for field in Case.PERSONAL}
    return {field: hidden(field, str(getattr(case, field))) for field in Case.PERSONAL}


def open_personal(case: Case, *, by: Any, purpose: str) -> dict[str, Any]:
    """Return the personal fields and the words of a case in full; each opening is journalled with its purpose."""
    require(by, "complaints.see_personal", case)
    if not purpose.strip():
        raise BadValue(_("请说明查看完整信息的用途。"), fields={"purpose": _("必填")})
    journal.record("complaints.personal_read", by=by, on=case, facts={"purpose": purpose.strip()[:100]})
    return {
        "fields": {field: str(getattr(case, field)) for field in Case.PERSONAL},
        "words": [
            {"number": row.number, "channel": row.get_channel_display(), "at": row.received_at, "text": row.words()}
            for row in case.contacts.order_by("received_at", "pk")
        ],
        "parties": list(case.parties.select_related("person")),
    }


@transaction.atomic
def correct(case: Case, *, by: Any, values: dict[str, Any]) -> Case:
    """Correct fields of the ticket; what the machine had read is kept beside what the person says."""
    require(by, "complaints.correct", case)
    row = Case.objects.select_for_update().get(pk=case.pk)
    unknown = set(values) - set(CORRECTABLE)
    if unknown:
        raise BadValue(_("不能更正：%s。") % "、".join(sorted(unknown)))
    typed = [name for name in TOLD if name in values and str(values[name]) != getattr(row, name)]
    values = {name: masked(str(value)) if name in typed else value for name, value in values.items()}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.ticket = {**row.ticket, "corrections": [*row.ticket.get("corrections", []), *_traces(changed, before, by)]}
    row.save(update_fields=[*changed, "ticket"])
    labels = [str(Case._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
    personal = {name: [str(before[name]), str(value)] for name, value in changed.items() if name in Case.PERSONAL}
    plain = {name: [before[name], value] for name, value in changed.items() if name not in Case.PERSONAL}
    journal.record(
        "complaints.corrected", by=by, on=row, facts={"fields": "、".join(labels)}, changes=plain,
        personal={"values": personal} if personal else None,
    )  # fmt: skip
    secret_numbers.remember(row)
    search.index(row)
    return row


def _traces(changed: dict[str, Any], before: dict[str, Any], by: Any) -> list[dict[str, Any]]:
    """Return the traces kept in the ticket: personal values stay out of them, as the erasable journal has them."""
    at = timezone.now().isoformat()
    return [
        {"field": name, "at": at, "by": by.pk, "from": "" if name in Case.PERSONAL else _plain(before[name]),
         "to": "" if name in Case.PERSONAL else _plain(value)}
        for name, value in changed.items()
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list) or value is None else str(value)


@transaction.atomic
def set_confidential(case: Case, *, by: Any, confidential: bool) -> Case:
    """Keep who the complainant is to the handler and the office, or no longer."""
    require(by, "complaints.confidential", case)
    row = Case.objects.select_for_update().get(pk=case.pk)
    row.confidential = confidential
    row.save(update_fields=["confidential"])
    keep_secret(row)
    journal.record(
        "complaints.confidential_set", by=by, on=row, facts={"result": _("设置") if confidential else _("解除")}
    )
    return row


def keep_secret(case: Case) -> None:
    """Let what leads to a case's complainant follow whether that is confidential: its contacts' words, its numbers."""
    secret_numbers.remember(case)
    contacts = list(case.contacts.exclude(confidential=case.confidential))
    for contact in contacts:
        contact.confidential = case.confidential
        contact.save(update_fields=["confidential"])
    search.index(*contacts)
