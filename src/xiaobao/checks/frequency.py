"""Estimate how often a word is met in what institutions write and say, to look for the rarest of necessary words.

    python -m xiaobao.checks.frequency --corpus evaluation/corpus

The table holds the share of texts in which runs of two to four characters occur, where that is at least one in 500.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from xiaobao.text.normalise import normalise_terms

TABLE = Path(__file__).parent / "frequencies.json"
RARE = 0.0004
"""Share assumed for what the table does not hold: below its least entry."""


@cache
def _table() -> dict[str, float]:
    table: dict[str, float] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


@cache
def frequency(word: str) -> float:
    """Return the estimated share of texts that hold a normalised word (at least two characters)."""
    table = _table()
    size = min(len(word), 4)
    return min((table.get(word[i : i + size], RARE) for i in range(len(word) - size + 1)), default=1.0)


def weight(words: Iterable[str]) -> float:
    """Return the estimated share of texts that hold some word of a set: the sum, at most 1."""
    return round(min(1.0, sum(sorted(frequency(w) for w in words))), 9)


def build(texts: Iterable[str]) -> dict[str, float]:
    """Return the table of a sample of normalised texts."""
    counts: Counter[str] = Counter()
    size = 0
    for text in texts:
        size += 1
        counts.update({text[i : i + n] for n in (2, 3, 4) for i in range(len(text) - n + 1)})
    return {run: round(n / size, 5) for run, n in sorted(counts.items()) if n >= size / 500}


def main() -> None:
    """Build the table from the texts of a corpus folder."""
    parser = argparse.ArgumentParser(description="统计字串在样本文本中的出现比例")
    parser.add_argument("--corpus", type=Path, default=Path("evaluation/corpus"))
    folder: Path = parser.parse_args().corpus
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    table = build(normalise_terms([json.loads(line)["text"] for line in lines if line.strip()]))
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(lines)} 条文本，{len(table)} 个字串，已写入 {TABLE}")


if __name__ == "__main__":
    main()
