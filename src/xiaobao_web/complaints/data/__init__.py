"""Limits, classes and the elements of a letter as data: YAML in this folder, read once."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

HERE = Path(__file__).parent


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Internal(_Value):
    """An internal target in working hours."""

    label: str
    hours: float


class Rung(_Value):
    """A step of the escalation ladder: when it is reached (share used, or days left), whom it tells."""

    key: str
    label: str
    tell: tuple[str, ...]
    share: float | None = None
    days_left: int | None = None


class Limits(_Value):
    """The institution's own rules of handling."""

    basis: str
    office_hours: tuple[tuple[str, str], ...]
    internal_hours: dict[str, Internal]
    task_days: int
    transfers: int
    representatives: int
    major_people: int
    complex_people: int
    complex_flags: tuple[str, ...]
    second_flags: tuple[str, ...]
    second_amount: Decimal
    sample_share: float
    offer_limits: dict[str, Decimal | None]
    warn_share: float
    ladder: tuple[Rung, ...]
    documents: dict[str, tuple[str, ...]]
    business_units: dict[str, str]
    callback_days: int
    answer_again_days: int


class Named(_Value):
    """A class by its stable key, its name here, and the name of JR/T 0169-2018 that it maps to."""

    key: str
    name: str
    official: str


class Classes(_Value):
    """Business types and causes, demands and flags."""

    business: tuple[Named, ...]
    cause: tuple[Named, ...]
    demands: tuple[str, ...]
    flags: tuple[str, ...]


class Want(_Value):
    """Words that a part of the letter must hold (a pattern), and what is said when it does not."""

    any: str
    tell: str


class Element(_Value):
    """One of the four elements: its part of the letter, what it must hold, an opening or a standard wording."""

    part: str
    name: str
    wants: tuple[Want, ...]
    hint: str = ""
    standard: str = ""


class LetterRules(_Value):
    """What a letter must hold before it may leave (投诉办法 19)."""

    basis: str
    least: int
    empty: str
    elements: tuple[Element, ...]
    head_standard: str


def _read(name: str) -> object:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@cache
def limits() -> Limits:
    """Return the institution's own rules."""
    return Limits.model_validate(_read("limits.yaml"))


@cache
def classes() -> Classes:
    """Return the classification."""
    return Classes.model_validate(_read("classes.yaml"))


@cache
def letter_rules() -> LetterRules:
    """Return the elements of a letter; raises re.error for a pattern that cannot be read."""
    rules = LetterRules.model_validate(_read("letter.yaml"))
    for pattern in (rules.empty, *(want.any for element in rules.elements for want in element.wants)):
        re.compile(pattern)
    return rules


def business_types() -> list[tuple[str, str]]:
    """Return the business types as choices."""
    return [(item.name, item.name) for item in classes().business]


def causes() -> list[tuple[str, str]]:
    """Return the causes as choices."""
    return [(item.name, item.name) for item in classes().cause]


def key_of(field: str, name: str) -> str:
    """Return the stable key of a business type or a cause, empty for an unknown one."""
    rows = classes().business if field == "business_type" else classes().cause
    return next((item.key for item in rows if item.name == name), "")
