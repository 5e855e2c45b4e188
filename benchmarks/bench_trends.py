"""Measure how long `trends` takes over a year of texts and whether its memory stays flat.

    python benchmarks/bench_trends.py [--texts 10000 100000 1000000]

Texts are drawn from a pool of generated complaints, a year long whatever their number; each size runs in a process of
its own. Nothing is asserted: the target is a year of 1,000,000 texts in less than two minutes.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from results import Section, table, versions, write

from xiaobao.insight import Text, Trends

ROOT = Path(__file__).parents[1]
POOL = 30_000
TARGET = 120.0
_MIB = 1024


def pool(count: int = POOL) -> list[str]:
    """Return different generated complaints."""
    sys.path.insert(0, str(ROOT))
    from evaluation.streams import make

    texts: list[str] = []
    seed = 1
    while len(texts) < count:
        texts += [t.text for t in make(seed).texts]
        seed += 1
    return texts[:count]


def stream(texts: list[str], count: int) -> Iterator[Text]:
    """Yield texts over a year, evenly but for the nights."""
    rng = random.Random(7)
    step = timedelta(days=365) / count
    at = datetime(2025, 1, 1)
    for number in range(count):
        yield Text(str(number), at + step * number, rng.choice(texts), "web")


def work(count: int) -> dict[str, float]:
    """Return seconds and the peak of memory in MiB after a tenth, a half and all of the texts."""
    texts = pool()
    watch, alerts, peaks = Trends(), 0, []
    marks = {count // 10, count // 2, count - 1}
    began, spent = time.perf_counter(), time.process_time()
    for number, text in enumerate(stream(texts, count)):
        alerts += len(watch.add(text))
        if number in marks:
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    return {"seconds": seconds, "cpu": cpu, "alerts": alerts, "tenth": peaks[0], "half": peaks[1], "all": peaks[2]}


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--worker", type=int)
    given = parser.parse_args()
    if given.worker:
        print(orjson.dumps(work(given.worker)).decode())
        return
    rows = []
    for count in given.texts:
        made = subprocess.run([sys.executable, __file__, "--worker", str(count)], capture_output=True, check=True)
        found = orjson.loads(made.stdout)
        rows.append([
            f"{count:,}", f"{found['seconds']:.1f}", f"{found['cpu']:.1f}", f"{1e6 * found['cpu'] / count:.0f}",
            f"{found['tenth']:.0f}", f"{found['half']:.0f}", f"{found['all']:.0f}",
        ])  # fmt: skip
        print(*rows[-1], sep="\t", flush=True)
    heads = ("texts in a year", "seconds", "CPU seconds", "µs a text", "MiB at a tenth", "at half", "at the end")
    intro = f"One process; target: 1,000,000 texts in {TARGET:.0f} s, flat memory.\n\n{versions('numpy', 'rjieba')}"
    write("trends", "Trends over a year of texts", intro, [Section("By number of texts", table(heads, rows))])


if __name__ == "__main__":
    main()
