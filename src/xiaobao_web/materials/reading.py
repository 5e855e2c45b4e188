"""Read a version once by its content: passages with their places, pictures of its pages, and what could not be read."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from xiaobao_web.kernel import files
from xiaobao_web.materials import engine, hashing
from xiaobao_web.materials.models import Material, MaterialVersion, Reading

if TYPE_CHECKING:
    from xiaobao.model import Material as Read

PASTED = "text"
"""The reader of pasted text: it takes lines as they are."""
UNNAMED, AT_ONCE = timedelta(days=1), 1000
"""How old a reading without a version is before it goes, and how many go in one night."""


@dataclass
class _Content:
    """What came of reading one content."""

    media_type: str = "text/plain"
    passages: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""


def reader_of(version: MaterialVersion) -> str:
    """Return which reader reads a version now."""
    return engine.reader_version() if version.stored_id else PASTED


def known_reading(version: MaterialVersion) -> Reading | None:
    """Return the reading of a version's content by today's readers, None where it is still to be made."""
    return Reading.objects.filter(sha256=version.sha256, reader=reader_of(version)).first()


def read(version: MaterialVersion) -> Reading:
    """Return a version's reading, made now unless its content was read before; give it to the version.

    What cannot be read is a reading with issues. Raises Refused while the file is not released.
    """
    reading = known_reading(version) or _make(version)
    mark = str(reading.facts.get("perceptual_hash", ""))
    if version.reading_id != reading.pk or version.perceptual_hash != mark:
        MaterialVersion.objects.filter(pk=version.pk).update(reading=reading, perceptual_hash=mark)
        version.reading, version.perceptual_hash = reading, mark
    return reading


def _make(version: MaterialVersion) -> Reading:
    began = time.monotonic()
    content = _of_file(version) if version.stored_id else _of_text(version.text)
    with transaction.atomic():
        reading, _made = Reading.objects.get_or_create(
            sha256=version.sha256,
            reader=reader_of(version),
            defaults={
                "media_type": content.media_type,
                "passages": content.passages,
                "pages": content.pages,
                "issues": content.issues,
                "facts": content.facts,
                "text": content.text,
                "text_hash": hashing.text_hash(content.text),
                "seconds": round(time.monotonic() - began, 3),
            },
        )
        reading.pictures.add(*(page["file"] for page in reading.pages))
    return reading


def forget() -> int:
    """Remove readings that no version has any more, as older readers left them, and their pictures; return how many.

    A picture that anything else names stays.
    """
    old = Reading.objects.filter(versions__isnull=True, made_at__lte=timezone.now() - UNNAMED)
    return sum(map(_forget, list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])))


@transaction.atomic
def _forget(number: int) -> int:
    row = Reading.objects.select_for_update().filter(pk=number).first()
    if row is None or row.versions.exists():
        return 0
    pictures = list(row.pictures.values_list("pk", flat=True))
    row.delete()
    files.purge_unnamed(pictures)
    return 1


def _of_text(text: str) -> _Content:
    from xiaobao.model import Material as Read
    from xiaobao.model import Passage

    return _told(Read(id="text", passages=tuple(Passage(line) for line in text.splitlines() or [""])))


def _of_file(version: MaterialVersion) -> _Content:
    from xiaobao.errors import InputError
    from xiaobao.readers import read as read_file

    assert version.stored is not None
    with files.open_stored(version.stored, parse_only=True) as file:
        data = file.read()
    try:
        content = _told(read_file(data, name=version.name, id=version.sha256))
    except InputError as error:
        content = _Content(version.stored.media_type)
        content.issues = [{"code": error.code, "message": error.message, "anchor": {}}]
    _draw(data, content)
    return content


def _told(read: Read) -> _Content:
    return _Content(
        media_type=read.media_type,
        passages=[
            {
                "text": passage.text,
                "confidence": round(passage.confidence, 3),
                "size": passage.size,
                "marks": sorted(passage.marks),
                "start": start,
                "anchor": passage.anchor.as_dict(),
            }
            for passage, start in zip(read.passages, read.starts, strict=True)
        ],
        issues=[{"code": i.code, "message": i.message, "anchor": i.anchor.as_dict()} for i in read.issues],
        facts={key: value for key, value in read.facts.items() if isinstance(value, str | int | float | bool)},
        text=read.text,
    )


def _draw(data: bytes, content: _Content) -> None:
    """Keep pictures of the pages; a page that cannot be drawn is an issue, its text stays."""
    from xiaobao.errors import XiaobaoError
    from xiaobao_web.materials.pages import pictures_of

    try:
        for page in pictures_of(data):
            stored = files.store(io.BytesIO(page.png), name=f"page-{page.page}.png", by=None)
            content.pages.append(
                {"page": page.page, "file": stored.pk, "width": page.width, "height": page.height, "scale": page.scale}
            )
            if page.page == 1:
                content.facts["perceptual_hash"] = hashing.image_hash(page.png)
    except XiaobaoError as error:
        if not content.issues:
            content.issues.append({"code": "read.page_failed", "message": error.message, "anchor": {}})


def as_read(
    reading: Reading, *, material: Material | None = None, channel: str = "", scenario: str = ""
) -> Read:
    """Return a reading as the engine's material, with what is known about its kind and product.

    scenario is that of a material whose kind says none.
    """
    from xiaobao.model import Anchor, Passage, ReadingIssue
    from xiaobao.model import Material as Read

    passages = tuple(
        Passage(
            item["text"], _anchor(Anchor, item["anchor"]), item.get("confidence", 1.0), item.get("size"),
            frozenset(item.get("marks", ())),
        )
        for item in reading.passages
    )  # fmt: skip
    product = material.product if material is not None else None
    return Read(
        id=reading.sha256,
        passages=passages,
        media_type=reading.media_type,
        scenario=(engine.SCENARIOS.get(material.kind) if material is not None else None) or scenario or None,
        product=engine.PRODUCTS.get(product.kind) if product is not None else None,
        channel=channel or None,
        issues=tuple(ReadingIssue(i["code"], i["message"], _anchor(Anchor, i["anchor"])) for i in reading.issues),
    )


def _anchor(made: Any, facts: dict[str, Any]) -> Any:
    return made(**{key: tuple(value) if key == "box" else value for key, value in facts.items()})
