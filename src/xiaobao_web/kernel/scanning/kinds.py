"""Which kinds of file are taken, and how content tells its own kind: the name is only compared with it."""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from xiaobao.readers.encoding import encoding_of

HEAD = 64 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file: media type, extensions (the usual one first), how people call it, which scanner looks into it."""

    media_type: str
    suffixes: tuple[str, ...]
    label: str
    scanner: str = ""
    inline: bool = False
    """Whether a browser may show it in place."""


KINDS = (
    Kind("application/pdf", (".pdf",), "PDF", "pdf", inline=True),
    Kind("image/png", (".png",), "PNG 图片", "picture", inline=True),
    Kind("image/jpeg", (".jpg", ".jpeg", ".jfif"), "JPEG 图片", "picture", inline=True),
    Kind("image/gif", (".gif",), "GIF 图片", "picture", inline=True),
    Kind("image/webp", (".webp",), "WebP 图片", "picture", inline=True),
    Kind("image/bmp", (".bmp",), "BMP 图片", "picture", inline=True),
    Kind("image/tiff", (".tif", ".tiff"), "TIFF 图片", "picture"),
    Kind("image/svg+xml", (".svg",), "SVG 图片", "svg"),
    Kind(OFFICE + "wordprocessingml.document", (".docx", ".dotx", ".docm"), "Word 文档", "office"),
    Kind(OFFICE + "spreadsheetml.sheet", (".xlsx", ".xltx", ".xlsm", ".xlsb"), "Excel 表格", "office"),
    Kind(OFFICE + "presentationml.presentation", (".pptx", ".ppsx", ".potx", ".pptm"), "演示文稿", "office"),
    Kind("application/vnd.oasis.opendocument.text", (".odt",), "ODT 文档", "office"),
    Kind("application/vnd.oasis.opendocument.spreadsheet", (".ods",), "ODS 表格", "office"),
    Kind("application/vnd.oasis.opendocument.presentation", (".odp",), "ODP 演示文稿", "office"),
    Kind("application/ofd", (".ofd",), "OFD 版式文件", "zip"),
    Kind("application/msword", (".doc", ".wps", ".dot"), "旧版 Word 文档", "compound"),
    Kind("application/vnd.ms-excel", (".xls", ".et", ".xlt"), "旧版 Excel 表格", "compound"),
    Kind("application/vnd.ms-powerpoint", (".ppt", ".dps", ".pps"), "旧版演示文稿", "compound"),
    Kind("application/x-encrypted-office", (".docx", ".xlsx", ".pptx"), "加密的 Office 文件", "compound"),
    Kind("application/rtf", (".rtf", ".doc"), "RTF 文档", "rtf"),
    Kind("application/zip", (".zip",), "ZIP 压缩包", "zip"),
    Kind("text/plain", (".txt", ".md", ".log", ".text", ".srt", ".vtt"), "文本文件", "text"),
    Kind("text/csv", (".csv", ".tsv"), "CSV 表格", "csv"),
    Kind("application/json", (".json", ".jsonl"), "JSON 数据", "text"),
    Kind("application/xml", (".xml",), "XML 数据", "xml"),
    Kind("text/html", (".html", ".htm", ".xhtml"), "网页", "html"),
    Kind("audio/mpeg", (".mp3",), "MP3 录音", "media", inline=True),
    Kind("audio/wav", (".wav",), "WAV 录音", "media", inline=True),
    Kind("audio/ogg", (".ogg", ".oga", ".opus"), "OGG 录音", "media", inline=True),
    Kind("audio/flac", (".flac",), "FLAC 录音", "media", inline=True),
    Kind("audio/aac", (".aac",), "AAC 录音", "media", inline=True),
    Kind("audio/amr", (".amr",), "AMR 录音", "media"),
    Kind("audio/mp4", (".m4a",), "M4A 录音", "media", inline=True),
    Kind("video/mp4", (".mp4", ".m4v"), "MP4 视频", "media", inline=True),
    Kind("video/quicktime", (".mov",), "MOV 视频", "media"),
    Kind("video/webm", (".webm", ".mkv"), "WebM 视频", "media", inline=True),
    Kind("video/x-msvideo", (".avi",), "AVI 视频", "media"),
)
BY_TYPE = {kind.media_type: kind for kind in KINDS}
KNOWN_SUFFIXES = frozenset(suffix for kind in KINDS for suffix in kind.suffixes)
ENCRYPTED = "application/x-encrypted-office"

EXECUTABLE_SUFFIXES = frozenset(
    f".{word}"
    for words in (
        "exe dll com scr pif cpl msi msp bat cmd ps1 psm1 vbs vbe js jse mjs ws wsf wsh hta jar war apk ipa app dmg",
        "pkg deb rpm sh bash zsh run bin elf so dylib class py pyc pl rb php asp aspx jsp reg lnk url scf inf sys drv",
        "gadget iso img vhd vhdx chm hlp xll xla xlam ppam sct msc swf application appref-ms settingcontent-ms",
        "library-ms search-ms desktop workflow command",
    )
    for word in words.split()
)
_EXECUTABLE_HEADS = (
    b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
    b"#!", b"L\x00\x00\x00\x01\x14\x02\x00", b"ITSF", b"dex\n", b"<?php", b"!<arch>", b"FWS", b"CWS",
    b"\xed\xab\xee\xdb",
)  # fmt: skip
_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPOUND = (
    ("EncryptedPackage", ENCRYPTED),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
)
_ZIP_MAINS = (
    ("word/", OFFICE + "wordprocessingml.document"),
    ("xl/", OFFICE + "spreadsheetml.sheet"),
    ("ppt/", OFFICE + "presentationml.presentation"),
)
EXECUTABLE = Kind("application/x-executable", (), "可执行程序")


def suffix_of(name: str) -> str:
    """Return the extension of a name in lower case with its dot; trailing dots and spaces do not hide it."""
    return PurePath(name.replace("\\", "/").rstrip(". \u3000")).suffix.lower()


def kind_named(media_type: str) -> Kind:
    """Return the kind of a media type stored before; KeyError for a type the platform never stores."""
    return BY_TYPE[media_type]


def sniff(file: BinaryIO, name: str = "") -> Kind | None:
    """Return the kind that content is of, EXECUTABLE for programs, None for what is not known; the position is kept.

    The name decides only between kinds that are all plain text.
    """
    start = file.tell()
    try:
        file.seek(0)
        head = file.read(HEAD)
        return _by_content(file, head, name)
    finally:
        file.seek(start)


def _by_content(file: BinaryIO, head: bytes, name: str) -> Kind | None:
    for magic, media_type in _HEADS:
        if head.startswith(magic):
            return BY_TYPE[media_type]
    if head.startswith(_EXECUTABLE_HEADS) or (head[:2] == b"MZ" and not head[:512].isascii()):
        return EXECUTABLE
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return BY_TYPE["application/pdf"]
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return BY_TYPE[_RIFF[head[8:12]]]
    if head[:2] == b"BM" and head[14:18] in (b"\x28\0\0\0", b"\x0c\0\0\0", b"\x7c\0\0\0", b"\x6c\0\0\0"):
        return BY_TYPE["image/bmp"]
    if head[4:8] == b"ftyp":
        return BY_TYPE[_brand(head[8:12])]
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"):
        return BY_TYPE["audio/mpeg"]
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return BY_TYPE["audio/aac"]
    if head.startswith(OLE):
        return _compound(file)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zipped(file)
    return _text(head, name)


def _brand(brand: bytes) -> str:
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _compound(file: BinaryIO) -> Kind | None:
    """Return the kind of a compound file by the names in its directory, which may lie anywhere."""
    wanted = [(name.encode("utf-16-le") + b"\0\0", media_type) for name, media_type in _COMPOUND]
    found: set[str] = set()
    file.seek(0)
    rest = b""
    while piece := file.read(1 << 20):
        window = rest + piece
        found |= {media_type for name, media_type in wanted if name in window}
        rest = window[-64:]
    return next((BY_TYPE[media_type] for _name, media_type in _COMPOUND if media_type in found), None)


def _zipped(file: BinaryIO) -> Kind | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            mimetype = archive.read("mimetype")[:100].decode("ascii", "replace") if _small(archive, "mimetype") else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, EOFError, RuntimeError):
        return None
    lower = {name.lower() for name in names}
    if "androidmanifest.xml" in lower or ("meta-inf/manifest.mf" in lower and any(n.endswith(".class") for n in lower)):
        return EXECUTABLE
    if "[content_types].xml" in lower:
        for folder, media_type in _ZIP_MAINS:
            if any(name.startswith(folder) for name in lower):
                return BY_TYPE[media_type]
    if "ofd.xml" in lower:
        return BY_TYPE["application/ofd"]
    return BY_TYPE.get(mimetype.strip(), BY_TYPE["application/zip"])


def _small(archive: zipfile.ZipFile, name: str) -> bool:
    try:
        return archive.getinfo(name).file_size < 200
    except KeyError:
        return False


def _text(head: bytes, name: str) -> Kind | None:
    marked = head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = encoding_of(head)
    if encoding is None or (b"\0" in head and not marked):
        return None
    start = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n").lower()
    suffix = suffix_of(name)
    if "<svg" in start[:4096] and start.startswith("<"):
        return BY_TYPE["image/svg+xml"]
    if start.startswith(("<!doctype html", "<html", "<head", "<body", "<script", "<iframe")) or (
        "<html" in start[:4096] and start.startswith("<")
    ):
        return BY_TYPE["text/html"]
    for media_type in ("text/csv", "application/json", "text/html", "application/xml", "text/plain"):
        if suffix in BY_TYPE[media_type].suffixes:
            return BY_TYPE[media_type]
    return BY_TYPE["application/xml"] if start.startswith("<?xml") else BY_TYPE["text/plain"]
