"""Ask a ClamAV daemon about content, by its INSTREAM command over a local socket or TCP."""

from __future__ import annotations

import contextlib
import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from xiaobao_web.kernel.scanning.outcome import CHUNK

TIMEOUT = 60.0
CONNECT = 5.0


class Unreachable(Exception):
    """Say that the daemon could not be asked; the content waits."""


class Unable(Exception):
    """Say that the daemon was asked and could not examine the content."""


@dataclass(frozen=True)
class Verdict:
    """What the daemon says: the name of what it found, empty for nothing."""

    found: str

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.found


def _connect(address: str) -> socket.socket:
    """Connect to `/path`, `unix:/path`, `host:port` or `tcp://host:port`."""
    if address.startswith(("/", "unix:")):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(CONNECT)
        try:
            link.connect(address.removeprefix("unix:").removeprefix("//"))
        except OSError:
            link.close()
            raise
        return link
    host, _colon, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), CONNECT)


def examine(file: BinaryIO, address: str) -> Verdict:
    """Send content from its start and return the verdict; raises Unreachable, or Unable with the daemon's words."""
    file.seek(0)
    try:
        with _connect(address) as link:
            link.settimeout(TIMEOUT)
            # A daemon that has seen enough answers and closes before all is sent: its answer counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                link.sendall(b"zINSTREAM\0")
                while piece := file.read(CHUNK):
                    link.sendall(struct.pack(">I", len(piece)) + piece)
                link.sendall(struct.pack(">I", 0))
            reply = _reply(link)
    except (OSError, ValueError) as error:
        raise Unreachable(_("病毒扫描服务暂时连接不上")) from error
    return _verdict(reply)


def _reply(link: socket.socket) -> str:
    received = b""
    while b"\0" not in received and len(received) < 4096:
        piece = link.recv(4096)
        if not piece:
            break
        received += piece
    if not received:
        raise ConnectionError("no answer")
    return received.split(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(reply: str) -> Verdict:
    words = reply.removeprefix("stream:").strip()
    if words == "OK":
        return Verdict("")
    if words.endswith(" FOUND"):
        return Verdict(words.removesuffix(" FOUND").strip() or "unknown")
    raise Unable(_("病毒扫描服务没有完成检查：%(words)s") % {"words": words[:200] or _("没有答复")})
