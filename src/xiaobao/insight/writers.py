"""Tell whether many wrote or one did again and again: by key, name or number, by habits and set phrases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.terms import LONGEST
from xiaobao.insight.topics import Member
from xiaobao.insight.values import Text
from xiaobao.privacy import recognise

_MOST_READ = 40
_MOST_COMPARED = 160
_MOST_BESIDE = 300
_IDENTIFYING = ("person", "mobile", "landline", "id_card", "bank_card", "email", "social_account")
_TAIL = re.compile(r"尾号[为是:： ]{0,2}(\d{4})")
_OFFICE = re.compile(r"经理|行长|主任|柜员|客服|主播|老师|顾问|总监|董事|法人|老板|工号|主管|专员")
_MARK = 7
"""Letters of a clause at the beginning or end of texts that may be somebody's habit."""
_CLAUSE = re.compile(r"[，。！？；：,.!?;:—…\n ]+")
_LEAST_HANDS, _LEAST_OTHERS = 5, 30
_HARDLY = 0.05
_SHORT_MARK = 3
"""Letters of such a clause that tells something beside other habits, not alone."""
_LEAST_WRITERS = 3
_SEPARATOR = re.compile(r"[，,。；;、 　!！?？：:\n]")
_ENDING = "。！!？?…~～.，, \n\r\t\u3000"
_NAMED, _HAND = 3.0, 1.5
"""What a share of texts with one name, or with one long opening or closing, weighs beside habits."""


Codes = NDArray[np.float64]


@dataclass(frozen=True)
class Habits:
    """What writers of texts do without thinking of it, a row a text: marks in and after clauses, channel and so on.

    length: natural logarithm of the characters; hour: of the day, 0 to 24. The others are numbers of what was found.
    """

    separator: Codes
    ending: Codes
    channel: Codes
    length: Codes
    hour: Codes


@dataclass(frozen=True)
class _Trait:
    """How often one writer's texts are alike in a habit (0..1), how much it may tell, how far apart is alike."""

    name: str
    steady: float
    most: float
    apart: float = 0.0


# How steady people are is an estimate; what a habit tells comes from how rare it is among the other texts.
_TRAITS = (
    _Trait("separator", 0.85, 1.0),
    _Trait("ending", 0.75, 1.0),
    _Trait("channel", 0.80, 1.0),
    _Trait("length", 0.75, 0.5, 0.3),
    _Trait("hour", 0.70, 1.0, 1.5),
)


def habits(texts: Sequence[Text]) -> Habits:
    """Return the habits that texts show."""
    rows = [_habits(t) for t in texts]
    codes: Codes = np.array(
        [[_code(row[0]), _code(row[1]), _code(t.channel), *row[2:]] for row, t in zip(rows, texts, strict=True)]
    )
    return Habits(*codes.reshape(len(texts), len(_TRAITS)).T)


def _code(mark: str) -> float:
    return float(crc32(mark.encode("utf-8", "replace")))


def _habits(text: Text) -> tuple[str, str, float, float]:
    plain = text.text[:LONGEST].strip()
    ending = plain[len(plain.rstrip(_ENDING)) :]
    body = plain[: len(plain) - len(ending)]
    separator = _SEPARATOR.search(body)
    return separator[0] if separator else "", ending[:4], log(max(4, len(plain))), text.at.hour + text.at.minute / 60


def likeness(texts: Sequence[Text], others: Sequence[Text]) -> float:
    """Return how much more alike the habits of some texts are than chance among others has it, in nats a pair.

    The mean log-likelihood ratio of pairs under one writer against under two, habit by habit; a habit that most of the
    others have as well tells nothing, and the most telling one is left out: it may be the matter's own, as a fault of
    the app is told in the app. About -2 where many wrote and habits differ; above 0 only where two habits are shared
    that are rare elsewhere. 0 with fewer than two texts or thirty others.
    """
    if len(texts) < 2 or len(others) < _LEAST_OTHERS:
        return 0.0
    mine, theirs = habits(texts[-_MOST_READ:]), habits(others[:: -(-len(others) // _MOST_BESIDE)])
    told = [min(trait.most, _told_by(trait, mine, theirs)) for trait in _TRAITS]
    return sum(told) - max(0.0, *told)


def _told_by(trait: _Trait, mine: Habits, theirs: Habits) -> float:
    """Return the mean log-likelihood ratio of pairs by one habit."""
    alike = _alike(trait, mine, mine)
    chance = np.clip(_alike(trait, mine, theirs).mean(axis=1), 0.02, 0.98)
    same = (alike.sum(axis=1) - 1) / (len(alike) - 1)
    told = same * np.log(trait.steady / chance) + (1 - same) * np.log((1 - trait.steady) / (1 - chance))
    return float(np.where(chance < trait.steady, told, 0.0).mean())


def _alike(trait: _Trait, some: Habits, others: Habits) -> NDArray[np.bool_]:
    apart = np.abs(getattr(some, trait.name)[:, None] - getattr(others, trait.name)[None, :])
    if trait.name == "hour":
        apart = np.minimum(apart, 24 - apart)
    return np.asarray(apart <= trait.apart)


def keyed(members: Sequence[Member]) -> bool:
    """Tell whether the stream's own keys tell of several writers."""
    return len({m.text.author for m in members} - {""}) >= _LEAST_WRITERS


def sources(members: Sequence[Member]) -> int:
    """Return how many wrote, by the stream's own keys; each text without a key counts as one writer's."""
    return len({m.text.author for m in members} - {""}) + sum(not m.text.author for m in members)


def one_source(members: Sequence[Member], others: Sequence[Text]) -> float:
    """Return how far habits, names and ways of opening or closing speak for one writer of texts, in nats a pair.

    0 where the stream's own keys tell of several writers: a slogan that a crowd shares is worth an alert.
    """
    if keyed(members):
        return 0.0
    named = one_writer(members)
    repeated = named if named * min(_MOST_READ, len(members)) >= 2 else 0.0
    beside = [t.text for t in others]
    marked = max(one_hand(members, beside, _SHORT_MARK), _HAND * one_hand(members, beside))
    return likeness([m.text for m in members], others) + _NAMED * repeated + marked


def one_writer(members: Sequence[Member]) -> float:
    """Return the share of texts of the writer who wrote most: by the stream's own key, else by name or number told."""
    seen = members[-_MOST_READ:]
    named = {name for m in seen if not m.text.author for name in _identities(m.text.text)}
    writers = Counter(m.text.author for m in seen if m.text.author)
    # A name told once beside a number stands alone in the next text.
    writers.update({name: sum(name in m.text.text for m in seen) for name in named})
    return max(writers.values(), default=0) / max(1, len(seen))


@lru_cache(maxsize=4_096)
def _identities(text: str) -> frozenset[str]:
    """Return the personal names and numbers of a text; staff are named by many, with their office beside the name."""
    out = {found.group(1) for found in _TAIL.finditer(text)}
    for entity in recognise(text, _IDENTIFYING):
        around = text[max(0, entity.start - 4) : entity.start] + text[entity.end : entity.end + 3]
        if not (entity.kind == "person" and _OFFICE.search(around)):
            out.add(entity.text)
    return frozenset(out)


def one_hand(members: Sequence[Member], others: Sequence[str], letters: int = _MARK) -> float:
    """Return the share of a topic's texts that begin or end with one clause that hardly any other text has.

    Who writes again and again in new words keeps to a greeting or a closing of some length; one that many use tells
    nothing, nor does one of fewer `letters`, which may name the matter. 0 where there are too few texts on either side,
    or where the stream's own keys tell of several writers: a slogan that a crowd shares is worth an alert.
    """
    if keyed(members):
        return 0.0
    seen = [_clauses(m.text.text) for m in members[-_MOST_COMPARED:]]
    beside = [_clauses(text) for text in others]
    if len(seen) < _LEAST_HANDS or len(beside) < _LEAST_OTHERS:
        return 0.0
    best, least = 0.0, 4 if letters == _MARK else 2
    for place in (0, -1):
        marks = Counter(clauses[place] for clauses in seen if len(clauses) > 1)
        for mark, count in marks.most_common(1):
            usual = sum(mark in clauses for clauses in beside)
            if count >= least and len(mark) >= letters and usual <= _HARDLY * len(beside):
                best = max(best, count / len(seen))
    return best


@lru_cache(maxsize=4_096)
def _clauses(text: str) -> tuple[str, ...]:
    """Return the clauses of a text, letters alone; a look asks for those of the same texts again and again."""
    bare = ("".join(filter(str.isalpha, part)) for part in _CLAUSE.split(text))
    return tuple(filter(None, bare)) or ("",)
