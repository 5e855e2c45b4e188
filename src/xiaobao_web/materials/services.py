"""Add material and its versions, and have them read and screened in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal, search
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue
from xiaobao_web.materials import hashing
from xiaobao_web.materials.access import require_for_unit
from xiaobao_web.materials.models import Material, MaterialKind, MaterialVersion, Screening, WorkState
from xiaobao_web.materials.screening import on_screened, screened

__all__ = [
    "add_material",
    "add_version",
    "on_screened",
    "read_released",
    "screen",
    "screened",
    "screening_states",
    "stopped",
]

MOST_TEXT = 200_000
OPEN = (WorkState.QUEUED.value, WorkState.RUNNING.value)


@transaction.atomic
def add_material(
    *, title: str, kind: str, unit: Any, by: Any, product: Any = None, template: Material | None = None,
    free_fields: list[Any] | None = None,
) -> Material:  # fmt: skip
    """Make a material without content yet; raises Forbidden or BadValue."""
    title = title.strip()
    if not title or len(title) > 160:
        raise BadValue(_("请填写材料名称，不超过 160 字。"), fields={"title": _("必填，不超过 160 字")})
    if kind not in MaterialKind.values:
        raise BadValue(_("没有“%(kind)s”这类材料。") % {"kind": kind}, fields={"kind": _("请选择")})
    require_for_unit(by, "materials.add", unit)
    material = Material.objects.create(
        title=title, kind=kind, unit=unit, product=product, created_by=by, template=template,
        free_fields=free_fields or [],
    )  # fmt: skip
    journal.record(
        "materials.added", by=by, on=material, facts={"kind": material.get_kind_display(), "product": product}
    )
    search.index(material)
    return material


@transaction.atomic
def add_version(
    material: Material, *, by: Any, upload: Any = None, text: str = "", name: str = "", note: str = ""
) -> MaterialVersion:
    """Add the next version from an uploaded file or from pasted text; it is read in the background.

    Raises Forbidden, BadUpload for a file that cannot be taken, BadValue for neither or both.
    """
    require(by, "materials.add", material)
    stored = None
    if upload is not None:
        if text.strip():
            raise BadValue(_("文件与文字请二选一。"), fields={"text": _("已选择文件")})
        name = name or str(getattr(upload, "name", "")) or _("未命名")
        stored = files.store(upload, name=name, by=by)
        name = files.clean_name(name, stored)
    return _version(material, stored, text, name, note, by)


@transaction.atomic
def add_stored_version(material: Material, *, stored: Any, name: str, by: Any, note: str = "") -> MaterialVersion:
    """Add the next version from a file that is stored already."""
    require(by, "materials.add", material)
    return _version(material, stored, "", files.clean_name(name, stored), note, by)


def _version(material: Material, stored: Any, text: str, name: str, note: str, by: Any) -> MaterialVersion:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if stored is None and not text:
        raise BadUpload(_("请上传文件，或粘贴文字。"), fields={"text": _("必填")})
    if len(text) > MOST_TEXT:
        raise BadValue(_("文字不超过 20 万字，更长的请以文件上传。"), fields={"text": _("过长")})
    Material.objects.select_for_update().get(pk=material.pk)
    last = material.versions.aggregate(last=Max("number"))["last"] or 0
    version = MaterialVersion.objects.create(
        material=material,
        number=last + 1,
        name=(name or _("粘贴的文字"))[:200],
        stored=stored,
        text="" if stored is not None else text,
        sha256=stored.sha256 if stored is not None else hashing.sha256_of(text.encode()),
        note=note.strip()[:300],
        added_by=by,
    )
    journal.record("materials.version_added", by=by, on=version, facts={"name": version.name, "sha256": version.sha256})
    from xiaobao_web.materials import tasks

    tasks.read_version.using(key=f"version:{version.pk}", by=by).enqueue(version.pk)
    return version


@transaction.atomic
def screen(version: MaterialVersion, by: Any = None, *, pack: Mapping[str, Any] | None = None) -> Screening:
    """Have a version screened against the rulebook in use (or a pack of its rules) and return the screening, queued.

    One that is still open with the same pack is returned as it is; a failed one is tried anew as a new screening.
    Without a pack the one its material was screened with last is taken. `by` None: the platform.
    """
    if by is not None:
        require(by, "materials.screen", version)
    MaterialVersion.objects.select_for_update().get(pk=version.pk)
    newest = Screening.objects.filter(version__material=version.material_id).order_by("-pk").first()
    wanted = dict(pack) if pack is not None else dict(newest.pack) if newest is not None else {}
    open_one = version.screenings.filter(state__in=OPEN).order_by("-pk").first()
    if open_one is not None and open_one.pack == wanted:
        return open_one
    row = Screening.objects.create(version=version, requested_by=by, pack=wanted)
    facts = {"screening": row.pk, "pack": wanted.get("label", "")}
    journal.record("materials.screening_asked", by=by, on=version, facts=facts)
    from xiaobao_web.materials import tasks

    tasks.screen_version.using(key=f"screening:{row.pk}", by=by).enqueue(row.pk)
    return row


def screening_states(versions: list[int]) -> dict[int, Screening]:
    """Return the newest screening of each of some versions, by version id; one query."""
    rows = Screening.objects.filter(version__in=versions).order_by("pk")
    return {row.version_id: row for row in rows}


def stopped(version: MaterialVersion) -> str:
    """Return why a version's file was stopped by the safety check and what to do next; empty when it may be used.

    A page stopped only for its scripts is still read and screened: it is no reason to send another.
    """
    stored = version.stored
    if stored is None or not stored.stopped or files.is_markup_only(stored):
        return ""
    return f"“{version.name}”：{files.refusal(stored)}"


def read_released(stored: Any) -> int:
    """Read and screen anew what a released file kept from being read; return how many screenings were asked for."""
    rows = list(MaterialVersion.objects.filter(stored=stored).select_related("material"))
    newest = screening_states([row.pk for row in rows])
    asked = 0
    for row in rows:
        known = newest.get(row.pk)
        if known is not None and known.state == WorkState.FAILED.value:
            screen(row)
            asked += 1
    return asked
