"""Run the cases of a fuzz script in blocks, each in a process of its own: a crash counts as one and the rest go on."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xiaobao.errors import XiaobaoError

BLOCK = 500
YARDSTICK = 0.050
"""CPU seconds that `pace` takes on the machine whose seconds the limits are written in."""


@dataclass
class Tally:
    """What became of the cases of a block."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    left_open: int = 0

    def told(self, name: str, error: XiaobaoError) -> None:
        """Count one of our errors; it must say in Chinese what is wrong."""
        self.outcomes[f"{name}: {error.code}"] += 1
        if error.code == "error.internal" or not any("\u4e00" <= ch <= "\u9fff" for ch in error.message):
            self.failures.append(f"{name}: no sentence: {error.message[:100]!a}")

    def took(self, name: str, seconds: float, limit: float) -> None:
        """Note how much CPU time a case took; it fails beyond its limit, which is longer on a slower machine."""
        self.slowest = max(self.slowest, seconds)
        if seconds > limit and seconds > limit * pace():
            self.failures.append(f"{name}: {seconds:.1f} s of CPU, at most {limit:.1f}")

    def hung(self, name: str, seconds: float, limit: float) -> None:
        """Fail a case that the clock saw last beyond a limit."""
        if seconds > limit:
            self.failures.append(f"{name}: {seconds:.0f} s by the clock")


Run = Callable[[int, int, int, argparse.Namespace], Tally]
"""Runs `count` cases from `first` with a seed and the script's own options."""


def pace() -> float:
    """Return how many times as long as the machine of the limits this one takes for a fixed piece of work."""
    took = []
    for _ in range(3):
        began = time.thread_time()
        sum(at % 7 for at in range(1_000_000))
        took.append(time.thread_time() - began)
    return min(took) / YARDSTICK


def open_files() -> int:
    """Return how many files this process has open."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def main(script: str, run: Run, flags: Sequence[str] = ()) -> int:
    """Run all blocks and print the sum; return 1 where anything failed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--block", type=int, help=argparse.SUPPRESS)
    for flag in flags:
        arguments.add_argument(flag, action="store_true")
    given = arguments.parse_args()
    if given.block is not None:
        print(json.dumps(vars(run(given.block, given.cases, given.seed, given))))
        return 0
    began = time.perf_counter()
    outcomes: Counter[str] = Counter()
    bad: list[str] = []
    slowest = 0.0
    for first in range(0, given.cases, BLOCK):
        result = _block(script, first, min(BLOCK, given.cases - first), given, flags)
        if isinstance(result, str):
            bad.append(result)
            continue
        outcomes.update(result["outcomes"])
        bad += result["failures"]
        slowest = max(slowest, result["slowest"])
        if result["left_open"] > 0:
            bad.append(f"block {first}: {result['left_open']} files left open")
    for name, number in sorted(outcomes.items()):
        print(f"{number:7d}  {name}")
    print("\n".join(bad))
    took = time.perf_counter() - began
    print(f"{given.cases} cases, {len(bad)} bad, slowest {slowest:.2f} s of CPU, {took:.0f} s in all")
    return 1 if bad else 0


def _block(
    script: str, first: int, count: int, given: argparse.Namespace, flags: Sequence[str]
) -> dict[str, Any] | str:
    """Return what a process of its own made of a block, or how it died."""
    command = [sys.executable, str(Path(script).resolve()), "--block", str(first)]
    command += ["--cases", str(count), "--seed", str(given.seed)]
    command += [flag for flag in flags if getattr(given, flag.strip("-").replace("-", "_"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"block {first} died with {done.returncode}: {done.stderr[-800:]}"
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
