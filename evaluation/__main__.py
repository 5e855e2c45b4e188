"""Run every measurement whose module and data are here, and say aloud which are skipped.

    python -m evaluation --data FOLDER [--only NAME …] [--jobs N]

A measurement is a module of this folder with `evaluate(path) -> dict`. Figures are printed as JSON, one object a
measurement, and written to var/evaluation/<name>.json. With several jobs measurements run side by side, each in one
process: what they find is the same, only seconds that one of them tells are longer.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from evaluation import page
from evaluation.measurements import MEASUREMENTS, run_all


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements asked for; exit 0 even when some are skipped, as their data may not be distributable."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--only", action="append", choices=[m.name for m in MEASUREMENTS], help="name of a measurement")
    parser.add_argument("--jobs", type=int, choices=range(1, 9), default=1, help="measurements side by side")
    parser.add_argument("--page", type=Path, help="write the figures to this Markdown page")
    options = parser.parse_args(arguments)
    wanted = [m for m in MEASUREMENTS if not options.only or m.name in options.only]
    done = run_all(wanted, options.data, options.jobs)
    print(f"{len(done)} measured", flush=True)
    if options.page and done:
        page.write(options.page, done, "make evaluate", datetime.now(ZoneInfo("Asia/Shanghai")).date())
        print(f"written: {options.page}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
