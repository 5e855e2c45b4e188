"""After the opinion: the registry, the check of what was launched, the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal, search, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.materials import registry
from xiaobao_web.materials import services as materials
from xiaobao_web.reviews import clocking, data, telling
from xiaobao_web.reviews.models import (
    Lane,
    Point,
    PointEvidence,
    PointState,
    Review,
    ReviewMaterial,
    ReviewState,
    Verification,
)
from xiaobao_web.reviews.services.drafting import lock


def concluded(review: Review, *, by: Any) -> None:
    """Enter the approved versions into the registry, start the clock of verification, tell the sender."""
    approver = review.reviewer or by
    until = valid_until(review)
    for entry in review.materials.select_related("version__material", "version__reading"):
        registry.approve(
            entry.version, by=approver, valid_until=until, channels=review.channels, review=review,
            is_template=review.lane == Lane.TEMPLATE and review.template_id is None,
        )  # fmt: skip
    clocking.begin(review, "verify")
    search.index(review)
    telling.sender(review, _("审查已办结，上线后请提交落实核验：%(title)s"))


def valid_until(review: Review) -> date:
    """Return until when an approval holds: the institution's months, or the product's last day on sale if earlier."""
    start = timezone.localdate()
    months = start.month - 1 + data.clocks().valid_months
    first = date(start.year + months // 12, months % 12 + 1, 1)
    end = first + timedelta(days=min(start.day, 28) - 1)
    sold = review.product.on_sale_until if review.product is not None else None
    return min(end, sold) if sold is not None and sold >= start else end


def start_verification(
    review: Review, entry: ReviewMaterial, *, by: Any, place: str, upload: Any = None, text: str = ""
) -> Verification:
    """Take in what was launched and have it compared with what was approved (in the background)."""
    require(by, "reviews.verify", review)
    if review.state != ReviewState.CONCLUDED:
        raise Refused(_("只有“待落实核验”的事项可以核验。"))
    if not place.strip():
        raise BadValue(_("请填写上线位置（网址、网点、账号等）。"), fields={"place": _("必填")})
    stored = files.store(upload, name=upload.name, by=by) if upload is not None else None
    with transaction.atomic():
        lock(review)
        note = _("上线核验")
        if stored is not None:
            version = materials.add_stored_version(entry.material, stored=stored, name=upload.name, by=by, note=note)
        else:
            version = materials.add_version(entry.material, text=text, by=by, note=note)
        row = Verification.objects.create(
            review=review, approved_version=entry.version, launched_version=version, place=place.strip()[:300], by=by
        )
        from xiaobao_web.reviews.tasks import compare_launched

        compare_launched.using(key=f"verification:{row.pk}", by=by).enqueue(row.pk)
    return row


@transaction.atomic
def decide_verification(
    verification: Verification, *, by: Any, accepted: bool, note: str, evidence: Sequence[Mapping[str, Any]] = ()
) -> Verification:
    """Accept or refuse what was launched; each point of the opinion needs its evidence, a mismatch opens an issue.

    evidence is [{"point", "followed", "note"}].
    """
    review = lock(verification.review)
    require(by, "reviews.verify", review)
    row = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    if row.accepted is not None:
        raise Refused(_("这次核验已有结论；如需更正，请重新核验。"))
    if row.comparing:
        raise Refused(_("上线版本还在与批准版本比对，比对完再作结论。"))
    given = {int(item["point"]): item for item in evidence}
    wanted = list(points_to_evidence(review))
    missing = [point for point in wanted if not str(given.get(point.pk, {}).get("note", "")).strip()]
    if missing:
        raise BadValue(_("还有 %d 条意见没有写落实证据。") % len(missing), fields={"evidence": _("请逐条填写")})
    left = [point for point in wanted if not given[point.pk].get("followed")]
    if accepted and left:
        raise BadValue(_("有 %d 条意见未落实，核验不能通过。") % len(left))
    if not note.strip() and (not accepted or not row.same):
        raise BadValue(_("上线版本与批准版本不一致或核验不通过的，请写明情况。"), fields={"note": _("必填")})
    row.accepted, row.note, row.by = accepted, note.strip(), by
    row.save()
    for point in wanted:
        item = given[point.pk]
        PointEvidence.objects.create(
            verification=row, point=point, followed=bool(item.get("followed")), note=str(item["note"]).strip()
        )
    told = _("通过") if accepted else _("不通过")
    journal.record("reviews.verified", by=by, on=review, facts={"result": told, "comment": row.note})
    if not accepted:
        _open_issue(row, by=by)
        telling.sender(review, _("落实核验不通过，已列入问题台账：%(title)s"))
    return row


def points_to_evidence(review: Review) -> Any:
    """Return the points that what was launched must show: settled ones that were adopted."""
    return Point.objects.filter(
        opinion__review=review, state=PointState.SETTLED, answers__superseded=False, answers__adopted=True
    ).distinct()


def _open_issue(row: Verification, *, by: Any) -> None:
    from xiaobao_web.findings import services as findings

    findings.open_issue(
        source="review",
        title=_("上线版本与批准版本不一致：%s") % row.review.title,
        description=_("位置：%(place)s；相似度 %(likeness).1f%%。%(note)s")
        % {"place": row.place, "likeness": row.likeness * 100, "note": row.note},
        unit=row.review.unit,
        severity="high",
        on=row.review,
        by=by,
    )


@transaction.atomic
def note_not_launched(review: Review, *, by: Any, note: str) -> Verification:
    """Enter that nothing was launched, and why; the review may then be archived."""
    row = lock(review)
    require(by, "reviews.verify", row)
    if row.state != ReviewState.CONCLUDED:
        raise Refused(_("只有“待落实核验”的事项可以登记。"))
    if not note.strip():
        raise BadValue(_("请写明未上线的原因。"), fields={"note": _("必填")})
    made = Verification.objects.create(
        review=row, place=_("未上线"), same=True, likeness=1, accepted=True, note=note.strip(), by=by
    )
    journal.record("reviews.verified", by=by, on=row, facts={"result": _("未上线"), "comment": made.note})
    return made


@transaction.atomic
def archive(review: Review, *, by: Any, comment: str = "") -> Review:
    """Archive a verified review; the dossier is made by a job."""
    moved = states.move(review, "archive", by=by, comment=comment)
    clocking.meet(moved, "verify")
    from xiaobao_web.reviews.tasks import make_dossier

    make_dossier.using(key=f"dossier:{moved.pk}", by=by).enqueue(moved.pk)
    search.index(moved)
    return moved


@transaction.atomic
def keep_as(review: Review, *, retention: str, by: Any) -> Review:
    """Put a review's archive into a class of retention; the last day of what is archived already moves with it."""
    from xiaobao_web.reviews import dossier

    row = lock(review)
    require(by, "reviews.hold", row)
    classes = data.retention()["classes"]
    if retention not in classes:
        raise BadValue(_("请选择保管类别。"), fields={"retention": _("请选择")})
    was, row.retention = row.retention, retention
    row.save(update_fields=["retention"])
    until = dossier.retain_until(row)
    if row.archived_at is not None:
        files.retain(files.attachments_of(row).filter(purpose__in=["dossier", "archive"]), until=until)
    label = classes[retention]["label"]
    changes = {str(_("保管类别")): [classes.get(was, {}).get("label", was), label]}
    journal.record("reviews.retention_set", by=by, on=row, facts={"label": label}, changes=changes)
    return row


@transaction.atomic
def hold(review: Review, *, by: Any, reason: str) -> Review:
    """Set a legal hold for a reason: nothing of the review is let go of while it stands; an empty reason lifts it."""
    row = lock(review)
    require(by, "reviews.hold", row)
    was = row.legal_hold
    reason = reason.strip()[:200]
    if not reason and not was:
        raise Refused(_("没有法律保留可以解除。"))
    row.legal_hold = reason
    row.save(update_fields=["legal_hold"])
    files.hold(files.attachments_of(row), by=by, reason=reason)
    name = "reviews.hold_set" if reason else "reviews.hold_lifted"
    journal.record(name, by=by, on=row, facts={"reason": reason or was})
    return row
