"""Import official texts: what a file would bring is shown first, a person confirms, changed articles are followed up.

The files are read by `xiaobao.laws.importer`; this module unpacks them into a folder that is thrown away afterwards.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, Refused
from xiaobao_web.knowledge import mirror, reconsidering
from xiaobao_web.knowledge.models import ImportState, Mirror, TextImport

if TYPE_CHECKING:
    from xiaobao.laws.importer import FileReport
    from xiaobao.laws.register import Register

TAKEN = (".md", ".txt", ".docx")
LIMIT = 50 * 1024 * 1024
MOST_FILES = 500
MOST_BYTES = 200 * 1024 * 1024
"""Bytes a packed file may unpack to."""


def examine(upload: Any, *, by: Any) -> TextImport:
    """Keep a file of official texts and say what importing it would do, without doing it; raises BadUpload."""
    require(by, "knowledge.import_texts")
    name = str(getattr(upload, "name", "")) or _("未命名")
    stored = files.store(upload, name=name, by=by, limit=LIMIT)
    with _unpacked(stored, name) as (folder, told), _scratch() as register:
        reports = told + _imported(folder, register)
        changes = _changes(reports, register)
    row = TextImport.objects.create(
        stored=stored, name=files.clean_name(name, stored), reports=reports, changes=changes, created_by=by
    )
    facts = {"norms": len(changes), "files": len({report["file"] for report in reports})}
    journal.record("knowledge.texts_examined", by=by, on=row, facts=facts)
    return row


def confirm(row: TextImport, *, by: Any) -> TextImport:
    """Import what was examined; articles whose wording changed propose what to look at again.

    The comparison is made anew, as somebody may have imported meanwhile. Raises Refused where nothing would be taken.
    """
    from xiaobao.laws import load

    require(by, "knowledge.import_texts")
    with _unpacked(row.stored, row.name) as (folder, told), transaction.atomic():
        Mirror.objects.select_for_update().get_or_create(pk=1)
        held = TextImport.objects.select_for_update().get(pk=row.pk)
        if held.state != ImportState.EXAMINED.value:
            raise Refused(_("这份文件已%s。") % held.get_state_display().removeprefix("已"))
        with _scratch() as tried:
            changes = _changes(_imported(folder, tried), tried)
        if not changes:
            raise Refused(_("这份文件没有可以导入的条文，原因见逐个文件的说明。"))
        held.reports, held.changes = told + _imported(folder, load()), changes
        held.state, held.confirmed_by, held.confirmed_at = ImportState.CONFIRMED.value, by, timezone.now()
        held.save()
        changed = [f"{item['norm']}#{number}" for item in changes for number in item["changed"]]
        facts = {
            "norms": "、".join(item["norm"] for item in changes)[:300], "changed": len(changed),
            "new": sum(len(item["new"]) for item in changes), "sha256": held.stored.sha256,
        }  # fmt: skip
        journal.record("knowledge.texts_imported", by=by, on=held, facts=facts)
        if changed:
            reconsidering.for_articles(_resolving(changed), note=_("导入官方文本“%s”后条文有变化") % held.name, by=by)
    mirror.fresh_laws()
    return held


@transaction.atomic
def discard(row: TextImport, *, by: Any) -> TextImport:
    """Give an examined file up."""
    require(by, "knowledge.import_texts")
    held = TextImport.objects.select_for_update().get(pk=row.pk)
    if held.state != ImportState.EXAMINED.value:
        raise Refused(_("这份文件已%s。") % held.get_state_display().removeprefix("已"))
    held.state = ImportState.DISCARDED.value
    held.save(update_fields=["state"])
    journal.record("knowledge.texts_discarded", by=by, on=held)
    return held


def _imported(folder: Path, register: Register) -> list[dict[str, Any]]:
    from xiaobao.laws.importer import import_texts

    found: list[FileReport] = import_texts(folder, register)
    return [report.as_dict() for report in found]


def _resolving(references: list[str]) -> list[str]:
    """Return the references that the register describes; wordings may be imported of articles it does not."""
    from xiaobao.errors import LawError
    from xiaobao.laws import load

    out = []
    for reference in references:
        try:
            load().resolve(reference)
        except LawError:
            continue
        out.append(reference)
    return out


@contextmanager
def _scratch() -> Iterator[Register]:
    """Give a register whose imported wordings are a copy that is thrown away."""
    from xiaobao.laws import load
    from xiaobao.laws.register import Register as Made
    from xiaobao.laws.store import TextStore, store_directory

    with tempfile.TemporaryDirectory() as folder:
        for path in store_directory().glob("*.json"):
            shutil.copy2(path, folder)
        yield Made(load().norms(), TextStore(Path(folder)))


def _changes(reports: list[dict[str, Any]], tried: Register) -> list[dict[str, Any]]:
    """Return, of each norm that was taken, which articles are new, which read otherwise than before, how many alike."""
    from xiaobao.laws import load

    out = []
    for key in dict.fromkeys(report["norm"] for report in reports if report["status"] == "imported"):
        before, after = (item.texts.record(key).get("articles", {}) for item in (load(), tried))
        new = [number for number in after if number not in before]
        changed = [number for number in after if number in before and _words(after[number]) != _words(before[number])]
        same = len(after) - len(new) - len(changed)
        out.append({"norm": key, "title": tried.norm(key).title, "new": new, "changed": changed, "same": same})
    return out


def _words(article: Any) -> str:
    return "".join(str(article["text"]).split())


@contextmanager
def _unpacked(stored: Any, name: str) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Give a folder with the texts of a stored file, and what is said of members that could not be taken."""
    with files.open_stored(stored) as file:
        data = file.read()
    told: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if stored.suffix == ".zip":
            _unpack(data, root, told)
        else:
            _put(root, name, data, told)
        yield root, told


def _unpack(data: bytes, root: Path, told: list[dict[str, Any]]) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = [item for item in packed.infolist() if not item.is_dir()]
            if len(members) > MOST_FILES:
                raise BadUpload(_("压缩包里超过 %d 个文件，请分几次导入。") % MOST_FILES)
            if sum(item.file_size for item in members) > MOST_BYTES:
                raise BadUpload(_("压缩包解开后超过 %d MB，请分几次导入。") % (MOST_BYTES >> 20))
            for item in members:
                try:
                    _put(root, _name_of(item), packed.read(item), told)
                except (RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
                    told.append(_refused(_name_of(item), _("解不开：%s") % error))
    except zipfile.BadZipFile as error:
        raise BadUpload(_("压缩包打不开，可能已损坏，请重新打包后再上传。")) from error


def _name_of(item: zipfile.ZipInfo) -> str:
    """Return a member's name; packers without the UTF-8 flag write GB18030."""
    if item.flag_bits & 0x800:
        return item.filename
    try:
        return item.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return item.filename


def _put(root: Path, name: str, data: bytes, told: list[dict[str, Any]]) -> None:
    """Write a text below the folder under a name without the folders it came with."""
    plain = PurePosixPath(name.replace("\\", "/")).name
    suffix = PurePosixPath(plain).suffix.lower()
    if plain.startswith((".", "~$")) or not plain:
        return
    if suffix not in TAKEN:
        told.append(_refused(name, _("只读取 txt、md、docx，已跳过")))
        return
    if suffix == ".docx":
        words = _words_of(data, plain)
        if words is None:
            told.append(_refused(name, _("Word 文件打不开，已跳过")))
            return
        data, plain = words.encode(), f"{PurePosixPath(plain).stem}.txt"
    target = root / plain
    while target.exists():
        target = target.with_stem(f"{target.stem}_")
    target.write_bytes(data)


def _words_of(data: bytes, name: str) -> str | None:
    """Return the words of a Word file; None for what is none (the reader takes a broken one for plain text)."""
    from xiaobao.errors import XiaobaoError
    from xiaobao.readers import read

    try:
        found = read(data, name=name, ocr=None)
    except XiaobaoError:
        return None
    return found.text if "wordprocessingml" in found.media_type else None


def _refused(name: str, message: str) -> dict[str, Any]:
    return {"file": name, "status": "unreadable", "message": message}
