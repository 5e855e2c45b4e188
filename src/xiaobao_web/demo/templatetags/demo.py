"""What the sign-in page shows of the demonstration."""

from __future__ import annotations

from django import template

from xiaobao_web.demo.personas import Persona, offered
from xiaobao_web.people.models import Person

register = template.Library()


@register.simple_tag
def personas() -> list[tuple[Persona, Person]]:
    """Return the parts one may play."""
    return offered()
