"""What is kept of a watch between two runs: features as numbers and ids of texts, never their words.

The words of texts stay where they came from and are read again by their ids when a look asks for them, so that what is
erased there is gone here too.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from xiaobao.errors import InputError
from xiaobao.insight.terms import Features
from xiaobao.insight.values import Text

VERSION = 1
"""Raise it whenever features, bins or what a watch keeps change their meaning: what older versions kept is refused."""
Read = Callable[[Sequence[str]], Mapping[str, Text]]
"""Returns texts by their ids; those that are gone are left out."""
_EPOCH = datetime(2000, 1, 1)
_HEAD = struct.Struct("<BIII")
_MICROSECOND = timedelta(microseconds=1)


class Texts:
    """The texts of a bin in their order: ids and times at hand, words at hand or to be read."""

    def __init__(self, ids: list[str], ats: list[datetime], held: dict[int, Text], read: Read | None = None) -> None:
        self.ids, self.ats = ids, ats
        self._held, self._read = held, read

    @classmethod
    def of(cls, texts: Sequence[Text]) -> Texts:
        """Return texts that are at hand."""
        return cls([t.id for t in texts], [t.at for t in texts], dict(enumerate(texts)))

    def __len__(self) -> int:
        return len(self.ids)

    def get(self, places: Sequence[int]) -> list[Text]:
        """Return the texts at some places; one that is gone has no words."""
        absent = [place for place in places if place not in self._held]
        if absent:
            found = self._read([self.ids[place] for place in absent]) if self._read is not None else {}
            for place in absent:
                identity, at = self.ids[place], self.ats[place]
                text = found.get(identity)
                self._held[place] = (
                    Text(identity, at, text.text, text.channel, text.author) if text else Text(identity, at, "")
                )
        return [self._held[place] for place in places]


def pack(features: Features, texts: Texts | None) -> bytes:
    """Return the features of a bin and the ids and times of its texts as bytes of this VERSION."""
    ids = "\n".join(identity.replace("\n", " ") for identity in texts.ids).encode("utf-8", "replace") if texts else b""
    ats = np.array([(at - _EPOCH) // _MICROSECOND for at in texts.ats] if texts else [], dtype="<i8")
    head = _HEAD.pack(VERSION, len(features), len(ids), len(ats))
    body = ids + ats.tobytes() + features.starts.astype("<u4").tobytes() + features.numbers.astype("<u4").tobytes()
    return head + zlib.compress(body, 1)


def unpack(data: bytes, read: Read | None = None) -> tuple[Features, Texts]:
    """Return what `pack` made bytes of; raises InputError for bytes of another version or that are no such bytes."""
    try:
        version, size, letters, times = _HEAD.unpack_from(data)
        if version != VERSION:
            raise InputError("保存的预警状态属于其他版本，须从头计算", code="input.version")
        body = zlib.decompress(data[_HEAD.size :])
        ids = body[:letters].decode("utf-8").split("\n") if times else []
        ats = np.frombuffer(body, "<i8", times, letters)
        starts = np.frombuffer(body, "<u4", size + 1, letters + 8 * times).astype(np.int64)
        numbers = np.frombuffer(body, "<u4", int(starts[-1]), letters + 8 * times + 4 * (size + 1))
    except (struct.error, zlib.error, ValueError, IndexError) as error:
        raise InputError("保存的预警状态已损坏，须从头计算", code="input.damaged") from error
    held = Texts(ids, [_EPOCH + int(at) * _MICROSECOND for at in ats], {}, read)
    return Features(numbers.astype(np.uint32), starts), held
