"""What became of the machine's values by day, field and channel, kept by the database itself with every check.

Triggers write a row for each check that comes, changes or goes (less one, more one), whoever writes it and how; the
job adds the rows of a day up into one. The sums over the rows are exact at any moment. Made after every migration,
since on SQLite a changed table is a new one without its triggers; where they were others, all is counted anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from django.db import connections, transaction
from django.db.models import Count, Sum

from xiaobao_web.complaints.models import CheckCount, FieldCheck
from xiaobao_web.complaints.services.learning import LIKELY, SURE

TABLE, COUNTS = "complaints_fieldcheck", "complaints_checkcount"
FUNCTION = "complaints_checks_note"
FATES = tuple(FieldCheck.Fate.values)
READ = "('kept', 'changed', 'cleared')"
"""The fates of values that the machine had read."""
LEVELS = {"sure": (SURE, None), "likely": (LIKELY, SURE), "doubtful": (None, LIKELY)}
COLUMNS = (*FATES, *(name for level in LEVELS for name in (level, f"{level}_right")))
"""What is counted of checks: their fates; how many values were read at a level, and how many of these stood."""
GROUP = ("day", "field", "channel")
COMPARED = ("field", "fate", "confidence", "channel", "at")


def _conditions(row: str) -> list[str]:
    """Return when a check counts in each of the columns."""
    found = [f"{row}.fate = '{fate}'" for fate in FATES]
    for least, below in LEVELS.values():
        within = [f"{row}.fate IN {READ}", f"{row}.confidence IS NOT NULL"]
        within += [f"{row}.confidence >= {least}"] if least is not None else []
        within += [f"{row}.confidence < {below}"] if below is not None else []
        found += [" AND ".join(within), " AND ".join([*within, f"{row}.fate = 'kept'"])]
    return found


def _day(row: str, vendor: str) -> str:
    return f"date({row}.at, '+8 hours')" if vendor == "sqlite" else f"({row}.at AT TIME ZONE 'Asia/Shanghai')::date"


def _note(row: str, sign: int, vendor: str) -> str:
    values = [f"CASE WHEN {told} THEN {sign} ELSE 0 END" for told in _conditions(row)]
    said = ", ".join([_day(row, vendor), f"{row}.field", f"{row}.channel", *values])
    return f"INSERT INTO {COUNTS} ({', '.join((*GROUP, *COLUMNS))}) VALUES ({said});"


def _sqlite() -> dict[str, str]:
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COMPARED)
    plus, minus = _note("NEW", 1, "sqlite"), _note("OLD", -1, "sqlite")
    bodies = {"insert": ("", plus), "delete": ("", minus), "update": (f"WHEN ({differs})", minus + plus)}
    return {
        f"{TABLE}_{verb}_counted": f"CREATE TRIGGER {TABLE}_{verb}_counted AFTER {verb.upper()} ON {TABLE} "
        f"FOR EACH ROW {when} BEGIN {body} END"
        for verb, (when, body) in bodies.items()
    }


def _postgresql() -> str:
    """Return what the function does; its trigger is made with it."""
    plus, minus = _note("NEW", 1, "postgresql"), _note("OLD", -1, "postgresql")
    return (f"BEGIN IF TG_OP <> 'INSERT' THEN {minus} END IF; IF TG_OP <> 'DELETE' THEN {plus} END IF; "
            f"RETURN NULL; END")  # fmt: skip


def install(*, using: str = "default", **_facts: Any) -> None:
    """Make the triggers where they are not there as they should be, and count anew; told by Django after migrating."""
    connection = connections[using]
    if not {TABLE, COUNTS} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        made = _sqlite_made(cursor) if connection.vendor == "sqlite" else _postgresql_made(cursor)
        cursor.execute(f"SELECT 1 FROM {TABLE} LIMIT 1")
        if made or cursor.fetchone() is None:  # emptied behind the triggers, as by a flush
            _count(cursor, connection.vendor)


def _sqlite_made(cursor: Any) -> bool:
    wanted = _sqlite()
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
    known = dict(cursor.fetchall())
    if all(known.get(name) == statement for name, statement in wanted.items()):
        return False
    for name, statement in wanted.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(statement)
    return True


def _postgresql_made(cursor: Any) -> bool:
    body = _postgresql()
    cursor.execute(
        "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgname = %s AND t.tgrelid = %s::regclass AND p.proname = %s",
        [f"{TABLE}_counted", TABLE, FUNCTION],
    )
    if cursor.fetchone() == (body,):
        return False
    cursor.execute(f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    cursor.execute(f"CREATE OR REPLACE TRIGGER {TABLE}_counted AFTER INSERT OR UPDATE OR DELETE ON {TABLE} "
                   f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()")  # fmt: skip
    return True


def _count(cursor: Any, vendor: str) -> None:
    """Count all checks anew; on PostgreSQL nobody writes one meanwhile, on SQLite nobody can."""
    if vendor != "sqlite":
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE MODE")
    cursor.execute(f"DELETE FROM {COUNTS}")
    cursor.execute(f"INSERT INTO {COUNTS} ({', '.join((*GROUP, *COLUMNS))}) {_counted(vendor)}")


def _counted(vendor: str) -> str:
    """Return the query that counts the checks themselves."""
    sums = [f"SUM(CASE WHEN {told} THEN 1 ELSE 0 END)" for told in _conditions("c")]
    return f"SELECT {_day('c', vendor)}, c.field, c.channel, {', '.join(sums)} FROM {TABLE} c GROUP BY 1, 2, 3"


# The job and the command


def add_up() -> int:
    """Add the rows of each day, field and channel up into one; return how many days had several."""
    several = CheckCount.objects.values(*GROUP).order_by().annotate(n=Count("pk")).filter(n__gt=1)
    days = sorted({row["day"] for row in several})
    for day in days:
        _add_up(day)
    return len(days)


@transaction.atomic
def _add_up(day: date) -> None:
    rows = list(CheckCount.objects.select_for_update().filter(day=day))
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in COLUMNS:
            sums[row.field, row.channel][name] += getattr(row, name)
    CheckCount.objects.filter(pk__in=[row.pk for row in rows]).delete()
    CheckCount.objects.bulk_create(
        CheckCount(day=day, field=field, channel=channel, **found)
        for (field, channel), found in sorted(sums.items()) if any(found.values())
    )  # fmt: skip


@transaction.atomic
def rebuild() -> list[tuple[Any, ...]]:
    """Count all checks anew; return what was kept otherwise, as (day, field, channel), none where all agreed."""
    connection = connections[CheckCount.objects.db]
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE MODE")
        before = kept()
        _count(cursor, connection.vendor)
    after = kept()
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def kept() -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Return what is kept, by day, field and channel; sums of nothing are left out."""
    rows = CheckCount.objects.order_by().values_list(*GROUP).annotate(*(Sum(name) for name in COLUMNS))
    return {row[:3]: row[3:] for row in rows if any(row[3:])}
