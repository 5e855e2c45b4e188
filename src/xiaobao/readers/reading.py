"""From a file to a material: load, choose the reader, keep what was read, say what was not."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path
from typing import Literal

import xiaobao.readers
from xiaobao.errors import InputError, LimitExceeded, ModelUnavailable, UnreadableFile
from xiaobao.model import Material
from xiaobao.ocr import OcrEngine, default_engine
from xiaobao.readers.draft import Draft, Enough
from xiaobao.readers.limits import DEFAULT, Limits
from xiaobao.readers.registry import READERS, choose

Source = str | Path | bytes


def read(
    source: Source,
    *,
    name: str | None = None,
    id: str | None = None,
    limits: Limits = DEFAULT,
    ocr: OcrEngine | Literal["default"] | None = "default",
) -> Material:
    """Return a file's passages in reading order, each with its place, and the issues of the reading.

    source is a path or the bytes of a file; the kind is taken from the content, the name being a hint only.
    ocr None leaves pictures unread and says so. Raise UnreadableFile or LimitExceeded where nothing can be read.
    """
    load_readers()
    name = name if name is not None else ("" if isinstance(source, bytes) else Path(source).name)
    data, cut = load(source, limits)
    draft = Draft(name=name, limits=limits, ocr=engine_of(ocr))
    media_type = read_into(draft, data)
    if cut:
        draft.issue("read.truncated", f"文件超过 {limits.max_bytes} 字节的上限，只读取了前面的部分")
    return Material(
        id=id if id is not None else (name if isinstance(source, bytes) else str(source)),
        passages=tuple(draft.passages),
        media_type=media_type,
        issues=tuple(draft.issues),
        facts=dict(draft.facts),
    )


def read_into(draft: Draft, data: bytes) -> str:
    """Read content into a draft and return its media type; used for files and for members of archives."""
    chosen = choose(data, draft.name)
    before = len(draft.passages), len(draft.issues)
    try:
        chosen.read(data, draft)
    except Enough as limit:
        if draft.member is not None:
            raise
        if len(draft.passages) == before[0]:
            raise LimitExceeded(limit.message) from limit
        draft.issue("read.truncated", limit.message)
    except InputError:
        raise
    except MemoryError as error:
        raise LimitExceeded("内存不足，文件过大无法读取") from error
    except Exception as error:
        if len(draft.passages) > before[0]:
            draft.issue("read.truncated", f"文件损坏，只读取了前面的部分（{type(error).__name__}）")
        else:
            raise UnreadableFile(f"文件损坏或格式有误，无法读取（{type(error).__name__}）") from error
    if (len(draft.passages), len(draft.issues)) == before:
        draft.issue("read.nothing_found", "文件中没有可读的文字")
    return draft.facts.pop("media_type", None) or chosen.media_types[0]


def load(source: Source, limits: Limits) -> tuple[bytes, bool]:
    """Return a source's bytes, and whether a text too long was cut; raise where it is missing or too large."""
    if isinstance(source, bytes):
        return _fit(source, len(source), limits)
    path = Path(source)
    try:
        if path.is_dir():
            raise UnreadableFile(f"这是一个文件夹，不是文件：{path}")
        with path.open("rb") as handle:
            data = handle.read(limits.max_bytes + 1)
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise UnreadableFile(f"文件不存在：{path}", code="input.missing") from error
    except PermissionError as error:
        raise UnreadableFile(f"没有读取权限：{path}") from error
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"无法打开文件：{path}") from error
    return _fit(data, max(size, len(data)), limits)


def _fit(data: bytes, size: int, limits: Limits) -> tuple[bytes, bool]:
    if size <= limits.max_bytes:
        return data, False
    # A text reads from its beginning; any other kind is worthless without its end.
    if b"\0" in data[:4096] or data[:4] in (b"%PDF", b"PK\x03\x04"):
        raise LimitExceeded(f"文件有 {size} 字节，超过 {limits.max_bytes} 字节的上限")
    return data[: limits.max_bytes], True


def engine_of(ocr: OcrEngine | Literal["default"] | None) -> OcrEngine | None:
    """Return the engine that is meant; None where the default is not installed."""
    if ocr != "default":
        return ocr
    try:
        return default_engine()
    except ModelUnavailable:
        return None


@lru_cache(maxsize=1)
def load_readers() -> int:
    """Import every module of this package so that its readers register; return how many readers there are."""
    for module in pkgutil.iter_modules(xiaobao.readers.__path__):
        if module.name != "commands":
            importlib.import_module(f"xiaobao.readers.{module.name}")
    return len(READERS)
