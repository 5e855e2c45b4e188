"""The navigation: entries declared by apps, grouped by the life of a sale; only what one may use is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import holds

SECTIONS: dict[str, str | Promise] = {
    "desk": _("工作台"),
    "before": _("事前"),
    "during": _("事中"),
    "after": _("事后"),
    "rights": _("权益与信息"),
    "governance": _("治理"),
    "system": _("系统"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the navigation."""

    section: str
    label: str | Promise
    url_name: str
    permission: str
    icon: str
    order: int


ENTRIES: list[Entry] = []


def entry(section: str, label: str | Promise, url_name: str, permission: str, icon: str, order: int = 50) -> Entry:
    """Declare a line of the navigation; raises KeyError for an unknown section."""
    SECTIONS[section]
    made = Entry(section, label, url_name, permission, icon, order)
    ENTRIES.append(made)
    return made


def for_user(user: Any, path: str) -> list[dict[str, Any]]:
    """Return the sections with the lines a person may use; the longest address that fits the path is current."""
    lines = [(e, reverse(e.url_name)) for e in ENTRIES if not e.permission or holds(user, e.permission)]
    current = max((url for _e, url in lines if path.startswith(url)), key=len, default="")
    out = []
    for key, label in SECTIONS.items():
        mine = sorted(((e, url) for e, url in lines if e.section == key), key=lambda pair: pair[0].order)
        if mine:
            items = [{"label": e.label, "url": url, "icon": e.icon, "current": url == current} for e, url in mine]
            out.append({"key": key, "label": label, "items": items})
    return out


def inbox_count(user: Any) -> int:
    """Return how many unread notices a person has."""
    return 0
