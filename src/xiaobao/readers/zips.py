"""Zip archives of any readable files, also of archives."""

from __future__ import annotations

import zipfile

from xiaobao.errors import InputError, LimitExceeded
from xiaobao.model import Anchor
from xiaobao.readers.archive import Archive, is_zip
from xiaobao.readers.draft import Draft, Enough
from xiaobao.readers.encoding import decode
from xiaobao.readers.registry import reader

_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@reader
class ZipReader:
    """Read each member of a zip archive as a file of its own; anchors carry the path inside."""

    media_types = ("application/zip",)
    suffixes = (".zip",)

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is an archive and not an office file, which are surer of themselves."""
        return 0.5 if is_zip(data) else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Read every member; what fails becomes an issue and the others are read."""
        if draft.depth >= draft.limits.max_depth:
            raise LimitExceeded(f"压缩包嵌套超过 {draft.limits.max_depth} 层的上限")
        members: dict[str, str] = {}
        with Archive(data, draft) as archive:
            if not archive.infos:
                draft.issue("read.nothing_found", "压缩包内没有文件")
            for info in archive.infos:
                path = member_path(info)
                if any(part in path.lower() for part in _LITTER):
                    continue
                draft.tick()
                members |= self._member(archive, info, path, draft)
        draft.facts["members"] = members

    def _member(self, archive: Archive, info: zipfile.ZipInfo, path: str, draft: Draft) -> dict[str, str]:
        """Read a member; return its media type by its full path, and those of the archives within it."""
        from xiaobao.readers.reading import read_into

        full = f"{draft.member}/{path}" if draft.member else path
        here = Anchor(member=path)
        try:
            content = archive.content(info)
            child = draft.child(path.rsplit("/", 1)[-1], full)
            kind = read_into(child, content)
            return {full: kind, **child.facts.get("members", {})}
        except Enough:
            raise
        except InputError as error:
            code = {
                "input.encrypted": "read.encrypted_member",
                "input.limit": "read.limit_member",
            }.get(error.code, "read.member_failed")
            draft.issue(code, f"压缩包内的文件“{path}”未读取：{error.message}", here)
            return {full: ""}


def member_path(info: zipfile.ZipInfo) -> str:
    """Return a member's path; names without the UTF-8 flag are read as the Chinese encoding they most likely are."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name
        if not raw.isascii():
            decoded = decode(raw)
            name = decoded.text if decoded is not None else raw.decode("gb18030", errors="replace")
    return name.replace("\\", "/")
