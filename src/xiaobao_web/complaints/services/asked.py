"""A language model, where one is configured, is asked beside the machine: what it adds are proposals for a person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.errors import ModelUnavailable, XiaobaoError
from xiaobao.intake import CHANNELS as ENGINE_CHANNELS
from xiaobao.intake import assist
from xiaobao.intake.fill import filled
from xiaobao.intake.narrative import narrative
from xiaobao.llm import LanguageModel, Settings
from xiaobao_web.complaints.models import Case, Contact, ContactState
from xiaobao_web.complaints.services import correcting, opening
from xiaobao_web.complaints.services.personal import hidden, masked, words_kept_from
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.kernel.jobs import job

KEPT = "model"
"""Where the details of a contact keep what the model was asked and said."""
WAKING = ("complaints.registered", "complaints.contact_updated")
LONGEST_READ = 20_000
"""Code points of a contact's words that a machine reads."""
TRIES = 3
WAIT = timedelta(minutes=5)
"""How long a model that fails is left alone, longer each time."""
ASKED, FAILED = "asked", "failed"
TAKEN, DROPPED = "taken", "dropped"
SAYS = (*assist.FIELDS, *assist.CLASSES)
SOURCES = ("machine", "model", "person", "channel")

journal.event_type(
    "complaints.model_asked", gettext_lazy("来件原话隐去个人信息后发给大模型 {model}（{host}），{count} 字"),
    personal=("sent",),
)  # fmt: skip
journal.event_type("complaints.model_taken", gettext_lazy("{actor} 采用大模型的建议：{field}"))
journal.event_type("complaints.model_dropped", gettext_lazy("{actor} 不采用大模型的建议：{field}"))


def on_event(event: Any) -> None:
    """Ask later about a contact that was registered or has new words."""
    if event.type in WAKING and Settings.from_environment() is not None:
        row = Contact.objects.filter(pk=int(event.subject_id)).first()
        if row is not None and not _secret(row):
            ask.using(key=f"complaints.model:{row.pk}:{_digest(row)}").enqueue(row.pk)


def _digest(contact: Contact) -> str:
    said = json.dumps([contact.text, contact.turns], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _secret(contact: Contact) -> bool:
    """Tell whether a complainant asked to be kept secret: such words leave for nobody, masked or not.

    Also where they asked it of the contact to which this one is added.
    """
    if contact.confidential or (contact.case is not None and contact.case.confidential):
        return True
    return bool(contact.thread) and Contact.objects.filter(number=contact.thread, confidential=True).exists()


@job(title=gettext_lazy("来件问大模型"))
def ask(contact_id: int, turn: int = 1) -> str:
    """Ask the configured model what it adds to a contact's ticket and keep that; return what became of it.

    A model that fails is asked again some minutes later, a few times; the ticket stays as the machine filled it.
    """
    settings = Settings.from_environment()
    contact = Contact.objects.select_related("case").filter(pk=contact_id).first()
    if settings is None or contact is None or _secret(contact):
        return ""
    digest = _digest(contact)
    told: dict[str, Any] = {"digest": digest, "model": settings.model, "tries": turn}
    try:
        found = _additions(contact, settings)
    except ModelUnavailable as error:
        _keep(contact_id, {**told, "state": FAILED, "error": error.message, "values": {}})
        if turn < TRIES:
            key = f"complaints.model:{contact_id}:{digest}:{turn + 1}"
            ask.using(key=key, after=timezone.now() + turn * WAIT).enqueue(contact_id, turn + 1)
        return FAILED
    except XiaobaoError:  # words that the machine cannot read either
        return ""
    _keep(contact_id, {**told, "state": ASKED, "values": found})
    return ASKED


def _additions(contact: Contact, settings: Settings) -> dict[str, dict[str, Any]]:
    def sent(text: str) -> None:
        facts = {"model": settings.model, "host": urlsplit(settings.base_url).hostname or "", "count": len(text)}
        journal.record("complaints.model_asked", on=contact, facts=facts, personal={"sent": text})

    where = contact.channel if contact.channel in ENGINE_CHANNELS else "web"
    at = timezone.localtime(contact.received_at)
    story = narrative(where, at, None if contact.turns else contact.text[:LONGEST_READ], contact.turns or None)
    ticket = filled(story)
    found = assist.additions(story, ticket, LanguageModel(settings), sent)
    return {
        name: {"value": one.value, "was": getattr(ticket, name), "place": one.place.as_dict()}
        for name, one in found.items()
    }


@transaction.atomic
def _keep(contact_id: int, told: dict[str, Any]) -> None:
    """Keep what the model said of the words that a contact still has; what a person decided on them stays."""
    row = Contact.objects.select_for_update().get(pk=contact_id)
    if _digest(row) != told["digest"]:
        return
    before = row.details.get(KEPT) or {}
    if before.get("digest") == told["digest"]:
        told = {**told, "values": {**told["values"], **before.get("values", {})}}
    row.details = {**row.details, KEPT: {**told, "at": timezone.now().isoformat()}}
    row.save(update_fields=["details"])


# What a person sees of it, and decides


@dataclass(frozen=True)
class Proposal:
    """A value of the model's as a page shows it, the words it quotes, what became of it, whether it can be taken."""

    field: str
    label: str
    value: str
    words: str
    fate: str
    open: bool


def kept(contact: Contact) -> dict[str, Any]:
    """Return what the model said of a contact's present words."""
    told: dict[str, Any] = contact.details.get(KEPT) or {}
    return told if told and told["digest"] == _digest(contact) else {}


def proposals(contact: Contact, user: Any) -> list[Proposal]:
    """Return what the model proposes for a contact, masked, for those who may read its words."""
    if words_kept_from(user, contact.case):
        return []
    values = kept(contact).get("values", {})
    return [
        Proposal(name, label_of(name), _shown(name, said["value"]), _quoted(name, said), said.get("fate", ""),
                 not said.get("fate") and stands_open(contact, name))
        for name in SAYS if (said := values.get(name)) and (said.get("fate") or current(contact, name) != said["value"])
    ]  # fmt: skip


def label_of(name: str) -> str:
    """Return what a field of the ticket is called."""
    return str(Case._meta.get_field(opening.COLUMNS[name]).verbose_name)  # type: ignore[union-attr]


def _shown(name: str, value: Any) -> Any:
    column = opening.COLUMNS[name]
    return hidden(column, str(value)) if column in Case.PRIVATE and value else value


def _quoted(name: str, said: dict[str, Any]) -> str:
    words = str(said["place"]["text"])
    if opening.COLUMNS[name] in Case.PRIVATE:
        words = words.replace(said["value"], _shown(name, said["value"]))
    return masked(words)


def stands_open(contact: Contact, name: str) -> bool:
    """Tell whether a proposal can still be taken: nobody, nor the channel, has said what the field is."""
    column, said = opening.COLUMNS[name], kept(contact).get("values", {}).get(name) or {}
    if contact.case is None and contact.state != ContactState.NEW.value:
        return False
    now = current(contact, name)
    if name not in assist.CLASSES:
        return not now and not _corrected(contact, column)
    return now in ("", None, said.get("was")) and not contact.details.get(column) and not _corrected(contact, column)


def current(contact: Contact, name: str) -> Any:
    """Return what a field of the ticket is now: in the case, where there is one."""
    column = opening.COLUMNS[name]
    if contact.case is not None:
        return getattr(contact.case, column)
    return contact.details.get(column) or contact.ticket.get("ticket", {}).get(name)


def _corrected(contact: Contact, column: str) -> list[dict[str, Any]]:
    made = contact.case.ticket.get("corrections", []) if contact.case is not None else []
    return [item for item in made if item["field"] == column]


def may_decide(contact: Contact, user: Any) -> bool:
    """Tell whether a person may take or drop what the model proposes."""
    if contact.case is not None:
        return bool(can(user, "complaints.correct", contact.case))
    return contact.state == ContactState.NEW.value and bool(can(user, "complaints.register", contact))


@transaction.atomic
def decide(contact: Contact, name: str, *, take: bool, by: Any) -> Contact:
    """Take a value of the model's into the ticket, or drop it; raises Refused where a person has said what it is."""
    row = Contact.objects.select_for_update(of=("self",)).select_related("case").get(pk=contact.pk)
    if row.case is not None:
        require(by, "complaints.correct", row.case)
    else:
        require(by, "complaints.register", row)
    against = words_kept_from(by, row.case)
    if against:
        raise Refused(against)
    said = kept(row).get("values", {}).get(name)
    if said is None or said.get("fate"):
        raise Refused(_("这条建议已经处理过，或原话已有更新，请刷新页面。"))
    if take and not stands_open(row, name):
        raise Refused(_("“%s”已经有人填写或来件已经甄别，不再改动。") % label_of(name))
    if take:
        _take(row, name, said, by)
    told = row.details[KEPT]
    mark = {**said, "fate": TAKEN if take else DROPPED, "by": by.pk, "decided_at": timezone.now().isoformat()}
    if take:
        mark["written"] = current(row, name)  # a case has a number without its spaces, and names cut to length
    row.details = {**row.details, KEPT: {**told, "values": {**told["values"], name: mark}}}
    row.save(update_fields=["details", "ticket"])
    kind = "complaints.model_taken" if take else "complaints.model_dropped"
    journal.record(kind, by=by, on=row, facts={"field": label_of(name)})
    return row


def _take(row: Contact, name: str, said: dict[str, Any], by: Any) -> None:
    column = opening.COLUMNS[name]
    if row.case is not None:
        most = getattr(Case._meta.get_field(column), "max_length", None)
        row.case = correcting.correct(row.case, by=by, values={column: said["value"][:most]})
        return
    row.ticket = _with(row.ticket, {name: said})


def _with(ticket: dict[str, Any], values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        **ticket,
        "ticket": {**ticket.get("ticket", {}), **{name: said["value"] for name, said in values.items()}},
        "evidence": {**ticket.get("evidence", {}), **{name: [said["place"]] for name, said in values.items()}},
        "confidence": {**ticket.get("confidence", {}), **dict.fromkeys(values, assist.ANSWERED)},
    }


def with_taken(contact: Contact, ticket: dict[str, Any]) -> dict[str, Any]:
    """Return a ticket read anew with what a person had taken of the model's; what the channel states stays."""
    values = kept(contact).get("values", {})
    over = {name: said for name, said in values.items()
            if said.get("fate") == TAKEN and not contact.details.get(opening.COLUMNS[name])}  # fmt: skip
    return _with(ticket, over) if over else ticket


def taken(contact: Contact) -> dict[str, str]:
    """Return the model's values that a person took, by the fields of a form."""
    values = kept(contact).get("values", {})
    return {opening.COLUMNS[name]: said["value"] for name, said in values.items() if said.get("fate") == TAKEN}


# Where each value comes from


def sources(contact: Contact, user: Any) -> list[dict[str, Any]]:
    """Return each filled field of a contact's ticket: value (personal ones masked), whence it is, its words."""
    apart = bool(words_kept_from(user, contact.case))
    secret = contact.confidential or (contact.case is not None and contact.case.confidential)
    out = []
    for name, column in opening.COLUMNS.items():
        value = current(contact, name)
        if not value or name == "summary" or (column in Case.PRIVATE and (secret or apart)):
            continue
        source, ticket = source_of(contact, name), contact.ticket
        said = kept(contact).get("values", {}).get(name) or {}
        places = [said["place"]] if source == "model" else ticket.get("evidence", {}).get(name, [])
        read = source in ("machine", "model")
        out.append({
            "field": name, "value": _shown(name, value), "source": source,
            "confidence": assist.ANSWERED if source == "model" else ticket.get("confidence", {}).get(name)
            if read else None,
            "words": [_quoted(name, {"value": str(value), "place": item}) for item in places]
            if read and not apart else [],
        })  # fmt: skip
    return out


def source_of(contact: Contact, name: str) -> str:
    """Return whence the value of a field is, one of SOURCES: the machine's own where a person left it as it was."""
    column = opening.COLUMNS[name]
    said = kept(contact).get("values", {}).get(name) or {}
    if said.get("fate") == TAKEN and current(contact, name) in (said["value"], said.get("written")):
        return "model"
    if _corrected(contact, column):
        return "person"
    read = contact.ticket.get("machine") or contact.ticket.get("ticket") or {}
    if current(contact, name) == read.get(name):
        return "machine"
    return "person" if contact.registered_by_id else "channel"
