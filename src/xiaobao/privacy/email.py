"""E-mail addresses, plain or with the at sign written out."""

from __future__ import annotations

from collections.abc import Iterator

from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source

_ADDRESS = Anchored(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9_][A-Za-z0-9._%+\-]{0,63} ?(?:@|\(at\)|\[at\]|艾特) ?"
    r"(?:[A-Za-z0-9\-]{1,63} ?(?:\.|点|\(dot\)|。) ?){1,4}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)


@recogniser("email")
def find(source: Source) -> Iterator[Entity]:
    """Yield e-mail addresses."""
    for match in _ADDRESS.finditer(source.folded):
        start, end = match.span()
        yield Entity("email", start, end, source.text[start:end], None, 0.95, "电子邮箱形式")
