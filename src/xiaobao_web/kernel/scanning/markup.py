"""Markup and text: scripts, handlers, outer references, document types, formulas that run commands."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.readers.encoding import encoding_of
from xiaobao_web.kernel.scanning.outcome import CHUNK, Outcome, chunks

Patterns = tuple[tuple[re.Pattern[str], str, str | Promise, bool], ...]
OVERLAP = 4096

_SCRIPTS: Patterns = (
    (re.compile(r"<\s*(?:\w+:)?script\b", re.I), "markup.script", gettext_lazy("含有脚本"), True),
    (re.compile(r"[\s\"'/]on[a-z]{3,20}\s*=\s*[\"'\w]", re.I),
     "markup.handler", gettext_lazy("含有事件处理代码（on…=）"), True),
    (re.compile(r"(?:java|vb)\s*script\s*:", re.I), "markup.script", gettext_lazy("链接中含有脚本"), True),
    (re.compile(r"data\s*:\s*(?:text/html|application/xhtml)|href\s*=\s*[\"']?\s*data\s*:\s*image/svg", re.I),
     "markup.data", gettext_lazy("内嵌另一份网页"), True),
    (re.compile(r"<\s*(?:\w+:)?(?:iframe|object|embed|applet|frame|portal|foreignObject)\b", re.I),
     "markup.embedded", gettext_lazy("内嵌其他页面或对象"), True),
    (re.compile(r"<\s*(?:base|link)\b[^>]*href|<\s*meta\b[^>]*http-equiv\s*=\s*[\"']?\s*refresh", re.I),
     "markup.outer", gettext_lazy("引用外部内容或自动跳转"), True),
)  # fmt: skip
_OUTER: Patterns = (
    (re.compile(r"(?:\bsrc|\bxlink:href|<\s*(?:\w+:)?(?:use|image|feImage)\b[^>]*\bhref)\s*=\s*[\"']?\s*"
                r"(?:https?:|ftp:|file:|//|\\\\)", re.I),
     "markup.outer", gettext_lazy("引用外部内容，打开时会访问外部地址"), True),
    (re.compile(r"url\(\s*[\"']?\s*(?:https?:|ftp:|file:|//)|@import\b", re.I),
     "markup.outer", gettext_lazy("样式引用外部内容"), True),
    (re.compile(r"<\s*form\b", re.I), "markup.form", gettext_lazy("含有提交表单"), True),
)  # fmt: skip
_DOCTYPE = re.compile(r"<!\s*ENTITY|<!\s*DOCTYPE[^>]*(?:\[|\bSYSTEM\b)", re.I)
_USUAL_DOCTYPE = re.compile(r"<!\s*DOCTYPE\s+(?:html|svg)\b[^>\[]*>", re.I)
_SHEET = re.compile(r"<\?\s*xml-stylesheet", re.I)
_COMMAND = re.compile(
    r"(?:^|[,;\t\"\n\r])\s*[=+\-@][^,\n\r|]{0,200}\w\s*\|\s*['\"]|=\s*(?:cmd|msexcel|rundll32|mshta|powershell)\b[^,\n]*[|(]",
    re.I,
)


def document_type() -> str:
    """Return the sentence for a document type with entities."""
    return _("含有文档类型或实体定义，可能读取外部文件（XXE）")


def windows(file: BinaryIO, outcome: Outcome) -> Iterator[str]:
    """Yield a text in overlapping windows, character references resolved and NULs dropped."""
    file.seek(0)
    encoding = encoding_of(file.read(65_536)) or "latin-1"
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest = ""
    for piece in chunks(file, outcome.budget):
        text = decoder.decode(piece, final=len(piece) < CHUNK).replace("\0", "")
        yield rest + text
        rest = text[-OVERLAP:]


def _search(text: str, patterns: Patterns, outcome: Outcome) -> None:
    for pattern, code, message, blocks in patterns:
        found = pattern.search(text)
        if found:
            outcome.add(code, str(message), found[0].strip()[:60], blocks=blocks)


def _scan_markup(file: BinaryIO, outcome: Outcome) -> None:
    for text in windows(file, outcome):
        for view in {text, _resolved(text)}:
            _search(view, _SCRIPTS + _OUTER, outcome)
            if _DOCTYPE.search(_USUAL_DOCTYPE.sub("", view)):
                outcome.add("xml.doctype", document_type())
            if _SHEET.search(view):
                outcome.add("markup.outer", _("引用外部样式表"))


def _resolved(text: str) -> str:
    """Return a text with its character references resolved, so that `&#106;avascript:` is seen."""
    return html.unescape(text).replace("\t", "").replace("\r", "") if "&" in text else text


def scan_svg(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a picture of markup."""
    _scan_markup(file, outcome)


def scan_html(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a page."""
    _scan_markup(file, outcome)


def scan_xml(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a data file of markup: entities, style sheets, and scripts of the XHTML or SVG namespaces."""
    for text in windows(file, outcome):
        if _DOCTYPE.search(text):
            outcome.add("xml.doctype", document_type())
        if _SHEET.search(text):
            outcome.add("markup.outer", _("引用外部样式表"))
        _search(text, _SCRIPTS[:1], outcome)


def scan_csv(file: BinaryIO, outcome: Outcome) -> None:
    """Scan a table of text for formulas that run a command when a spreadsheet opens it."""
    for text in windows(file, outcome):
        if found := _COMMAND.search(text):
            outcome.add("csv.dde", _("表格含有会运行命令的公式"), found[0].strip()[:60])


def scan_text(file: BinaryIO, outcome: Outcome) -> None:
    """Scan plain text: it is served as text and acts nowhere; only its end is looked at, with all other kinds."""
