"""Payment platforms: set by an administrator, fetched from where they were read last, answered, called back by."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.models import ChannelCursor, Contact, Inbound, Platform, PlatformReply, ReplyState
from xiaobao_web.complaints.platforms.adapter import Adapter, Item, Unreachable, adapter_named
from xiaobao_web.complaints.services import intake
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, PlatformError, Refused
from xiaobao_web.kernel.jobs import job

CHANNEL = "payment_platform"
MOST_PAGES = 40
"""In one go; the rest is fetched by the next."""
MOST_WORDS = 2000
PATIENCE = timedelta(days=3)
"""How long an answer is tried to be handed over."""
BUSY = timedelta(minutes=5)
"""How long handing over may take, its questions to the platform included, before another process tries."""
SECRETS = ("key", "callback", "certificate")


def _seal() -> Fernet:
    key = hashlib.sha256(b"xiaobao payment platforms " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def adapter_of(platform: Platform) -> Adapter:
    """Return the adapter of a platform with its secrets opened; raises BadValue, or Refused for a changed key."""
    try:
        secrets = {name: _seal().decrypt(sealed.encode()).decode() for name, sealed in platform.sealed.items()}
    except InvalidToken as error:
        raise Refused(_("系统密钥已更换，%s的密钥无法读取，请重新填写。") % platform.name) from error
    return adapter_named(platform.adapter)(platform.options, secrets)


@transaction.atomic
def save(platform: Platform | None, *, by: Any, secrets: Mapping[str, str], **values: Any) -> Platform:
    """Set a platform up or change it; a secret that is left empty stays as it is. Raises BadValue a setting."""
    require(by, "complaints.set_platform")
    row = Platform.objects.select_for_update().get(pk=platform.pk) if platform is not None else Platform()
    before = {name: getattr(row, name) for name in values} if platform is not None else {}
    if platform is None and Platform.objects.filter(code=values["code"]).exists():
        raise BadValue(_("这个代码已有平台使用。"), fields={"code": _("已有")})
    for name, value in values.items():
        setattr(row, name, value)
    given = {name: secret for name, secret in secrets.items() if name in SECRETS and secret}
    row.sealed = {**row.sealed, **{name: _seal().encrypt(secret.encode()).decode() for name, secret in given.items()}}
    row.set_by = by
    adapter_of(row)
    row.save()
    changes = _changes(before, row, list(values))
    facts = {"name": row.name, "secrets": "、".join(sorted(given))}
    journal.record("complaints.platform_set", by=by, on=row, facts=facts, changes=changes)
    return row


def _changes(before: Mapping[str, Any], row: Platform, names: list[str]) -> dict[str, list[str]]:
    """Return what was changed, each option by itself, by the names that people read."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for name in names:
        if name == "options":
            old, new = before.get(name) or {}, row.options
            pairs |= {f"{_('配置')} {key}": (old.get(key, ""), new.get(key, "")) for key in {**old, **new}}
        else:
            label = str(Platform._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            pairs[label] = (before.get(name, ""), getattr(row, name))
    return {label: [str(old), str(new)] for label, (old, new) in pairs.items() if str(old) != str(new)}


def tried(platform: Platform, *, by: Any) -> tuple[int, list[str]]:
    """Ask a platform for its first page without keeping anything; return how many came and which fields were found."""
    require(by, "complaints.set_platform")
    batch = adapter_of(platform).pull(cursor_of(platform).place)
    return len(batch.items), sorted({name for item in batch.items for name in item.record})


def cursor_of(platform: Platform) -> ChannelCursor:
    """Return how far a platform has been read."""
    return ChannelCursor.objects.get_or_create(name=f"platform:{platform.code}")[0]


def pull(platform: Platform) -> int:
    """Take in what a platform has from where it was read last, and return how many were new here.

    The cursor moves on only when every complaint of a page is kept, so that after a crash the page is asked for again
    and makes nothing twice. What goes wrong is told on the cursor and raised.
    """
    cursor, made = cursor_of(platform), 0
    try:
        asked = adapter_of(platform)
        for _page in range(MOST_PAGES):
            batch = asked.pull(cursor.place)
            made += sum(keep(platform, item) for item in batch.items)
            if len(batch.cursor) > 300:
                raise Refused(_("平台给的游标超过 300 字。"))
            if batch.cursor and batch.cursor != cursor.place:
                cursor.place = batch.cursor
                cursor.save(update_fields=["place"])
            if not batch.more:
                break
    except PlatformError as error:
        cursor.error = error.message[:300]
        cursor.save(update_fields=["error"])
        raise
    cursor.error, cursor.read_at = "", timezone.now()
    cursor.save(update_fields=["error", "read_at"])
    return made


def pull_all() -> int:
    """Take in what every active platform has; one that fails keeps none of the others from being read."""
    made = 0
    for platform in Platform.objects.filter(active=True).select_related("unit"):
        try:
            made += pull(platform)
        except PlatformError:  # told on its cursor, which the settings page shows
            continue
    return made


def keep(platform: Platform, item: Item) -> bool:
    """Keep one complaint of a platform and register it; tell whether its number was new here."""
    told = {**item.record, "source_system": platform.name, "original": item.original}
    raw = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace")
    said = plain(item.number)
    number = f"{platform.code}:{said}" if said else ""
    new = not Inbound.objects.filter(key=f"{CHANNEL}:{number}"[:200]).exists()
    facts = {"details": {"platform": platform.code, "platform_number": said}}
    intake.receive(CHANNEL, raw, number=number, facts=facts, unit=platform.unit)
    return new


def called_back(platform: Platform, headers: Mapping[str, str], body: bytes) -> int:
    """Take in what a platform's callback brings; raises NotSigned or BadValue. Return how many were new here."""
    items = adapter_of(platform).callback(headers, body, now=timezone.now().timestamp())
    return sum(keep(platform, item) for item in items)


# Answers


def platform_of(contact: Contact) -> Platform | None:
    """Return the platform that a contact came from, None for any other contact."""
    code = contact.details.get("platform") if contact.channel == CHANNEL else None
    return Platform.objects.filter(code=code).first() if code else None


def contacts_of(case: Any) -> list[Contact]:
    """Return the contacts of a case that can be answered through a platform, the oldest first."""
    if case.channel != CHANNEL:
        return []
    rows = case.contacts.filter(channel=CHANNEL, details__has_key="platform").order_by("pk")
    return [row for row in rows if row.details.get("platform_number")]


@transaction.atomic
def reply(contact: Contact, *, by: Any, text: str) -> PlatformReply:
    """Answer a complaint through its platform; the same words again, still on their way, are the same answer."""
    row = Contact.objects.select_related("case__unit", "case__handler", "unit").get(pk=contact.pk)
    if row.case is None:
        raise Refused(_("请先立案，再经平台回复。"))
    require(by, "complaints.reply_platform", row.case)
    platform = platform_of(row)
    if platform is None or not row.details.get("platform_number"):
        raise Refused(_("这件来件不是从支付平台来的，不能经平台回复。"))
    words = text.strip()
    if not words or len(words) > MOST_WORDS:
        raise BadValue(_("请写回复，不超过 %d 字。") % MOST_WORDS, fields={"text": _("1 至 %d 字") % MOST_WORDS})
    waiting = PlatformReply.objects.filter(contact=row, text=words, state=ReplyState.WAITING.value).first()
    if waiting is not None:
        return waiting
    made = PlatformReply.objects.create(platform=platform, contact=row, text=words, by=by)
    facts = {"platform": platform.name, "number": row.number}
    journal.record("complaints.platform_replied", by=by, on=row.case, facts=facts)
    send_reply.using(key=f"complaints.platform_reply:{made.pk}", by=by).enqueue(made.pk)
    return made


@job(title=gettext_lazy("送出支付平台回复"))
def send_reply(reply_id: int) -> str:
    """Hand an answer over to its platform; one that does not answer is tried again by the timetable."""
    row = PlatformReply.objects.select_related("platform", "contact").get(pk=reply_id)
    if not _claimed(row):
        return row.state
    number = str(row.contact.details["platform_number"])
    error, state = "", ReplyState.SENT.value
    try:
        adapter_of(row.platform).reply(number, row.text, token=str(row.token), before=_taken_before(row))
    except Unreachable as fault:
        late = timezone.now() - row.at > PATIENCE
        error, state = fault.message, ReplyState.FAILED.value if late else ReplyState.WAITING.value
    except PlatformError as fault:
        error, state = fault.message, ReplyState.FAILED.value
    rows = PlatformReply.objects.filter(pk=row.pk, state=ReplyState.WAITING.value)
    rows.update(error=error[:300], state=state, sent_at=None if error else timezone.now(), busy_until=None)
    if state == ReplyState.FAILED.value:
        facts = {"platform": row.platform.name, "reason": error}
        journal.record("complaints.platform_reply_failed", on=row.contact.case or row.contact, facts=facts)
    return str(state)


def _claimed(row: PlatformReply) -> bool:
    """Take a waiting answer for this process alone and count the try, before the platform hears of it."""
    now = timezone.now()
    free = PlatformReply.objects.filter(Q(busy_until=None) | Q(busy_until__lt=now), pk=row.pk)
    free = free.filter(state=ReplyState.WAITING.value)
    taken = bool(free.update(tries=F("tries") + 1, busy_until=now + BUSY))
    row.refresh_from_db(fields=["tries", "state"])
    return taken


def _taken_before(row: PlatformReply) -> int | None:
    """Return how many answers of the same words the platform took, None where this one cannot stand there yet.

    It may: an earlier try, or one of the same words that failed, can have lost no more than its receipt.
    """
    same = PlatformReply.objects.filter(contact=row.contact, text=row.text).exclude(pk=row.pk)
    if row.tries <= 1 and not same.filter(state=ReplyState.FAILED.value).exists():
        return None
    return same.filter(state=ReplyState.SENT.value).count()


def send_waiting() -> int:
    """Hand over the answers that wait, oldest first; return how many went."""
    rows = PlatformReply.objects.filter(state=ReplyState.WAITING.value, at__lt=timezone.now() - timedelta(minutes=1))
    return sum(send_reply(pk) == ReplyState.SENT.value for pk in rows.order_by("pk").values_list("pk", flat=True)[:200])
