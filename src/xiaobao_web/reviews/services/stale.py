"""Two pages of one draft: neither writes over what the other kept in the meantime."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import Refused
from xiaobao_web.reviews.models import Review
from xiaobao_web.reviews.services.drafting import EDITABLE, lock


def marks(review: Review) -> dict[str, str]:
    """Return what a page of a draft shows, as short marks: of what it says of itself, and of its self-assessment."""
    fields: list[Any] = [review._meta.get_field(name) for name in EDITABLE]
    details = [str(getattr(review, field.attname)) for field in fields]
    return {"details": _mark(details), "assessment": _mark([review.subject, review.assessment.answers])}


def require_seen(review: Review, part: str, seen: str) -> None:
    """Refuse to keep a part of a draft that another page changed after this one was opened; within a transaction."""
    lock(review)
    now = Review.objects.select_related("assessment").get(pk=review.pk)
    if seen and seen != marks(now)[part]:
        raise Refused(
            _(
                "这份草稿刚在别的页面修改过。请返回草稿页看新的内容；您填的还保留着，点“恢复”即可取回，再保存以您的为准。"
            )
        )


def _mark(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
