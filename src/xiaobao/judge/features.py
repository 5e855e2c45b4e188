"""Turn a text and what the rules saw in it into the numbers a small linear model weighs.

Characters: hashed n-grams of one to four characters of the normalised text, sublinear counts, weighted by inverse
document frequency, unit length. Rules: which categories were met, said or cleared, which stances speak against
them, what the text is. Both are deterministic and need no model of language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xiaobao.rulebook.model import CATEGORIES, PRODUCTS, SCENARIOS
from xiaobao.screening.document import GENRES

if TYPE_CHECKING:
    from xiaobao.screening.context import Context
    from xiaobao.screening.engine import Scanned

BITS = 18
NGRAMS = 4
STANCE_KINDS = ("negated", "quoted", "asked", "warned", "prohibited", "reported", "customer", "education", "corrected")
ROLES = ("agent", "customer", "none")
SIGNALS = (
    *(f"said:{c}" for c in CATEGORIES),
    *(f"cleared:{c}" for c in CATEGORIES),
    *(f"missing:{c}" for c in CATEGORIES),
    *(f"stance:{s}" for s in STANCE_KINDS),
    *(f"product:{p}" for p in PRODUCTS),
    *(f"genre:{g}" for g in GENRES),
    *(f"scenario:{s}" for s in SCENARIOS),
    *(f"role:{r}" for r in ROLES),
    "any_said",
    "any_cleared",
    "any_missing",
    "said_count",
    "offer",
    "contact",
    "question",
    "length",
    "disguise",
)
_INDEX = {name: i for i, name in enumerate(SIGNALS)}
_PRIME = np.uint32(0x9E3779B1)


def ngram_hashes(text: str) -> NDArray[np.uint32]:
    """Return the bucket (0 … 2**BITS − 1) of every n-gram of a text framed by marks, with repeats."""
    units = np.frombuffer(f"\x02{text}\x03".encode("utf-16-le", "surrogatepass"), dtype=np.uint16).astype(np.uint32)
    out = []
    rolling = np.zeros(len(units), dtype=np.uint32)
    for n in range(1, NGRAMS + 1):
        if len(units) < n:
            break
        rolling = rolling[: len(units) - n + 1] * np.uint32(16777619) + units[n - 1 :] + np.uint32(n * 7919)
        mixed = rolling * _PRIME
        out.append(
            (mixed ^ (mixed >> np.uint32(15))) >> np.uint32(32 - BITS) if n > 1 else mixed >> np.uint32(32 - BITS)
        )
    return np.concatenate(out) if out else np.zeros(0, np.uint32)


def ngram_counts(text: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return the distinct buckets of a text and their sublinear counts (1 + ln n)."""
    buckets, counts = np.unique(ngram_hashes(text), return_counts=True)
    return buckets, (1.0 + np.log(counts)).astype(np.float32)


def signals(scanned: Scanned, among: Sequence[int] | None = None) -> NDArray[np.float32]:
    """Return the rule signals of a text; `among` limits the candidates to those of one window."""
    out = np.zeros(len(SIGNALS), dtype=np.float32)
    chosen = scanned.candidates if among is None else [scanned.candidates[i] for i in among]
    said = 0
    for candidate in chosen:
        if any(check.kind == "intent" for check in candidate.rule.when.walk()):
            continue
        where = "missing" if candidate.omitted else "cleared" if candidate.cleared else "said"
        out[_INDEX[f"{where}:{candidate.rule.category}"]] = 1.0
        out[_INDEX[f"any_{where}"]] = 1.0
        said += where == "said"
        for stance in candidate.stances:
            out[_INDEX[f"stance:{stance.kind}"]] = 1.0
        if candidate.note:
            out[_INDEX["disguise"]] = 1.0
    out[_INDEX["said_count"]] = min(said, 5) / 5
    return out + describe(scanned.context)


def describe(context: Context) -> NDArray[np.float32]:
    """Return the signals that do not depend on candidates: what the text is and who speaks."""
    out = np.zeros(len(SIGNALS), dtype=np.float32)
    text = context.text
    out[_INDEX["question"]] = 1.0 if "?" in text else 0.0
    out[_INDEX["length"]] = min(len(text), 200) / 200
    profile = context.profile
    role = context.role or "none"
    if role in ROLES:
        out[_INDEX[f"role:{role}"]] = 1.0
    if profile is None:
        return out
    scenario = context.scenario or profile.scenario
    names: Mapping[str, Sequence[str]] = {
        "product": tuple(profile.products),
        "genre": tuple(profile.genres),
        "scenario": (scenario,),
    }
    for group, members in names.items():
        for member in members:
            index = _INDEX.get(f"{group}:{member}")
            if index is not None:
                out[index] = 1.0
    out[_INDEX["offer"]] = profile.offer
    out[_INDEX["contact"]] = float(profile.contact)
    return out
