"""Measure `trends` on generated streams of seeds not developed on: topics found, delays, false alarms, decoys.

A topic is found by the first alert that names two of its words among its terms, or most of whose examples are its
texts, within three days of its fifth text (or before it). An alert that fits no topic is a false alarm; one that fits a
decoy is a decoy raised as well.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from evaluation.streams import DAYS, TEXTS, Planted, Stream, make
from evaluation.streams_harder import make_harder

from xiaobao.insight import Alert, Trends

SEEDS = tuple(range(1001, 1013))
IN_TIME = timedelta(days=3)
MAKERS: dict[str, Callable[..., Stream]] = {
    "plain": make,
    "harder": make_harder,
    "harder_known": partial(make_harder, authors=True),
}
"""Kinds of streams; those of harder_known name the writer of each text."""


@dataclass
class Score:
    """What the alerts of one stream are worth."""

    found: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    decoys: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


def belongs(alert: Alert, planted: Planted) -> bool:
    """Tell whether an alert is of something planted: two of its words among the terms, or most examples."""
    own = sum(any(word in term for term in alert.terms) for word in planted.words)
    exact = sum(word in alert.terms for word in planted.words)
    if planted.shape == "again":
        return _most(alert, planted)
    if planted.shape == "rename":
        return own > 0
    return exact >= 2 or _most(alert, planted)


def _most(alert: Alert, planted: Planted) -> bool:
    """Tell whether most examples of an alert are texts of something planted."""
    return 2 * sum(i in set(planted.ids) for i in alert.examples) > len(alert.examples)


def score(stream: Stream, alerts: Iterable[Alert]) -> Score:
    """Return what was found in time, late, missed, and what was told in vain."""
    out, alerts = Score(), list(alerts)
    again = [d for d in stream.decoys if d.shape == "again"]
    for planted in stream.topics:
        seen = planted.visible()
        if seen is None:
            continue
        mine = [a for a in alerts if belongs(a, planted) and not any(_most(a, d) for d in again)]
        label = f"{planted.shape}:{planted.name}"
        if not mine:
            out.missed.append(label)
        elif mine[0].at > seen + IN_TIME:
            out.late.append(label)
        else:
            out.found.append(label)
            out.delays.append((mine[0].at - seen).total_seconds() / 86_400)
    for alert in alerts:
        decoy = next((d for d in again if _most(alert, d)), None)
        if decoy is None and any(belongs(alert, t) for t in stream.topics):
            continue
        decoy = decoy or next((d for d in stream.decoys if belongs(alert, d)), None)
        label = f"{alert.at:%m-%d %H} {alert.kind} {'/'.join(alert.terms[:5])} {alert.strength:.0f} {alert.count}"
        out.false.append(label)
        if decoy is not None:
            out.decoys.append(f"{decoy.shape}:{label}")
    return out


def measure(
    seeds: Iterable[int], *, kind: str = "plain", show: bool = False, texts: int = TEXTS, days: int = DAYS
) -> dict[str, Any]:
    """Return the figures over the streams of seeds, of a kind of MAKERS."""
    total, topics, by_shape, all_shapes, weeks, least = Score(), 0, Counter[str](), Counter[str](), 0.0, 99
    told = 0
    for seed in seeds:
        stream, watch = MAKERS[kind](seed, texts=texts, days=days), Trends()
        alerts = [alert for text in stream.texts for alert in watch.add(text)]
        one = score(stream, alerts)
        if show:
            _show(seed, one, alerts, stream, watch)
        for key in ("found", "late", "missed", "false", "decoys", "delays"):
            getattr(total, key).extend(getattr(one, key))
        by_shape.update(label.split(":")[0] for label in one.found)
        all_shapes.update(t.shape for t in stream.topics if t.visible())
        topics += len(one.found) + len(one.late) + len(one.missed)
        least = min(least, len(one.found))
        weeks += days / 7
        told += len(alerts)
    delays = sorted(total.delays)
    return {
        "topics": topics,
        "found_in_time": len(total.found),
        "alerts_of_topics": told - len(total.false),
        "of_eight": 8 * len(total.found) / max(1, topics),
        "fewest_in_a_stream": least,
        "found_late": len(total.late),
        "median_days_after_fifth_text": delays[len(delays) // 2] if delays else None,
        "false_alarms_a_week": len(total.false) / weeks,
        "decoys_raised": len(total.decoys),
        "decoys_by_kind": dict(sorted(Counter(label.split(":")[0] for label in total.decoys).items())),
        "by_shape": {shape: f"{by_shape[shape]}/{n}" for shape, n in sorted(all_shapes.items())},
    }


def _show(seed: int, one: Score, alerts: list[Alert], stream: Stream, watch: Trends) -> None:
    print(f"seed {seed}: found {len(one.found)} late {one.late} missed {one.missed}", file=sys.stderr)
    for label in one.false:
        print("   false", label, file=sys.stderr)
    for label in one.decoys:
        print("   decoy", label, file=sys.stderr)
    for alert in alerts:
        print("   ", f"{alert.at:%m-%d %H}", alert.kind, "/".join(alert.terms[:8]), alert.count, file=sys.stderr)
    missing = {m.split(":")[1] for m in (*one.missed, *one.late)}
    for planted in stream.topics:
        if planted.name in missing:
            words = set(planted.words)
            why = Counter(r for _, r, terms in watch.refused if words & set(terms))
            print("    missing", planted.shape, planted.name, planted.visible(), len(planted.ids), why, file=sys.stderr)


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures over the held-out seeds; the path is that of the templates, of all or of harder streams."""
    return measure(SEEDS, kind="harder" if path.stem == "harder" else "plain")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="*", type=int)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--kind", choices=sorted(MAKERS), default="plain")
    given = parser.parse_args()
    found = measure(given.seeds or SEEDS, kind=given.kind, show=given.show)
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
