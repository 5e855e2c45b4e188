"""Cut materials into the rows the engine reads: turns, cells, blocks of a document, or one short text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from xiaobao.errors import InputError
from xiaobao.model import Material
from xiaobao.prominence import unseen
from xiaobao.screening.blocks import SHORT, SILENT, WORDS, blocks, shapes, visible_text
from xiaobao.screening.document import Profile
from xiaobao.screening.engine import Engine, Row
from xiaobao.screening.guess import column_heads, of_cell, of_document
from xiaobao.screening.openings import kind_of, kind_of_all, without_pretext

BEIJING = ZoneInfo("Asia/Shanghai")
SHEETS = ("spreadsheet", "csv", "excel")
CELL = 4
"""Characters from which a table cell that has words, not only codes and numbers, counts as a text of its own."""

BLOCK_PRIOR = -2.0
TURN_PRIOR = -0.5
"""Log odds by which an offence is rarer in a paragraph of a document, or a turn of a conversation, than in the texts
the judge was trained on, about half of which offend.
"""

BEFORE = 2
"""Turns of a conversation without which an answer is not understood."""
TURN = 60
"""Characters of such a turn, from its end, that are looked at."""

NOBODY = ("", "none")
"""Roles that tell nothing of who speaks."""

Kind = Literal["text", "block", "whole"]


@dataclass(frozen=True)
class Piece:
    """A row of the engine and where it lies in its material.

    A text is judged in full; of the whole of a long material only omissions and what crosses its blocks count, of a
    block only what it says.
    """

    material: int
    offset: int
    turn: int | None
    row: Row
    kind: Kind = "text"
    cuts: tuple[int, ...] = ()
    """Offsets in the text of the row at which a line ends that the next one does not go on with."""


def pieces_of(index: int, material: Material, engine: Engine) -> Iterator[Piece]:
    """Yield the rows of one material."""
    if material.is_dialogue:
        yield from _turns(index, material, engine)
        return
    base = Row("", material.scenario or "", material.role or "", material.product or "", _facts(material))
    if any(word in material.media_type for word in SHEETS):
        yield from _cells(index, material, base)
        return
    sized = material if any(p.size is not None for p in material.passages) else None
    base = replace(base, unseen=unseen(material))
    if len(material.text) <= SHORT:
        scenario = base.scenario or of_document(material, engine.profile(material.text))
        row = replace(base, text=visible_text(material), material=sized, scenario=scenario)
        text = row.text if row.scenario else without_pretext(row.text)
        row = replace(_announced(row, kind_of_all(row.text)), text=text)
        yield Piece(index, 0, None, row, cuts=shapes(material))
        return
    yield from _blocks(index, material, engine, base, sized)


def _blocks(index: int, material: Material, engine: Engine, base: Row, sized: Material | None) -> Iterator[Piece]:
    text = visible_text(material)
    around = engine.profile(text, scenario=base.scenario, product=base.product)
    scenario = base.scenario or of_document(material, around) or around.scenario
    cut = blocks(material)
    parts = tuple((block.start, block.end) for block in cut)
    whole = replace(base, text=text, material=sized, scenario=scenario, prior=BLOCK_PRIOR, parts=parts)
    yield Piece(index, 0, None, whole, "whole")
    for block in cut:
        row = replace(
            base,
            text=text[block.start : block.end],
            scenario=scenario,
            around=around,
            prior=BLOCK_PRIOR,
            unseen=tuple(
                (low - block.start, high - block.start)
                for low, high in base.unseen
                if low < block.end and block.start < high
            ),
            heading=block.heading if block.heading not in text[block.start : block.end] else "",
        )
        if block.heading and kind_of(block.heading):
            own = row.text.removeprefix(block.heading)
            row = _announced(row, kind_of_all(f"【{block.heading.strip('【】')}】{own}"))
        cuts = tuple(cut - block.start for cut in block.cuts)
        yield Piece(index, block.start, None, row, "block", cuts)


def _announced(row: Row, kind: str) -> Row:
    """Return a row as what its heading announces, as far as nobody has told what it is."""
    if kind == "customer" and row.role in NOBODY:
        return replace(row, role="customer")
    if kind in ("reported", "education") and not row.scenario:
        return replace(row, scenario="education")
    return row


def _cells(index: int, material: Material, base: Row) -> Iterator[Piece]:
    """Give each cell of a table that is long enough to say something its own row."""
    heads = column_heads(material)
    for passage, start in zip(material.passages, material.starts, strict=True):
        if len(passage.text) >= CELL and WORDS.search(passage.text) and passage.anchor.part not in SILENT:
            scenario = base.scenario or of_cell(passage, heads)
            yield Piece(index, start, None, replace(base, text=passage.text, scenario=scenario))


def _turns(index: int, material: Material, engine: Engine) -> Iterator[Piece]:
    """Give each turn its speaker, its times and what the whole conversation is about."""
    around = engine.profile(material.text, scenario=material.scenario or "", product=material.product or "")
    last = max((p.anchor.end or p.anchor.start or 0.0 for p in material.passages), default=0.0)
    for passage, start in zip(material.passages, material.starts, strict=True):
        anchor = passage.anchor
        facts = {
            **_facts(material),
            "dialogue": True,
            "dialogue.end": last,
            "turn.start": anchor.start,
            "turn.end": anchor.end,
        }
        scenario = material.scenario or _spoken(around)
        role = anchor.speaker or material.role or ""
        row = Row(
            passage.text,
            scenario,
            role,
            material.product or "",
            facts,
            around=around,
            prior=TURN_PRIOR,
            before=said_before(material, anchor.turn or 0),
        )
        yield Piece(index, start, anchor.turn, row)


def said_before(material: Material, turn: int) -> str:
    """Return what was said in the BEFORE turns before one, each as a sentence of its own."""
    texts = [p.text.strip()[-TURN:] for p in material.passages[max(0, turn - BEFORE) : turn]]
    return "".join(t if t.endswith(tuple("。！？!?")) else f"{t}。" for t in texts if t)


def _spoken(around: Profile) -> str:
    """Guess whether a conversation sells, collects or serves."""
    if around.scenario == "collection_call":
        return "collection_call"
    return "sales_call" if around.offer >= 0.5 else "service_chat"


def _facts(material: Material) -> dict[str, Any]:
    facts = dict(material.facts)
    if material.at:
        facts.setdefault("at", moment(material.at).isoformat())
    if material.channel:
        facts.setdefault("channel", material.channel)
    return facts


def moment(at: str | None) -> datetime:
    """Return a moment in Beijing: now when missing; naive times are Beijing time. Raise InputError when unreadable."""
    if not at:
        return datetime.now(BEIJING)
    try:
        value = datetime.fromisoformat(at)
        return value.replace(tzinfo=BEIJING) if value.tzinfo is None else value.astimezone(BEIJING)
    except (ValueError, OverflowError) as error:
        raise InputError(f"时间“{at}”无法识别，应写作 2026-11-22 14:05", code="input.time") from error
