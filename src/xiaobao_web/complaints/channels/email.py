"""Mails: the words, the sender, the files; which conversation one belongs to, by its ids, never by its subject.

A mail belongs to a contact when In-Reply-To or References name that contact's Message-ID or one of ours: our answers
carry ids that hold the contact's number and a signature, as does the line we ask people to leave in their answer.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels.registry import Arrival, Piece, channel
from xiaobao_web.complaints.models import Contact
from xiaobao_web.kernel.errors import BadValue

MOST_TEXT = 20_000
MOST_FILES = 20
MOST_IDS = 50
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
    """Return what a mail says; raises BadValue for one without words and files."""
    message = parsed(raw)
    body = text_of(message)
    pieces = pieces_of(message)
    subject = header(message, "Subject")
    if not body.strip() and not subject.strip() and not pieces:
        raise BadValue(_("邮件没有内容。"))
    words = "\n".join(part for part in (subject, body.strip()) if part.strip()) or _("（邮件正文为空，见附件）")
    sender = next(iter(getaddresses([header(message, "From")])), ("", ""))
    parent = thread_of(message, body)
    return Arrival(
        text=words[:MOST_TEXT], received_at=moment_of(message), sender=" ".join(filter(None, sender))[:200],
        subject=subject[:200], thread=parent.number if parent else "", pieces=pieces[:MOST_FILES],
        details={"email": sender[1][:120], "message_id": id_of(message, raw)},
    )  # fmt: skip


def parsed(raw: bytes) -> EmailMessage:
    """Return a mail as its parts."""
    found: EmailMessage = message_from_bytes(raw, policy=policy.default)
    return found


def header(message: EmailMessage, name: str) -> str:
    """Return a header as text; raw GB18030 or UTF-8 bytes, which many programs send, are read as what they are."""
    value = next((text for key, text in message.raw_items() if key.lower() == name.lower()), "")
    value = str(value).replace("\r", "").replace("\n", "")
    parts = []
    for words, charset in decode_header(value):
        data = words.encode("ascii", "surrogateescape") if isinstance(words, str) else words
        parts.append(decoded(data, charset if charset not in (None, "unknown-8bit") else None))
    return "".join(mark if mark.isprintable() else " " for mark in "".join(parts)).strip()


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text by their declared character set, else UTF-8, else GB18030; broken marks are replaced."""
    named = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030"}.get((charset or "").lower(), charset)
    for encoding in filter(None, (named, "utf-8", "gb18030")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030", "replace")


def text_of(message: EmailMessage) -> str:
    """Return the words of a mail, what it quotes left out where something stands before it."""
    plain: list[str] = []
    page: list[str] = []
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or part.get_content_maintype() != "text":
            continue
        words = decoded(data, part.get_content_charset())
        (page if part.get_content_subtype() == "html" else plain).append(words)
    if not plain and page:
        reader = _Words()
        reader.feed("\n".join(page))
        plain = [re.sub(r"\n\s*\n+", "\n\n", "".join(reader.parts))]
    words = "\n".join(plain).replace("\r\n", "\n")
    quoted = QUOTED.search(words)
    return words[: quoted.start()] if quoted and words[: quoted.start()].strip() else words


def pieces_of(message: EmailMessage) -> list[Piece]:
    """Return the files of a mail."""
    found = []
    for place, part in enumerate(message.walk()):
        if part.is_multipart() or not (part.get_filename() or part.get_content_disposition() == "attachment"):
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            name = part.get_filename() or f"{_('附件')}{place}"
            found.append(Piece(decoded(name.encode("utf-8", "surrogateescape"), None)[:150], data))
    return found


def moment_of(message: EmailMessage) -> datetime | None:
    """Return when a mail was sent, None where it does not say or says a time to come."""
    try:
        moment = parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError):
        return None
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    return aware if aware <= timezone.now() else None


def id_of(message: EmailMessage, raw: bytes) -> str:
    """Return what names a mail once: its Message-ID, else a digest of it."""
    found = ID.search(header(message, "Message-ID"))
    return found[0][1:-1] if found else f"sha256.{hashlib.sha256(raw).hexdigest()}"


def key_of_id(message_id: str) -> str:
    """Return the key of the contact of a mail, of bounded length."""
    key = f"email:{message_id}"
    return key if len(key) <= 200 else f"email:{hashlib.sha256(message_id.encode()).hexdigest()}"


def is_automatic(message: EmailMessage) -> bool:
    """Tell whether a program wrote a mail by itself: it is kept and never answered."""
    auto = header(message, "Auto-Submitted").lower()
    return auto not in ("", "no") or header(message, "Precedence").lower() in ("bulk", "junk", "list")


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
