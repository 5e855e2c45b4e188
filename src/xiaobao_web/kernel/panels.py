"""What other apps put on an app's page: a panel is entered once and stands wherever the page gives it a place.

    panel("product", "credit/_panel.html", lambda user, product: {...} or None)

and in the page `{% load panels %}{% panels "product" product %}`. A panel whose function returns None is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Context = Callable[[Any, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A template with the function that says what it shows a person of an object."""

    template: str
    context: Context
    order: int


PANELS: dict[str, list[Panel]] = {}


def panel(place: str, template: str, context: Context, *, order: int = 100) -> Panel:
    """Enter a panel at a place, as `product` or `review`."""
    made = Panel(template, context, order)
    PANELS.setdefault(place, []).append(made)
    PANELS[place].sort(key=lambda item: item.order)
    return made


def at(place: str, user: Any, obj: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the template and the context of each panel that has something to show a person."""
    found = ((item.template, item.context(user, obj)) for item in PANELS.get(place, ()))
    return [(template, context) for template, context in found if context is not None]
