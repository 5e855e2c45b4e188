"""Mails: the words, the sender, the files; which conversation one belongs to, by its ids, never by its subject.

A mail belongs to a contact when In-Reply-To or References name that contact's Message-ID or one of ours: our answers
carry ids that hold the contact's number and a signature, as does the line we ask people to leave in their answer.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import record
from xiaobao_web.complaints.channels.registry import Arrival, Piece, channel, plain
from xiaobao_web.complaints.models import Contact
from xiaobao_web.kernel.errors import BadValue

MOST_TEXT = 20_000
MOST_FILES = 20
MOST_IDS = 50
EARLY, LATE = timedelta(days=7), timedelta(minutes=10)
"""A mail's own Date is believed from so long before its arrival in the mailbox to so long after it."""
RAW = re.compile(rb"\\udc([89a-f][0-9a-f])")
"""How decode_header writes a raw byte beside an encoded word."""
ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+@-]|$)", re.I)
ID = re.compile(r"<[^<>\s]{3,180}>")
OURS = re.compile(r"<xb-(LX[\w-]+)\.([0-9a-f]{20})@")
TOKEN = re.compile(r"\[(LX[\w-]+)\.([0-9a-f]{20})\]")
QUOTED = re.compile(
    r"^(>|-{2,} ?(原始邮件|Original Message|转发)|在.{4,60}写道[:：]|On .{6,80} wrote:|发件人[:：])", re.M
)


class _Words(HTMLParser):
    """The words of a page, without what is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count what hides, break lines where a block begins."""
        self.hidden += tag in ("script", "style", "head", "title")
        if tag in ("br", "p", "div", "tr", "li", "h1", "h2", "h3"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Leave what hides."""
        if tag in ("script", "style", "head", "title"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        """Keep words that are shown."""
        if not self.hidden:
            self.parts.append(data)


@channel("email")
def read(raw: bytes, facts: dict[str, Any]) -> Arrival:
    """Return what a mail says; raises BadValue for one without words and files.

    A program that reads a mailbox of its own hands over a record by REST (`facts["record"]`).
    """
    if facts.get("record"):
        return _recorded(raw)
    message = parsed(raw)
    body = text_of(message)
    pieces = pieces_of(message)
    subject = header(message, "Subject")
    if not body.strip() and not subject.strip() and not pieces:
        raise BadValue(_("邮件没有内容。"))
    words = "\n".join(part for part in (subject, body.strip()) if part.strip()) or _("（邮件正文为空，见附件）")
    sender = sender_of(message)
    parent = thread_of(message, words_of(message))  # our signed line often stands in what the answer quotes
    arrived = parse_datetime(str(facts.get("arrived_at") or "")) or timezone.now()
    sent = date_of(message)
    moments = {"arrived_at": arrived.isoformat(), "sent_at": sent.isoformat() if sent else ""}
    return Arrival(
        text=words[:MOST_TEXT], received_at=moment_of(sent, arrived), sender=" ".join(filter(None, sender))[:200],
        subject=subject[:200], thread=parent.number if parent else "", pieces=pieces[:MOST_FILES],
        details={"email": sender[1][:120], "message_id": id_of(message, raw), **moments},
    )  # fmt: skip


def _recorded(raw: bytes) -> Arrival:
    unfit = {
        "recording_url": _("录音地址只用于电话来件；邮件所附的录音请在登记后作为附件添加"),
        "face_to_face": _("邮件不是面谈；当面提出的请按网点来访（branch）登记"),
    }
    empty = _("邮件要有正文（text）；只有附件的请写明附件是什么")
    return record.arrival_of(record.opened(raw), unfit=unfit, empty=empty)


def parsed(raw: bytes) -> EmailMessage:
    """Return a mail as its parts."""
    found: EmailMessage = message_from_bytes(raw, policy=policy.default)
    return found


def header(message: EmailMessage, name: str) -> str:
    """Return a header as text; raw GB18030 or UTF-8 bytes, which many programs send, are read as what they are."""
    return _in_words(_as_written(message, name))


def sender_of(message: EmailMessage) -> tuple[str, str]:
    """Return the name and the address of who sent a mail.

    The address is read before names are decoded, so that no name (RFC 2047) turns into an address that is answered.
    """
    name, address = next(iter(getaddresses([_as_written(message, "From")])), ("", ""))
    return _in_words(name), _in_words(address)


def _as_written(message: EmailMessage, name: str) -> str:
    value = next((text for key, text in message.raw_items() if key.lower() == name.lower()), "")
    return str(value).replace("\r", "").replace("\n", "")


def _in_words(value: str) -> str:
    parts = []
    try:
        pieces = decode_header(value)
    except HeaderParseError:  # broken base64: shown as it came
        pieces = [(value, None)]
    for words, charset in pieces:
        data = words.encode("utf-8", "surrogateescape") if isinstance(words, str) else words
        data = RAW.sub(lambda found: bytes([int(found[1], 16)]), data)
        parts.append(decoded(data, charset if charset not in (None, "unknown-8bit") else None))
    return "".join(mark if mark.isprintable() else " " for mark in "".join(parts)).strip()


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text by their declared character set, else UTF-8, else GB18030; broken marks are replaced."""
    named = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030"}.get((charset or "").lower(), charset)
    for encoding in filter(None, (named, "utf-8", "gb18030")):
        try:
            return plain(data.decode(encoding))
        except (ValueError, LookupError):  # also names that are no character sets: idna, undefined, one with NUL
            continue
    return plain(data.decode("gb18030", "replace"))


def text_of(message: EmailMessage) -> str:
    """Return the words of a mail, what it quotes left out where something stands before it."""
    words = words_of(message)
    quoted = QUOTED.search(words)
    return words[: quoted.start()] if quoted and words[: quoted.start()].strip() else words


def words_of(message: EmailMessage) -> str:
    """Return all words of a mail: its plain parts, else what its page shows."""
    texts: list[str] = []
    page: list[str] = []
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or part.get_content_maintype() != "text":
            continue
        words = decoded(data, part.get_content_charset())
        (page if part.get_content_subtype() == "html" else texts).append(words)
    if not texts and page:
        reader = _Words()
        reader.feed("\n".join(page))
        texts = [re.sub(r"\n\s*\n+", "\n\n", "".join(reader.parts))]
    return "\n".join(texts)


def pieces_of(message: EmailMessage) -> list[Piece]:
    """Return the files of a mail."""
    found = []
    for place, part in enumerate(message.walk()):
        if part.is_multipart() or not (part.get_filename() or part.get_content_disposition() == "attachment"):
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            name = part.get_filename() or f"{_('附件')}{place}"
            found.append(Piece(_file_name(name)[:150], data))
    return found


def _file_name(name: str) -> str:
    try:
        return decoded(name.encode("utf-8", "surrogateescape"), None)
    except UnicodeEncodeError:
        return plain(name)


def date_of(message: EmailMessage) -> datetime | None:
    """Return what a mail says of when it was sent, None where it does not say."""
    try:
        moment = parsedate_to_datetime(header(message, "Date"))
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def moment_of(sent: datetime | None, arrived: datetime) -> datetime:
    """Return from when a mail counts: its own Date where that lies near its arrival, else the arrival, never after it.

    Whoever writes a mail writes its Date too: one that is months old must not make a clock look missed, one of
    tomorrow must not give a day.
    """
    if sent is None or not arrived - EARLY <= sent <= arrived + LATE:
        return arrived
    return min(sent, arrived)


def id_of(message: EmailMessage, raw: bytes) -> str:
    """Return what names a mail once: its Message-ID, else a digest of it."""
    found = ID.search(header(message, "Message-ID"))
    return found[0][1:-1] if found else f"sha256.{hashlib.sha256(raw).hexdigest()}"


def key_of_id(message_id: str) -> str:
    """Return the key of the contact of a mail, of bounded length."""
    key = f"email:{message_id}"
    return key if len(key) <= 200 else f"email:{hashlib.sha256(message_id.encode()).hexdigest()}"


def is_automatic(message: EmailMessage) -> bool:
    """Tell whether a program wrote a mail by itself: it is kept and never answered (RFC 3834, section 2).

    Bounces say so by an empty return path, a report's type or their sender, lists and robots by their headers.
    """
    auto = header(message, "Auto-Submitted").lower()
    if auto not in ("", "no") or header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if header(message, "Return-Path").replace(" ", "") == "<>" or message.get_content_type() == "multipart/report":
        return True
    named = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "Feedback-ID")
    if any(header(message, name) for name in named):
        return True
    return ROBOTS.match(sender_of(message)[1]) is not None


def sign(number: str) -> str:
    """Return the signature of a contact's number that we give to its sender."""
    return salted_hmac("xiaobao.complaints.mail", number, algorithm="sha256").hexdigest()[:20]


def our_id(number: str, host: str) -> str:
    """Return the Message-ID of our answer to a contact."""
    return f"<xb-{number}.{sign(number)}@{host}>"


def thread_of(message: EmailMessage, body: str) -> Contact | None:
    """Return the first contact of the conversation a mail belongs to, None for a new one."""
    ids = ID.findall(header(message, "In-Reply-To")) + list(reversed(ID.findall(header(message, "References"))))
    for found in ids[:MOST_IDS]:
        ours = OURS.match(found)
        number = ours[1] if ours and constant_time_compare(sign(ours[1]), ours[2]) else ""
        row = Contact.objects.filter(number=number).first() if number else None
        row = row or Contact.objects.filter(key=key_of_id(found[1:-1])).first()
        if row is not None:
            return _first(row)
    for number, signature in TOKEN.findall(body):
        row = Contact.objects.filter(number=number).first()
        if row is not None and constant_time_compare(sign(number), signature):
            return _first(row)
    return None


def _first(row: Contact) -> Contact:
    return Contact.objects.filter(number=row.thread).first() or row if row.thread else row
