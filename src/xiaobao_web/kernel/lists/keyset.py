"""Walk a long list by its keys: a page starts after (or before) a row, so that page 4,000 costs what page 1 does.

A page is read in up to three steps, each of which an index answers: rows with the same sort value and a further id,
rows with further values, rows without a value (always last, whichever the direction).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Order:
    """What a list is sorted by: a field (a path through foreign keys, or an annotation), the direction; then by id."""

    path: str = "pk"
    descending: bool = True

    def reversed(self) -> Order:
        """Return the opposite direction."""
        return Order(self.path, not self.descending)

    @property
    def by_id(self) -> bool:
        """Tell whether the id alone orders the rows."""
        return self.path in ("pk", "id")


@dataclass(frozen=True)
class Cursor:
    """A place in a list: beside the row with this sort value and id; forward tells the side."""

    value: Any
    pk: int
    forward: bool = True

    def encode(self, order: Order) -> str:
        """Return the cursor as a word for a URL."""
        value = self.value.isoformat() if hasattr(self.value, "isoformat") else self.value
        if not isinstance(value, str | int | float | bool | None):
            value = str(value)
        told = [order.path, order.descending, value, self.pk]
        return base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(word: str, order: Order, rows: models.QuerySet[Any], *, forward: bool = True) -> Cursor | None:
    """Return the cursor of a word, None when it is spoilt or belongs to another order."""
    try:
        path, descending, value, pk = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if (path, descending) != (order.path, order.descending) or not isinstance(pk, int) or abs(pk) > 2**62:
            return None
        if value is not None and not order.by_id:
            value = _held(output_field(rows, order.path).to_python(value))
    except (ValueError, OverflowError, TypeError, binascii.Error, ValidationError, FieldDoesNotExist, RecursionError):
        return None
    return Cursor(value, pk, forward)


def _held(value: Any) -> Any:
    """Return a value that every database can be asked for; raises ValueError or OverflowError."""
    if isinstance(value, str):
        value.encode()
        if "\x00" in value:
            raise ValueError("NUL")
    elif isinstance(value, datetime):
        _room = value - _DAY, value + _DAY  # zones move a moment by less than a day
    elif isinstance(value, int | float | Decimal) and not -(2**63) < value < 2**63:
        raise OverflowError("beyond any column")
    return value


def output_field(rows: models.QuerySet[Any], path: str) -> models.Field[Any, Any]:
    """Return the field a path ends at, through foreign keys or in the annotations; raises FieldDoesNotExist."""
    if path in rows.query.annotations:
        found: models.Field[Any, Any] = rows.query.annotations[path].output_field
        return found
    model: Any = rows.model
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model
    field: models.Field[Any, Any] = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return field


def may_be_null(rows: models.QuerySet[Any], path: str) -> bool:
    """Tell whether a row can lack a value of a path."""
    if path in rows.query.annotations:
        return True
    model: Any = rows.model
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        if field.null:
            return True
        model = field.related_model
    return False


def value_of(row: models.Model, path: str) -> Any:
    """Return a row's value of a path, None where the way breaks off."""
    value: Any = row
    for name in path.split("__"):
        if value is None:
            return None
        value = getattr(value, name)
    return value


@dataclass(frozen=True)
class Window(Generic[M]):
    """One page: its rows, and the cursors of the pages before and after, None at the ends."""

    rows: list[M]
    previous: str | None
    next: str | None


def window(rows: models.QuerySet[M], order: Order, cursor: Cursor | None, size: int) -> Window[M]:
    """Return the page of `size` rows beside a cursor, from the beginning without one."""
    forward = cursor is None or cursor.forward
    found: list[M] = []
    for step in _steps(rows, order if forward else order.reversed(), cursor, nulls_last=forward):
        found.extend(_first(step, order, size + 1 - len(found)))
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if not forward:
        found.reverse()
    before = bool(found) and (more if not forward else cursor is not None)
    after = bool(found) and (more if forward else True)
    return Window(
        found,
        _beside(found[0], order, forward=False) if before else None,
        _beside(found[-1], order, forward=True) if after else None,
    )


def _first(rows: models.QuerySet[M], order: Order, count: int) -> list[M]:
    """Return the first rows; where no index of the table gives the order, ids alone are sorted and rows read after."""
    if "__" not in order.path and order.path not in rows.query.annotations:
        return list(rows[:count])
    ids = list(rows.values_list("pk", flat=True)[:count])
    if not ids:
        return []
    read = {row.pk: row for row in rows.order_by().filter(pk__in=ids)}
    return [read[pk] for pk in ids if pk in read]


def _beside(row: models.Model, order: Order, *, forward: bool) -> str:
    value = None if order.by_id else value_of(row, order.path)
    return Cursor(value, row.pk, forward).encode(order)


def _steps(
    rows: models.QuerySet[M], order: Order, cursor: Cursor | None, *, nulls_last: bool
) -> Iterator[models.QuerySet[M]]:
    """Yield the querysets that one after another give the rows in order from the cursor on."""
    way, beyond = ("-", "lt") if order.descending else ("", "gt")
    if order.by_id:
        yield (rows if cursor is None else rows.filter(**{f"pk__{beyond}": cursor.pk})).order_by(f"{way}pk")
        return
    nullable = may_be_null(rows, order.path)
    missing = {f"{order.path}__isnull": True}
    valued, unvalued = (rows.exclude(**missing), rows.filter(**missing)) if nullable else (rows, rows.none())
    by_value = valued.order_by(f"{way}{order.path}", f"{way}pk")
    by_pk = unvalued.order_by(f"{way}pk")
    if cursor is None:
        steps = [by_value, by_pk]
    elif cursor.value is None:
        rest = by_pk.filter(**{f"pk__{beyond}": cursor.pk})
        steps = [rest] if nulls_last else [rest, by_value]
    else:
        same = valued.filter(Q(**{order.path: cursor.value, f"pk__{beyond}": cursor.pk})).order_by(f"{way}pk")
        further = by_value.filter(**{f"{order.path}__{beyond}": cursor.value})
        steps = [same, further, by_pk] if nulls_last else [same, further]
    yield from (step for step in steps if nullable or step is not by_pk)


def chunks(rows: models.QuerySet[M], order: Order, *, size: int, limit: int) -> Iterator[list[M]]:
    """Yield up to `limit` rows in order, `size` at a time; memory stays flat and no cursor is held open."""
    cursor: Cursor | None = None
    left = limit
    while left > 0:
        page = window(rows, order, cursor, min(size, left))
        if page.rows:
            yield page.rows
        left -= len(page.rows)
        if page.next is None:
            return
        cursor = decode(page.next, order, rows)


def count_up_to(rows: models.QuerySet[Any], limit: int) -> int:
    """Return how many rows there are, at most limit + 1; the database stops counting there."""
    return rows.order_by().values("pk")[: limit + 1].count()
