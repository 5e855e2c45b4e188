"""The one way in: keep what arrived as it came, register it once, fill its ticket, say what it looks like."""

from __future__ import annotations

import hashlib
import http.client
import io
import re
import zlib
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.errors import XiaobaoError
from xiaobao.intake import CHANNELS as ENGINE_CHANNELS
from xiaobao.intake import fill as fill_ticket
from xiaobao_web.complaints import proposing, telling
from xiaobao_web.complaints.channels.registry import Arrival, Piece, reader_of
from xiaobao_web.complaints.models import Contact, ContactState, Inbound, InboundState
from xiaobao_web.complaints.services import asked, confiding, learning, similar
from xiaobao_web.complaints.services.asked import LONGEST_READ
from xiaobao_web.complaints.services.opening import STATED, key_of, register
from xiaobao_web.complaints.services.uploads import store_each
from xiaobao_web.kernel import files, journal, search, webhook_guard
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue, PlatformError
from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.models import StoredFile

MOST_BYTES = 40 << 20
MOST_RECORDING = 200 << 20
MOST_FILES = 20
TRIES = 5
FILLED = ("product_name", "email", "customer_name", "phone", "id_number")
"""What a form states goes over what the machine reads."""

ONCE = ("arrived_at", "sent_at")
"""What stays as it was when something came first."""


def receive(
    channel: str, raw: bytes, *, number: str = "", message: str = "", facts: dict[str, Any] | None = None,
    by: Any = None, unit: Any = None, inline: bool = False, retry: bool = True,
) -> Inbound:  # fmt: skip
    """Keep what arrived and register it; the same bytes under the same number, or message id, are one arrival.

    New bytes under a known number update the contact. The bytes are committed before anything is made of them: with
    `retry` what fails waits for the sweep, otherwise its error is raised (a person is there to correct it).
    `inline`: fill the ticket now rather than in a job.
    """
    if not raw or len(raw) > MOST_BYTES:
        raise BadValue(_("内容为空，或超过 %d MB。") % (MOST_BYTES >> 20))
    reader_of(channel)
    digest = digest_of(raw)
    key = key_of(channel, source_number=number, message=message, text=digest)
    row = _kept(channel, key, digest, raw, {**(facts or {}), "number": number}, by, unit)
    if row.state == InboundState.DONE.value:
        return row
    try:
        return take_in(row, inline=inline)
    except PlatformError as error:
        _failed(row, error.message, final=not retry)
        if not retry:
            raise
    except XiaobaoError as error:
        _failed(row, error.message)
    except Exception as error:  # the edge of intake: kept, told, tried again by the sweep
        _failed(row, _("程序出错（%s）") % type(error).__name__)
        if not retry:
            raise
    row.refresh_from_db()
    return row


def digest_of(raw: bytes) -> str:
    """Return the digest by which the same bytes are known again."""
    return hashlib.sha256(raw).hexdigest()


def _kept(channel: str, key: str, digest: str, raw: bytes, facts: dict[str, Any], by: Any, unit: Any) -> Inbound:
    values = {
        "channel": channel,
        "packed": zlib.compress(raw, 3),
        "size": len(raw),
        "facts": facts,
        "by": by,
        "unit": unit,
    }
    row, made = Inbound.objects.get_or_create(key=key, digest=digest, defaults=values)
    if not made:
        Inbound.objects.filter(pk=row.pk).update(times=F("times") + 1)
        row.refresh_from_db()
    return row


def _failed(row: Inbound, sentence: str, *, final: bool = False) -> None:
    failures = TRIES if final else row.failures + 1
    Inbound.objects.filter(pk=row.pk).update(
        state=InboundState.FAILED.value if failures >= TRIES else InboundState.WAITING.value,
        error=sentence[:300], failures=failures,
    )  # fmt: skip


def take_in(row: Inbound, *, inline: bool = False) -> Inbound:
    """Register what was kept, or update what is registered under its key; raises what keeps it from that."""
    facts = row.facts
    arrival = reader_of(row.channel)(row.raw, facts)
    moment = arrival.received_at or parse_datetime(str(facts.get("received_at") or "")) or row.arrived_at
    with transaction.atomic():
        locked = Inbound.objects.select_for_update().get(pk=row.pk)
        if locked.contact_id is None:
            known = Contact.objects.filter(key=locked.key).first()
            contact = known or _registered(locked, arrival, moment)
            if known is not None:
                _update(known, arrival, locked)
            locked.contact, locked.state, locked.error = contact, InboundState.DONE.value, ""
            locked.save(update_fields=["contact", "state", "error"])
            fill.using(key=f"complaints.fill:{locked.pk}").enqueue(contact.pk) if not inline else None
            if arrival.details.get("recording_url"):
                fetch_recording.using(key=f"complaints.recording:{locked.pk}").enqueue(contact.pk)
    assert locked.contact is not None
    contact = locked.contact
    attach(contact, [*arrival.pieces], stored=facts.get("files") or [], by=locked.by)
    if inline:
        fill(contact.pk)
        contact.refresh_from_db()
    return locked


def _registered(row: Inbound, arrival: Arrival, moment: datetime) -> Contact:
    return register(
        channel=row.channel, by=row.by, text=arrival.text, turns=arrival.turns, received_at=moment, unit=row.unit,
        key=row.key,
        source_number=str(row.facts.get("source_number") or row.facts.get("number") or "")[:80],
        source_system=arrival.source_system,
        sender=arrival.sender[:200], subject=arrival.subject[:200], thread=arrival.thread[:80],
        details={**arrival.details, **(row.facts.get("details") or {}), "said": arrival.kind},
        people_count=arrival.people_count, face_to_face=arrival.face_to_face,
    )  # fmt: skip


def _update(contact: Contact, arrival: Arrival, row: Inbound) -> None:
    """Take over what a source now says of a contact it sent before; what a person has decided stays.

    Where nobody has told it apart yet, also which organisation it is about, when it came and what it is called.
    """
    before = contact.details
    first = {name: before[name] for name in ONCE if name in before}
    details = {**before, **arrival.details, **(row.facts.get("details") or {}), **first}
    details |= {"said": arrival.kind} if arrival.kind else {}
    new: dict[str, Any] = {"text": arrival.text.strip() or contact.text, "turns": arrival.turns or contact.turns,
                           "details": details}  # fmt: skip
    if contact.state == ContactState.NEW.value:
        new |= {"unit": row.unit or contact.unit, "subject": arrival.subject[:200] or contact.subject}
        if arrival.received_at is not None and not first:
            new["received_at"] = arrival.received_at
    changed = [name for name, value in new.items() if getattr(contact, name) != value]
    if not changed:
        return
    asks = bool(details.get("confidential")) and not contact.details.get("confidential")
    if details.get("confidential") and not contact.confidential and (asks or contact.case is None):
        new["confidential"], changed = True, [*changed, "confidential"]
    for name in changed:
        setattr(contact, name, new[name])
    contact.save(update_fields=changed)
    search.index(contact)
    if "confidential" in changed and contact.case is not None:
        contact.case = confiding.follow(contact.case, by=None, told=_("按来件 %s 的要求设置") % contact.number)
    journal.record("complaints.contact_updated", on=contact, facts={"source": contact.source_number})
    said = [name for name in STATED if details.get(name) != before.get(name)]
    if contact.case is not None and ({"text", "turns"} & set(changed) or said):
        told = _("来源系统更新了来件：%(number)s %(title)s")
        telling.people(contact.case, telling.in_charge(contact.case), told)


def attach(contact: Contact, pieces: list[Piece], *, stored: list[list[str]], by: Any) -> list[str]:
    """Attach files that came along, each once; what cannot be taken is told on the contact and loses nothing else."""
    have = set(files.attachments_of(contact).values_list("stored__sha256", flat=True))
    refused: list[str] = []
    for piece in pieces[:MOST_FILES]:
        try:
            row = files.store(io.BytesIO(piece.content), name=piece.name, by=by)
        except BadUpload as error:
            refused.append(f"{piece.name[:60]}：{error.message}")
            continue
        if row.sha256 not in have:
            have.add(row.sha256)
            files.attach(contact, row, name=piece.name, purpose="contact", by=by, personal=True)
    for sha256, name in stored[:MOST_FILES]:
        found = StoredFile.objects.filter(sha256=sha256).first()
        if found is not None and sha256 not in have:
            have.add(sha256)
            files.attach(contact, found, name=name, purpose="contact", by=by, personal=True)
    if refused:
        Contact.objects.filter(pk=contact.pk).update(details={**contact.details, "refused_files": refused})
        contact.details["refused_files"] = refused
    return refused


def keep_files(contact: Contact, uploads: list[Any], *, by: Any) -> tuple[list[str], list[str]]:
    """Attach uploads to a contact, each content once; return the names it has now and what could not be taken."""
    require(by, "complaints.register", contact)
    taken, refused = store_each(uploads, by=by)
    attach(contact, [], stored=[[row.sha256, name] for row, name in taken], by=by)
    return list(files.attachments_of(contact).values_list("name", flat=True)), refused


@job(title=gettext_lazy("取来电录音"))
def fetch_recording(contact_id: int) -> str:
    """Fetch the recording that a telephone system names and attach it; what goes wrong is told on the contact.

    Raises OSError where the system does not hand it out now, so that it is tried again.
    """
    contact = Contact.objects.get(pk=contact_id)
    url = str(contact.details.get("recording_url") or "")
    try:
        content = webhook_guard.download(url, most=MOST_RECORDING)
        refused = attach(contact, [Piece(f"{contact.number}{suffix_of(url)}", content)], stored=[], by=None)
        fault = "；".join(refused)
    except BadValue as error:
        fault = error.message
    except (OSError, http.client.HTTPException) as error:
        _recording(contact_id, _("录音没有取到（%s），会再试几次。") % (str(error)[:60] or type(error).__name__))
        raise OSError(str(error)) from error
    _recording(contact_id, fault)
    return fault


@transaction.atomic
def _recording(contact_id: int, fault: str) -> None:
    row = Contact.objects.select_for_update().get(pk=contact_id)
    row.details = {**row.details, "recording_error": fault}
    row.save(update_fields=["details"])


def suffix_of(url: str) -> str:
    """Return the ending of a recording's name where its address has a usual one."""
    found = re.search(r"\.(wav|mp3|m4a|ogg|flac|amr)(?:$|[?#])", url.lower())
    return f".{found[1]}" if found else ""


# What it says


def read_ticket(
    channel: str, *, received_at: datetime, text: str = "", turns: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the engine's ticket with evidence and confidence, after what people corrected before.

    An empty one with the reason for what it cannot read.
    """
    where = channel if channel in ENGINE_CHANNELS else "web"
    try:
        if turns:
            found = fill_ticket(channel=where, received_at=received_at, turns=turns)
        else:
            found = fill_ticket(channel=where, received_at=received_at, text=text[:LONGEST_READ])
    except XiaobaoError as error:
        return {"ticket": {}, "evidence": {}, "confidence": {}, "error": error.message}
    said = "" if turns else text[:LONGEST_READ]
    return learning.applied(found.as_dict(), channel=where, received_at=received_at, text=said, turns=turns or None)


@job(title=gettext_lazy("来件填单"))
def fill(contact_id: int) -> str:
    """Fill the ticket of a contact, say what it looks like, and find what belongs to it; return the proposed kind."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        return ""
    local = timezone.localtime(contact.received_at)
    read = read_ticket(contact.channel, received_at=local, text=contact.text, turns=contact.turns)
    machine = dict(read["ticket"])
    for name in FILLED:
        if contact.details.get(name):
            read["ticket"][name] = contact.details[name]
    said = str(contact.details.get("said") or "")
    proposal = proposing.propose(
        contact.words(), ticket=machine, source=str(contact.details.get("source") or ""), said=said
    )  # fmt: skip
    near = similar.remember(contact)
    _write(contact_id, {**read, "machine": machine}, proposal, near)
    return proposal.kind


@transaction.atomic
def _write(contact_id: int, ticket: dict[str, Any], proposal: proposing.Proposal, near: list[dict[str, Any]]) -> None:
    row = Contact.objects.select_for_update().get(pk=contact_id)
    row.details = {**row.details, "similar": near}
    names = ["details"]
    if row.state == ContactState.NEW:
        row.ticket = asked.with_taken(row, {**row.ticket, **ticket})
        row.kind_proposed, row.kind_confidence, row.kind_why = proposal.kind, proposal.confidence, proposal.why
        names += ["ticket", "kind_proposed", "kind_confidence", "kind_why"]
    row.save(update_fields=names)


def sweep(most: int = 200) -> int:
    """Take in again what is kept and not registered; return how many were."""
    done = 0
    for row in Inbound.objects.filter(state=InboundState.WAITING.value).order_by("pk")[:most]:
        try:
            take_in(row)
            done += 1
        except (PlatformError, XiaobaoError, IntegrityError) as error:
            _failed(row, getattr(error, "message", "") or type(error).__name__)
    return done
