"""Scan one file by its kind, and what it contains by theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from django.utils.translation import gettext as _

from xiaobao_web.kernel.scanning.archive import scan_zip
from xiaobao_web.kernel.scanning.binary import scan_compound, scan_media, scan_picture, scan_rtf, scan_tail
from xiaobao_web.kernel.scanning.kinds import EXECUTABLE, Kind, sniff
from xiaobao_web.kernel.scanning.markup import scan_csv, scan_html, scan_svg, scan_text, scan_xml
from xiaobao_web.kernel.scanning.office import scan_office
from xiaobao_web.kernel.scanning.outcome import Budget, Outcome, TooMuch
from xiaobao_web.kernel.scanning.pdf import scan_pdf

Scanner = Callable[[BinaryIO, Outcome], None]
SCANNERS: dict[str, Scanner] = {
    "pdf": scan_pdf,
    "picture": scan_picture,
    "svg": scan_svg,
    "office": scan_office,
    "compound": scan_compound,
    "rtf": scan_rtf,
    "zip": scan_zip,
    "text": scan_text,
    "csv": scan_csv,
    "xml": scan_xml,
    "html": scan_html,
    "media": scan_media,
}
_ZIPS = ("zip", "office")


def scan(file: BinaryIO, kind: Kind, budget: Budget | None = None) -> Outcome:
    """Return what stands against releasing a file of a kind; raises Unfinished where that cannot be said."""
    outcome = Outcome(budget or Budget())
    _scan(file, kind, outcome)
    return outcome


def scan_inner(file: BinaryIO, name: str, outcome: Outcome) -> None:
    """Scan a contained file; one of unknown kind is let pass, since it is never opened in place."""
    kind = sniff(file, name)
    if kind is EXECUTABLE:
        outcome.add("zip.executable", _("内含可执行程序或脚本"))
    elif kind is not None:
        _scan(file, kind, outcome)


def _scan(file: BinaryIO, kind: Kind, outcome: Outcome) -> None:
    file.seek(0)
    try:
        if kind.scanner not in _ZIPS:
            scan_tail(file, outcome)
        SCANNERS[kind.scanner](file, outcome)
    except TooMuch as error:
        outcome.add(error.code, error.message)
