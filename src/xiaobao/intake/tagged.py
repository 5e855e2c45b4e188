"""Names in a complaint, told character by character: of products, institutions, staff and customers.

A linear-chain conditional random field over the characters and words around each place and over what the readers by
pattern find there: it learns how far each of those is to be believed, and finds names that no pattern expects.
Trained by `xiaobao.intake.train_tagged`. The transformer (`attentive`) reads names as well: both are heard.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pycrfsuite
import rjieba
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.intake.attentive import TAGS
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative

PACKAGED = Path(__file__).with_name("tagged.crfsuite")
KINDS = {"product_name": "P", "institution_branch": "I", "staff_mentioned": "S", "customer_name": "C"}
"""The fields whose values are names, and what their places are called."""
LONGEST = 160
"""Characters of a piece that is told at once."""
MOST = 6_000
"""Characters of a complaint that are told: what stands behind them is left to the readers by pattern."""
ALONE = {"product_name": 0.7, "institution_branch": 0.5, "staff_mentioned": 0.7, "customer_name": 0.5}
"""How sure both must be of a name where no pattern finds one (chosen on the held-out set with the others' in view).

Products and staff are named far oftener in the marked passages than in complaints at large.
"""
AGAINST = 0.8
"""How sure they must be of a name to be believed against another that a pattern finds, of which they say nothing."""

BESIDE = 0.6
"""Weight of what the transformer reads beside the field (of the logarithms of their probabilities)."""
LEAST = 1e-6
"""Probability that a character is held to be anything, at least."""

Matrix = NDArray[Any]
Hint = tuple[str, int, int]
"""What a reader by pattern calls a place, and where it begins and ends in the joined text."""
Piece = tuple[int, list[list[str]]]
"""Where a piece begins, and what is known of each of its characters."""

_STOPS = re.compile(r"[。!！?？;；\n]")
_QUOTED = re.compile(r"[“\"「『《【‘'](?P<said>[^”\"」』》】’'\n]{1,24})[”\"」』》】’']")
_TAILS = re.compile(
    r"卡|贷|险|宝|盈|金|寿|保|理财|基金|存单|存款|分期|会员|计划|年金|混合|债券?|联接|[0-9一二三四五六七八九十]+[号期天]"
    r"|银行|支行|分行|农商行|信用社|消金|消费金融|人寿|财险|支付|小贷|金融|分理处|营业部|联社"
)
_ASKED = {
    "P": re.compile(
        r"(?:什么|哪[个款张种份只]?|啥)[^,，。?？]{0,3}(?:产品|保险|险种|理财|基金|卡|贷|业务|名字)|产品名|名称|叫什么"
    ),
    "S": re.compile(r"经理|柜员|员工|工作人员|业务员|坐席|销售|哪位|工号"),
    "C": re.compile(r"您贵姓|姓名|称呼|您叫|全名|您的名字"),
}
"""What an agent asks by for each kind of name."""


_AFTER = np.zeros((len(TAGS), len(TAGS)))
_FIRST = np.zeros(len(TAGS))
for _at in range(2, len(TAGS), 2):
    # The inside of a name stands behind its beginning or its inside only.
    _AFTER[:, _at] = _FIRST[_at] = -np.inf
    _AFTER[[_at - 1, _at], _at] = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A name: its kind, its place in the joined text, and how likely the model holds it, 0..1."""

    kind: str
    start: int
    end: int
    probability: float


def pieces(story: Narrative) -> list[tuple[int, int]]:
    """Return where the pieces that are told one by one begin and end: sentences and turns, long ones cut."""
    out, at, text = [], 0, story.plain[:MOST]
    for match in (*_STOPS.finditer(text), None):
        end = match.end() if match else len(text)
        while end - at > LONGEST:
            cut = 1 + max(text.rfind(mark, at + LONGEST // 2, at + LONGEST) for mark in ",， ")
            cut = cut if cut > 0 else at + LONGEST
            out.append((at, cut))
            at = cut
        if text[at:end].strip():
            out.append((at, end))
        at = end
    return out


def features(story: Narrative, hints: Iterable[Hint]) -> Iterator[Piece]:
    """Yield the pieces of a narrative, each with what is known of each of its characters."""
    marks: dict[int, list[str]] = {}
    for name, start, end in hints:
        for at in range(start, end):
            place = "B" if at == start else "E" if at == end - 1 else "I"
            marks.setdefault(at, []).append(f"h:{name}:{place}")
        marks.setdefault(end, []).append(f"h:{name}:after")
        marks.setdefault(start - 1, []).append(f"h:{name}:before")
    for match in _QUOTED.finditer(story.plain):
        start, end = match.span("said")
        for at in range(start, end):
            marks.setdefault(at, []).append("qB" if at == start else "qE" if at == end - 1 else "qI")
    text = story.plain[:MOST]
    often = {width: Counter(text[at : at + width] for at in range(len(text) - width + 1)) for width in (2, 3)}
    for start, end in pieces(story):
        yield start, _piece(story, start, end, marks, often)


def _piece(
    story: Narrative, start: int, end: int, marks: dict[int, list[str]], often: dict[int, Counter[str]]
) -> list[list[str]]:
    text = story.plain[start:end]
    rows = [_around(text, at) for at in range(len(text))]
    _words(text, rows)
    for match in _TAILS.finditer(text):
        rows[match.end() - 1].append("tail")
        rows[match.start()].append("tailB")
    role = f"r={story.role_at(start)}"
    asked = story.said_before(start)
    question = next((kind for kind, pattern in _ASKED.items() if pattern.search(asked)), None)
    for at, row in enumerate(rows):
        row += [role, *marks.get(start + at, ())]
        row += [f"again{width}" for width in (2, 3) if often[width][text[at : at + width]] > 1]
        if at < 6:
            row.append(f"at={at}")
        if question:
            row.append(f"ask:{question}")
            if at < 6:
                row.append(f"ask:{question}@{min(at, 3)}")
    return rows


def _sort(char: str) -> str:
    if "一" <= char <= "龥":
        return "H"
    if char.isdigit():
        return "9"
    if char.isalpha():
        return "a"
    return "_" if char.isspace() else "."


def _around(text: str, at: int) -> list[str]:
    c = ["0" if char.isdigit() else char for char in text[max(0, at - 3) : at + 4]]
    c = ["^"] * (3 - at) + c + ["$"] * (at + 4 - len(text))
    row = ["b", f"k={_sort(text[at])}", "k5=" + "".join(_sort(char) for char in c[1:6])]
    row += [f"c{d - 3}={c[d]}" for d in range(7)]
    row += [f"c-10={c[2]}{c[3]}", f"c01={c[3]}{c[4]}", f"c-2-1={c[1]}{c[2]}", f"c12={c[4]}{c[5]}"]
    return [*row, f"c-3-2-1={c[0]}{c[1]}{c[2]}", f"c123={c[4]}{c[5]}{c[6]}", f"c-101={c[2]}{c[3]}{c[4]}"]


def _words(text: str, rows: list[list[str]]) -> None:
    words = [(word, tag, int(bool(rjieba.has_word(word)))) for word, tag in rjieba.tag(text)]
    edge = [("^", "^", 0)] * 2 + words + [("$", "$", 0)] * 2
    at = 0
    for number, (word, tag, known) in enumerate(words):
        near = edge[number : number + 5]
        told = []
        for d, (other, other_tag, other_known) in zip(
            (-2, -1, 1, 2), (near[0], near[1], near[3], near[4]), strict=True
        ):
            told += [f"w{d}={other}", f"t{d}={other_tag[:2]}{other_known}"]
        told.append(f"t-101={near[1][1][:1]}{tag[:1]}{near[3][1][:1]}")
        for offset in range(len(word)):
            place = "S" if len(word) == 1 else "B" if offset == 0 else "E" if offset == len(word) - 1 else "M"
            rows[at + offset] += [f"w={word}/{place}", f"t={tag[:2]}{place}{known}", *told]
            rows[at + offset].append(f"w-1t={near[1][0]}/{tag[:1]}{place}{known}")
        at += len(word)


class Model:
    """A model file, asked by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._tagger: Any = pycrfsuite.Tagger()
        try:
            # The library would read past the end of a file that is cut short: its head says how long it is.
            head = path.read_bytes()
            if head[:4] != b"lCRF" or int.from_bytes(head[4:8], "little") != len(head):
                raise OSError(path.name)
            self._tagger.open(str(path))
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"名称模型 {path.name} 无法读取，请重新安装或运行 make train", code="model.intake"
            ) from error
        self._lock = threading.Lock()

    def told(self, rows: Sequence[Sequence[str]]) -> Matrix:
        """Return the probability of each of TAGS (columns) for each character of a piece (rows)."""
        with self._lock:
            self._tagger.set(rows)
            known = self._tagger.labels()
            out = np.zeros((len(rows), len(TAGS)))
            for column, tag in enumerate(TAGS):
                if tag in known:
                    out[:, column] = [self._tagger.marginal(tag, at) for at in range(len(rows))]
        return out


@cache
def packaged() -> Model:
    """Return the model of the package; raise ModelUnavailable where its file is missing or no such model."""
    return Model(PACKAGED)


def names(
    story: Narrative, hints: Iterable[Hint], model: Model | None = None, read: Matrix | None = None
) -> list[Named]:
    """Return the names of a narrative in order.

    read is what the transformer says of each character (`attentive.Reading.tags`).
    """
    used = model or packaged()
    out = []
    for start, rows in features(story, hints):
        told = used.told(rows)
        if read is not None:
            told = joined(told, read[start : start + len(rows)])
        out += [Named(kind, start + a, start + b, sure) for kind, a, b, sure in spelled(told)]
    return out


def joined(told: Matrix, read: Matrix) -> Matrix:
    """Return the probabilities where what the transformer reads (logarithms) is heard beside the field's."""
    heard = np.abs(read).sum(axis=1) > 0
    logits = np.log(np.maximum(told, LEAST))
    logits[heard] = (1 - BESIDE) * logits[heard] + BESIDE * read[heard]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def spelled(told: Matrix) -> list[tuple[str, int, int, float]]:
    """Return kind, begin, end and probability of each name of the likeliest reading in which names hang together.

    A name is as likely as the least likely of its characters.
    """
    logs = np.log(np.maximum(told, LEAST))
    best, back = logs[0] + _FIRST, np.zeros(told.shape, np.int64)
    for at in range(1, len(logs)):
        through = best[:, None] + _AFTER
        back[at] = through.argmax(axis=0)
        best = through.max(axis=0) + logs[at]
    path = [int(best.argmax())]
    for at in range(len(logs) - 1, 0, -1):
        path.append(int(back[at][path[-1]]))
    path.reverse()
    out, at = [], 0
    while at < len(path):
        end = at + 1
        if path[at]:
            while end < len(path) and path[end] == path[at] + 1:
                end += 1
            sure = min(told[i][path[i]] + (told[i][path[i] - 1] if path[i] % 2 == 0 else 0) for i in range(at, end))
            out.append((TAGS[path[at]][2:], at, end, float(min(1.0, sure))))
        at = end
    return out


def settled(field: str, story: Narrative, found: Found[str] | None, told: Sequence[Named]) -> Found[str] | None:
    """Return the value of a field: what a pattern found, unless the model surely says another or finds one alone.

    A name that a pattern found stays where the model takes any of its characters for one of its kind.
    """
    own = [name for name in told if name.kind == KINDS[field]]
    if found is not None and any(n.start < end and start < n.end for n in own for start, end in found.places):
        return found
    best = max(own, key=lambda name: (name.probability, -name.start), default=None)
    if best is None or best.probability < (AGAINST if found is not None else ALONE[field]):
        return found
    return Found(story.text[best.start : best.end], ((best.start, best.end),), round(best.probability * 0.9, 3))
