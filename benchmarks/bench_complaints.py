"""Measure the list, the search, the case page and the figures of complaints with a million of them in the store.

    python benchmarks/bench_complaints.py [--size 1000000] [--rounds 10] [--database postgresql] [--keep DIR]
                                          [--only WORDS]

Complaints in the shares that years leave behind, each with its contact, clock, events, letter and entry of the search,
are copied in bulk within the database (complaints_data.py); every address is asked through the whole platform. The
database is kept in DIR and asked again the next time, its tables brought to the newest migrations.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "web")]
TARGET = 300
"""Milliseconds at the 95th percentile."""
BASE = 2000
"""Complaints made one by one; the rest are copies of these."""


def asks(bank: Any) -> list[Any]:
    """Return everything that is measured."""
    from bench_lists import Ask

    from xiaobao_web.complaints.models import Case

    branch = next(unit for unit in bank.units if unit.kind == "branch")
    keys = list(Case.objects.order_by("pk").values_list("pk", flat=True)[:: max(1, Case.objects.count() // 5)])
    middle = Case.objects.get(pk=keys[len(keys) // 2])
    handler = Case.objects.filter(state="handling").exclude(handler=None).order_by("-pk")[0]
    columns = ("number", "business_type", "cause", "unit", "state", "received_at")
    words = ("信用卡分期", "稳享卡996号", "不存在的词语", middle.number, middle.phone, "催收 车易分", "001234")
    contacts = ("view=waiting", "view=all", "view=all&q=稳享卡996号", "view=all&q=LX2025-000123")
    lists = {
        "list, the first page of each tab": [
            f"view={tab}" for tab in ("waiting", "mine", "unit", "overdue", "all", "done")
        ],
        "list, sorted by each column": [f"view=all&sort={way}{key}" for key in columns for way in ("", "-")],
        "list, filtered": [f"view=all&{query}" for query in (
            "state=handling", f"unit={branch.pk}", "channel=call&state=answered", f"handler={handler.handler_id}",
            f"business_type={middle.business_type}", f"unit={branch.pk}&cause={middle.cause}&sort=-received_at",
            "urgency=critical&state=handling", "level=complex&sort=received_at",
        )],
        "list, words: common, rare, none, numbers": [f"view=all&q={word}" for word in words],
    }  # fmt: skip
    found = []
    for who in ("office", "complaints", "head"):
        found += [Ask(name, who, [f"/complaints/?{query}" for query in queries]) for name, queries in lists.items()]
        found.append(Ask("search page", who, [f"/search/?q={word}" for word in words]))
        found.append(Ask("search while typing", who, [f"/search/quick?q={word}" for word in words]))
        found.append(Ask("work-desk", who, ["/"]))
    figures = ["/insights/figures/", "/insights/map/", "/insights/control/"]
    return [
        *found,
        Ask("contacts, tabs and words", "office", [f"/complaints/contacts/?{query}" for query in contacts]),
        Ask("case page", "office", [f"/complaints/{pk}/" for pk in (*keys, handler.pk)]),
        Ask("graph of a case", "office", [f"/insights/graph/{handler.pk}/"]),
        Ask("figures, map and control, 90 days", "office", figures),
        Ask("figures of a year", "office", ["/insights/figures/?period=days365"]),
        Ask("figures of 90 days, a branch", "head", figures[:1]),
    ]


def made(size: int) -> Any:
    """Return the institution of the database, whose complaints are made unless they are there."""
    import complaints_data
    import lists_data
    from django.core.management import call_command
    from django.db import connection

    from xiaobao_web.complaints.models import Case
    from xiaobao_web.insights import sums

    call_command("migrate", interactive=False, verbosity=0)
    began, there = time.perf_counter(), Case.objects.count()
    if there not in (0, size):
        raise SystemExit(f"kept are {there:,} complaints, not {size:,}")
    bank = lists_data.known() if there else complaints_data.bank()
    if not there:
        complaints_data.fill(bank, BASE)
        if size > BASE:
            complaints_data.multiply(BASE, size // BASE - 1)
    sums.add_up()  # as the job does
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(f"{connection.vendor}: {size:,} complaints after {time.perf_counter() - began:.0f} s", flush=True)
    return bank


def child(size: int, rounds: int, output: Path, only: str) -> None:
    """Make the data of one database and measure it."""
    import django

    django.setup()
    from bench_lists import Clock, _row
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    bank = made(size)
    gc.collect()
    gc.freeze()  # as the web server does before it answers
    clock, out = Clock(), []
    for ask in [ask for ask in asks(bank) if only in f"{ask.name} {ask.who}"]:
        client, by_url, queries = Client(), {}, 0
        client.force_login(bank.persona(ask.who), backend="django.contrib.auth.backends.ModelBackend")
        for url in ask.urls:
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(url)
            if answer.status_code != 200:
                raise SystemExit(f"{ask.who} {url}: {answer.status_code}")
            queries = max(queries, len(seen))
            by_url[url] = [clock.time(lambda url=url, client=client: client.get(url)) for _ in range(rounds)]
        row = _row(ask, by_url, queries)
        out.append(row)
        print(
            f"  {ask.name:42} {ask.who:10} p50 {row['median']:7.1f}  p95 {row['p95']:7.1f}  CPU {row['cpu']:7.1f} ms"
            f"  {queries} queries  {unquote(row['slowest'])}",
            flush=True,
        )
    output.write_text(json.dumps(out))


def main() -> None:
    """Measure, print and write the page."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--size", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=10)
    arguments.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    arguments.add_argument("--keep", type=Path, help="folder where the database is kept")
    arguments.add_argument("--only", default="", help="measure only what has these words in its name; writes no page")
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        child(given.size, given.rounds, given.child, given.only)
        return
    with tempfile.TemporaryDirectory(prefix="xiaobao-bench-") as folder:
        output, keep = Path(folder) / "found.json", given.keep.resolve() if given.keep else None
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
        sent = [sys.executable, __file__, "--child", str(output)]
        sent += ["--size", str(given.size), "--rounds", str(given.rounds), "--only", given.only]

        def run(url: str) -> None:
            environment = os.environ | {
                "DATABASE_URL": url, "XIAOBAO_VAR": folder, "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings",
                "XIAOBAO_LOG_LEVEL": "ERROR", "XIAOBAO_HOSTS": "testserver", "PYTHONWARNINGS": "ignore",
            }  # fmt: skip
            subprocess.run(sent, env=environment, check=True)

        if given.database == "sqlite":
            run(f"sqlite:///{keep or folder}/complaints.sqlite3")
        else:
            from on_postgresql import server

            with server(data=keep and keep / "postgresql") as running:
                run(running.get_uri("postgres"))
        found = json.loads(output.read_text())
    if not given.only:
        report(given.database, given.size, given.rounds, found)


def report(database: str, size: int, rounds: int, found: list[dict[str, Any]]) -> None:
    """Write the section of the page."""
    from results import Section, table, versions, write

    lines = [
        [
            row["name"], row["who"], f"{row['p95']:.0f} ms", f"{row['p95'] / TARGET:.2f}", f"{row['median']:.0f} ms",
            f"{row['cpu']:.0f} ms", f"`{unquote(row['slowest'])}`", str(row["queries"]),
        ]
        for row in found
    ]  # fmt: skip
    heads = ["asked", "as", "p95", f"ratio to {TARGET} ms", "median", "p95 of CPU", "slowest", "queries"]
    intro = (
        f"{size:,} complaints; wall time of a request, the 95th percentile of the slowest address of {rounds} rounds; "
        "a ratio below 1 meets the target, which lists, search and case pages have. Beside it the median of all "
        "addresses and the highest 95th percentile of CPU time (this process and its database process). "
    ) + versions("django", "psycopg")
    write("complaints", "Complaints on the platform", intro, [Section(database, table(heads, lines))])


if __name__ == "__main__":
    main()
