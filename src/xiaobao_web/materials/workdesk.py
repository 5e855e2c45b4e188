"""What material puts on the work-desk: advertisements still shown whose time is over, and a check of a sentence."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import desk
from xiaobao_web.kernel.access import holds, visible_to
from xiaobao_web.kernel.tallies import link
from xiaobao_web.materials import queries
from xiaobao_web.materials.models import Placement


def waiting(user: Any) -> desk.Shelf | None:
    """Return the placements at or below a person's organisation to take down; all of them are late."""
    if not holds(user, "materials.remove_placement"):
        return None
    if user.unit is None:
        return None
    past = queries.open_past(user).filter(unit__path__startswith=user.unit.path)
    mine = visible_to(user, Placement.objects.all(), "materials.remove_placement")
    past = past.filter(pk__in=mine.values("pk"))
    total = past.count()
    ordered = past.select_related("approved", "unit").order_by(F("end").asc(nulls_last=True), "pk")
    first = list(ordered[: desk.SHOWN]) if total else []
    url = link("placements", view="past")
    return desk.Shelf(gettext_lazy("营销宣传台账"), [_item(row) for row in first], total, total, url)


def _item(row: Placement) -> desk.Item:
    due = timezone.make_aware(datetime.combine(row.end, time(23, 59))) if row.end is not None else None
    return desk.Item(
        title=row.approved.title,
        url=reverse("placement_take_down", args=[row.pk]),
        number=row.approved.number,
        step=_("下线并留证"),
        party=f"{row.unit} · {row.channel} {row.place}"[:80],
        late=True,
        due=due,
    )


def steps(user: Any) -> list[desk.Step]:
    """Return what one may begin with."""
    if not holds(user, "materials.check"):
        return []
    hint = gettext_lazy("把一句话、一段文案粘贴进来，马上看到哪里不合适、依据哪一条、怎么改。")
    return [desk.Step(gettext_lazy("先自查一段文字"), hint, reverse("material_check_text"), "wand")]


desk.provider("waiting", "materials", waiting, 30)
desk.provider("steps", "materials", steps, 20)
