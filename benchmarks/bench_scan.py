"""Measure batch screening beside its physical limit and its peers, in one run, as ratios of CPU time.

    python benchmarks/bench_scan.py [--rows 10000 40000 160000] [--rounds 5] [--peer-rows 1000]

Every round runs each candidate once, one after the other; a figure is the median over the rounds, a ratio the median
of the rounds' ratios. So a machine that others use too changes the figures but hardly the ratios. Peers are measured
on a sample of the same messages and given per message. Peak memory is that of a process of its own that makes the
messages batch by batch and screens them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import hyperscan
import pyarrow as pa
from corpus import TEMPLATES, forbidden, messages
from results import Section, table, versions, write

from xiaobao.checks import Pattern
from xiaobao.screening.engine import BATCH_ROWS, Engine, default_engine, scan_batch
from xiaobao.screening.program import Program
from xiaobao.text.normalise import normalise_batch

SIZES = (10_000, 40_000, 160_000)
SEPARATORS = re.compile(r"[\s*·_\-—.\u200b-\u200f]+")
Run = Callable[[Sequence[str]], int]


def batches(texts: Sequence[str]) -> list[Sequence[str]]:
    """Return the texts in the batches the engine works in."""
    return [texts[i : i + BATCH_ROWS] for i in range(0, len(texts), BATCH_ROWS)]


def raw_scan(words: Sequence[str]) -> Run:
    """Return a bare Hyperscan pass over the joined UTF-8 text, the physical limit: no normalising, no rules."""
    database = hyperscan.Database()
    expressions = [re.escape(w).encode("utf-8") for w in words]
    database.compile(
        expressions=expressions, ids=list(range(len(words))), elements=len(words), flags=hyperscan.HS_FLAG_DOTALL
    )
    scratch = hyperscan.Scratch(database)

    def collect(id: int, start: int, end: int, flags: int, found: list[int]) -> None:
        found.append(id)
        found.append(end)

    def run(texts: Sequence[str]) -> int:
        found: list[int] = []
        for part in batches(texts):
            data = "\n".join(part).encode("utf-8")
            database.scan(data, match_event_handler=collect, context=found, scratch=scratch)
        return len(found) // 2

    return run


def normalise_only(texts: Sequence[str]) -> int:
    """Normalise every text, with the map back to the original."""
    return sum(len(normalise_batch(part).units) for part in batches(texts))


def literal_scan(program: Program) -> Run:
    """Return normalising, the literal scan, and the places of its matches in the original texts."""

    def run(texts: Sequence[str]) -> int:
        total = 0
        for part in batches(texts):
            batch = normalise_batch(part)
            ids, starts = program.matcher.scan(batch.units)
            lasts = starts + program.matcher.lengths[ids] - 1
            # The vectorised form of NormalisedBatch.original: all matches at once.
            batch.locate(starts)
            batch._spans(starts)
            batch._spans(lasts)
            total += len(ids)
        return total

    return run


def full_scan(engine: Engine) -> Run:
    """Return the public columnar function: rules with scope, exceptions and stance, Arrow in and out."""

    def run(texts: Sequence[str]) -> int:
        total = 0
        for at, part in enumerate(batches(texts)):
            ids = [f"{at}-{i}" for i in range(len(part))]
            columns = {"id": ids, "text": list(part), "scenario": ["marketing_sms"] * len(part)}
            total += scan_batch(pa.RecordBatch.from_pydict(columns), engine=engine).num_rows
        return total

    return run


def patterns_of(program: Program) -> list[Pattern]:
    """Return the patterns of the rules, each once."""
    checks = [c for rule in program.rules for top in (rule.when, *(e.check for e in rule.unless)) for c in top.walk()]
    return list(dict.fromkeys(pattern for check in checks for pattern in check.patterns()))


def naive(text: str, convert: Callable[[str], str]) -> str:
    """Normalise one text the usual way; the way back to the original is lost."""
    return SEPARATORS.sub("", convert(unicodedata.normalize("NFKC", text)).lower())


def automaton_peer(program: Program, convert: Callable[[str], str], *, patterns: bool) -> Run:
    """Return pyahocorasick over each naively normalised text, then `re` for patterns one of whose words was found."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for index, word in enumerate(program.words):
        automaton.add_word(word, index)
    automaton.make_automaton()
    by_word: dict[int, set[str]] = {}
    index_of = {word: i for i, word in enumerate(program.words)}
    for pattern in patterns_of(program):
        for word in pattern.clauses[0] if pattern.clauses else ():
            by_word.setdefault(index_of[word], set()).add(pattern.text)
    compiled: dict[str, re.Pattern[str]] = {}

    def run(texts: Sequence[str]) -> int:
        total = 0
        for text in texts:
            plain = naive(text, convert)
            found = [index for _, index in automaton.iter(plain)]
            total += len(found)
            if patterns:
                for source in {p for index in found for p in by_word.get(index, ())}:
                    if source not in compiled:
                        compiled[source] = re.compile(source)
                    total += sum(1 for _ in compiled[source].finditer(plain))
        return total

    return run


def loop_peer(program: Program, convert: Callable[[str], str]) -> Run:
    """Return the plain way: each pattern and one alternation of all words tried on each text with `re`."""
    words = re.compile("|".join(map(re.escape, program.words)))
    compiled = [re.compile(pattern.text) for pattern in patterns_of(program)]

    def run(texts: Sequence[str]) -> int:
        total = 0
        for text in texts:
            plain = naive(text, convert)
            total += sum(1 for _ in words.finditer(plain)) + sum(1 for p in compiled if p.search(plain))
        return total

    return run


def measure(runs: dict[str, tuple[Run, Sequence[str]]], rounds: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return CPU seconds a message of each candidate in each round, and what each counted; a first run warms up."""
    counted = {name: run(texts) for name, (run, texts) in runs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (run, texts) in runs.items():
            began = time.thread_time()
            run(texts)
            seconds[name].append((time.thread_time() - began) / len(texts))
    return seconds, counted


def ratio(seconds: dict[str, list[float]], of: str, to: str) -> float:
    """Return how many times faster one candidate is than another: the median of the rounds' ratios."""
    return median(b / a for a, b in zip(seconds[of], seconds[to], strict=True))


def peak_memory(rows: int) -> float:
    """Return the peak memory in MB of a process that screens so many messages batch by batch."""
    command = [sys.executable, str(Path(__file__)), "--memory", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["peak_mb"])


def screened_alone(rows: int) -> None:
    """Screen messages as they are made and print this process's peak memory."""
    engine = default_engine()
    source = messages(rows, forbidden(engine.program.rulebook))
    run = full_scan(engine)
    while part := list(islice(source, BATCH_ROWS)):
        run(part)
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    print(json.dumps({"peak_mb": int(peak[1]) / 1024 if peak else float("nan")}))


RAW, NORM, FIRST, FULL = (
    "raw Hyperscan, UTF-8, literals only",
    "normalise",
    "normalise + literals + offsets",
    "full scan_batch",
)
AUTOMATON, AUTOMATON_RE, LOOP = "pyahocorasick, words only", "pyahocorasick + `re`", "plain `re` loop"


def ours(engine: Engine, texts: Sequence[str]) -> dict[str, tuple[Run, Sequence[str]]]:
    """Return the engine's own steps over all texts."""
    program = engine.program
    return {
        RAW: (raw_scan(program.words), texts),
        NORM: (normalise_only, texts),
        FIRST: (literal_scan(program), texts),
        FULL: (full_scan(engine), texts),
    }


def peers(engine: Engine, sample: Sequence[str], loop_rows: int) -> dict[str, tuple[Run, Sequence[str]]]:
    """Return the engine and what others would write instead, over a sample; the plain loop over a small one."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    program = engine.program
    return {
        RAW: (raw_scan(program.words), sample),
        FULL: (full_scan(engine), sample),
        AUTOMATON: (automaton_peer(program, convert, patterns=False), sample),
        AUTOMATON_RE: (automaton_peer(program, convert, patterns=True), sample),
        LOOP: (loop_peer(program, convert), sample[:loop_rows]),
    }


def sizes_section(engine: Engine, sizes: Sequence[int], rounds: int) -> Section:
    """Measure the engine's steps at each size."""
    rows = []
    sentences = forbidden(engine.program.rulebook)
    for size in sizes:
        texts = list(messages(size, sentences))
        seconds, counted = measure(ours(engine, texts), rounds)
        peak = peak_memory(size)
        for name in (RAW, NORM, FIRST, FULL):
            per = median(seconds[name])
            rows.append(
                [
                    f"{size:,}", name, f"{per * 1e6:.2f}", f"{1e-3 / per:,.0f}", f"{ratio(seconds, name, RAW):.4f}",
                    f"{counted[name]:,}", f"{peak:.0f}" if name == FULL else "",
                ]
            )  # fmt: skip
            print("  ".join(rows[-1]), flush=True)
    heads = ["messages", "step", "µs a message", "k messages/s/core", "ratio to raw", "counted", "peak MB"]
    return Section("Steps, by number of messages", table(heads, rows))


def peers_section(engine: Engine, count: int, loop_rows: int, rounds: int) -> Section:
    """Measure the engine beside its peers."""
    sample = list(messages(count, forbidden(engine.program.rulebook), seed=2))
    seconds, counted = measure(peers(engine, sample, loop_rows), rounds)
    rows = []
    for name in (RAW, FULL, AUTOMATON, AUTOMATON_RE, LOOP):
        per = median(seconds[name])
        size = loop_rows if name == LOOP else count
        rows.append(
            [name, f"{size:,}", f"{per * 1e6:,.1f}", f"{ratio(seconds, FULL, name):,.2f}", f"{counted[name]:,}"]
        )
        print("  ".join(rows[-1]), flush=True)
    heads = ["candidate", "messages", "µs a message", "its time / ours", "counted"]
    note = (
        "Peers find words and patterns in a text whose original places they no longer know; they weigh no scope,"
        " exception or stance. The patterns are those of the rules; pyahocorasick + `re` tries those one of whose words"
        " was found."
    )
    return Section("Beside peers, with the same words and patterns", f"{table(heads, rows)}\n\n{note}")


def main() -> None:
    """Measure, print and write the page."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--peer-rows", type=int, default=1_000)
    arguments.add_argument("--loop-rows", type=int, default=50)
    arguments.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.memory is not None:
        screened_alone(given.memory)
        return
    engine = default_engine()
    program = engine.program
    intro = (
        f"{len(program.rules)} rules, {len(program.words):,} words, {len(patterns_of(program)):,} patterns;"
        f" {len(TEMPLATES)} templates of messages, 2 % with a forbidden sentence,"
        f" a third of those disguised. CPU time of one thread, medians of {given.rounds} rounds in one process.\n\n"
        f"{versions('hyperscan', 'numpy', 'pyarrow', 'google-re2', 'pyahocorasick', 'OpenCC')}"
    )
    sections = [
        sizes_section(engine, given.rows, given.rounds),
        peers_section(engine, given.peer_rows, given.loop_rows, given.rounds),
    ]
    write("scan", "Batches of short messages, rules alone", intro, sections)


if __name__ == "__main__":
    main()
