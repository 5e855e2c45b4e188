"""Compare what was launched with what was approved: bytes, words, the pictures of their pages tile by tile."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.errors import XiaobaoError
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.materials import difference, hashing, reading
from xiaobao_web.reviews.models import Verification

PICTURE_BITS = 4
"""Bits of 64 in which the pictures of the same poster may differ after saving it anew."""
PAGES = 40
"""Pages whose pictures are compared; later ones are compared by their words."""
SMALLEST = 0.0015
"""Share of a page from which a changed region is shown: about a line of small print; less is noise of saving."""
THOUSANDTHS = 1000


def compare(verification: Verification) -> Verification:
    """Compare the launched version with the approved one and write down what differs.

    A large local change (another price, another seal) makes them differ even where the perceptual hashes are near.
    """
    old, new = verification.approved_version, verification.launched_version
    assert old is not None
    assert new is not None
    same, likeness, told, regions = True, 1.0, [], []
    if old.sha256 != new.sha256:
        before, after = reading.read(old), reading.read(new)
        old.refresh_from_db()
        new.refresh_from_db()
        likeness = difference.likeness(before.text, after.text) if before.text or after.text else 1.0
        told = difference.as_plain(difference.of_texts(before.text, after.text)) if likeness < 1 else []
        pictured = bool(old.perceptual_hash and new.perceptual_hash)
        bits = hashing.image_distance(old.perceptual_hash, new.perceptual_hash) if pictured else 0
        regions = page_differences(before.pages, after.pages)
        if pictured:
            likeness = min(likeness, 1 - bits / 64)
        worded = before.text_hash == after.text_hash
        paged = not (before.pages and after.pages) or len(before.pages) == len(after.pages)
        same = worded and paged and bits <= PICTURE_BITS and not regions
        told = [item for item in told if item["kind"] != "equal" or not worded]
    Verification.objects.filter(pk=verification.pk).update(
        same=same, likeness=round(likeness, 4), differences=told, regions=regions, compared_at=timezone.now(), fault=""
    )
    verification.refresh_from_db()
    return verification


def cannot(verification: Verification, error: Exception) -> None:
    """Write down why what was launched could not be compared, so that a person compares it."""
    told = str(error.message) if isinstance(error, PlatformError | XiaobaoError) else ""
    told = told or _("比对时出错，请重新上传，或由人工核对。")
    Verification.objects.filter(pk=verification.pk, compared_at=None).update(fault=told[:300])


def page_differences(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the pages whose pictures differ, with the boxes of what changed in thousandths of the new page.

    Pages that only one of them has are left out: the count of pages tells them.
    """
    out = []
    for was, now in zip(old[:PAGES], new[:PAGES], strict=False):
        if was["file"] == now["file"]:
            continue
        before, after = _bytes(was), _bytes(now)
        if not before or not after:
            continue
        found = difference.of_pictures(before, after)
        boxes = [_box(region) for region in found.regions if _area(region) >= SMALLEST]
        if boxes:
            out.append({"page": now["page"], "changed": found.changed, "boxes": boxes})
    return out


def _area(region: tuple[float, float, float, float]) -> float:
    x0, y0, x1, y1 = region
    return (x1 - x0) * (y1 - y0)


def _box(region: tuple[float, float, float, float]) -> list[int]:
    x0, y0, x1, y1 = (round(value * THOUSANDTHS) for value in region)
    return [x0, y0, max(1, x1 - x0), max(1, y1 - y0)]


def _bytes(page: dict[str, Any]) -> bytes:
    """Return the picture of a page; empty where it is no longer there."""
    stored = StoredFile.objects.filter(pk=page["file"]).first()
    if stored is None:
        return b""
    try:
        with files.open_stored(stored) as file:
            return file.read()
    except (PlatformError, OSError):
        return b""
