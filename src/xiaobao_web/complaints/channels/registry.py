"""The one registry of channels: each reads what arrived, byte for byte, into the same shape.

    @channel("email")
    def read(raw: bytes, facts: dict[str, Any]) -> Arrival: …

`hook=True`: other systems hand it over signed at `/hooks/complaints/<channel>`.
`services.intake.receive` keeps the bytes, asks the channel's reader, and registers the contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import BadValue, Undeclared


@dataclass(frozen=True)
class Piece:
    """A file that came along."""

    name: str
    content: bytes


@dataclass
class Arrival:
    """What arrived, the same for every channel; `details` are fields of a case that the source itself stated."""

    text: str = ""
    turns: list[dict[str, Any]] = field(default_factory=list)
    received_at: datetime | None = None
    sender: str = ""
    subject: str = ""
    thread: str = ""
    source_system: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    people_count: int = 1
    face_to_face: bool = False
    kind: str = ""
    """What the source says it is, empty where it says nothing; still a proposal."""
    pieces: list[Piece] = field(default_factory=list)


Reader = Callable[[bytes, dict[str, Any]], Arrival]
READERS: dict[str, Reader] = {}
HOOKED: set[str] = set()


def channel(name: str, *, hook: bool = False) -> Callable[[Reader], Reader]:
    """Declare the reader of a channel, and whether it has a hook; raises Undeclared when the channel has one."""

    def declare(read: Reader) -> Reader:
        if name in READERS:
            raise Undeclared(f"渠道 {name} 登记了两次")
        READERS[name] = read
        HOOKED.update([name] if hook else [])
        return read

    return declare


def reader_of(name: str) -> Reader:
    """Return the reader of a channel; raises BadValue for one that has none."""
    load()
    if name not in READERS:
        raise BadValue(_("没有“%s”这个渠道。") % name, fields={"channel": _("请选择")})
    return READERS[name]


def has_hook(name: str) -> bool:
    """Tell whether other systems may hand a channel's complaints over by a hook."""
    load()
    return name in HOOKED


def plain(text: str) -> str:
    """Return text that every database and page can hold: NUL, lone surrogates, control and direction marks go.

    A blank stands in their place; line breaks and tabs stay.
    """
    return "".join(mark if mark.isprintable() or mark in "\n\t" else " " for mark in text.replace("\r\n", "\n"))


@cache
def load() -> None:
    """Import every module of this folder, so that what each declares is known."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in ("__init__", "registry", "urls"):
            import_module(f"xiaobao_web.complaints.channels.{path.stem}")
