"""Measure how long `xiaobao trends` takes over a year of texts and whether its memory stays flat.

    python benchmarks/bench_trends.py [--texts 10000 100000 1000000]

A year is six generated streams of 61 days one after another, each with its own topics and decoys. Every size runs in a
process of its own that reads a file. Nothing is asserted: the target is a year of 1,000,000 texts in two minutes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from results import Section, table, versions, write

from xiaobao import batch
from xiaobao.insight import Alert, Trends
from xiaobao.insight.commands import alerts
from xiaobao.insight.order import Account, in_time

ROOT = Path(__file__).parents[1]
PARTS, DAYS = 6, 61
TARGET = 120.0
_MIB = 1024


def make_file(path: Path, count: int) -> None:
    """Write a year of lines."""
    sys.path.insert(0, str(ROOT))
    from evaluation.streams import make

    begins = datetime(2025, 1, 1)
    with path.open("wb") as fp:
        for part in range(PARTS):
            stream = make(500 + part, texts=count // PARTS, days=DAYS)
            shift = begins + timedelta(days=DAYS * part) - stream.texts[0].at.replace(hour=0, minute=0, second=0)
            for text in stream.texts:
                line = {"id": f"{part}-{text.id}", "ts": (text.at + shift).isoformat(), "text": text.text}
                fp.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def work(path: Path) -> dict[str, float]:
    """Return texts, seconds, alerts and the peak of memory in MiB after a tenth, a half and all of the texts."""
    total = sum(1 for _ in path.open("rb"))
    peaks: list[float] = []
    marks = {total // 10, total // 2, total}

    def watched() -> Iterator[batch.Line]:
        for line in in_time(str(path), Account()):
            yield line
            if line[0] in marks:
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB)

    began, spent = time.perf_counter(), time.process_time()
    told = sum(isinstance(found, Alert) for found in alerts(watched(), Trends()))
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    facts = {"texts": total, "seconds": seconds, "cpu": cpu, "alerts": told}
    return facts | dict(zip(("tenth", "half", "all"), peaks, strict=True))


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--make", type=int)
    parser.add_argument("--worker", type=Path)
    given = parser.parse_args()
    if given.worker:
        if given.make:
            make_file(given.worker, given.make)
        else:
            print(orjson.dumps(work(given.worker)).decode())
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in given.texts:
            path = Path(folder) / f"{count}.jsonl"
            subprocess.run([sys.executable, __file__, "--worker", str(path), "--make", str(count)], check=True)
            made = subprocess.run([sys.executable, __file__, "--worker", str(path)], capture_output=True, check=True)
            path.unlink()
            found = orjson.loads(made.stdout)
            rows.append([
                f"{found['texts']:,}", f"{found['seconds']:.1f}", f"{found['cpu']:.1f}",
                f"{1e6 * found['cpu'] / found['texts']:.0f}", str(found["alerts"]),
                f"{found['tenth']:.0f}", f"{found['half']:.0f}", f"{found['all']:.0f}",
            ])  # fmt: skip
            print(*rows[-1], sep="\t", flush=True)
    heads = ("texts", "seconds", "CPU seconds", "µs a text", "alerts", "MiB at a tenth", "at half", "at the end")
    intro = f"One process; target: 1,000,000 texts in {TARGET:.0f} s, flat memory.\n\n{versions('numpy', 'rjieba')}"
    write("trends", "Trends over a year of texts", intro, [Section("By number of texts", table(heads, rows))])


if __name__ == "__main__":
    main()
