"""Measure what the platform proposes a contact is (甄别建议): by kind, and how many complaints pass as something else.

    python -m evaluation.kinds FILE [--show]

The first half of the set (up to k075) was used while the words of the kinds were written, the second was not.
--show names what the first half has wrong; the second is told in figures alone.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import django
import orjson

from xiaobao.intake import fill

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaobao_web.settings")
LAST_USED = "k075"
KINDS = {"complaint": "投诉", "inquiry": "咨询", "suggestion": "建议", "report": "举报", "petition": "信访"}


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures of both halves of a set; a complaint proposed as something else is the graver error."""
    read = list(proposed(orjson.loads(line) for line in path.read_bytes().splitlines()))
    used, held = ([row for row in read if (row["id"] <= LAST_USED) is kept] for kept in (True, False))
    return {"set": path.name, "used": figures(used), "held_out": figures(held)}


def proposed(rows: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield each row with the proposed kind and the seconds it took, its ticket filled as on the platform."""
    django.setup()
    from xiaobao_web.complaints.proposing import propose

    for row in rows:
        ticket = fill(channel="web", received_at="2026-03-02", text=row["text"]).as_dict()["ticket"]
        started = time.perf_counter()
        found = propose(row["text"], ticket=ticket)
        yield {**row, "proposed": found.kind, "why": found.why, "seconds": time.perf_counter() - started}


def figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many were right, by kind and in all, and both errors around complaints."""
    total, right = Counter(r["kind"] for r in rows), Counter(r["kind"] for r in rows if r["kind"] == r["proposed"])
    wrong = Counter(f"{KINDS[r['kind']]}→{KINDS[r['proposed']]}" for r in rows if r["kind"] != r["proposed"])
    others = [r for r in rows if r["kind"] != "complaint"]
    return {
        "contacts": len(rows),
        "right": sum(right.values()) / max(1, len(rows)),
        "kinds": {KINDS[kind]: [right[kind], total[kind]] for kind in KINDS},
        "complaints_missed": total["complaint"] - right["complaint"],
        "taken_for_complaints": [sum(r["proposed"] == "complaint" for r in others), len(others)],
        "confused": dict(wrong.most_common()),
        "milliseconds": 1000 * max((r["seconds"] for r in rows), default=0.0),
        "misses": [r["id"] for r in rows if r["kind"] != r["proposed"]],
    }


def main() -> None:
    """Print the figures, or what the first half has wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not options.show:
        print(orjson.dumps(evaluate(options.file), option=orjson.OPT_INDENT_2).decode())
        return
    rows = [orjson.loads(line) for line in options.file.read_bytes().splitlines()]
    for row in proposed(row for row in rows if row["id"] <= LAST_USED):
        if row["proposed"] != row["kind"]:
            print(row["id"], row["kind"], "→", row["proposed"], row["text"], row["why"])


if __name__ == "__main__":
    main()
