"""Measure `intake` on labelled complaints: every field of the ticket, what was invented, and the time one takes.

    python -m evaluation.intake FILE [--show FIELD]

--show names the rows a field was wrong in, with what was expected and read; for our own sets only.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from xiaobao.intake import fill
from xiaobao.intake.train_alarms import URGENT
from xiaobao.intake.train_alarms import is_held_out as is_kept
from xiaobao.intake.train_wishes import WRITTEN, is_held_out

TEXT_FIELDS = (
    "customer_name", "phone", "id_number", "card_or_account", "email", "institution_branch", "product_name",
    "staff_mentioned",
)  # fmt: skip
SETS = ("event_dates", "demand", "risk_flags")
CHOSEN = ("demand", "risk_flags")
_ORGANISATION = re.compile(r"股份有限公司|有限责任公司|有限公司|信用卡中心|[()（）\s]")
_BRACKETS = re.compile(r"[（(].*?[)）]")
_STAFF_WORDS = re.compile(r"工号|客户经理|理财经理|业务员|柜员|经理|员工|先生|女士|号$|\s")


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures of a set, or of the held-out rows of the sets of a folder, and the ids of every miss."""
    if path.is_dir():
        rows = [row for name in WRITTEN for row in read(path / name) if is_held_out(name, row["id"])]
    else:
        rows = [row for row in read(path) if path.name not in URGENT or is_kept(path.name, row["id"])]
    fill(channel="web", received_at="2025-01-01", text="预热")
    tally = Tally()
    for row in rows:
        started = time.perf_counter()
        ticket = fill(
            channel=row["channel"], received_at=row["received_at"], text=row.get("text"), turns=row.get("turns")
        ).as_dict()["ticket"]
        tally.times.append(time.perf_counter() - started)
        tally.add(row, ticket)
    name = "、".join(WRITTEN) if path.is_dir() else path.name
    return {"set": name, "narratives": len(rows), **tally.figures()}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the labelled rows of a file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


class Tally:
    """What was right and wrong so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.misses: dict[str, list[str]] = {}
        self.confused: dict[str, Counter[str]] = {"business_type": Counter(), "cause": Counter(), "urgency": Counter()}
        self.wrong: list[tuple[str, str, Any, Any]] = []
        self.times: list[float] = []

    def add(self, row: dict[str, Any], ticket: dict[str, Any]) -> None:
        """Compare one ticket with its labels."""
        gold = row["gold"]
        if "amounts" in gold:
            self._values(row["id"], gold, ticket)
        for field in (name for name in CHOSEN if name in gold):
            self._set(row["id"], field, set(gold[field]), set(ticket[field]))
        self._classes(row["id"], gold, ticket)

    def _values(self, name: str, gold: dict[str, Any], ticket: dict[str, Any]) -> None:
        for field in TEXT_FIELDS:
            self._text(name, field, gold[field], ticket[field])
        said, told = ({_number(a["value"]) for a in t["amounts"]} for t in (gold, ticket))
        self._set(name, "amounts", said, told)
        roles = {(_number(a["value"]), a["role"]) for a in gold["amounts"]}
        for amount in ticket["amounts"]:
            if _number(amount["value"]) in said:
                self._count(name, "amount_role", (_number(amount["value"]), amount["role"]) in roles, "", "")
        self._set(name, "event_dates", set(gold["event_dates"]), set(ticket["event_dates"]))

    def _classes(self, name: str, gold: dict[str, Any], ticket: dict[str, Any]) -> None:
        for field in (name for name in ("business_type", "cause", "urgency") if name in gold):
            right = gold[field] == ticket[field]
            self._count(name, field, right, gold[field], ticket[field])
            if not right:
                self.confused[field][f"{gold[field]}→{ticket[field]}"] += 1
        if "cause" in gold:
            both = [ticket["cause"], *ticket["cause_alternatives"]][:2]
            self._count(name, "cause_top2", gold["cause"] in both, gold["cause"], both)
        if gold["urgency"] == "critical":
            self._count(name, "critical", ticket["urgency"] == "critical", "critical", ticket["urgency"])
        else:
            self._count(name, "calm", ticket["urgency"] != "critical", gold["urgency"], ticket["urgency"])

    def _text(self, name: str, field: str, gold: str | None, read: str | None) -> None:
        if gold:
            self._count(name, field, same(field, gold, read), gold, read)
        else:
            self._count(name, f"{field}:empty", not read, gold, read)

    def _set(self, name: str, field: str, gold: set[Any], read: set[Any]) -> None:
        self.counts[f"{field}:both"] += len(gold & read)
        self.counts[f"{field}:gold"] += len(gold)
        self.counts[f"{field}:read"] += len(read)
        if gold != read:
            self._miss(name, field, sorted(gold - read, key=str), sorted(read - gold, key=str))

    def _count(self, name: str, field: str, right: bool, gold: Any, read: Any) -> None:
        self.counts[f"{field}:right" if right else f"{field}:wrong"] += 1
        if not right:
            self._miss(name, field, gold, read)

    def _miss(self, name: str, field: str, gold: Any, read: Any) -> None:
        self.misses.setdefault(field, []).append(name)
        self.wrong.append((name, field, gold, read))

    def figures(self) -> dict[str, Any]:
        """Return shares and F1 by field, the totals that the targets name, times in milliseconds and misses by id."""
        rates = {f: self._share(f) for f in TEXT_FIELDS}
        present = [self.counts[f"{f}:{k}"] for k in ("right", "wrong") for f in TEXT_FIELDS]
        empty_wrong = sum(self.counts[f"{f}:empty:wrong"] for f in TEXT_FIELDS)
        empty = empty_wrong + sum(self.counts[f"{f}:empty:right"] for f in TEXT_FIELDS)
        ordered = sorted(self.times)
        return {
            "right_when_present": sum(present[: len(TEXT_FIELDS)]) / max(1, sum(present)),
            "invented_when_empty": empty_wrong / max(1, empty),
            "fields": rates,
            "invented": {f: self.counts[f"{f}:empty:wrong"] for f in TEXT_FIELDS},
            "f1": {f: self._f1(f) for f in ("amounts", *SETS)},
            "amount_role": self._share("amount_role"),
            "classes": {
                name: self._share(name)
                for name in ("business_type", "cause", "cause_top2", "urgency", "critical", "calm")
            },
            "milliseconds": {
                "median": 1000 * ordered[len(ordered) // 2],
                "p95": 1000 * ordered[int(len(ordered) * 0.95)],
                "most": 1000 * ordered[-1],
            },
            "confused": {f: dict(c.most_common()) for f, c in self.confused.items()},
            "misses": self.misses,
        }

    def _share(self, field: str) -> float | None:
        total = self.counts[f"{field}:right"] + self.counts[f"{field}:wrong"]
        return self.counts[f"{field}:right"] / total if total else None

    def _f1(self, field: str) -> float | None:
        if f"{field}:gold" not in self.counts:
            return None
        total = self.counts[f"{field}:gold"] + self.counts[f"{field}:read"]
        return 2 * self.counts[f"{field}:both"] / total if total else 1.0


def _number(value: float) -> float:
    return round(float(value), 2)


def same(field: str, gold: str, read: str | None) -> bool:
    """Tell whether a read value counts as the labelled one, by the conventions of the labels."""
    if not read:
        return False
    if field == "institution_branch":
        a, b = (_ORGANISATION.sub("", text) for text in (gold, read))
        return a == b or (_core(a) == _core(b) and a.endswith(b[-4:]))
    if field == "staff_mentioned":
        a, b = (_STAFF_WORDS.sub("", _BRACKETS.sub("", text)) for text in (gold, read))
        return a == b or (bool(a) and bool(b) and (a in b or b in a))
    if field == "product_name":
        a, b = (_BRACKETS.sub("", text).strip('《》“”" ') for text in (gold, read))
        return a == b
    return re.sub(r"[\s]", "", gold).upper() == re.sub(r"[\s]", "", read).upper()


def _core(name: str) -> str:
    """Return a name of an institution without what its branch is called in."""
    return re.split(r"(?<=银行)|(?<=农商行)|(?<=公司)|(?<=信用社)", name)[0]


def _print(shown: Iterable[tuple[str, str, Any, Any]], field: str) -> None:
    for name, which, gold, read in shown:
        if field in (which, which.split(":")[0], "all"):
            print(f"{name}\t{which}\t{gold}\t→ {read}")


def main() -> None:
    """Print the figures of one set, or what was wrong in one field."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--show")
    options = parser.parse_args()
    if not options.show:
        print(orjson.dumps(evaluate(options.file), option=orjson.OPT_INDENT_2).decode())
        return
    tally = Tally()
    for line in options.file.read_bytes().splitlines():
        row = orjson.loads(line)
        arguments = {key: row.get(key) for key in ("channel", "received_at", "text", "turns")}
        tally.add(row, fill(**arguments).as_dict()["ticket"])
    _print(tally.wrong, options.show)


if __name__ == "__main__":
    main()
