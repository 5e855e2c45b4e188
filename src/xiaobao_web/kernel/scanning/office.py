"""Office packages: macros, embedded objects, controls, outer templates, fields that run commands."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel.scanning.archive import opened, pieces, unpacked
from xiaobao_web.kernel.scanning.kinds import EXECUTABLE_SUFFIXES, suffix_of
from xiaobao_web.kernel.scanning.markup import document_type
from xiaobao_web.kernel.scanning.outcome import Outcome, TooMuch

_PARTS = (
    (re.compile(r"(^|/)vba(project|data)[^/]*\.(bin|xml)$|(^|/)basic/.+\.xml$|(^|/)scripts/", re.I),
     "office.macro", gettext_lazy("文档含有宏")),
    (re.compile(r"(^|/)(macrosheets|dialogsheets)/", re.I), "office.macro", gettext_lazy("表格含有 4.0 宏表")),
    (re.compile(r"(^|/)activex/", re.I), "office.activex", gettext_lazy("文档含有 ActiveX 控件")),
    (re.compile(r"(^|/)(oleobject[^/]*|embeddings/.+)\.(bin|ole)$|(^|/)packages?/.+\.bin$", re.I),
     "office.ole", gettext_lazy("文档内嵌 OLE 对象")),
)  # fmt: skip
_EMBEDDED = re.compile(r"(^|/)embeddings/[^/]+\.(docx|xlsx|pptx|docm|xlsm|pptm|xlsb|odt|ods|pdf|zip)$", re.I)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(rb"\b(TargetMode|Type|Target)\s*=\s*(\"[^\"]*\"|'[^']*')", re.I)
_LOADED = {
    "attachedtemplate": gettext_lazy("文档引用外部模板，打开时会从外部加载"),
    "oleobject": gettext_lazy("文档链接外部 OLE 对象"),
    "frame": gettext_lazy("文档引用外部框架页"),
    "subdocument": gettext_lazy("文档引用外部子文档"),
    "afchunk": gettext_lazy("文档引用外部内容块"),
    "package": gettext_lazy("文档链接外部文件包"),
    "control": gettext_lazy("文档链接外部控件"),
    "externallinkpath": gettext_lazy("表格链接外部工作簿"),
}
_MERELY = {"image", "hyperlink", "video", "audio", "media", "externallinkpath"}
_FIELD = re.compile(rb"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|\binstr\s*=\s*\"([^\"]*)\"|\binstr\s*=\s*'([^']*)'")
_DDE = re.compile(r"\bdde(auto)?\b", re.I)
_QUOTED = re.compile(r"\bquote\s+(\d+\s+){4,}", re.I)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*>[^<]*\w\s*\|\s*(?:'|&apos;|&#39;)")
_DDE_LINK = re.compile(rb"<(?:\w+:)?ddeLink\b|<text:dde-connection|<office:dde-source|<table:dde-link")
_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.I)
_ODF_ACTIVE = re.compile(rb"<script:event-listener|<office:script\b|<draw:applet|<draw:plugin|<draw:object-ole", re.I)
MOST_FIELDS = 1 << 20


def scan_office(file: BinaryIO, outcome: Outcome) -> None:
    """Scan an office package; packages embedded in it too."""
    if outcome.depth > outcome.budget.max_depth:
        raise TooMuch(_("文档嵌套超过 %(depth)d 层") % {"depth": outcome.budget.max_depth}, "nesting")
    with opened(file, outcome) as archive:
        for info in archive.infolist():
            if info.is_dir() or info.flag_bits & 0x1:
                continue
            _scan_part(archive, info, outcome)


def _scan_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, outcome: Outcome) -> None:
    name = info.filename
    for pattern, code, message in _PARTS:
        if pattern.search(name):
            outcome.add(code, str(message), name)
            return
    if _EMBEDDED.search(name):
        from xiaobao_web.kernel.scanning.structural import scan_inner

        with unpacked(archive, info, outcome.budget) as member:
            scan_inner(member, name, outcome.inside(name))
    elif suffix_of(name) in EXECUTABLE_SUFFIXES and not name.lower().endswith((".bin", ".inf")):
        outcome.add("office.executable", _("文档内藏有可执行程序或脚本"), name)
    elif name.lower().endswith((".rels",)):
        _scan_relations(b"".join(_at_most(pieces(archive, info, outcome.budget), 8 << 20)), name, outcome)
    elif name.lower().endswith((".xml", ".svg", ".vml", ".html", ".htm", ".rdf")):
        _scan_xml(pieces(archive, info, outcome.budget), name, outcome)
    else:
        _scan_other(pieces(archive, info, outcome.budget), name, outcome)


def _at_most(parts: Iterable[bytes], limit: int) -> Iterable[bytes]:
    total = 0
    for part in parts:
        total += len(part)
        if total > limit:
            raise TooMuch(_("文档的关系表过大"), "limit")
        yield part


def _scan_relations(data: bytes, name: str, outcome: Outcome) -> None:
    data = _narrow(data)
    if _ENTITY.search(data):
        outcome.add("xml.doctype", document_type(), name)
    for tag in _RELATION.findall(data):
        found = {key.lower().decode(): _value(value) for key, value in _ATTRIBUTE.findall(tag)}
        kind = found.get("type", "").rstrip("/").rsplit("/", 1)[-1].lower()
        target = found.get("target", "")
        if kind in ("vbaproject", "xlmacrosheet", "xlintlmacrosheet"):
            outcome.add("office.macro", _("文档含有宏"), name)
        if found.get("targetmode", "").lower() != "external":
            continue
        remote = target.lower().startswith(("http:", "https:", "ftp:", "file:", "\\\\", "//", "mhtml:", "ms-"))
        if kind in _LOADED and (kind not in _MERELY or remote):
            outcome.add("office.outer", str(_LOADED[kind]), target[:120])
        elif kind == "hyperlink" and re.match(r"\s*(javascript|vbscript|ms-\w+|search-ms|mhtml|data):", target, re.I):
            outcome.add("office.link", _("文档中的链接会运行脚本或程序"), target[:120])
        elif kind == "image" and remote:
            outcome.add("office.image", _("文档引用外部图片，打开时会访问外部地址"), target[:120], blocks=False)
        elif kind not in _MERELY and kind not in _LOADED:
            outcome.add("office.outer", _("文档引用外部内容"), target[:120])


def _value(quoted: bytes) -> str:
    return html.unescape(quoted[1:-1].decode("utf-8", "replace"))


def _narrow(data: bytes) -> bytes:
    """Return UTF-16 markup as one byte a character, so that patterns of ASCII find it."""
    return data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:64] else data


def _scan_xml(parts: Iterable[bytes], name: str, outcome: Outcome) -> None:
    rest, fields, size = b"", [], 0
    for piece in parts:
        window = rest + _narrow(piece)
        _scan_window(window, name, outcome)
        cut = window.rfind(b"<")
        done, rest = (window[:cut], window[cut:]) if cut > 0 and len(window) - cut < 65_536 else (window, window[-256:])
        for groups in _FIELD.findall(done + b"<"):
            text = groups[0] or groups[1] or groups[2]
            size += len(text)
            if size < MOST_FIELDS:
                fields.append(text)
    fields += [groups[0] or groups[1] or groups[2] for groups in _FIELD.findall(rest + b"<")]
    _scan_fields(html.unescape(b"".join(fields).decode("utf-8", "replace")), name, outcome)
    spaced = html.unescape(b" ".join(fields).decode("utf-8", "replace"))
    _scan_fields(spaced, name, outcome)


def _scan_fields(text: str, name: str, outcome: Outcome) -> None:
    if _DDE.search(text):
        outcome.add("office.dde", _("文档含有 DDE 域，打开时会运行命令"), name)
    if _QUOTED.search(text):
        outcome.add("office.dde", _("文档含有用字符编码隐藏的域代码"), name)


def _scan_window(window: bytes, name: str, outcome: Outcome) -> None:
    if _ENTITY.search(window):
        outcome.add("xml.doctype", document_type(), name)
    if _DDE_LINK.search(window) or _FORMULA.search(window):
        outcome.add("office.dde", _("表格含有 DDE 链接，打开时会运行命令"), name)
    if _ODF_ACTIVE.search(window):
        outcome.add("office.active", _("文档含有脚本或插件"), name)
    if b"macroEnabled" in window and name.lower() == "[content_types].xml":
        outcome.add("office.macro", _("文档声明为启用宏的类型"), name)


def _scan_other(parts: Iterable[bytes], name: str, outcome: Outcome) -> None:
    """Look at the first bytes of a part that is no markup: a compound file or a program has no business here."""
    head = b""
    for piece in parts:
        head = head or piece[:8]
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        outcome.add("office.ole", _("文档内嵌 OLE 对象"), name)
    elif head.startswith((b"MZ", b"\x7fELF")):
        outcome.add("office.executable", _("文档内藏有可执行程序或脚本"), name)
