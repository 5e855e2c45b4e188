"""The readers by kind of file: a decorator registers one, content chooses it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol, TypeVar

from xiaobao.errors import UnreadableFile
from xiaobao.readers.draft import Draft


class Reader(Protocol):
    """Read one kind of file into passages.

    score says 0..1 how surely the content is of this kind, the name being a hint only;
    read fills the draft and raises UnreadableFile or LimitExceeded where nothing can be read.
    """

    @property
    def media_types(self) -> tuple[str, ...]:
        """Return the media types of this kind, the usual one first."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return the usual extensions, with their dots."""
        ...

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is of this kind, 0..1."""
        ...

    def read(self, data: bytes, draft: Draft) -> None:
        """Put passages, issues and facts into the draft."""
        ...


R = TypeVar("R", bound=type[Reader])
READERS: list[Reader] = []


def reader(kind: R) -> R:
    """Register a class of reader."""
    READERS.append(kind())
    return kind


def suffix_of(name: str) -> str:
    """Return the extension of a name in lower case, with its dot."""
    return PurePath(name.replace("\\", "/")).suffix.lower()


def choose(data: bytes, name: str) -> Reader:
    """Return the reader that is surest of the content; raise UnreadableFile where none is."""
    if not data:
        raise UnreadableFile("文件为空，没有内容可读", code="input.empty")
    scored = [(item.score(data, name), item) for item in READERS]
    score, best = max(scored, key=lambda pair: pair[0])
    if score <= 0:
        raise UnreadableFile(unknown(data, name))
    return best


def unknown(data: bytes, name: str) -> str:
    """Return the sentence for content that no reader knows."""
    suffix = suffix_of(name)
    for item in READERS:
        if suffix and suffix in item.suffixes:
            return f"内容不是有效的 {suffix[1:]} 文件（可能损坏、被截断或扩展名有误）"
    kinds = "、".join(sorted({s[1:] for item in READERS for s in item.suffixes}))
    return f"不支持的文件类型；可读取的类型有：{kinds}"
