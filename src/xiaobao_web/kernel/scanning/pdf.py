"""PDF: scripts, launches, embedded files, actions on opening; also those hidden in object streams."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel.scanning.outcome import Outcome, Unfinished

_STREAM = re.compile(rb"\bstream\r?\n")
_END = re.compile(rb"\bendstream\b|\bendobj\b")
_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_NAME_END = rb"(?![\w#.\-])"
_ACTIVE: tuple[tuple[re.Pattern[bytes], str, str | Promise], ...] = (
    (re.compile(rb"/(?:JavaScript|JS)" + _NAME_END), "pdf.script", gettext_lazy("PDF 含有脚本")),
    (re.compile(rb"/Launch" + _NAME_END), "pdf.launch", gettext_lazy("PDF 会启动外部程序")),
    (re.compile(rb"/EmbeddedFiles?" + _NAME_END), "pdf.embedded", gettext_lazy("PDF 内嵌其他文件")),
    (re.compile(rb"/Subtype\s*/(?:RichMedia|Movie|3D)|/S\s*/(?:Rendition|Movie)" + _NAME_END),
     "pdf.media", gettext_lazy("PDF 含有可运行的多媒体")),
    (re.compile(rb"/S\s*/(?:SubmitForm|ImportData|GoToE|GoToR)" + _NAME_END),
     "pdf.submit", gettext_lazy("PDF 会向外部发送数据或打开其他文件")),
    (re.compile(rb"/XFA" + _NAME_END), "pdf.xfa", gettext_lazy("PDF 含有 XFA 动态表单")),
)  # fmt: skip
_LONG = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|[\w#]{0,40}#[0-9a-fA-F]{2}[\w#]{0,40})" + _NAME_END
)
"""Names long enough to mean themselves wherever they stand, also in a stream that a cross-reference points into."""
_OPENING = re.compile(rb"/(?:OpenAction|AA)" + _NAME_END + rb"\s*(?:(\d+)\s+(\d+)\s+R|(<<)|(\[))")
_SAFE_ACTION = re.compile(rb"/S\s*/(?:GoTo|Named)" + _NAME_END)
_ACTION = re.compile(rb"/S\s*/(\w+)")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_FILTER = re.compile(rb"/Filter\s*\[?\s*/([\w#]+)")
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
MOST_OBJECTS = 64 << 20
PIECE = 4 << 20


def scan_pdf(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a PDF: all text outside streams and all text in object streams; raises Unfinished, TooMuch."""
    with _mapped(file) as data:
        if data.find(b"%PDF-", 0, 1024) > 0:
            outcome.add("polyglot.head", _("PDF 的开头之前藏有其他内容"))
        opening: set[bytes] = set()
        encrypted = False
        for found in _LONG.finditer(data):
            _search(_plain(found[0]) + b" ", outcome, opening)
        for text in _texts(data, outcome):
            encrypted = encrypted or bool(_ENCRYPT.search(text))
            _search(text, outcome, opening)
        if encrypted:
            for text in _decrypted(file, outcome):
                _search(text, outcome, opening)
        if opening:
            _search_opening(data, opening, outcome)


def _mapped(file: BinaryIO) -> Any:
    """Return the bytes without reading them all: mapped where the file lies on disk."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, AttributeError):
        file.seek(0)
        copy = mmap.mmap(-1, max(1, file.seek(0, 2)))
        file.seek(0)
        copy.write(file.read())
        return copy


def _texts(data: Any, outcome: Outcome) -> Iterator[bytes]:
    """Yield what lies outside streams, and the content of object streams, with name escapes resolved."""
    place, size, spent = 0, len(data), 0
    while place < size:
        outcome.budget.tick()
        begin = _STREAM.search(data, place)
        stop = begin.start() if begin else size
        yield from _split(data, place, stop)
        if begin is None:
            return
        close = _END.search(data, begin.end())
        end = close.start() if close else size
        header = data[max(place, begin.start() - 4096) : begin.start()]
        if _OBJECT_STREAM.search(_plain(header[header.rfind(b" obj") :])):
            text = _inflated(header, data[begin.end() : end], outcome)
            spent += len(text)
            if spent > MOST_OBJECTS:
                raise Unfinished(_("PDF 的对象过多，没有检查完"))
            yield _plain(text)
        place = end


def _split(data: Any, start: int, stop: int) -> Iterator[bytes]:
    for place in range(start, stop, PIECE):
        yield _plain(data[max(start, place - 256) : min(stop, place + PIECE)])


def _plain(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text) if b"#" in text else text


def _inflated(header: bytes, body: bytes, outcome: Outcome) -> bytes:
    names = _FILTER.search(_plain(header))
    if names is None:
        return body
    if names[1] not in (b"FlateDecode", b"Fl"):
        outcome.add("pdf.filter", _("PDF 的对象用少见的方式编码，无法检查"))
        return b""
    try:
        text = zlib.decompressobj().decompress(body, 16 << 20)
    except zlib.error:
        # An encrypted object stream does not inflate; it is read through the decrypting reader.
        return b""
    outcome.budget.spend(len(text))
    return text


def _search(text: bytes, outcome: Outcome, opening: set[bytes]) -> None:
    for pattern, code, message in _ACTIVE:
        if pattern.search(text):
            outcome.add(code, str(message))
    for found in _OPENING.finditer(text):
        if found[1]:
            opening.add(found[1] + b" " + found[2])
        elif found[3] and not _harmless(text[found.end() : found.end() + 2000]):
            outcome.add("pdf.opening", _("PDF 打开时会自动执行动作"))


def _harmless(action: bytes) -> bool:
    """Tell whether an action's dictionary only goes to a place in the document."""
    head = action.split(b"endobj")[0]
    first = _ACTION.search(head)
    return first is None or bool(_SAFE_ACTION.match(head, first.start()))


def _search_opening(data: Any, opening: set[bytes], outcome: Outcome) -> None:
    """Look up the objects that opening actions name; those in object streams are judged by what was found there."""
    for number in opening:
        pattern = re.compile(rb"\b" + number.replace(b" ", rb"\s+") + rb"\s+obj\b")
        for found in pattern.finditer(data):
            if not _harmless(_plain(data[found.end() : found.end() + 2000])):
                outcome.add("pdf.opening", _("PDF 打开时会自动执行动作"))


def _decrypted(file: BinaryIO, outcome: Outcome) -> Iterator[bytes]:
    """Yield the objects of encrypted object streams; a document that needs a password is blocked."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if not reader.decrypt(""):
            outcome.add("pdf.encrypted", _("PDF 需要密码才能打开，无法检查，请去除密码后重新上传"))
            return
        for number in list(reader.xref_objStm):
            outcome.budget.tick()
            text = repr(reader.get_object(_reference(number, reader)))
            yield _plain(text.encode("utf-8", "replace").replace(b"'", b" "))
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError, NotImplementedError) as error:
        raise Unfinished(_("加密的 PDF 无法检查，请去除密码后重新上传")) from error


def _reference(number: int, reader: Any) -> Any:
    from pypdf.generic import IndirectObject

    return IndirectObject(number, 0, reader)
