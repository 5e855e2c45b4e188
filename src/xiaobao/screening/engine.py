"""Screen texts: one columnar function for batches, the same steps for a single text."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from xiaobao.model import Material
from xiaobao.rulebook.load import Rulebook, load
from xiaobao.screening.candidates import Candidate, evaluate
from xiaobao.screening.context import Context, Services
from xiaobao.screening.document import Profile, profile
from xiaobao.screening.program import Found, Program
from xiaobao.text.normalise import NormalisedBatch, normalise, normalise_batch

BATCH_ROWS = 4096
"""Rows normalised at once: about what fits the second-level cache."""

FIND_ROWS = 512
"""Rows whose words and characters are worked out in one table: about what fits the cache."""


@dataclass(frozen=True)
class Row:
    """One text with the facts known about it; empty strings mean unknown."""

    text: str
    scenario: str = ""
    role: str = ""
    product: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    material: Material | None = None
    around: Profile | None = None
    heading: str = ""
    prior: float = 0.0
    before: str = ""
    parts: tuple[tuple[int, int], ...] = ()
    """Offsets of stretches (in order, apart) that are rows of their own: what is said within one is not sought."""
    unseen: tuple[tuple[int, int], ...] = ()
    """Offsets of stretches (in order, apart) that no reader sees: what they say excuses nothing."""


@dataclass(frozen=True)
class Scanned:
    """One text after the rules: its context and its candidates."""

    context: Context
    candidates: list[Candidate]


class Engine:
    """A compiled rulebook ready to screen; safe to share between threads."""

    def __init__(self, rulebook: Rulebook | None = None, *, lifecycles: Sequence[str] = ("published", "shadow")):
        self.program = Program(rulebook or load(), lifecycles)

    def scan_rows(
        self, rows: Sequence[Row], *, on: date | None = None, services: Services | None = None, every: bool = False
    ) -> list[Scanned | None]:
        """Return each row's candidates; None for rows in which no rule is met.

        With `every`, all rows are evaluated: needed when facts or models, not words, may meet a rule.
        """
        out: list[Scanned | None] = []
        for begin in range(0, len(rows), BATCH_ROWS):
            out += self._scan(rows[begin : begin + BATCH_ROWS], on, services, every)
        return out

    def _scan(
        self, rows: Sequence[Row], on: date | None, services: Services | None, every: bool
    ) -> list[Scanned | None]:
        batch = normalise_batch([r.text for r in rows])
        every = every or len(rows) == 1 or services is not None
        out: list[Scanned | None] = []
        for begin in range(0, len(rows), FIND_ROWS):
            wanted = range(begin, min(len(rows), begin + FIND_ROWS))
            informed = {i for i in wanted if rows[i].facts}
            found = self.program.find(batch, wanted, informed, model=services is not None, every=every)
            same: dict[object, Scanned] = {}
            for i, item in zip(wanted, found, strict=True):
                scanned = None if item is None else self._known(same, rows[i], i, batch, item, on, services)
                out.append(scanned if every or (scanned and scanned.candidates) else None)
        return out

    def _known(
        self,
        same: dict[object, Scanned],
        row: Row,
        index: int,
        batch: NormalisedBatch,
        found: Found,
        on: date | None,
        services: Services | None,
    ) -> Scanned:
        """Return what a row says; a document says the same again and again in its headers, footers and tables."""
        if row.facts or row.material is not None or row.parts or row.unseen:
            return self._one(row, index, batch, found, on, services)
        key = (row.text, row.scenario, row.role, row.product, id(row.around), row.heading, row.prior, row.before)
        if key not in same:
            same[key] = self._one(row, index, batch, found, on, services)
        return same[key]

    def _one(
        self,
        row: Row,
        index: int,
        batch: NormalisedBatch,
        found: Found,
        on: date | None,
        services: Services | None,
    ) -> Scanned:
        context = Context(
            batch.row(index),
            found.words,
            found.fired,
            self.program.rulebook.lexicons,
            scenario=row.scenario,
            role=row.role,
            product=row.product,
            facts=row.facts,
            material=row.material,
            services=services,
            around=row.around,
            heading=row.heading,
            prior=row.prior,
            before=normalise(row.before).text if row.before else "",
            parts=row.parts,
            unseen=row.unseen,
        )
        return Scanned(context, evaluate(self.program, context, found.rules, on))

    def profile(self, text: str, *, scenario: str = "", product: str = "") -> Profile:
        """Return what a text is, without judging what it says."""
        batch = normalise_batch([text])
        words = self.program.words_in(batch.units)
        return profile(batch.text(0), words, self.program.rulebook.lexicons, scenario=scenario, product=product)


@cache
def default_engine() -> Engine:
    """Return the engine over the rulebook that ships with the package."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        engine = Engine()
    finally:
        if collecting:
            gc.enable()
    # A rulebook is many objects that stay: the collector need not walk them at every turn.
    gc.freeze()
    return engine


HIT_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("rule", pa.string()),
        ("version", pa.int32()),
        ("category", pa.string()),
        ("severity", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("cleared", pa.bool_()),
        ("stance", pa.string()),
    ]
)


def scan_batch(batch: pa.RecordBatch, *, engine: Engine | None = None) -> pa.RecordBatch:
    """Return one row a candidate for a batch of texts: a pure function of its columns.

    Columns in: id, text, and optionally scenario, role, product (strings). Columns out: id, rule, version,
    category, severity, start, end (code points of the original text, null for an omission), cleared, stance.
    """
    engine = engine or default_engine()
    columns = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    texts = columns["text"]
    optional = {k: columns.get(k) or [""] * len(texts) for k in ("scenario", "role", "product")}
    rows = [
        Row(text or "", scenario or "", role or "", product or "")
        for text, scenario, role, product in zip(
            texts, optional["scenario"], optional["role"], optional["product"], strict=True
        )
    ]
    out: dict[str, list[Any]] = {name: [] for name in HIT_SCHEMA.names}
    for id, scanned in zip(columns["id"], engine.scan_rows(rows), strict=True):
        if scanned is None:
            continue
        for candidate in scanned.candidates:
            span = None if candidate.omitted else scanned.context.normalised.original(candidate.start, candidate.end)
            values = (
                str(id),
                candidate.rule.id,
                candidate.rule.version,
                candidate.rule.category,
                candidate.rule.severity,
                None if span is None else span[0],
                None if span is None else span[1],
                candidate.cleared,
                candidate.stances[0].kind if candidate.stances else None,
            )
            for name, value in zip(HIT_SCHEMA.names, values, strict=True):
                out[name].append(value)
    return pa.RecordBatch.from_pydict(out, schema=HIT_SCHEMA)
