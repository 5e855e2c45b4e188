"""Office packages (docx, pptx, xlsx): parts, relations, pictures; XML parsed without entities or network."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from lxml import etree

from xiaobao.errors import UnreadableFile
from xiaobao.model import Anchor
from xiaobao.readers.archive import Archive, member_names
from xiaobao.readers.draft import Draft

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", A[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/presentationml/main", P[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", S[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)
LEAST_PICTURE = 4_000
"""Pictures below this many pixels are icons and bullets."""
PICTURES = 60
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def office_score(data: bytes, main: str) -> float:
    """Return how surely content is an office package with this main part."""
    return 0.95 if main in member_names(data) else 0.0


def parsed(data: bytes, what: str) -> Any:
    """Return the root of an XML part; raise UnreadableFile where it is not well-formed or has a document type."""
    head = data[:2000].replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableFile(f"{what} 含有文档类型定义，为安全起见不予解析")
    if b"purl.oclc.org/ooxml" in data[:4000]:
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
    try:
        return etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"{what} 不是有效的 XML，文件可能损坏") from error


def parser() -> Any:
    """Return an XML parser that resolves no entity, loads no document type and opens no address."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )


class Package:
    """An open office package; use as a context manager."""

    def __init__(self, data: bytes, draft: Draft) -> None:
        self.draft = draft
        self.archive = Archive(data, draft)
        self._pictures: dict[str, bool] = {}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def has(self, part: str) -> bool:
        """Tell whether the package has a part."""
        return self.archive.has(part)

    def xml(self, part: str) -> Any:
        """Return the root element of a part; raise UnreadableFile where it is missing or broken."""
        return parsed(self.archive.content(part), part)

    def optional(self, part: str) -> Any | None:
        """Return the root of a part, None where the package has none; a broken part becomes an issue."""
        if not self.has(part):
            return None
        with self.draft.step("read.part_failed", f"部件 {part} "):
            return self.xml(part)
        return None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relations of a part by id: last word of the type, path of the target; outer ones left out."""
        folder, name = posixpath.split(part)
        root = self.optional(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        out: dict[str, tuple[str, str]] = {}
        if root is None:
            return out
        for item in root.iter(_RELATION):
            if item.get("TargetMode") == "External":
                continue
            target = item.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            out[item.get("Id", "")] = (item.get("Type", "").rsplit("/", 1)[-1], path)
        return out

    def related(self, part: str, kind: str) -> Iterator[str]:
        """Yield the parts that a part names by a kind of relation and that exist."""
        for found, path in self.relations(part).values():
            if found == kind and self.has(path):
                yield path

    def read_picture(self, path: str, anchor: Anchor) -> None:
        """Read a picture of the package through OCR, each once."""
        from xiaobao.readers.pictures import picture, read_pixels

        if path in self._pictures or not self.has(path):
            return
        self._pictures[path] = True
        if len(self._pictures) == PICTURES + 1:
            self.draft.issue("read.truncated", f"文件内图片超过 {PICTURES} 幅，其后的图片未识别")
        if len(self._pictures) > PICTURES or path.lower().endswith((".emf", ".wmf", ".svg", ".wdp")):
            if len(self._pictures) <= PICTURES:
                self.draft.issue("read.picture_failed", f"内嵌图片 {posixpath.basename(path)} 的格式无法识别", anchor)
            return
        with self.draft.step("read.picture_failed", f"内嵌图片 {posixpath.basename(path)} ", anchor):
            pixels = picture(self.archive.content(path), self.draft.limits.max_pixels)
            if pixels.shape[0] * pixels.shape[1] >= LEAST_PICTURE and min(pixels.shape[:2]) >= 16:
                from dataclasses import replace

                read_pixels(pixels, self.draft, lambda line: replace(anchor, box=line.box, scale=1.0), anchor)
