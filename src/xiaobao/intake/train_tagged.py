"""Train the model of names on our own narratives, on passages whose names are marked, and on both with other names.

Called by `xiaobao.intake.train`. Deterministic; the held-out narratives are never read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycrfsuite

from xiaobao.intake import named, tagged
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.tagged import Hint, Model
from xiaobao.intake.train_voices import labelled
from xiaobao.intake.train_wishes import is_held_out

MARKED = "marked.jsonl"
"""Passages with the places of their names: P products, I institutions complained of, S staff, C customers, others."""
NAMES = "names.tsv"
"""Invented names by kind, put in the place of others."""
VALUED = ("building", "w5", "w7", "w10", "w11", "w14", "w15", "w17", "w18", "w20")
"""The sets whose rows say which names stand in them."""
KINDS = frozenset(tagged.KINDS.values())
TIMES, COPIES = 2, 2
"""How often a narrative counts, and how many copies with other names one that names a product gets.

Marked passages count once: they name products far more often than complaints do.
"""
SETTINGS = {"c1": 0.3, "c2": 0.02, "max_iterations": 70, "feature.minfreq": 2, "feature.possible_transitions": True}
"""Regularisation and length of the training (chosen on the held-out narratives and an author left out)."""
OTHER, OTHERS = 0.8, 0.5
"""How often a product gets a name of its own sort, and how often an institution, a member of staff, a customer any."""
SEED = 11

Places = list[tuple[str, int, int]]
_SORTS = (
    ("card", r"卡$"),
    ("loan", r"[贷借花]$|分期$|贷通$"),
    ("fund", r"混合|债|联接|指数|基金|[ABCabc]$"),
    ("policy", r"险|寿|年金|两全|重疾|医疗|满堂"),
    ("package", r"会员|管家|包$|服务|守护"),
    ("deposit", r"存|金条|金$|币"),
    ("wealth", r"[盈利享]$|号$|宝$|期$|理财"),
)
_HOUSES = (
    ("bank", r"[一-龥]{2,6}银行|[一-龥]{2,4}农商行"),
    ("branch", r"[一-龥]{2,8}(?:支行|分理处)"),
    ("insurer", r".*(?:人寿|财险|保险)"),
    ("lender", r".*(?:消费金融|消金|小贷|贷|借|花)"),
)


@dataclass(frozen=True)
class Told:
    """A narrative with the places of its names; how often it counts."""

    story: Narrative
    places: Places
    times: int


def read(folder: Path) -> list[Told]:
    """Return the marked passages, then the training narratives with the places where their names stand."""
    out = []
    for row in labelled(folder / MARKED):
        channel = "call" if "turns" in row else "web"
        story = narrative(channel, "2026-05-01", row.get("text"), row.get("turns"))
        out.append(Told(story, [(k, a, b) for k, a, b in row["names"] if k in KINDS], 1))
    for name in VALUED:
        for row in labelled(folder / f"{name}.jsonl"):
            if "institution_branch" in row["gold"] and not is_held_out(f"{name}.jsonl", row["id"]):
                story = narrative(row["channel"], row.get("received_at"), row.get("text"), row.get("turns"))
                out.append(Told(story, places(story, row["gold"]), TIMES))
    return out


def places(story: Narrative, gold: dict[str, Any]) -> Places:
    """Return where the names of a ticket stand; an institution put together from parts stands where those do."""
    text = story.plain
    found: Places = []
    for field, kind in tagged.KINDS.items():
        value = _plain(gold[field]) if gold.get(field) else ""
        parts = re.split("[、，, ]", value) if field == "staff_mentioned" else [value]
        for part in parts:
            if len(part) > 1:
                found += [(kind, *match.span()) for match in re.finditer(re.escape(part), text)]
        if field == "institution_branch":
            found += [(kind, a, b) for a, b in _parts(value, text)]
    taken: set[int] = set()
    out = []
    for kind, start, end in sorted(found, key=lambda place: (place[1] - place[2], place[1])):
        if taken.isdisjoint(range(start, end)):
            out.append((kind, start, end))
            taken.update(range(start, end))
    return out


def _plain(value: str) -> str:
    return narrative("web", "2026-05-01", value, None).plain


def _parts(value: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the longest parts of a name stand that are told apart (云桥银行 … 滨江支行)."""
    while len(value) > 1:
        length = next((n for n in range(len(value), 1, -1) if value[:n] in text), 0)
        if length > 2 or length == len(value):
            yield from (match.span() for match in re.finditer(re.escape(value[:length]), text))
        value = value[length or 1 :]


def renamed(told: Told, pool: dict[str, list[str]], chance: random.Random) -> Told:
    """Return a narrative in which products and some of the others are called by other names."""
    text, out, at = told.story.text, "", 0
    new: dict[tuple[str, str], str] = {}
    moved: Places = []
    for kind, start, end in sorted(told.places, key=lambda place: place[1]):
        old = text[start:end]
        if (kind, old) not in new:
            new[kind, old] = _other(kind, old, pool, chance)
        out += text[at:start]
        moved.append((kind, len(out), len(out) + len(new[kind, old])))
        out, at = out + new[kind, old], end
    out += text[at:]
    story = told.story
    turns = [(role, said) for role, said in zip(story.roles, out.split("\n"), strict=False)]
    again = Narrative(story.channel, story.received, turns if story.is_dialogue else [("customer", out)],
                      is_dialogue=story.is_dialogue)  # fmt: skip
    return Told(again, moved, 1)


def _other(kind: str, old: str, pool: dict[str, list[str]], chance: random.Random) -> str:
    if kind == "P":
        sort = next((name for name, pattern in _SORTS if re.search(pattern, old)), "")
        every = [name for name, _ in _SORTS]
        return chance.choice(pool[sort if sort and chance.random() < OTHER else chance.choice(every)])
    if chance.random() >= OTHERS:
        return old
    if kind == "S" and len(old) < 4 and not re.search(r"\d", old):
        return chance.choice([name for name in pool["staff"] if not re.search(r"\d", name)])
    if kind == "C" and len(old) > 1:
        return chance.choice(pool["person"])
    if kind == "I":
        house = next((name for name, pattern in _HOUSES if re.fullmatch(pattern, old)), None)
        return chance.choice(pool[house]) if house else old
    return old


def sequence(length: int, begin: int, marks: Places) -> list[str]:
    """Return the labels of the characters of a piece that begins somewhere: B- and I- with a kind, or O."""
    out = ["O"] * length
    for kind, start, end in marks:
        for at in range(max(start, begin), min(end, begin + length)):
            out[at - begin] = f"{'B' if at == start else 'I'}-{kind}"
    return out


def _hints(story: Narrative) -> list[Hint]:
    return named.seen(story).hints


def fit(rows: Sequence[Told], output: Path, pool: dict[str, list[str]]) -> None:
    """Write the model of some narratives and of their copies with other names."""
    chance = random.Random(SEED)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for told in rows:
        products = any(kind == "P" for kind, _, _ in told.places)
        copies = [renamed(told, pool, chance) for _ in range(COPIES)] if products else []
        for one in (told, *copies):
            for begin, known in tagged.features(one.story, _hints(one.story)):
                labels = sequence(len(known), begin, one.places)
                for _ in range(one.times):
                    trainer.append(known, labels)
    trainer.set_params(SETTINGS)
    trainer.train(str(output))


def train(folder: Path, output: Path) -> str:
    """Train on a folder, write the model file; return how many names it says right of the held-out narratives."""
    pool: dict[str, list[str]] = {}
    for line in (folder / NAMES).read_text(encoding="utf-8").splitlines():
        sort, name = line.split("\t")
        pool.setdefault(sort, []).append(name)
    rows = read(folder)
    fit(rows, output, pool)
    return f"名称 {len(rows)} 条；留出 {_right(folder, Model(output))}"


def _right(folder: Path, model: Model) -> str:
    right = dict.fromkeys(tagged.KINDS, 0)
    present = dict.fromkeys(tagged.KINDS, 0)
    for name in VALUED:
        for row in labelled(folder / f"{name}.jsonl"):
            if "institution_branch" not in row["gold"] or not is_held_out(f"{name}.jsonl", row["id"]):
                continue
            story = narrative(row["channel"], row.get("received_at"), row.get("text"), row.get("turns"))
            for field, found in named.read(story, model=model).items():
                if row["gold"].get(field):
                    present[field] += 1
                    right[field] += found is not None and _plain(found.value) == _plain(row["gold"][field])
    return "，".join(f"{field} {right[field]}/{present[field]}" for field in tagged.KINDS)
