"""A bank that is made once by the services and then put back row by row: most tests of the platform begin with it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import time_machine
from django.apps import apps
from django.db import connection

from xiaobao_web.kernel.models import Event
from xiaobao_web.people.models import Organisation, Person

_kept: list[Kept] = []


@dataclass(frozen=True)
class Kept:
    """The rows that making the bank adds, in the order of the models, and the bank itself."""

    rows: tuple[tuple[str, tuple[str, ...], tuple[tuple[Any, ...], ...]], ...]
    bank: bytes


def kept(make: Callable[[], Any]) -> Any:
    """Return a bank as `make` makes it.

    It is made by the services where something is there already, where what is written is committed (what waits for
    that runs only then) and where a test has set the clock.
    """
    is_plain = connection.in_atomic_block and not time_machine.escape_hatch.is_travelling()
    if not is_plain or any(model.objects.exists() for model in (Event, Organisation, Person)):
        return make()
    if not _kept:
        before = {table: set(rows) for table, _, rows in _tables()}
        bank = make()
        added = [(t, columns, tuple(r for r in rows if r not in before[t])) for t, columns, rows in _tables()]
        _kept.append(Kept(tuple(one for one in added if one[2]), pickle.dumps(bank)))
        return bank
    with connection.cursor() as cursor:
        for table, columns, rows in _kept[0].rows:
            names = ", ".join(connection.ops.quote_name(column) for column in columns)
            marks = ", ".join("%s" for _ in columns)
            cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({marks})", rows)
    return pickle.loads(_kept[0].bank)


def _tables() -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Return every table of the models with its columns and rows as the database has them."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            columns = tuple(field.column for field in model._meta.concrete_fields)
            names = ", ".join(connection.ops.quote_name(column) for column in columns)
            cursor.execute(f"SELECT {names} FROM {connection.ops.quote_name(model._meta.db_table)}")
            found.append((model._meta.db_table, columns, cursor.fetchall()))
    return found
