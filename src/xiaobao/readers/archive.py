"""Archives: zip opened with care, shared by the zip reader and the office readers."""

from __future__ import annotations

import io
import zipfile
import zlib

from xiaobao.errors import LimitExceeded, UnreadableFile
from xiaobao.readers.draft import Draft

CHUNK = 1 << 20
SMALL = 1 << 20
"""Below this many unpacked bytes the ratio does not matter."""


def is_zip(data: bytes) -> bool:
    """Tell whether content begins like a zip archive."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def member_names(data: bytes) -> frozenset[str]:
    """Return the member names of a zip archive; none where it is broken or none."""
    if not is_zip(data):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, EOFError):
        return frozenset()


class Archive:
    """Open a zip archive for reading: counts, ratios and totals checked; use as a context manager."""

    def __init__(self, data: bytes, draft: Draft) -> None:
        self._draft = draft
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, EOFError) as error:
            raise UnreadableFile("压缩包损坏或不完整，无法打开") from error
        self.infos = [info for info in self._zip.infolist() if not info.is_dir()]
        limits = draft.limits
        if len(self.infos) > limits.max_members:
            self.close()
            raise LimitExceeded(f"压缩包内有 {len(self.infos)} 个文件，超过 {limits.max_members} 个的上限")
        self._by_name = {info.filename: info for info in self.infos}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def has(self, name: str) -> bool:
        """Tell whether the archive has a member."""
        return name in self._by_name

    def names(self) -> list[str]:
        """Return the names of the members."""
        return list(self._by_name)

    def content(self, name: str | zipfile.ZipInfo) -> bytes:
        """Return a member unpacked; raise LimitExceeded for a bomb, UnreadableFile where it is encrypted or broken."""
        info = self._by_name.get(name) if isinstance(name, str) else name
        if info is None:
            raise UnreadableFile(f"缺少必要的部件：{name}")
        if info.flag_bits & 0x1:
            raise UnreadableFile("已加密，需要密码", code="input.encrypted")
        out = bytearray()
        limits = self._draft.limits
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(CHUNK):
                    out += chunk
                    self._draft.unpack(len(chunk))
                    self._draft.tick()
                    if len(out) > SMALL and len(out) > limits.max_ratio * max(1, info.compress_size):
                        raise LimitExceeded(f"压缩比超过 {limits.max_ratio:g} 倍的上限，疑似压缩炸弹")
        except NotImplementedError as error:
            raise UnreadableFile("压缩方法不受支持") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise UnreadableFile("内容损坏或不完整，无法解压") from error
        return bytes(out)
