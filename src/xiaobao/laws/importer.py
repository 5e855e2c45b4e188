"""Import official texts into the store, and say of each file what became of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from xiaobao.errors import UnreadableFile, UsageError
from xiaobao.laws.norm import Norm
from xiaobao.laws.register import Register
from xiaobao.laws.statute import ArticleText, Statute, decode, folded_title, read_statutes

Status = Literal["imported", "unmatched", "superseded", "newer", "not_wording", "empty", "unreadable"]
SUFFIXES = (".md", ".txt")
MAX_BYTES = 16 * 1024 * 1024
_YEAR = re.compile(r"[_（(\-](\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one norm in one file; gaps and duplicates are article numbers."""

    file: str
    status: Status
    message: str
    norm: str = ""
    title: str = ""
    articles: int = 0
    gaps: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    version: int | None = None
    encoding: str = ""
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the facts that are present."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "", (), 0)}


def import_texts(directory: Path, register: Register) -> list[FileReport]:
    """Import every .md and .txt below a folder and return one report a norm found; UsageError without a folder.

    A file that cannot be used is reported and never stops the others.
    """
    if not directory.is_dir():
        raise UsageError(f"不是文件夹：{directory}")
    files = sorted(p for p in directory.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    return [report for path in files for report in _import_file(path, directory, register)]


def passed_over(directory: Path) -> list[str]:
    """Return the files below a folder that the importer does not look at, as paths within it; hidden ones left out."""
    found = (p.relative_to(directory) for p in sorted(directory.rglob("*")) if p.is_file())
    return [str(p) for p in found if p.suffix.lower() not in SUFFIXES and not any(s.startswith(".") for s in p.parts)]


def norm_for(heading: str, register: Register) -> str | None:
    """Return the key of the norm whose full title a heading is, or begins with before a bracket, article or dash."""
    folded = folded_title(heading)
    best = None
    for norm in register.norms():
        title = folded_title(norm.title)
        rest = folded[len(title) :] if folded.startswith(title) else None
        if rest is not None and (not rest or re.match(r"第.{1,9}条|[-—–:_]", rest)) and len(title) >= 2:
            best = norm.key
    return best


def _import_file(path: Path, directory: Path, register: Register) -> list[FileReport]:
    name = path.relative_to(directory).as_posix()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，已跳过")
        data = path.read_bytes()
        text, encoding = decode(data)
    except (OSError, UnreadableFile) as error:
        return [FileReport(name, "unreadable", f"无法读取：{error}")]
    digest = hashlib.sha256(data).hexdigest()
    year = _YEAR.search(path.stem)
    statutes = read_statutes(text, lambda heading: norm_for(heading, register), int(year[1]) if year else None)
    return [_import_statute(s, register, name, encoding, digest) for s in statutes]


def _import_statute(found: Statute, register: Register, name: str, encoding: str, digest: str) -> FileReport:
    replaced: tuple[str, ...] = ()
    norm = register.norm(found.norm) if found.norm else None
    if norm is not None and found.body and set(norm.articles) == {"*"}:
        found.articles["*"] = ArticleText(found.body)
    status, message = _judge(found, register)
    if norm is not None and status == "imported":
        replaced = _store(found, norm, register, {"file": name, "sha256": digest})
    return FileReport(
        file=name,
        status=status,
        message=message,
        norm=norm.key if norm else "",
        title=found.heading,
        articles=len(found.articles),
        gaps=tuple(found.gaps()) if norm else (),
        duplicates=tuple(found.duplicates),
        replaced=replaced,
        version=found.version,
        encoding=encoding,
        sha256=digest,
    )


def _judge(found: Statute, register: Register) -> tuple[Status, str]:
    if found.norm is None:
        return "unmatched", "标题对不上登记的规范，未导入"
    norm = register.norm(found.norm)
    current = norm.version.year if norm.version else None
    if found.version in norm.superseded_years or (found.version and current and found.version < current):
        return "superseded", f"这是{found.version}年旧版，现行版本为{current or '其他'}年，条号可能已变，未导入"
    if found.version is None and norm.superseded_years:
        return "superseded", "文件未写明通过或公布日期，无法排除旧版条号，未导入"
    if found.version and current and found.version > current:
        return "newer", f"这是{found.version}年新版，登记的条文大意依据{current}年版本，请先更新登记，未导入"
    if not found.wording:
        return "not_wording", "标明为要点，不是条文原文，未导入"
    if not found.articles:
        return "empty", "没有找到以“第某条”起首的条文，未导入"
    unsure = "" if found.version else "；文件未写明通过或公布日期，版本未能核对"
    count = "全文" if "*" in found.articles else f"{len(found.articles)}条"
    return "imported", f"已导入{count}{unsure}"


def _store(found: Statute, norm: Norm, register: Register, source: Mapping[str, str]) -> tuple[str, ...]:
    record = register.texts.record(norm.key)
    sources = [s for s in record.get("sources", []) if s["file"] != source["file"]]
    kept = {n: a for n, a in record.get("articles", {}).items() if a["file"] != source["file"]}
    fresh = {
        number: {"text": a.text, "items": a.items, "chapter": a.chapter, "file": source["file"]}
        for number, a in found.articles.items()
    }
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sources.append({**source, "imported_at": now, "version": found.version, "articles": len(fresh)})
    register.texts.write(
        norm.key, {"norm": norm.key, "title": norm.title, "sources": sources, "articles": kept | fresh}
    )
    return tuple(n for n in fresh if n in kept)
