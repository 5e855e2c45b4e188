"""The mailbox of complaints, read by IMAP: each mail once, from where it was read last; each sender has an answer."""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage as Outgoing
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.channels import email as mails
from xiaobao_web.complaints.models import ChannelCursor, Contact
from xiaobao_web.complaints.services import intake
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Refused

AT_ONCE = 200
SECONDS = 30
UIDS = re.compile(rb"\d+")
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")
MOST_ANSWERS = 5
"""To one address a day: a robot that answers answers without saying so is not talked to for ever."""


@contextmanager
def opened(address: str) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """Yield a mailbox and its UIDVALIDITY; `address` is imaps://user:password@host:port/folder, or imap:// without TLS.

    Mails stay as they are, unread ones too. Raises Refused with what the server says.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
        raise Refused(_("投诉邮箱的地址写错了，应为 imaps://用户:密码@主机:端口/文件夹。"))
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    box = _connected(parts)
    try:
        box.login(unquote(parts.username), unquote(parts.password or ""))
        if box.select(f'"{folder}"', readonly=True)[0] != "OK":
            raise Refused(_("邮箱里没有文件夹 %s。") % folder)
        found = box.response("UIDVALIDITY")[1][0]
        validity = int(found) if isinstance(found, bytes) else 0
    except (imaplib.IMAP4.error, OSError) as error:
        box.shutdown()
        raise Refused(_("投诉邮箱连接失败：%s") % type(error).__name__) from error
    try:
        yield box, validity
    finally:
        try:
            box.logout()
        except (imaplib.IMAP4.error, OSError):
            box.shutdown()


def _connected(parts: SplitResult) -> imaplib.IMAP4:
    host = str(parts.hostname)
    try:
        if parts.scheme == "imap":
            return imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=SECONDS)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Refused(_("投诉邮箱连接失败：%s") % type(error).__name__) from error


def read_new(address: str | None = None) -> int:
    """Take in the mails that came since the last reading and return how many were new here; nothing without a mailbox.

    The place moves on after each mail is kept, so that a crash reads one again and makes nothing of it.
    """
    address = settings.COMPLAINTS_MAILBOX if address is None else address
    if not address:
        return 0
    parts = urlsplit(address)
    name = f"imap:{parts.username}@{parts.hostname}{parts.path}"[:120]
    cursor, _made = ChannelCursor.objects.get_or_create(name=name)
    try:
        with opened(address) as (box, validity):
            made = _read(box, validity, cursor)
    except (imaplib.IMAP4.error, OSError, Refused) as error:
        cursor.error = str(getattr(error, "message", "") or type(error).__name__)[:300]
        cursor.save(update_fields=["error"])
        raise Refused(cursor.error) from error
    cursor.error, cursor.read_at = "", timezone.now()
    cursor.save(update_fields=["error", "read_at"])
    return made


def _read(box: imaplib.IMAP4, validity: int, cursor: ChannelCursor) -> int:
    kept, _colon, last = cursor.place.partition(":")
    start = int(last) + 1 if kept == str(validity) and last.isdecimal() else 1
    _status, found = box.uid("search", f"UID {start}:*")
    uids = [uid for uid in map(int, UIDS.findall(found[0] or b"")) if uid >= start]  # n:* names the last one always
    made = 0
    for uid in sorted(uids)[:AT_ONCE]:
        raw, arrived = _fetched(box, uid)
        if raw:
            made += take(raw, arrived=arrived)
        cursor.place = f"{validity}:{uid}"
        cursor.save(update_fields=["place"])
    return made


def _fetched(box: imaplib.IMAP4, uid: int) -> tuple[bytes, datetime | None]:
    """Return a mail's bytes and when the server took it in (INTERNALDATE).

    What is larger than is taken in is never loaded, and told in the journal.
    """
    _status, told = box.uid("fetch", str(uid), "(RFC822.SIZE INTERNALDATE)")
    facts = b" ".join(item for item in told or [] if isinstance(item, bytes))
    arrived = _arrival(facts)
    size = SIZE.search(facts)
    if size is not None and int(size[1]) > intake.MOST_BYTES:
        reason = _("邮件超过 %d MB，请在邮箱里查看") % (intake.MOST_BYTES >> 20)
        journal.record("complaints.mail_refused", facts={"reason": reason, "size": int(size[1])})
        return b"", arrived
    _status, data = box.uid("fetch", str(uid), "(BODY.PEEK[])")
    return next((bytes(item[1]) for item in data or [] if isinstance(item, tuple)), b""), arrived


def _arrival(facts: bytes) -> datetime | None:
    """Return the server's INTERNALDATE, None where it gives none that can be, or one to come."""
    local = imaplib.Internaldate2tuple(facts)
    if local is None:
        return None
    try:
        moment = datetime.fromtimestamp(time.mktime(local), UTC)
    except (ValueError, OverflowError):
        return None
    return min(moment, timezone.now())


def take(raw: bytes, *, arrived: datetime | None = None) -> bool:
    """Take one mail in and answer its sender; tell whether it was new. What is too large is told in the journal.

    `arrived`: when the mailbox took it in, now where nobody says.

    No mail stops those behind it: one that cannot be parsed is kept as it came, with what went wrong.
    """
    try:
        message = mails.parsed(raw)
        if _is_ours(message):
            return False
        name, automatic = _name(message, raw), mails.is_automatic(message)
    except Exception:  # the edge of the mailbox: anybody writes to it, and the parser raises whatever it likes
        name, automatic = f"sha256.{hashlib.sha256(raw).hexdigest()}", True
    known = Contact.objects.filter(key=f"email:{name}").exists()
    try:
        facts = {"arrived_at": (arrived or timezone.now()).isoformat()}
        row = intake.receive("email", raw, message=name, facts=facts)
    except BadValue as error:
        journal.record("complaints.mail_refused", facts={"reason": error.message, "size": len(raw)})
        return False
    if known or row.contact is None:
        return False
    _tell_case(row.contact)
    if not automatic:
        _answered(row.contact)
    return True


def _name(message: EmailMessage, raw: bytes) -> str:
    """Return what names a mail once: its id; for other words or another sender under a known id, that and a digest.

    An id is known to all who were written to, and some programs use one twice: nothing that is here is written over.
    """
    name = mails.key_of_id(mails.id_of(message, raw)).removeprefix("email:")
    known = Contact.objects.filter(key=f"email:{name}").first()
    if known is None:
        return name
    arrival = mails.read(raw, {})
    if (arrival.text.strip(), arrival.details["email"]) == (known.text.strip(), known.details.get("email")):
        return name
    said = "\n".join((name, arrival.details["email"], arrival.text))
    return f"sha256.{hashlib.sha256(said.encode()).hexdigest()}"


def _answered(contact: Contact) -> None:
    """Answer a sender; an address that no server takes keeps neither this mail nor those behind it from being read."""
    try:
        answer(contact)
    except (ValueError, OSError) as error:  # OSError: every SMTPException is one
        journal.record("complaints.mail_unanswered", on=contact, facts={"reason": type(error).__name__})


def _is_ours(message: EmailMessage) -> bool:
    """Tell whether a mail is one of our own answers come back."""
    found = mails.OURS.match(mails.header(message, "Message-ID"))
    return found is not None and mails.sign(found[1]) == found[2]


def _tell_case(contact: Contact) -> None:
    parent = (
        Contact.objects.select_related("case__unit").filter(number=contact.thread).first() if contact.thread else None
    )
    if parent is not None and parent.case is not None:
        journal.record("complaints.supplemented", on=parent.case, facts={"number": contact.number})
        telling.people(parent.case, telling.in_charge(parent.case), _("投诉人有补充：%(number)s %(title)s"))


def _enough(to: str) -> bool:
    """Tell whether an address was answered often enough today, or is our own."""
    if to.lower() == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower():
        return True
    answers = Contact.objects.filter(channel="email", details__email=to, details__has_key="answered").order_by("-pk")
    moments = list(answers.values_list("details__answered", flat=True)[:MOST_ANSWERS])
    first = parse_datetime(str(moments[-1])) if len(moments) == MOST_ANSWERS else None
    return first is not None and first > timezone.now() - timedelta(days=1)


@transaction.atomic
def answer(contact: Contact) -> bool:
    """Tell the sender the number, once a contact, in a mail whose id leads an answer back; tell whether it was sent."""
    to = str(contact.details.get("email") or "")
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    if "@" not in to or row.details.get("answered") or _enough(to):
        return False
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    number = row.thread or row.number
    text = _(
        "您的来信已收到，编号 %(number)s。我们核对后会告诉您怎么办理。\n\n"
        "补充情况请直接回复本邮件，并保留下面一行：\n[%(token)s]"
    )
    token = f"{number}.{mails.sign(number)}"
    headers = {"Message-ID": mails.our_id(row.number, host), "Auto-Submitted": "auto-replied"}
    if row.details.get("message_id") and not str(row.details["message_id"]).startswith("sha256."):
        headers |= dict.fromkeys(("In-Reply-To", "References"), f"<{row.details['message_id']}>")
    row.details = {**row.details, "answered": timezone.now().isoformat()}
    row.save(update_fields=["details"])
    subject, body = _("已收到您的来信（%s）") % number, text % {"number": number, "token": token}
    Outgoing(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers).send()
    return True
