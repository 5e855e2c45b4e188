"""Triggers by which the database itself notes the day of each complaint that changes, whoever changes it and how.

Made after every migration: on SQLite a changed table is a new one, without the triggers it had.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

CASE, CLOCK, CHANGE = "complaints_case", "kernel_deadline", "insights_daychange"
COLUMNS = {
    CASE: ("received_at", "closed_at", "state", "channel", "business_type", "cause", "unit_id", "region", "track",
           "fault", "paid"),
    CLOCK: ("due_at", "met_at", "cancelled_at", "kind", "subject_id", "subject_type"),
}  # fmt: skip
"""What the figures of a day are made of."""


def statements(vendor: str) -> list[str]:
    """Return the SQL that makes the triggers anew on a vendor's database."""
    made = []
    for table, columns in COLUMNS.items():
        for verb, rows in (("INSERT", ("NEW",)), ("DELETE", ("OLD",)), ("UPDATE", ("OLD", "NEW"))):
            name = f"insights_{table}_{verb.lower()}"
            differs = " OR ".join(f"OLD.{column} {_unlike(vendor)} NEW.{column}" for column in columns)
            when = f"WHEN ({differs})" if verb == "UPDATE" else ""
            body = " ".join(_note(table, row, vendor) for row in rows)
            made += _trigger(name, table, verb, when, body, vendor)
    return made


def _unlike(vendor: str) -> str:
    return "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"


def _note(table: str, row: str, vendor: str) -> str:
    moment = f"{row}.received_at" if table == CASE else "received_at"
    day = f"date({moment}, '+8 hours')" if vendor == "sqlite" else f"({moment} AT TIME ZONE 'Asia/Shanghai')::date"
    if table == CASE:
        return f"INSERT INTO {CHANGE} (day) VALUES ({day});"
    of_case = f"id = {row}.subject_id AND {row}.subject_type = 'complaints.case' AND {row}.kind LIKE 'statutory.%'"
    return f"INSERT INTO {CHANGE} (day) SELECT {day} FROM {CASE} WHERE {of_case};"


def _trigger(name: str, table: str, verb: str, when: str, body: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        made = f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW {when} BEGIN {body} END"
        return [f"DROP TRIGGER IF EXISTS {name}", made]
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
    )
    made = f"CREATE OR REPLACE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()"
    return [function, made]


def install(*, using: str = "default", **_facts: Any) -> None:
    """Make the triggers where their tables are there; told by Django after it has migrated."""
    connection = connections[using]
    if not {CASE, CLOCK, CHANGE} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)
