"""Which measurements there are, and running them one after another or side by side."""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Measurement:
    """A module of this folder (named alike unless `module` says) and its data: below `--data`, or here when `own`."""

    name: str
    data: str
    own: bool = False
    module: str = ""

    def path(self, data: Path) -> Path:
        """Return where the data should be."""
        return (HERE if self.own else data) / self.data


MEASUREMENTS = (
    Measurement("mask", "vectors/mask.jsonl", own=True),
    Measurement("ocr", "ocr"),
    Measurement("similar", "bq-dev.csv"),
    Measurement("unseen", "heldout/texts.jsonl", own=True),
    Measurement("unseen_again", "heldout/second.jsonl", own=True, module="unseen"),
    Measurement("unseen_ordinary", "heldout/third.jsonl", own=True, module="unseen"),
    Measurement("unseen_latest", "heldout/fourth.jsonl", own=True, module="unseen"),
    Measurement("unseen_author", "heldout/other_author.jsonl", own=True, module="unseen"),
    Measurement("unseen_author_again", "heldout/fourth_author.jsonl", own=True, module="unseen"),
    Measurement("unseen_author_foreign", "heldout/fifth_author.jsonl", own=True, module="unseen"),
    Measurement("screening", "screening-dev.jsonl"),
    Measurement("materials", "materials", own=True),
    Measurement("documents", "documents/labels.jsonl", own=True),
    Measurement("unseen_documents", "documents/unseen.jsonl", own=True, module="documents"),
    Measurement("later_documents", "documents/later.jsonl", own=True, module="documents"),
    Measurement("unseen_calls", "calls/heldout.jsonl", own=True, module="dialogues"),
    Measurement("unseen_calls_again", "calls/second.jsonl", own=True, module="dialogues"),
    Measurement("foreign_calls", "calls/foreign.jsonl", own=True, module="dialogues"),
    Measurement("foreign_calls_again", "calls/foreign_again.jsonl", own=True, module="dialogues"),
    Measurement("dialogues", "dialogues-dev.jsonl"),
    Measurement("unseen_intake", "intake/heldout.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_again", "intake", own=True, module="intake"),
    Measurement("unseen_urgent", "intake/w9.jsonl", own=True, module="intake"),
    Measurement("unseen_urgent_again", "intake/w12.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign", "intake/w13.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_again", "intake/w16.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_later", "intake/w19.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_latest", "intake/w21.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_newest", "intake/w22.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_sixth", "intake/w23.jsonl", own=True, module="intake"),
    Measurement("unseen_intake_foreign_seventh", "intake/w24.jsonl", own=True, module="intake"),
    Measurement("intake", "complaints-dev.jsonl"),
    Measurement("intake_kinds", "intake/kinds.jsonl", own=True, module="kinds"),
    Measurement("duplicates", "duplicates-dev.jsonl"),
    Measurement("trends", "streams_texts", own=True),
    Measurement("trends_harder", "streams_texts/harder.yaml", own=True, module="trends"),
)


def run(measurement: Measurement, data: Path) -> dict[str, Any] | None:
    """Print, keep and return the figures of one measurement; return None when it was skipped."""
    name, path = measurement.name, measurement.path(data)
    module = measurement.module or name
    if importlib.util.find_spec(f"evaluation.{module}") is None:
        print(f"{name}: skipped, no module evaluation/{module}.py", flush=True)
        return None
    if not path.exists():
        print(f"{name}: skipped, no data at {path}", flush=True)
        return None
    started = time.perf_counter()
    figures = importlib.import_module(f"evaluation.{module}").evaluate(path)
    out = Path("var/evaluation")
    out.mkdir(parents=True, exist_ok=True)
    text = orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    (out / f"{name}.json").write_bytes(text)
    print(f"{name}: {time.perf_counter() - started:.1f} s\n{text.decode()}", flush=True)
    return dict(figures)


def run_all(measurements: Sequence[Measurement], data: Path, jobs: int) -> dict[str, dict[str, Any]]:
    """Return the figures of those that were not skipped, by name in their order."""
    if jobs == 1:
        found = [run(measurement, data) for measurement in measurements]
    else:
        # Spawned: a forked process would inherit models half in use by threads.
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(run, measurements, [data] * len(measurements)))
    return {m.name: figures for m, figures in zip(measurements, found, strict=True) if figures is not None}
