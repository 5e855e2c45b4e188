"""The navigation: apps enter their pages once, under the life of a sale; each person sees what they may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.errors import Undeclared

if TYPE_CHECKING:
    from xiaobao_web.people.models import Person

Text = str | Promise
Counter = Callable[[Any], int]

SECTIONS: dict[str, Text] = {
    "desk": "",
    "before": _("事前"),
    "during": _("事中"),
    "after": _("事后"),
    "rights": _("权益与信息"),
    "governance": _("治理"),
    "system": _("系统"),
}
"""Section names in their order, with the headings people read; the desk stands first, without a heading."""

HEADINGS = {
    "工作台": "desk",
    "事前": "before",
    "事中": "during",
    "事后": "after",
    "权益与信息": "rights",
    "治理": "governance",
    "系统": "system",
}
"""A section may also be named by its heading."""


@dataclass(frozen=True)
class Entry:
    """A page of the navigation: where it stands, what it is called, where it leads, who may open it."""

    section: str
    label: Text
    url_name: str
    permission: str | None
    icon: str
    order: int = 100
    count: Counter | None = None
    """How many things wait there for a person; one query at most."""


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it on one page."""

    label: Text
    url: str
    icon: str
    current: bool
    count: int


@dataclass(frozen=True)
class Section:
    """A section with the links that a person may use."""

    name: str
    label: Text
    links: tuple[Link, ...]


ENTRIES: dict[str, Entry] = {}


def entry(
    section: str,
    label: Text,
    url_name: str,
    permission: str | None,
    icon: str,
    order: int = 100,
    *,
    count: Counter | None = None,
) -> Entry:
    """Enter a page into the navigation; without a permission everybody who signed in sees it.

    Raises Undeclared for an unknown section or an address entered twice.
    """
    section = HEADINGS.get(section, section)
    if section not in SECTIONS:
        raise Undeclared(f"导航没有分区 {section}")
    if url_name in ENTRIES:
        raise Undeclared(f"导航项 {url_name} 登记了两次")
    ENTRIES[url_name] = Entry(section, label, url_name, permission, icon, order, count)
    return ENTRIES[url_name]


def for_user(user: Person, path: str) -> list[Section]:
    """Return the sections a person may use, the link nearest above `path` marked as current."""
    open_to = [item for item in _ordered() if item.permission is None or holds(user, item.permission)]
    urls = {item.url_name: reverse(item.url_name) for item in open_to}
    above = [url for url in urls.values() if path == url or (url != "/" and path.startswith(url))]
    here = max(above, key=len, default="")
    sections = []
    for name, label in SECTIONS.items():
        links = tuple(
            _link(item, urls[item.url_name], here, user) for item in open_to if item.section == name
        )
        if links:
            sections.append(Section(name, label, links))
    return sections


def _link(item: Entry, url: str, here: str, user: Person) -> Link:
    return Link(item.label, url, item.icon, url == here, item.count(user) if item.count else 0)


def _ordered() -> Iterator[Entry]:
    return iter(sorted(ENTRIES.values(), key=lambda item: (item.order, item.url_name)))


def inbox_count(user: Person) -> int:
    """Return how many notifications a person has not read."""
    from xiaobao_web.kernel.notifications import unread

    return unread(user)
