"""States and kinds with their label and their colour in one place."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

TONES = frozenset({"grey", "blue", "cyan", "violet", "green", "amber", "red"})
"""grey: not begun or set aside; blue, cyan, violet: under way; green: done; amber: waits for a person; red: late."""


class TonedChoices(str, models.Choices):
    """Choices whose members are written `VALUE = "value", "tone", _("标签")`; `member.colour` is the tone."""

    colour: str

    def __new__(cls, value: str, colour: str = "grey") -> Self:
        """Make a member; raises ValueError for a tone that the styles do not have."""
        if colour not in TONES:
            raise ValueError(f"{colour} is none of {', '.join(sorted(TONES))}")
        member = str.__new__(cls, value)
        member._value_ = value
        member.colour = colour
        return member

    def __str__(self) -> str:
        return str(self.value)


def tone_of(choices: Any, value: str) -> str:
    """Return the tone of a value among choices, grey where the choices give none."""
    try:
        return str(getattr(choices(value), "colour", "grey"))
    except (ValueError, TypeError):
        return "grey"
