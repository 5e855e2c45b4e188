"""The columns of a list: where a value comes from, how it is shown, and how it goes into a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.kernel import formats

Text = str | Promise
Value = str | Callable[[Any], Any]

KINDS = frozenset(
    {"text", "number", "money", "percent", "day", "moment", "state", "choice", "person", "flag", "severity", "deadline"}
)
FIGURES = frozenset({"number", "money", "percent"})
DRAWN = frozenset({"state", "person", "severity", "deadline"})
"""Kinds that a component of the page draws."""


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` is a path (`unit.name`) or a function of the row, the key itself by default; `kind` (one of KINDS) says how
    it is shown and written; `sort` is the field or annotation sorted by, True for the path of `value`; `link` makes the
    cell open the row; `off` columns are shown only when chosen; `fixed` ones cannot be hidden.
    """

    key: str
    label: Text
    value: Value = ""
    kind: str = "text"
    sort: str | bool = False
    link: bool = False
    off: bool = False
    fixed: bool = False
    annotation: Any = None
    """An expression that `sort` names; it is put into the query only while the list is sorted by it."""
    tone: Callable[[Any], str] | None = None
    """For a state that is not the row's `state`: the tone of its badge, from the row."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(sorted(KINDS))}")

    @property
    def order_path(self) -> str:
        """Return the path the column is sorted by, empty when it is not."""
        if self.sort is True:
            return (self.value if isinstance(self.value, str) and self.value else self.key).replace(".", "__")
        return self.sort or ""

    @property
    def figures(self) -> bool:
        """Tell whether the column holds figures, set at the right."""
        return self.kind in FIGURES

    def read(self, row: Any) -> Any:
        """Return a row's value: a number, a date, a person, a text; None where there is none."""
        if callable(self.value):
            return self.value(row)
        value = row
        for name in (self.value or self.key).split("."):
            if value is None:
                return None
            value = getattr(value, name)
        return value() if callable(value) and not isinstance(value, models.Manager) else value

    def opening(self) -> SafeString:
        """Return the tag that begins each of its cells on the page."""
        figures = mark_safe(' class="num"') if self.figures else ""
        return format_html('<td data-label="{}"{}>', self.label, figures)

    def cell(self, row: Any, clocks: Mapping[int, Any]) -> Cell:
        """Return what the page shows of a row."""
        if self.kind == "deadline":
            return Cell(self, clocks.get(row.pk), "")
        value = self.read(row)
        tone = self.tone(row) if self.tone else ""
        return Cell(self, row if self.kind == "state" else value, self._words(row, value), tone)

    def plain(self, row: Any, clocks: Mapping[int, Any]) -> Any:
        """Return what a sheet holds of a row: text, number, date or datetime (Beijing, naive); None for nothing."""
        if self.kind == "deadline":
            clock = clocks.get(row.pk)
            return _naive(clock.due_at) if clock else None
        value = self.read(row)
        if value is None or value == "":
            return None
        if self.kind in FIGURES:
            return value if isinstance(value, int | float | Decimal) else str(value)
        if isinstance(value, datetime):
            return _naive(value)
        if isinstance(value, date):
            return value
        return self._words(row, value)

    def _words(self, row: Any, value: Any) -> str:
        """Return a value as people read it."""
        if self.kind in ("state", "choice") and not callable(self.value) and "." not in self.value:
            model: type[models.Model] = type(row)
            labels = labels_of(model, self.value or self.key)
            if labels is not None:
                return str(labels.get(value, value) or "")
        if self.kind == "flag":
            return _("是") if value else _("否")
        if value is None or value == "":
            return ""
        writers: dict[str, Callable[[Any], str]] = {
            "money": formats.money,
            "percent": formats.percent,
            "day": formats.day,
            "moment": formats.moment,
            "number": lambda number: f"{number:,}" if isinstance(number, int | float | Decimal) else str(number),
            "severity": lambda level: {"high": _("高"), "medium": _("中"), "low": _("低")}.get(str(level), str(level)),
            "choice": lambda member: str(getattr(member, "label", member)),
        }
        return writers.get(self.kind, _joined)(value)


@cache
def labels_of(model: type[models.Model], name: str) -> dict[Any, Text] | None:
    """Return the labels of a field's choices, None for what has none; the model's own method makes them each time."""
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return dict(field.flatchoices) if getattr(field, "choices", None) else None


def _joined(value: Any) -> str:
    if isinstance(value, list | tuple | set | models.QuerySet):
        return "、".join(str(item) for item in value)
    return str(value)


def _naive(value: datetime) -> datetime:
    """Return Beijing's wall time without a zone, as sheets hold it."""
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value


@dataclass(frozen=True)
class Cell:
    """A cell on the page: its column, its value (for badge, chip, person) and its words."""

    column: Column
    value: Any
    words: str
    tone: str = ""

    @property
    def component(self) -> str:
        """Return the kind of cell that a component of the page draws, empty for words."""
        return self.column.kind if self.column.kind in DRAWN else ""

    def html(self, url: str, name: str) -> SafeString | str:
        """Return the cell's words, leading to the row where the column does; empty where there are none."""
        if self.column.link and url:
            return mark_safe(f'<a href="{escape(url)}" data-open>{escape(self.words or name)}</a>')
        return mark_safe(escape(self.words))


def deadline_column(*, key: str = "deadline", label: Text = "", sort: bool = True, off: bool = False) -> Column:
    """Return the column of the next open clock, sorted by its date; one query a page whatever the number of rows."""
    return Column(key, label or gettext_lazy("期限"), kind="deadline", sort="next_due" if sort else False, off=off)
