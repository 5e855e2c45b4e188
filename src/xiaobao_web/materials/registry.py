"""The registry of approved material (营销宣传台账): approve, withdraw, remind, expire; place and take down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import deadlines, files, journal, search, states
from xiaobao_web.kernel.access import holders, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.materials import hashing
from xiaobao_web.materials.access import require_for_unit
from xiaobao_web.materials.models import (
    ApprovedMaterial,
    ApprovedState,
    Band,
    BandKind,
    MaterialVersion,
    Placement,
    PlacementKind,
    TextSignature,
)

CHANNELS = (
    "网点",
    "官方网站",
    "手机银行",
    "微信公众号",
    "视频号与短视频",
    "短信",
    "电话",
    "户外",
    "报刊电视",
    "第三方平台",
    "员工转发",
)
"""Channels offered by default; others may be written in."""
REMIND_WORKING_DAYS = 7
REMIND_PLACEMENT_DAYS = 3
"""Working days before the end of a validity, and of one placement, that people are told of it."""


@transaction.atomic
def approve(
    version: MaterialVersion, *, by: Any, valid_until: date | None = None, channels: Iterable[str] = (),
    review: Any = None, valid_from: date | None = None, conditions: str = "", is_template: bool = False,
) -> ApprovedMaterial:  # fmt: skip
    """Enter a version as approved and return its entry; one entered before is returned as it is.

    Raises Forbidden (four eyes), Refused for withdrawn approval, BadValue for a validity that ends before it begins.
    """
    known = ApprovedMaterial.objects.filter(version=version).first()
    if known is not None:
        if known.state == ApprovedState.WITHDRAWN.value:
            raise Refused(_("这一版的批准已撤回，请提交新版本重新审查。"))
        return known
    require(by, "materials.approve", version)
    valid_from = valid_from or timezone.localdate()
    if valid_until is not None and valid_until < valid_from:
        raise BadValue(_("有效期止日早于起日。"), fields={"valid_until": _("应不早于起日")})
    material, reading = version.material, version.reading
    approved = ApprovedMaterial.objects.create(
        number=next_number("YX"), version=version, review=review, unit=material.unit, product=material.product,
        title=material.title, channels=[str(item) for item in channels], valid_from=valid_from, valid_until=valid_until,
        conditions=conditions, is_template=is_template, sha256=version.sha256,
        text_hash=reading.text_hash if reading is not None else hashing.text_hash(version.text),
        perceptual_hash=version.perceptual_hash, approved_by=by,
    )  # fmt: skip
    journal.record(
        "materials.approved", by=by, on=approved,
        facts={"sha256": version.sha256, "until": valid_until, "channels": approved.channels, "review": review},
    )  # fmt: skip
    index(approved)
    search.index(approved)
    return approved


def index(approved: ApprovedMaterial) -> None:
    """Write the bands by which an approved version and what is nearly it are found; again after a later reading."""
    Band.objects.filter(approved=approved).delete()
    rows: list[Band] = []
    mark = approved.perceptual_hash
    if mark:
        rows += _bands(approved, BandKind.IMAGE.value, hashing.image_bands(mark))
    reading = approved.version.reading
    text = reading.text if reading is not None else approved.version.text
    signature = hashing.signature(text)
    if signature is not None:
        rows += _bands(approved, BandKind.TEXT.value, hashing.text_bands(signature))
        TextSignature.objects.update_or_create(approved=approved, defaults={"data": hashing.pack(signature)})
    Band.objects.bulk_create(rows)


def _bands(approved: ApprovedMaterial, kind: str, values: list[int]) -> list[Band]:
    return [Band(approved=approved, kind=kind, value=value) for value in values]


def learn(version: MaterialVersion) -> None:
    """Bring a version's entry up to what its reading, made after the approval, says."""
    approved = ApprovedMaterial.objects.filter(version=version).first()
    if approved is None or version.reading is None or approved.text_hash == version.reading.text_hash:
        return
    with transaction.atomic():
        approved.text_hash, approved.perceptual_hash = version.reading.text_hash, version.perceptual_hash
        approved.save(update_fields=["text_hash", "perceptual_hash"])
        approved.version = version
        index(approved)
        search.index(approved)


def withdraw(approved: ApprovedMaterial, *, by: Any, reason: str) -> ApprovedMaterial:
    """Withdraw an approval for a reason; what is placed must be taken down, and those who placed it are told."""
    if not reason.strip():
        raise BadValue(_("请写明撤回的原因。"), fields={"reason": _("必填")})
    with transaction.atomic():
        states.move(approved, "withdraw_approval", by=by, reason=reason.strip(), comment=reason.strip())
        told = {placement.added_by for placement in shown(approved)} | {approved.version.added_by}
        notify(
            told,
            "materials.withdrawn",
            _("“%(title)s”的批准已撤回，请立即停用并下线") % {"title": approved.title},
            on=approved,
        )
    return approved


def shown(approved: ApprovedMaterial) -> Any:
    """Return the placements of an entry that are not taken down."""
    return approved.placements.filter(removed_at__isnull=True).select_related("added_by", "unit")


def remind_and_expire(today: date | None = None) -> tuple[int, int]:
    """Remind of what expires in seven working days, expire what is past; return how many of each. Safe to repeat."""
    today = today or timezone.localdate()
    horizon = deadlines.calendar().add_working_days(today, REMIND_WORKING_DAYS).date
    valid = ApprovedMaterial.objects.filter(state=ApprovedState.VALID.value, valid_until__isnull=False)
    reminded = sum(
        _remind(item) for item in valid.filter(valid_until__range=(today, horizon), reminded_at__isnull=True)
    )
    expired = 0
    for item in valid.filter(valid_until__lt=today):
        _expire(item)
        expired += 1
    return reminded, expired


def remind_of_placements(today: date | None = None) -> int:
    """Remind of placements that end in three working days, and again when they should be down; return how many.

    Safe to repeat: each is told once before its end and once after it.
    """
    today = today or timezone.localdate()
    horizon = deadlines.calendar().add_working_days(today, REMIND_PLACEMENT_DAYS).date
    rows = Placement.objects.filter(removed_at__isnull=True, end__lte=horizon)
    untold = Q(reminded_on__isnull=True) | Q(end__lt=today, reminded_on__lte=F("end"))
    # An entry that expired or was withdrawn has told of its placements itself.
    rows = rows.filter(untold, approved__state=ApprovedState.VALID.value)
    return sum(_remind_of(row, today) for row in rows.select_related("approved", "unit", "added_by", "person"))


@transaction.atomic
def _remind_of(row: Placement, today: date) -> int:
    if not Placement.objects.filter(pk=row.pk, reminded_on=row.reminded_on).update(reminded_on=today):
        return 0
    over = row.end is not None and row.end < today
    told = _("“%(title)s”在%(place)s的投放将于 %(end)s 到期，请安排下线")
    if over:
        told = _("“%(title)s”在%(place)s的投放已于 %(end)s 到期，请下线并上传证明")
    words = {"title": row.approved.title, "place": f"{row.channel} {row.place}"[:60], "end": row.end}
    people = {row.added_by, row.person, *holders("materials.remove_placement", row).filter(posts__role="liaison")}
    url = reverse("placement_take_down", args=[row.pk]) if over else ""
    notify(people, "materials.placement_ends", told % words, on=row.approved, url=url)
    return 1


def _people(approved: ApprovedMaterial) -> set[Any]:
    people = {approved.version.added_by, *(row.added_by for row in shown(approved))}
    return people | set(holders("materials.place", approved).filter(posts__role="liaison"))


@transaction.atomic
def _remind(approved: ApprovedMaterial) -> int:
    claimed = ApprovedMaterial.objects.filter(pk=approved.pk, reminded_at__isnull=True).update(
        reminded_at=timezone.now()
    )
    if claimed:
        until = approved.valid_until
        journal.record("materials.expiry_reminded", on=approved, facts={"until": until})
        title = _("“%(title)s”将于 %(until)s 到期，请续期送审或安排下线") % {"title": approved.title, "until": until}
        notify(_people(approved), "materials.expiring", title, on=approved)
    return claimed


@transaction.atomic
def _expire(approved: ApprovedMaterial) -> None:
    states.move(approved, "expire", by=None)
    left = shown(approved).count()
    if left:
        title = _("“%(title)s”已过有效期，仍有 %(n)d 处投放，请下线并上传证明") % {"title": approved.title, "n": left}
        notify(_people(approved), "materials.expired", title, on=approved)


@transaction.atomic
def place(
    approved: ApprovedMaterial, *, by: Any, channel: str, place: str, unit: Any, start: date, end: date | None = None,
    kind: str = PlacementKind.OWN, copies: int = 1, person: Any = None, partner: Any = None,
) -> Placement:  # fmt: skip
    """Enter where an approved material is shown: by the institution, a member of staff or a partner.

    Raises Refused where it may not be used then or there, BadValue for what is missing.
    """
    row = Placement(
        approved=approved, kind=kind, channel=channel.strip()[:60], place=place.strip()[:300], unit=unit, person=person,
        partner=partner, copies=copies, start=start, end=end, added_by=by,
    )  # fmt: skip
    require_for_unit(by, "materials.place", unit)
    _check(approved, row)
    row.save()
    facts = {"channel": row.channel, "place": row.place, "copies": copies, "kind": row.get_kind_display(), "unit": unit}
    journal.record("materials.placed", by=by, on=approved, facts=facts)
    return row


def _check(approved: ApprovedMaterial, row: Placement) -> None:
    if not row.channel or not row.place:
        raise BadValue(_("请填写渠道与位置（或网址）。"), fields={"place": _("必填")})
    if row.kind not in PlacementKind.values:
        raise BadValue(_("没有这种投放方式。"), fields={"kind": _("请选择")})
    if row.end is not None and row.end < row.start:
        raise BadValue(_("投放止日早于起日。"), fields={"end": _("应不早于起日")})
    if row.kind == PlacementKind.STAFF and row.person is None:
        raise BadValue(_("员工转发须登记是哪位员工。"), fields={"person": _("必填")})
    if row.kind == PlacementKind.PARTNER and row.partner is None:
        raise BadValue(_("合作机构广告须登记合作机构。"), fields={"partner": _("必填")})
    if row.copies < 1:
        raise BadValue(_("数量至少为 1。"), fields={"copies": _("至少为 1")})
    if not approved.usable_on(row.start):
        raise Refused(
            _("“%(title)s”%(state)s（有效期 %(since)s 至 %(until)s），不能投放；请先送审。")
            % {"title": approved.title, "state": approved.get_state_display(), "since": approved.valid_from,
               "until": approved.valid_until or _("长期")}
        )  # fmt: skip
    if row.end is not None and approved.valid_until is not None and row.end > approved.valid_until:
        raise Refused(
            _("投放止日超过了批准的有效期 %(until)s，请缩短投放或续期送审。") % {"until": approved.valid_until}
        )
    if approved.channels and row.channel not in approved.channels:
        allowed = "、".join(approved.channels)
        raise Refused(
            _("批准的渠道是%(allowed)s，不含“%(channel)s”；换渠道须重新送审。")
            % {"allowed": allowed, "channel": row.channel}
        )


@transaction.atomic
def take_down(placement: Placement, *, by: Any, proof: Any = None, note: str = "", at: Any = None) -> Placement:
    """Enter that a placement was taken down, with its proof (a file) or a note that says why there is none."""
    row = Placement.objects.select_for_update(of=("self",)).select_related("approved").get(pk=placement.pk)
    require(by, "materials.remove_placement", row)
    if row.removed_at is not None:
        raise Refused(_("这处投放已经登记下线。"))
    if proof is None and not note.strip():
        raise BadValue(_("请上传下线证明（截图或照片）；确实没有的，请说明。"), fields={"proof": _("必填")})
    if proof is not None:
        stored = files.store(proof, name=str(getattr(proof, "name", "proof.png")), by=by)
        files.attach(row, stored, name=str(getattr(proof, "name", _("下线证明"))), purpose="removal", by=by)
    row.removed_at, row.removal_note = at or timezone.now(), note.strip()[:300]
    row.save(update_fields=["removed_at", "removal_note"])
    facts = {"channel": row.channel, "place": row.place, "proof": proof is not None}
    journal.record("materials.removed", by=by, on=row.approved, facts=facts)
    return row
