"""Zip archives: names, sizes and ratios first, then each member opened within the budget."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.utils.translation import gettext as _

from xiaobao_web.kernel.scanning.kinds import EXECUTABLE_SUFFIXES, suffix_of
from xiaobao_web.kernel.scanning.outcome import CHUNK, Budget, Outcome, TooMuch, Unfinished

_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, OverflowError, EOFError)


@contextmanager
def opened(file: BinaryIO, outcome: Outcome) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose directory was checked; raises TooMuch or Unfinished."""
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise Unfinished(_("压缩包损坏或不完整，无法检查")) from error
    with archive:
        _check_directory(archive, outcome)
        yield archive


def _check_directory(archive: zipfile.ZipFile, outcome: Outcome) -> None:
    infos = archive.infolist()
    outcome.budget.enter(len(infos))
    names: set[str] = set()
    for info in infos:
        _check_name(info, outcome)
        if info.filename.lower() in names:
            outcome.add("zip.duplicate", _("压缩包内有同名文件，不同软件会打开不同内容"), info.filename)
        names.add(info.filename.lower())
        if info.flag_bits & 0x1:
            outcome.add("zip.encrypted", _("压缩包内的文件已加密，无法检查，请去除密码后重新上传"), info.filename)
    _check_overlaps(infos)
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    budget = outcome.budget
    if unpacked > budget.free_bytes and unpacked > packed * budget.max_ratio:
        raise TooMuch(_("压缩比超过 %(ratio)d 倍，疑似压缩炸弹") % {"ratio": budget.max_ratio}, "bomb")
    if unpacked > budget.max_bytes:
        raise TooMuch(_("解压后超过 %(limit)d MB，疑似压缩炸弹") % {"limit": budget.max_bytes >> 20}, "bomb")


def _check_name(info: zipfile.ZipInfo, outcome: Outcome) -> None:
    raw = getattr(info, "orig_filename", info.filename).replace("\\", "/")
    if raw.startswith("/") or ".." in raw.split("/") or raw[1:2] == ":" or "\0" in raw:
        outcome.add("zip.traversal", _("压缩包内的路径指向包外，解压会覆盖其他文件"), raw.replace("\0", "␀"))
    if stat.S_ISLNK(info.external_attr >> 16):
        outcome.add("zip.link", _("压缩包内有符号链接"), info.filename)


def _check_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Raise TooMuch where members share the same packed bytes, as quoted-overlap bombs do."""
    end = -1
    for info in sorted(infos, key=lambda item: item.header_offset):
        if info.header_offset < end:
            raise TooMuch(_("压缩包内的文件相互重叠，疑似压缩炸弹"), "bomb")
        end = info.header_offset + 30 + info.compress_size


def pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """Yield a member's bytes, counting what truly comes out; raises TooMuch or Unfinished."""
    total = 0
    try:
        with archive.open(info) as member:
            while piece := member.read(CHUNK):
                total += len(piece)
                budget.spend(len(piece))
                if total > budget.free_bytes and total > max(info.compress_size, 1) * budget.max_ratio:
                    raise TooMuch(_("压缩比超过 %(ratio)d 倍，疑似压缩炸弹") % {"ratio": budget.max_ratio}, "bomb")
                yield piece
    except (*_BROKEN, RuntimeError) as error:
        raise Unfinished(_("内含文件“%(name)s”损坏或无法解压") % {"name": info.filename}) from error


@contextmanager
def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[BinaryIO]:
    """Open a member as a seekable file, on disk beyond four megabytes."""
    with tempfile.SpooledTemporaryFile(max_size=4 << 20) as file:
        for piece in pieces(archive, info, budget):
            file.write(piece)
        file.seek(0)
        yield file  # type: ignore[misc]


def scan_zip(file: BinaryIO, outcome: Outcome) -> None:
    """Scan an archive's members, archives among them to the budget's depth."""
    from xiaobao_web.kernel.scanning.structural import scan_inner

    if outcome.depth >= outcome.budget.max_depth:
        raise TooMuch(_("压缩包嵌套超过 %(depth)d 层") % {"depth": outcome.budget.max_depth}, "nesting")
    with opened(file, outcome) as archive:
        for info in archive.infolist():
            if info.is_dir() or info.flag_bits & 0x1:
                continue
            if suffix_of(info.filename) in EXECUTABLE_SUFFIXES:
                outcome.add("zip.executable", _("压缩包内有可执行程序或脚本"), info.filename)
                continue
            with unpacked(archive, info, outcome.budget) as member:
                scan_inner(member, info.filename, outcome.inside(info.filename))
