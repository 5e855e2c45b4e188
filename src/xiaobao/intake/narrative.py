"""What was written or said, as one text with the way back to its turns, and views of equal length to read it by."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np

from xiaobao.errors import InputError
from xiaobao.intake.ticket import CHANNELS, Span
from xiaobao.privacy import Entity, recognise
from xiaobao.readers.dialogue import speaker_of
from xiaobao.text.characters import EXPAND, character_table

Role = Literal["customer", "agent", "other"]
_ROLES: dict[str, Role] = {"customer": "customer", "agent": "agent", "none": "other", "other": "other"}
_CUT = re.compile(r"[,，。!！?？;；\n…]+|\s{1,}(?=[一-龥“(])|~{2,}")
LONGEST = 20_000
"""Characters of a complaint that are read; a longer one is refused in one sentence."""
_YEARS = 1900, 2199
"""Years a complaint may be received in: days before and after it are reckoned from there."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between punctuation marks: offsets in the joined text, the turn it stands in and who says it."""

    start: int
    end: int
    turn: int
    role: Role


class Narrative:
    """A complaint of one channel, received on one day, as a text or as turns of a conversation."""

    def __init__(self, channel: str, received: date, turns: Sequence[tuple[Role, str]], *, is_dialogue: bool) -> None:
        self.channel = channel
        self.received = received
        self.is_dialogue = is_dialogue
        self.roles = [role for role, _ in turns]
        self.text = "\n".join(text for _, text in turns)
        if not self.text.strip():
            raise InputError("投诉内容为空", code="input.empty")
        if len(self.text) > LONGEST:
            raise InputError(f"投诉内容有 {len(self.text):,} 字，超过 {LONGEST:,} 字的上限", code="input.limit")
        self._starts = np.cumsum([0, *(len(text) + 1 for _, text in turns)])[:-1].tolist()

    @cached_property
    def plain(self) -> str:
        """Return the text, equally long, in simplified characters and plain signs, letters in lower case."""
        codes = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), np.uint32)
        entries = character_table().entries[codes]
        units = np.where((entries >> 16) & EXPAND, np.minimum(codes, 0xFFFD), entries & 0xFFFF).astype(np.uint16)
        units[(codes == 10) | (codes == 13)] = 10
        return units.tobytes().decode("utf-16-le", "surrogatepass")

    @cached_property
    def clauses(self) -> list[Clause]:
        """Return the clauses in order; blanks between Chinese words part clauses, as callers' words have no commas."""
        out: list[Clause] = []
        at = 0
        for match in (*_CUT.finditer(self.plain), None):
            end = match.start() if match else len(self.plain)
            if self.plain[at:end].strip():
                turn = self.turn_at(at)
                out.append(Clause(at, end, turn, self.roles[turn]))
            at = match.end() if match else end
        return out

    @cached_property
    def entities(self) -> list[Entity]:
        """Return the personal data of the text."""
        return recognise(self.text)

    @cached_property
    def own(self) -> str:
        """Return `plain` with what agents say blanked out: the words of the customer's side, at their offsets."""
        if not self.is_dialogue:
            return self.plain
        out = []
        for index, start in enumerate(self._starts):
            end = self._starts[index + 1] - 1 if index + 1 < len(self._starts) else len(self.plain)
            piece = self.plain[start:end]
            out.append(piece if self.roles[index] != "agent" else " " * len(piece))
        return "\n".join(out)

    def turn_at(self, offset: int) -> int:
        """Return the number of the turn that holds an offset."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def role_at(self, offset: int) -> Role:
        """Return who says what stands at an offset."""
        return self.roles[self.turn_at(offset)]

    def turn_span(self, turn: int) -> tuple[int, int]:
        """Return where a turn begins and ends in the joined text."""
        end = self._starts[turn + 1] - 1 if turn + 1 < len(self._starts) else len(self.text)
        return self._starts[turn], end

    def clause_at(self, offset: int) -> int:
        """Return the index of the clause that holds an offset."""
        return max(0, bisect_right(self._clause_starts, offset) - 1)

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    def before(self, start: int, width: int = 16) -> str:
        """Return up to `width` plain characters before an offset, within its turn."""
        return self.plain[max(self._starts[self.turn_at(start)], start - width) : start]

    def after(self, end: int, width: int = 16) -> str:
        """Return up to `width` plain characters after an offset, within its turn."""
        stop = self.turn_span(self.turn_at(max(0, end - 1)))[1]
        return self.plain[end : min(stop, end + width)]

    def said_before(self, start: int) -> str:
        """Return what the other side says just before the turn of an offset: the question an answer answers."""
        turn = self.turn_at(start)
        if not self.is_dialogue or turn == 0 or self.roles[turn - 1] == self.roles[turn]:
            return ""
        first, last = self.turn_span(turn - 1)
        return self.plain[first:last]

    def span(self, start: int, end: int) -> Span:
        """Return a place of the joined text as the caller knows it: of its turn in a conversation."""
        if not self.is_dialogue:
            return Span(start, end, self.text[start:end])
        turn = self.turn_at(start)
        base, stop = self.turn_span(turn)
        return Span(start - base, min(end, stop) - base, self.text[start : min(end, stop)], turn)


def narrative(
    channel: str,
    received_at: str | datetime | date | None,
    text: str | None,
    turns: Sequence[Mapping[str, Any]] | None,
) -> Narrative:
    """Return the narrative of a complaint; raise InputError in one sentence for what is missing or of the wrong kind.

    A missing received_at is today in Beijing, naive times are Beijing time.
    """
    if channel not in CHANNELS:
        raise InputError(f"没有“{channel}”这一渠道，可选：{'、'.join(CHANNELS)}", code="input.channel")
    received = _day(received_at)
    if turns is not None:
        if text is not None:
            raise InputError("text 与 turns 只能给一个", code="input.type")
        return Narrative(channel, received, _turns(turns), is_dialogue=True)
    if not isinstance(text, str):
        raise InputError("缺少字段“text”或“turns”", code="input.missing")
    return Narrative(channel, received, [("customer", text)], is_dialogue=False)


def _day(value: str | datetime | date | None) -> date:
    from xiaobao.calendar import BEIJING, beijing_date

    day = datetime.now(BEIJING).date() if value is None or value == "" else beijing_date(value)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise InputError(f"收到日期 {day} 应在 {_YEARS[0]} 至 {_YEARS[1]} 年之间", code="input.time")
    return day


def _turns(turns: Sequence[Mapping[str, Any]]) -> list[tuple[Role, str]]:
    if isinstance(turns, str) or not isinstance(turns, Sequence) or not turns:
        raise InputError("字段“turns”应为不空的数组", code="input.type")
    out: list[tuple[Role, str]] = []
    for number, turn in enumerate(turns, 1):
        said = turn.get("text") if isinstance(turn, Mapping) else None
        if not isinstance(said, str):
            raise InputError(f"第 {number} 轮对话缺少文字（text）", code="input.type")
        label = str(turn.get("role") or "customer")
        out.append((_ROLES.get(label) or speaker_of(label), said.replace("\n", " ")))
    return out
