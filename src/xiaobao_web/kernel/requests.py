"""The request of somebody who has signed in: the middleware lets nobody else through to a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from xiaobao_web.people.models import Person


class SignedIn(HttpRequest):
    """A request whose user is a person."""

    user: Person
