"""Many points at once: adopt all that are open with one new version, accept all answers that are left."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.reviews.models import Answer, Point, Review, ReviewMaterial, ReviewState
from xiaobao_web.reviews.services import answers, drafting


def adopt_all(
    review: Review, *, by: Any, text: str, entry: ReviewMaterial | None = None, upload: Any = None, pasted: str = "",
    note: str = "",
) -> int:  # fmt: skip
    """Adopt every point that is still open, with one new version when given; return how many were adopted.

    All or none: raises Refused that names the materials which still lack the new version a point demands. Points
    answered before keep their answers.
    """
    require(by, "reviews.answer", review)
    if not text.strip():
        raise BadValue(_("请写明怎样修改的。"), fields={"text": _("必填")})
    stored = files.store(upload, name=upload.name, by=by) if upload is not None else None
    if (stored is not None or pasted.strip()) and entry is None:
        raise BadValue(_("请选择修改稿属于哪份材料。"), fields={"entry": _("请选择")})
    with transaction.atomic():
        row = drafting.lock(review)
        left = _open_points(row)
        if entry is not None and (stored is not None or pasted.strip()):
            name = upload.name if upload is not None else ""
            entry = drafting.put_version(entry, by=by, stored=stored, name=name, text=pasted, note=note)
        fresh = _newer_versions(row, left, entry)
        for point in left:
            answers.answer_point(point, by=by, adopted=True, text=text, version=fresh[point.pk])
    return len(left)


def _open_points(review: Review) -> list[Point]:
    if review.state != ReviewState.ANSWERING:
        raise Refused(_("当前状态为“%s”，现在不能答复。") % review.get_state_display())
    left = list(review.open_points().select_related("finding__version__material").order_by("order", "pk"))
    if not left:
        raise Refused(_("没有待答复的意见，直接提交答复即可。"))
    return left


def _newer_versions(review: Review, points: list[Point], put: ReviewMaterial | None) -> dict[int, Any]:
    """Return the new version that each point is answered with; raises Refused for materials that still need one."""
    entries = {row.material_id: row for row in review.materials.select_related("material", "version")}
    out: dict[int, Any] = {}
    lacking: dict[str, int] = {}
    for point in points:
        if point.finding is None:
            out[point.pk] = put.version if put is not None else None
            continue
        entry = entries.get(point.finding.version.material_id)
        newer = entry is not None and entry.version_id != point.finding.version_id
        out[point.pk] = entry.version if entry is not None and newer else None
        if point.must and entry is not None and not newer:
            lacking[entry.material.title] = lacking.get(entry.material.title, 0) + 1
    if lacking:
        told = "、".join(_("“%(title)s”（%(n)d 条）") % {"title": title, "n": n} for title, n in lacking.items())
        raise Refused(_("这些材料还没有修改稿，必须修改的意见不能只答“采纳”：%s。请先上传修改稿。") % told)
    return out


@transaction.atomic
def accept_rest(review: Review, *, by: Any) -> int:
    """Accept every answer of the round that nobody has decided; return how many. Those refused before stay so."""
    row = drafting.lock(review)
    require(by, "reviews.confirm", row)
    if row.state != ReviewState.CONFIRMING:
        raise Refused(_("当前状态为“%s”，没有要确认的答复。") % row.get_state_display())
    left = undecided(row)
    if not left:
        raise Refused(_("答复都已逐条处理，没有剩余的。"))
    for answer in left:
        answers.confirm_answer(answer.point, by=by, accept=True)
    return len(left)


def undecided(review: Review) -> list[Answer]:
    """Return the answers of the round that the reviewer has neither accepted nor refused."""
    rows = review.unconfirmed_answers().filter(confirmed__isnull=True)
    return list(rows.select_related("point").order_by("point__order", "pk"))
