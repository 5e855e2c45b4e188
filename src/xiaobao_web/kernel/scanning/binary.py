"""Pictures, recordings, compound files and RTF; and content that is two kinds at once."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from django.utils.translation import gettext as _

from xiaobao_web.kernel.scanning.outcome import Outcome, chunks

TAIL = 65_557
"""A zip's end record with the longest comment."""
_MARKUP = re.compile(rb"<\s*(?:script|html|svg|iframe|!doctype\s+html)\b|<\?php", re.I)
_UTF16 = {
    "_VBA_PROJECT": ("compound.macro", "文档含有宏"),
    "\x01Ole10Native": ("compound.ole", "文档内嵌 OLE 对象"),
    "OCXNAME": ("compound.activex", "文档含有 ActiveX 控件"),
    "ObjectPool": ("compound.ole", "文档内嵌 OLE 对象"),
    "MBD0": ("compound.ole", "表格内嵌 OLE 对象"),
}
_MACRO_SHEET = re.compile(rb"\x85\x00[\x08-\xff]\x00.{4}[\x00-\x02]\x01", re.S)
_DDE = re.compile(rb"\bDDE(?:AUTO)?\s|D\0D\0E\0(?:A\0U\0T\0O\0)? \0", re.I)
_RTF = (
    (re.compile(rb"\\obj(?:data|autlink|link|emb|ocx|html|update)\b", re.I), "rtf.object", "文档内嵌 OLE 对象"),
    (re.compile(rb"\\\*\s*\\template\b", re.I), "rtf.template", "文档引用外部模板"),
    (re.compile(rb"\bDDE(?:AUTO)?\b", re.I), "rtf.dde", "文档含有 DDE 域，打开时会运行命令"),
    (re.compile(rb"INCLUDE(?:TEXT|PICTURE)\b[^}]{0,40}(?:https?:|\\\\\\\\)", re.I), "rtf.outer", "文档引用外部内容"),
)


def scan_compound(file: BinaryIO, outcome: Outcome) -> None:
    """Scan an old office file by the names in its directory and the records of its sheets."""
    file.seek(0)
    rest = b""
    wanted = [(name.encode("utf-16-le"), code, message) for name, (code, message) in _UTF16.items()]
    encrypted = "EncryptedPackage".encode("utf-16-le")
    for piece in chunks(file, outcome.budget):
        window = rest + piece
        if encrypted in window:
            outcome.add("compound.encrypted", _("文件已加密，无法检查，请去除密码后重新上传"))
        for name, code, message in wanted:
            if name in window:
                outcome.add(code, _(message))
        if _MACRO_SHEET.search(window):
            outcome.add("compound.macro", _("表格含有 4.0 宏表"))
        if _DDE.search(window):
            outcome.add("compound.dde", _("文档含有 DDE 域，打开时会运行命令"))
        rest = window[-256:]


def scan_rtf(file: BinaryIO, outcome: Outcome) -> None:
    """Scan rich text: objects, templates and fields."""
    file.seek(0)
    rest = b""
    for piece in chunks(file, outcome.budget):
        window = rest + piece
        for pattern, code, message in _RTF:
            if pattern.search(window):
                outcome.add(code, _(message))
        rest = window[-1024:]


def scan_media(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a recording: players run nothing in it; what is appended is looked at with all other kinds."""


def scan_picture(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a picture: what stands in its comments, and what follows its end."""
    file.seek(0)
    head = file.read(65_536)
    if _MARKUP.search(head[:4096]):
        outcome.add("polyglot.markup", _("图片的开头藏有网页代码"))
    end = _end_of_picture(file, head)
    if end is None:
        return
    file.seek(end)
    tail = file.read(1 << 20)
    program = tail.lstrip(b"\0").startswith((b"MZ", b"\x7fELF", b"Rar!"))
    if program or _MARKUP.search(tail) or b"%PDF-" in tail or b"PK\x03\x04" in tail:
        outcome.add("polyglot.tail", _("图片之后藏有另一份文件"))


def _end_of_picture(file: BinaryIO, head: bytes) -> int | None:
    if head.startswith(b"\x89PNG"):
        return _end_of_png(file)
    if head.startswith(b"\xff\xd8"):
        return _end_of_jpeg(file)
    if head[:4] == b"RIFF" and len(head) >= 12:
        return int(struct.unpack("<I", head[4:8])[0]) + 8
    return None


def _end_of_png(file: BinaryIO) -> int | None:
    file.seek(8)
    while len(start := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", start)
        file.seek(length + 4, 1)
        if name == b"IEND":
            return file.tell()
    return None


def _end_of_jpeg(file: BinaryIO) -> int | None:
    """Walk the segments to the scan and then to the end marker; stuffed bytes and restarts belong to the scan."""
    file.seek(2)
    while len(start := file.read(4)) == 4 and start[0] == 0xFF:
        marker, length = start[1], struct.unpack(">H", start[2:])[0]
        if marker == 0xDA:
            return _after(file, b"\xff\xd9")
        file.seek(length - 2, 1)
    return None


def _after(file: BinaryIO, mark: bytes) -> int | None:
    place = file.tell()
    rest = b""
    while piece := file.read(1 << 20):
        found = (rest + piece).find(mark)
        if found >= 0:
            return place - len(rest) + found + len(mark)
        place += len(piece)
        rest = piece[-1:]
    return None


def scan_tail(file: BinaryIO, outcome: Outcome) -> None:
    """Say where content that is no archive also opens as one: its end holds a zip directory that is really there."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        record = tail[place : place + 22]
        if len(record) == 22:
            length, _offset, comment = struct.unpack("<12xIIH", record)
            start = max(0, size - len(tail)) + place - length
            if place + 22 + comment <= len(tail) and length and start >= 0:
                file.seek(start)
                if file.read(4) == b"PK\x01\x02":
                    outcome.add("polyglot.zip", _("文件同时也是一个压缩包，不同软件会打开不同内容"))
                    return
        place = tail.rfind(b"PK\x05\x06", 0, place)
