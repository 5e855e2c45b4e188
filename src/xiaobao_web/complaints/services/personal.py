"""Personal data of complainants: masked everywhere, opened on purpose and journalled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from xiaobao.intake.names import is_person
from xiaobao.privacy import KINDS, OFF_BY_DEFAULT, mask, partial
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services import secret_numbers
from xiaobao_web.kernel import journal, search
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue

NUMBERED = tuple(kind for kind in KINDS if kind not in (*OFF_BY_DEFAULT, "person", "organisation", "address"))


def masked(text: str, names: Iterable[str] = ()) -> str:
    """Return a text with its personal data hidden in part; of a surname with a title 某 is left: 某女士, 老某.

    `names` are people who are known by name: they are hidden wherever they stand.
    """
    out, at = [], 0
    for found in mask(text).entities if text else ():
        stars = partial(found)
        alone = found.kind == "person" and not stars.strip("*")
        out += [text[at : found.start], "某" if alone else stars]
        at = found.end
    shown = "".join(out) + text[at:]
    for name in names:
        shown = shown.replace(name, hidden("customer_name", name)) if len(name) > 1 else shown
    return shown


def names_in(facts: Mapping[str, Any]) -> list[str]:
    """Return the names of people that a ticket tells: who complains, and staff who are named (客户经理 is no name)."""
    staff = [name for name in re.split("[、，,；; ]+", str(facts.get("staff") or "")) if is_person(name)]
    return [name for name in (str(facts.get("customer_name") or ""), *staff) if name]


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
    if field == "staff":
        return "、".join(f"{name[0]}{'*' * max(1, len(name) - 1)}" for name in re.split("[、，,；; ]+", value) if name)
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
        return {field: _("（身份保密）") if field == "customer_name" else "" for field in Case.PRIVATE}
    return {field: hidden(field, str(getattr(case, field))) for field in Case.PRIVATE}


def open_personal(case: Case, *, by: Any, purpose: str) -> dict[str, Any]:
    """Return the personal fields and the words of a case in full; each opening is journalled with its purpose."""
    require(by, "complaints.see_personal", case)
    if not purpose.strip():
        raise BadValue(_("请说明查看完整信息的用途。"), fields={"purpose": _("必填")})
    journal.record("complaints.personal_read", by=by, on=case, facts={"purpose": purpose.strip()[:100]})
    return {
        "fields": {field: str(getattr(case, field)) for field in Case.PRIVATE},
        "words": [
            {"number": row.number, "channel": row.get_channel_display(), "at": row.received_at, "text": row.words()}
            for row in case.contacts.order_by("received_at", "pk")
        ],
        "parties": list(case.parties.select_related("person")),
    }


def keep_secret(case: Case) -> None:
    """Let what leads to a case's complainant follow whether that is confidential: its contacts' words, its numbers."""
    from xiaobao_web.complaints.services import agents

    secret_numbers.remember(case)
    contacts = list(case.contacts.exclude(confidential=case.confidential))
    for contact in contacts:
        contact.confidential = case.confidential
        contact.save(update_fields=["confidential"])
    search.index(*contacts)
    agents.follow(contacts)
