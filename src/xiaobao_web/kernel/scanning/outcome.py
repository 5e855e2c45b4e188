"""What a scan found, and how much it may use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

CHUNK = 1 << 20


class TooMuch(Exception):
    """Say which bound of a scan was met; the content is then blocked, not trusted."""

    def __init__(self, message: str, code: str = "limit") -> None:
        super().__init__(message)
        self.message, self.code = message, code


class Unfinished(Exception):
    """Say why a scan could not be finished; the content is then not released."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Remark:
    """One thing found: code, sentence, place inside the file, and whether it keeps the file from people."""

    code: str
    message: str
    place: str = ""
    blocks: bool = True

    def plain(self) -> dict[str, Any]:
        """Return the remark as JSON has it."""
        return {"code": self.code, "message": self.message, "place": self.place, "blocks": self.blocks}


@dataclass
class Budget:
    """Bounds shared by a file and all it contains: unpacked bytes, members, depth, ratio, seconds."""

    max_bytes: int = 2 << 30
    max_members: int = 10_000
    max_depth: int = 3
    max_ratio: float = 300.0
    free_bytes: int = 16 << 20
    """Unpacked bytes below which the ratio does not matter."""
    max_seconds: float = 60.0
    used_bytes: int = 0
    members: int = 0
    started: float = field(default_factory=time.monotonic)

    def spend(self, count: int) -> None:
        """Count unpacked bytes; raises TooMuch."""
        self.used_bytes += count
        if self.used_bytes > self.max_bytes:
            raise TooMuch(_("解压后超过 %(limit)d MB，疑似压缩炸弹") % {"limit": self.max_bytes >> 20}, "bomb")
        self.tick()

    def enter(self, count: int) -> None:
        """Count the members of an archive; raises TooMuch."""
        self.members += count
        if self.members > self.max_members:
            raise TooMuch(_("内含文件超过 %(limit)d 个，疑似压缩炸弹") % {"limit": self.max_members}, "bomb")

    def tick(self) -> None:
        """Look at the clock; raises Unfinished."""
        if time.monotonic() - self.started > self.max_seconds:
            raise Unfinished(_("文件过于复杂，%(limit)d 秒内没有检查完") % {"limit": self.max_seconds})


@dataclass
class Outcome:
    """All remarks of a scan, each once, and its budget."""

    budget: Budget = field(default_factory=Budget)
    remarks: list[Remark] = field(default_factory=list)
    place: str = ""
    depth: int = 0

    def add(self, code: str, message: str, place: str = "", *, blocks: bool = True) -> None:
        """Put a remark, once for a code and place; at most two hundred are kept."""
        remark = Remark(code, message, "／".join(part for part in (self.place, place) if part)[:300], blocks)
        if remark not in self.remarks and len(self.remarks) < 200:
            self.remarks.append(remark)

    def inside(self, place: str) -> Outcome:
        """Return an outcome for a contained file: the same remarks and budget, one level deeper."""
        full = "／".join(part for part in (self.place, place) if part)
        return Outcome(self.budget, self.remarks, full, self.depth + 1)

    @property
    def blocked(self) -> bool:
        """Tell whether anything keeps the file from people."""
        return any(remark.blocks for remark in self.remarks)

    def reason(self) -> str:
        """Return the blocking remarks as one sentence, each message once."""
        messages = list(dict.fromkeys(remark.message for remark in self.remarks if remark.blocks))
        rest = _("；等 %(count)d 项") % {"count": len(messages)} if len(messages) > 5 else ""
        return "；".join(messages[:5]) + rest


def chunks(file: BinaryIO, budget: Budget) -> Iterator[bytes]:
    """Yield a file's bytes in pieces of a megabyte, looking at the clock."""
    while piece := file.read(CHUNK):
        budget.tick()
        yield piece
