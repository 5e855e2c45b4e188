"""The request of somebody who has signed in: the middleware lets nobody else through to a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from xiaobao_web.people.models import Person


class SignedIn(HttpRequest):
    """A request whose user is a person."""

    user: Person


def row_key(word: str) -> int:
    """Return the key of a row that a form or an address gives; 0, which no row has, for all else (² is a digit)."""
    word = word.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else 0
