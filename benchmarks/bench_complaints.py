"""Measure the list, the search, the case page and the figures of complaints with a million of them in the store.

    python benchmarks/bench_complaints.py [--size 1000000] [--rounds 20] [--database postgresql]

Complaints are written in bulk in the shares that years leave behind (each with its contact, one statutory clock and an
entry of the search), over the institution of the benchmark of lists; every address is asked through the whole platform.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "web")]
TARGET = 300
"""Milliseconds at the 95th percentile."""
SEED, CHUNK, DAYS = 20260301, 5000, 5 * 365
STATES = (("closed", 93), ("withdrawn", 2), ("merged", 1), ("handling", 2), ("answered", 1), ("pending", 1))
THINGS = ("年费重复扣收", "提前还款违约金", "限额调整没有通知", "催收打到单位", "柜面等候过久", "理财收益与宣传不符")


def rows(bank: Any, size: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Yield unsaved complaints with their contact, clock and entry of the search; keys are given, 1 to size."""
    from django.utils import timezone

    from xiaobao_web.complaints.data import business_types, causes
    from xiaobao_web.complaints.models import Case, Contact
    from xiaobao_web.kernel.models import Deadline, SearchEntry
    from xiaobao_web.kernel.words import words_of

    dice, now = random.Random(SEED), timezone.now()
    kinds, reasons = [name for name, _ in business_types()], [name for name, _ in causes()]
    states, weights = zip(*STATES, strict=True)
    people = [person for persons in bank.submitters.values() for person in persons]
    for pk in range(1, size + 1):
        at = now - timedelta(days=DAYS * (1 - pk / size), minutes=dice.randint(0, 600))
        state = (
            dice.choices(states, weights)[0] if pk < 0.97 * size else dice.choice(["handling", "answered", "closed"])
        )
        unit, done = dice.choice(bank.units), state in ("closed", "withdrawn", "merged")
        number, closed = f"TS{pk:09}", at + timedelta(days=dice.randint(1, 25)) if done else None
        case = Case(
            pk=pk, number=number, title=f"{dice.choice(kinds)}：{dice.choice(THINGS)}", channel="call", received_at=at,
            unit=unit, handler=dice.choice(people), customer_name=f"客户{pk}", phone=f"1{3800000000 + pk}",
            business_type=dice.choice(kinds), cause=dice.choice(reasons), state=state, closed_at=closed,
            fault=dice.choice(["full", "part", "none"]) if done else "",
        )  # fmt: skip
        text = f"客户反映{dice.choice(THINGS)}，第{pk}件，要求核实并答复。"
        contact = Contact(number=f"LX{pk:09}", channel="call", received_at=at, key=f"bench:{pk}", text=text, unit=unit,
                          kind="complaint", state="filed", case_id=pk)  # fmt: skip
        due = at + timedelta(days=dice.choice([15, 30]))
        clock = Deadline(subject_type="complaints.case", subject_id=pk, unit_id=unit.pk, kind="statutory.notify",
                         label="告知处理决定", started_at=at, due_at=due, warn_at=due, met_at=closed)  # fmt: skip
        words = f"{case.title} {case.business_type} {case.cause}"
        entry = SearchEntry(subject_type="complaints.case", subject_id=pk, title=f"{number} {case.title}", text=words,
                            url=f"/complaints/{pk}/", unit_id=unit.pk, updated_at=at,
                            positions=len(words_of(words)))  # fmt: skip
        yield case, contact, clock, entry


def fill(bank: Any, size: int) -> None:
    """Write the complaints, so many at once."""
    from django.core.management.color import no_style
    from django.db import connection

    held: list[list[Any]] = [[], [], [], []]

    def write() -> None:
        for items in held:
            if items:
                type(items[0]).objects.bulk_create(items, batch_size=CHUNK)
            items.clear()

    for made in rows(bank, size):
        for items, item in zip(held, made, strict=True):
            items.append(item)
        if len(held[0]) >= CHUNK:
            write()
    write()
    from xiaobao_web.complaints.models import Case

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Case]):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def asks(bank: Any, size: int) -> list[Any]:
    """Return everything that is measured."""
    from bench_lists import Ask

    branch = next(unit for unit in bank.units if unit.kind == "branch")
    tabs = [f"/complaints/?view={tab}" for tab in ("waiting", "mine", "unit", "overdue", "all", "done")]
    filters = [f"/complaints/?view=all&{query}" for query in (
        "state=handling", f"unit={branch.pk}", "sort=-received_at", "channel=call&state=answered",
        f"q=TS{size // 2:09}", f"q=1{3800000000 + size // 3}",
    )]  # fmt: skip
    cases = [f"/complaints/{pk}/" for pk in (1, size // 2, size - 1, size)]
    search = ["/search/?q=年费重复扣收", f"/search/?q=TS{size // 4:09}", "/search/?q=催收 单位"]
    found = [Ask(name, who, urls) for who in ("office", "head") for name, urls in (
        ("list, the first page of each tab", tabs), ("list, filtered and sorted", filters), ("search", search),
    )]  # fmt: skip
    found.append(Ask("case page", "office", cases))
    found.append(Ask("graph of a case", "office", [f"/insights/graph/{size}/"]))
    found.append(Ask("figures, 90 days", "office", ["/insights/figures/", "/insights/map/", "/insights/control/"]))
    return found


def child(size: int, rounds: int, output: Path) -> None:
    """Make the data of one database and measure it."""
    import django

    django.setup()
    import lists_data
    from bench_lists import Clock, _row
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", interactive=False, verbosity=0)
    bank, began = lists_data.institution(), time.perf_counter()
    fill(bank, size)
    print(f"{connection.vendor}: {size:,} complaints after {time.perf_counter() - began:.0f} s", flush=True)
    clock, out = Clock(), []
    for ask in asks(bank, size):
        client, by_url, queries = Client(), {}, 0
        client.force_login(bank.persona(ask.who), backend="django.contrib.auth.backends.ModelBackend")
        for url in ask.urls:
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(url)
            if answer.status_code != 200:
                raise SystemExit(f"{ask.who} {url}: {answer.status_code}")
            queries = max(queries, len(seen))
            by_url[url] = [clock.time(lambda url=url, client=client: client.get(url)) for _ in range(rounds)]
        out.append(_row(ask, by_url, queries))
        print(f"  {ask.name:34} {ask.who:8} p95 {out[-1]['p95']:7.1f} ms  {out[-1]['slowest']}", flush=True)
    output.write_text(json.dumps(out))


def main() -> None:
    """Measure, print and write the page."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--size", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        child(given.size, given.rounds, given.child)
        return
    with tempfile.TemporaryDirectory(prefix="xiaobao-bench-") as folder:
        output = Path(folder) / "found.json"
        sent = [
            sys.executable,
            __file__,
            "--child",
            str(output),
            "--size",
            str(given.size),
            "--rounds",
            str(given.rounds),
        ]

        def run(url: str) -> None:
            environment = os.environ | {
                "DATABASE_URL": url, "XIAOBAO_VAR": folder, "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings",
                "XIAOBAO_LOG_LEVEL": "ERROR", "XIAOBAO_HOSTS": "testserver", "PYTHONWARNINGS": "ignore",
            }  # fmt: skip
            subprocess.run(sent, env=environment, check=True)

        if given.database == "sqlite":
            run(f"sqlite:///{folder}/complaints.sqlite3")
        else:
            from on_postgresql import server

            with server() as running:
                run(running.get_uri("postgres"))
        found = json.loads(output.read_text())
    report(given.database, given.size, found)


def report(database: str, size: int, found: list[dict[str, Any]]) -> None:
    """Write the section of the page."""
    from results import Section, table, versions, write

    lines = [
        [row["name"], row["who"], f"{row['p95']:.0f} ms", f"{row['p95'] / TARGET:.2f}", f"{row['median']:.0f} ms",
         f"`{row['slowest']}`", str(row["queries"])]
        for row in found
    ]  # fmt: skip
    heads = ["asked", "as", "p95", f"ratio to {TARGET} ms", "median", "slowest", "queries"]
    intro = f"{size:,} complaints, the 95th percentile of the slowest address. " + versions("django", "psycopg")
    write("complaints", "Complaints on the platform", intro, [Section(database, table(heads, lines))])


if __name__ == "__main__":
    main()
