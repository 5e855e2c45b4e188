"""Run every measurement whose module and data are here, and say aloud which are skipped.

    python -m evaluation --data FOLDER [--only NAME …]

A measurement is a module of this folder with `evaluate(path) -> dict`. Figures are printed as JSON, one object a
measurement, and written to var/evaluation/<name>.json.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from evaluation import page

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
    Measurement("intake", "complaints-dev.jsonl"),
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


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements asked for; exit 0 even when some are skipped, as their data may not be distributable."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--only", action="append", choices=[m.name for m in MEASUREMENTS], help="name of a measurement")
    parser.add_argument("--page", type=Path, help="write the figures to this Markdown page")
    options = parser.parse_args(arguments)
    wanted = [m for m in MEASUREMENTS if not options.only or m.name in options.only]
    done = {m.name: figures for m in wanted if (figures := run(m, options.data)) is not None}
    print(f"{len(done)} measured", flush=True)
    if options.page and done:
        page.write(options.page, done, "make evaluate", datetime.now(ZoneInfo("Asia/Shanghai")).date())
        print(f"written: {options.page}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
