"""The line of each organisation, as figures group by it: what stands directly below the top of what a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from xiaobao_web.kernel.access import scope


@dataclass(frozen=True)
class Line:
    """A line: its organisation, its name, and whether a list's filter by it shows exactly what was counted."""

    pk: int
    name: str
    whole: bool = True


def lines(user: Any, permission: str) -> dict[int, Line]:
    """Return the line of every organisation by id: the child of the person's top that it is or lies below; one query.

    The top is the institution for who sees all of it, else the person's own organisation; the top itself is a line of
    what lies at it and not below.
    """
    rows = list(apps.get_model("people", "Organisation")._default_manager.only("pk", "name", "path", "parent_id"))
    by_id = {row.pk: row for row in rows}
    own = by_id.get(user.unit_id)
    top = own if own is not None and not scope(user, permission).everywhere else None
    found = {}
    for row in rows:
        ids = [int(part) for part in row.path.split("/") if part]
        base = [int(part) for part in top.path.split("/") if part] if top is not None else ids[:1]
        if ids[: len(base)] != base:
            base = ids[:1]
        place = by_id.get(ids[len(base)]) if len(ids) > len(base) else None
        if place is not None:
            found[row.pk] = Line(place.pk, place.name)
        else:
            found[row.pk] = Line(row.pk, _("%s（本级）") % row.name, whole=False)
    return found
