"""Measure lists, filters, search, export, figures and the work-desk at several sizes on one or both databases.

    python benchmarks/bench_lists.py [--sizes 2000 20000 200000] [--databases sqlite postgresql] [--rounds 20]
                                     [--keep DIR] [--data DIR] [--only WORDS]

Every address is asked so many times at the largest size (a quarter as often below it) through the whole platform
(middleware, templates) as several people; the 95th percentile of the slowest address is compared with the target. CPU
time of the process and, on PostgreSQL, of its server process stands beside the wall time. What was measured is
kept in the folder of `--keep`, and databases measured there before are not measured again; the databases themselves are
kept in that of `--data`. A run that is cut short writes what it has.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "web")]
TARGETS = {"sqlite": 400, "postgresql": 200}
"""Milliseconds at the 95th percentile."""
BASE = 2000
"""Reviews made one by one; larger numbers are copies of these."""


@dataclass(frozen=True)
class Ask:
    """One thing asked: what it is called, as whom, and the addresses asked in turn."""

    name: str
    who: str
    urls: list[str]
    post: dict[str, str] | None = None


def asks(bank: Any, now: Any) -> list[Ask]:
    """Return everything that is measured."""
    from datetime import timedelta

    from lists_data import saved_view

    branch, department = bank.units[len(bank.units) // 2], bank.units[0]
    creator = bank.persona("submitter").pk
    month, year = (now - timedelta(days=30)).date(), (now - timedelta(days=365)).date()
    view = saved_view(bank.persona("reviewer"), f"view=all&state=archived&unit={branch.pk}&sort=-submitted_at")
    plain = {
        "list, the first page of each tab": [
            f"view={tab}" for tab in ("waiting", "mine", "unit", "overdue", "all", "done")
        ],
        "list, sorted by each column": [
            f"view=all&sort={way}{key}" for key in ("number", "state", "unit", "submitted_at") for way in ("", "-")
        ],
        "list, one filter": [
            "view=all&state=first_review", "view=all&state=archived", "view=all&subject=marketing",
            f"view=all&unit={branch.pk}", f"view=all&unit={department.pk}", "view=all&conclusion=reject",
            "view=all&high_risk=1", "view=all&lane=urgent", f"view=all&created_by={creator}", "view=all&returned=1",
            "view=all&reason=facts",
        ],
        "list, several filters, sorted": [
            f"view=all&unit={branch.pk}&subject=pricing&sort=-submitted_at",
            f"view=all&submitted_at_from={month}&state=archived&sort=unit",
            f"view=all&submitted_at_from={year}&conclusion=change&returned=1",
            "view=all&state=escalated&lane=urgent&conclusion=reject",
        ],
        "list, words: rare, common, number, none": [
            "view=all&q=薪易贷996号", "view=all&q=海报", "view=all&q=001234", "view=all&q=YJ2026",
            "view=all&q=不存在的词语", "view=all&q=稳享 话术", "view=all&q=OA-00012",
        ],
    }  # fmt: skip
    found = [
        Ask(name, who, [f"/reviews/?{query}" for query in queries])
        for name, queries in plain.items()
        for who in ("reviewer", "submitter")
    ]
    words = ("薪易贷996号", "海报", "001234", "YJ2026", "不存在的词语", "手机银行", "稳享 话术")
    for who in ("reviewer", "submitter"):
        found.append(Ask("search page", who, [f"/search/?q={word}" for word in words]))
        found.append(Ask("search while typing", who, [f"/search/quick?q={word}" for word in words]))
        found.append(
            Ask("start of an export", who, ["/lists/reviews/export/"], {"query": "view=all&subject=marketing"})
        )
    found.append(Ask("saved view", "reviewer", [f"/reviews/{view.url()}"]))
    for who in ("reviewer", "second_reviewer", "submitter", "head", "office", "executive"):
        found.append(Ask("work-desk", who, ["/"]))
    return found + ledger_asks(branch.pk, creator, month)


def ledger_asks(branch: int, creator: int, month: Any) -> list[Ask]:
    """Return what is measured of findings, issues, material and figures."""
    columns = ("number", "state", "unit", "due_on", "found_on")
    lists = {
        "findings, filtered and sorted": ("/issues/findings/", [
            "", "sort=added_at", "sort=-added_at", "decision=open", "severity=high", f"unit={branch}",
            "rule=general.offence_3", f"first=1&decision=accepted&decided_at_from={month}", f"submitter={creator}",
        ]),
        "findings, words": ("/issues/findings/", ["q=承诺保本", "q=薪易贷996号", "q=不存在的词语"]),
        "issues, the first page of each tab": ("/issues/", [
            f"view={tab}" for tab in ("waiting", "unit", "overdue", "verify", "open", "all")
        ]),
        "issues, sorted by each column": ("/issues/", [
            f"view=all&sort={way}{key}" for key in columns for way in ("", "-")
        ]),
        "issues, filters and words": ("/issues/", [
            f"view=all&{query}" for query in (
                "source=audit", f"unit={branch}", "repeat=1", "on_time=1", "on_time=0", f"found_from={month}",
                "q=薪易贷996号", "q=海报", "q=不存在的词语",
            )
        ]),
        "material, tabs, sorted, words": ("/materials/", [
            "view=mine", "view=unit", "view=all", "view=all&sort=created_at", f"view=all&unit={branch}",
            "view=all&q=薪易贷996号", "view=all&q=不存在的词语",
        ]),
    }  # fmt: skip
    found = [
        Ask(name, who, [f"{path}?{query}" for query in queries])
        for name, (path, queries) in lists.items()
        for who in ("office", "submitter")
    ]
    for days in ("90", "365"):
        period = f"?period=days{days}"
        found.append(Ask(f"figures of reviews, {days} days", "office", [f"/figures/{period}"]))
        for who in ("office", "submitter"):
            found.append(Ask(f"figures of issues, {days} days", who, [f"/issues/figures/{period}"]))
    return found


class Clock:
    """CPU time of this process and of its database process, and wall time, in milliseconds."""

    def __init__(self) -> None:
        from django.db import connection

        self.server: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def cpu(self) -> float:
        """Return milliseconds of CPU used so far."""
        there = int(self.server.read_text().split()[0]) / 1e6 if self.server else 0.0
        return time.process_time() * 1e3 + there

    def time(self, act: Callable[[], Any]) -> tuple[float, float]:
        """Return CPU and wall milliseconds of an act."""
        cpu, wall = self.cpu(), time.perf_counter()
        act()
        return self.cpu() - cpu, (time.perf_counter() - wall) * 1e3


def deep(client: Any, pages: int) -> list[str]:
    """Return the addresses of the pages reached by following “next” from the whole list."""
    url, out = "/reviews/?view=all&sort=-submitted_at", []
    for _ in range(pages):
        following = re.search(r'href="(\?[^"]*after=[^"]*)"', client.get(url).content.decode())
        if following is None:
            break
        url = f"/reviews/{unescape(following[1])}"
        out.append(url)
    return out


def ninety_fifth(times: list[float]) -> float:
    """Return the 95th percentile by nearest rank."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


def measure(bank: Any, rounds: int, only: str) -> Iterator[list[dict[str, Any]]]:
    """Ask everything and yield after each thing all that was asked so far: times, most queries, slowest address."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from xiaobao_web.kernel.models import Export

    clock, rows, clients = Clock(), [], {}

    def client_of(who: str) -> Any:
        if who not in clients:
            clients[who] = Client()
            clients[who].force_login(bank.persona(who), backend="django.contrib.auth.backends.ModelBackend")
        return clients[who]

    wanted = asks(bank, timezone.now())
    wanted.append(Ask("list, pages by “next”", "reviewer", deep(client_of("reviewer"), 6)))
    gc.collect()
    gc.freeze()  # as the web server does before it answers
    for ask in [item for item in wanted if item.urls and only in item.name]:
        client, by_url, queries = client_of(ask.who), {}, 0

        def once(url: str, ask: Ask = ask, client: Any = client) -> None:
            answer = client.get(url) if ask.post is None else client.post(url, ask.post)
            if answer.status_code not in (200, 302):
                raise SystemExit(f"{ask.who} {url}: {answer.status_code}")

        for url in ask.urls:
            with CaptureQueriesContext(connection) as seen:
                once(url)
            queries = max(queries, len(seen))
            by_url[url] = []
            for _ in range(rounds):
                Export.objects.all().delete()  # who has many waiting may not ask for another
                by_url[url].append(clock.time(lambda url=url: once(url)))
        rows.append(_row(ask, by_url, queries))
        print(
            f"  {ask.name:42} {ask.who:16} p50 {rows[-1]['median']:7.1f}  p95 {rows[-1]['p95']:7.1f}"
            f"  CPU {rows[-1]['cpu']:7.1f} ms  {queries} queries  {unquote(rows[-1]['slowest'])}",
            flush=True,
        )
        yield rows


def _row(ask: Ask, by_url: dict[str, list[tuple[float, float]]], queries: int) -> dict[str, Any]:
    """Return what is kept of one thing asked: of its slowest address the wall and CPU time, the median of all."""
    slowest = max(by_url, key=lambda url: ninety_fifth([wall for _cpu, wall in by_url[url]]))
    every = sorted(wall for times in by_url.values() for _cpu, wall in times)
    return {
        "name": ask.name, "who": ask.who, "median": every[len(every) // 2],
        "p95": ninety_fifth([wall for _cpu, wall in by_url[slowest]]),
        "cpu": max(ninety_fifth([cpu for cpu, _wall in times]) for times in by_url.values()),
        "queries": queries, "slowest": slowest,
    }  # fmt: skip


def child(sizes: list[int], rounds: int, output: Path, stored: Path | None, only: str) -> None:
    """Make the tables and the data of one database, growing from size to size, and measure at each.

    A database that stands in `stored` at the largest size is measured as it is.
    """
    import django

    django.setup()
    import lists_data
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    mark = stored / f"{connection.vendor}.size" if stored else None
    done, found = int(mark.read_text()) if mark and mark.exists() else 0, {}
    bank = lists_data.known() if done else lists_data.institution()
    if not done:
        lists_data.fill(bank, BASE)
        done = BASE
    for size in [size for size in sizes if size >= done]:
        began = time.perf_counter()
        if size > done:
            lists_data.multiply(BASE, (size - done) // BASE)
            done = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
            if connection.vendor == "sqlite":  # a log of a gigabyte is the generator's doing, not the platform's
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if mark:
            mark.write_text(str(done))
        print(f"{connection.vendor}: {size:,} reviews after {time.perf_counter() - began:.0f} s more", flush=True)
        for rows in measure(bank, rounds if size == sizes[-1] else max(rounds // 4, 1), only):
            output.write_text(json.dumps(found | {size: rows}))
        found = json.loads(output.read_text())


def run(vendor: str, url: str, var: Path, given: argparse.Namespace, keep: Path) -> dict[str, Any]:
    """Measure one database in a process of its own and return the rows by size, as far as it came."""
    output, part = keep / f"{vendor}.json", var / f"{vendor}.part.json"
    if output.exists():
        return dict(json.loads(output.read_text()))
    environment = os.environ | {
        "DATABASE_URL": url, "XIAOBAO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings",
        "XIAOBAO_LOG_LEVEL": "ERROR", "XIAOBAO_HOSTS": "testserver", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    sent = [sys.executable, __file__, "--child", str(part), "--rounds", str(given.rounds), "--only", given.only]
    sent += ["--sizes", *map(str, given.sizes)] + (["--data", str(given.data)] if given.data else [])
    try:
        subprocess.run(sent, env=environment, check=True)
        part.rename(output)
    except (KeyboardInterrupt, subprocess.CalledProcessError):
        print(f"{vendor}: cut short", file=sys.stderr)
        output = part
    return dict(json.loads(output.read_text())) if output.exists() else {}


def sections(vendor: str, found: dict[str, Any]) -> Any:
    """Return the tables of one database: the curve over the sizes, and who waits longest."""
    from results import Section, table

    sizes = list(found)
    names = list(dict.fromkeys(row["name"] for row in found[sizes[0]]))
    lines = []
    for name in names:
        asked = [[row for row in found[size] if row["name"] == name] for size in sizes]
        if not asked[-1]:
            continue
        worst = [max(rows, key=lambda row: row["p95"]) for rows in asked]
        last = worst[-1]
        slowest = f"{last['who']}, `{unquote(last['slowest'])}`"
        middle = max(row["median"] for row in found[sizes[-1]] if row["name"] == name)
        cpu = max(row["cpu"] for row in found[sizes[-1]] if row["name"] == name)
        lines.append([
            name, *(f"{row['p95']:.0f} ms" for row in worst), f"{last['p95'] / TARGETS[vendor]:.2f}",
            f"{middle:.0f} ms", f"{cpu:.0f} ms", slowest, str(max(row["queries"] for row in worst)),
        ])  # fmt: skip
        print("  ".join(lines[-1]))
    heads = [
        "asked", *(f"{int(size):,}" for size in sizes), f"ratio to {TARGETS[vendor]} ms", "median", "p95 of CPU",
        "slowest", "queries",
    ]  # fmt: skip
    return Section(vendor, table(heads, lines))


def main() -> None:
    """Measure, print and write the page, anew after each database."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs="+", default=[BASE, 20_000, 200_000])
    arguments.add_argument("--databases", nargs="+", choices=list(TARGETS), default=list(TARGETS))
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--keep", type=Path, help="folder where what was measured is kept")
    arguments.add_argument("--data", type=Path, help="folder where the databases are kept for the next run")
    arguments.add_argument("--only", default="", help="measure only what has these words in its name; writes no page")
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    given.sizes.sort()
    if given.child:
        child(given.sizes, given.rounds, given.child, given.data, given.only)
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for folder in (given.keep, given.data):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="xiaobao-bench-") as folder:
        var = Path(folder)
        for vendor in given.databases:
            with database(vendor, given.data, var) as url:
                found[vendor] = run(vendor, url, var, given, given.keep or var)
            if any(found.values()):
                report(found, given)


@contextmanager
def database(vendor: str, stored: Path | None, var: Path) -> Iterator[str]:
    """Yield the address of a database that lies in the folder of those kept, else in one that goes at the end."""
    if vendor == "sqlite":
        yield f"sqlite:///{(stored or var).resolve() / 'lists.sqlite3'}"
        return
    from on_postgresql import server

    with server(data=stored.resolve() / "postgresql" if stored else None) as running:
        yield running.get_uri("postgres")


def report(found: dict[str, dict[str, Any]], given: argparse.Namespace) -> None:
    """Print the tables of what was measured so far and write them to the page."""
    from results import versions, write

    made = [sections(vendor, sizes) for vendor, sizes in found.items() if sizes]
    intro = (
        "Wall time of a request, the 95th percentile of the slowest address of each kind for the slowest of the people "
        f"asked as, {given.rounds} times at the largest number of reviews; a ratio below 1 meets the target. Beside it "
        "the median of all addresses and the highest 95th percentile of CPU time (this process and its database "
        "process). A review has a material, a finding and an issue. " + versions("django", "psycopg")
    )
    if not given.only:
        write("lists", "Lists, search and the work-desk", intro, made)


if __name__ == "__main__":
    main()
