"""A product system or OA starts a review, asks for its state and takes the opinion: once per external number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.reviews.models import Review, ReviewState
from xiaobao_web.reviews.services import drafting


def start(
    *,
    ref: str,
    system: str,
    by: Any,
    uploads: Iterable[Any] = (),
    texts: Iterable[Mapping[str, str]] = (),
    **values: Any,
) -> tuple[Review, bool]:
    """Make a draft for an external number and return it, and whether it is new; a known number gives its review.

    uploads are files, texts {"title", "text"}. Those that arrived before a crash are not added twice.
    """
    ref = ref.strip()
    if not ref or len(ref) > 80:
        raise BadValue(_("外部编号必填，不超过 80 字。"), fields={"external_ref": _("必填")})
    review = Review.objects.filter(external_ref=ref).first()
    made = review is None
    if review is None:
        try:
            with transaction.atomic():
                review = drafting.create(by=by, **values)
                review.external_ref, review.external_system = ref, system.strip()[:60]
                review.save(update_fields=["external_ref", "external_system"])
                facts = {"system": review.external_system or _("外部系统"), "ref": ref}
                journal.record("reviews.external_started", by=by, on=review, facts=facts)
        except IntegrityError:
            review, made = Review.objects.get(external_ref=ref), False
    if review.unit_id != by.unit_id and review.created_by_id != by.pk:
        raise Refused(_("这个外部编号已被其他机构使用。"))
    if review.state == ReviewState.DRAFT:
        add(review, uploads, texts, by=by)
    return review, made


def add(review: Review, uploads: Iterable[Any], texts: Iterable[Mapping[str, str]], *, by: Any, kind: str = "") -> None:
    """Add files and texts to a draft, those that are there already left out."""
    from xiaobao_web.kernel import files
    from xiaobao_web.materials.hashing import sha256_of

    known = set(review.materials.values_list("version__sha256", flat=True))
    for upload in uploads:
        stored = files.store(upload, name=upload.name, by=by)
        if stored.sha256 not in known:
            upload.seek(0)
            drafting.add_material(review, by=by, upload=upload, kind=kind)
            known.add(stored.sha256)
    for item in texts:
        text = item.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()
        if text and sha256_of(text.encode()) not in known:
            drafting.add_material(review, by=by, text=text, title=item.get("title", ""))
            known.add(sha256_of(text.encode()))
