"""A reading in progress: passages, issues and facts as a reader finds them, within limits."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from xiaobao.errors import LimitExceeded, XiaobaoError
from xiaobao.model import Anchor, Passage, ReadingIssue
from xiaobao.readers.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xiaobao.ocr import OcrEngine

# Control characters and halves of surrogate pairs carry no text and break JSON.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")


NOWHERE = Anchor()


class Enough(LimitExceeded):
    """Say that a limit was met in the middle of a reading; what was read before it is kept."""


@dataclass
class Counts:
    """What a file and all members of its archives have used so far."""

    chars: int = 0
    unpacked: int = 0
    began: float = field(default_factory=time.monotonic)


@dataclass
class Draft:
    """Collect what a reader finds; members of archives share the clock and the counts of their parent."""

    name: str
    limits: Limits
    ocr: OcrEngine | None = None
    member: str | None = None
    depth: int = 0
    passages: list[Passage] = field(default_factory=list)
    issues: list[ReadingIssue] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)

    def child(self, name: str, member: str) -> Draft:
        """Return the draft of a member of this archive: same lists, counts and clock, own facts."""
        return replace(self, name=name, member=member, depth=self.depth + 1, facts={})

    def tick(self) -> None:
        """Raise Enough where the time of the reading is over."""
        if time.monotonic() - self.counts.began > self.limits.max_seconds:
            raise Enough(f"读取超过 {self.limits.max_seconds:g} 秒的时限，已停止")

    def seconds_left(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, self.limits.max_seconds - (time.monotonic() - self.counts.began))

    def add(
        self,
        text: str,
        anchor: Anchor = NOWHERE,
        *,
        confidence: float = 1.0,
        size: float | None = None,
        marks: Iterable[str] = (),
    ) -> None:
        """Keep a passage unless it is blank; raise Enough at the limits of characters, passages or time."""
        text = clean(text)
        if not text:
            return
        if len(self.passages) % 64 == 0:
            self.tick()
        if len(self.passages) >= self.limits.max_passages:
            raise Enough(f"段落超过 {self.limits.max_passages} 个的上限，其后内容未读取")
        room = self.limits.max_chars - self.counts.chars
        anchor = self._placed(anchor)
        if len(text) > room:
            if room > 0:
                self.passages.append(Passage(text[:room], anchor, confidence, size, frozenset(marks)))
                self.counts.chars += room
            raise Enough(f"文字超过 {self.limits.max_chars} 个字符的上限，其后内容未读取")
        self.counts.chars += len(text)
        self.passages.append(Passage(text, anchor, confidence, size, frozenset(marks)))

    def issue(self, code: str, message: str, anchor: Anchor = NOWHERE) -> None:
        """Record something that could not be read or is doubtful; at most 1,000 are kept."""
        if len(self.issues) < 1000:
            self.issues.append(ReadingIssue(code, message, self._placed(anchor)))

    def _placed(self, anchor: Anchor) -> Anchor:
        if self.member is None:
            return anchor
        return replace(anchor, member=f"{self.member}/{anchor.member}" if anchor.member else self.member)

    def unpack(self, count: int) -> None:
        """Count unpacked bytes; raise LimitExceeded beyond the limit."""
        self.counts.unpacked += count
        if self.counts.unpacked > self.limits.max_bytes:
            raise LimitExceeded(f"解压后的内容超过 {self.limits.max_bytes} 字节的上限，疑似压缩炸弹")

    @contextmanager
    def step(self, code: str, what: str, anchor: Anchor = NOWHERE) -> Iterator[None]:
        """Run one page, part or picture; its failure becomes an issue and the reading goes on."""
        try:
            yield
        except Enough:
            raise
        except XiaobaoError as error:
            self.issue(code, f"{what}无法读取：{error.message}", anchor)
        except MemoryError:
            raise
        except Exception as error:
            self.issue(code, f"{what}无法读取（{type(error).__name__}）", anchor)


def clean(text: str) -> str:
    """Return text without control characters, with line feeds as the only line ends, and no blanks around it."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)).strip(" \t\n\xa0\u3000\u200b")
