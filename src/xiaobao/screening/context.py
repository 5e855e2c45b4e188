"""One text under screening: its normalised form, the words found in it, and what checks may ask of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xiaobao.privacy import recognise
from xiaobao.prominence import relative_size
from xiaobao.screening.document import Profile, profile
from xiaobao.text.sentences import clause_at, sentences
from xiaobao.text.values import values

if TYPE_CHECKING:
    from xiaobao.checks import Hit, Pattern
    from xiaobao.model import Material
    from xiaobao.rulebook.lexicons import Lexicons
    from xiaobao.text.normalise import Normalised
    from xiaobao.text.values import Value

Span = tuple[int, int]


class Services(Protocol):
    """Models a context may ask; each answers with normalised spans."""

    def intents(self, context: Context, label: str) -> Iterable[tuple[int, int, float]]:
        """Return the passages that carry an intent with their probability."""

    def similar(self, context: Context, samples: Sequence[str]) -> list[tuple[int, int, str, float]]:
        """Return sentences with the closest sample and its score."""

    def quoted(self, context: Context, criterion: str) -> list[Span]:
        """Return the words a language model quoted for a criterion."""


class Context:
    """Answer the questions of checks about one text; spans are normalised offsets, end exclusive.

    around is what the conversation or document is that the text is a part of, heading the one it stands under, before
    what was said just before it in a conversation (normalised), prior the log odds by which an offence is more likely
    in it than in the texts a judge learned from.
    """

    def __init__(
        self,
        normalised: Normalised,
        found: Mapping[str, list[Span]],
        fired: frozenset[Pattern] | set[Pattern],
        lexicons: Lexicons,
        *,
        scenario: str = "",
        role: str = "",
        product: str = "",
        facts: Mapping[str, Any] | None = None,
        material: Material | None = None,
        services: Services | None = None,
        around: Profile | None = None,
        heading: str = "",
        prior: float = 0.0,
        parts: Sequence[Span] = (),
        unseen: Sequence[Span] = (),
        before: str = "",
    ) -> None:
        self.normalised = normalised
        self.text = normalised.text
        self.found = found
        self.fired = fired
        self.lexicons = lexicons
        self.scenario = scenario
        self.role = role
        self.product = product
        self.facts = facts or {}
        self.material = material
        self.services = services
        self.around = around
        self.heading = heading
        self.prior = prior
        self.before = before
        self.parts = parts
        self.unseen = unseen
        self.readings: dict[object, Any] = {}
        """What a service made of this text and may ask again, by the service."""
        self._matches: dict[Pattern, list[Span]] = {}
        self._clauses: dict[Span, Span] = {}

    @cached_property
    def profile(self) -> Profile:
        """Return what the text is, worked out at the first use: it costs more than most rules."""
        return profile(self.text, self.found, self.lexicons, scenario=self.scenario, product=self.product)

    @property
    def kind(self) -> str:
        """Return the scenario of the text: the given one, else the inferred one."""
        return self.scenario or self.profile.scenario

    @cached_property
    def sentences(self) -> list[Span]:
        """Return the sentences in order."""
        return [(s.start, s.end) for s in sentences(self.normalised)]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [s for s, _ in self.sentences]

    def sentence_of(self, position: int) -> int:
        """Return the index of the sentence that holds a position."""
        return max(0, bisect_right(self._sentence_starts, position) - 1)

    def sentence(self, position: int) -> Span:
        """Return the sentence that holds a position."""
        return self.sentences[self.sentence_of(position)] if self.sentences else (0, len(self.text))

    def clause(self, start: int, end: int) -> Span:
        """Return the smallest punctuation-delimited stretch that covers a span."""
        known = self._clauses.get((start, end))
        if known is None:
            known = self._clauses[start, end] = clause_at(self.normalised, start, end)
        return known

    @cached_property
    def _utf8(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def _characters(self) -> NDArray[np.int64]:
        """Map byte offsets of the text as UTF-8 to its characters."""
        lead = (np.frombuffer(self._utf8, dtype=np.uint8) & 0xC0) != 0x80
        return np.concatenate(([0], np.cumsum(lead)))

    def matches(self, pattern: Pattern, *, filtered: bool = True) -> list[Span]:
        """Return the spans of a pattern; with `filtered`, only when its words were found in the text."""
        if filtered and pattern.clauses and pattern not in self.fired:
            return []
        spans = self._matches.get(pattern)
        if spans is None:
            places = np.array([m.span() for m in pattern.regex.finditer(self._utf8)], dtype=np.int64).reshape(-1, 2)
            spans = [(s, e) for s, e in self._characters[places].tolist() if e > s]
            self._matches[pattern] = spans
        return spans

    def together(self, a: Hit, b: Hit, within: str | int) -> bool:
        """Tell whether two hits stand in the same clause, the same sentence or within some characters."""
        if a.omitted or b.omitted or within == "document":
            return True
        if isinstance(within, int):
            return max(a.start, b.start) - min(a.end, b.end) <= within
        if within == "sentence":
            return self.sentence_of(a.start) == self.sentence_of(b.start)
        low, high = self.clause(a.start, a.end)
        return low <= b.start and b.end <= high

    def in_part(self, start: int, end: int) -> bool:
        """Tell whether a span lies within one of the stretches that are texts of their own."""
        if not self.parts:
            return False
        first, last = self.normalised.original(start, end)
        index = bisect_right(self._part_starts, first) - 1
        return index >= 0 and last <= self.parts[index][1]

    def is_unseen(self, start: int, end: int) -> bool:
        """Tell whether a span lies within words that no reader of the material sees."""
        if not self.unseen:
            return False
        first, last = self.normalised.original(start, end)
        return any(low <= first and last <= high for low, high in self.unseen)

    @cached_property
    def _part_starts(self) -> list[int]:
        return [start for start, _ in self.parts]

    def part(self, where: Mapping[str, Any]) -> Span:
        """Return the first or last part of the text as measured in sentences, characters, percent or seconds."""
        size, first = len(self.text), where["in"] == "first"
        if where.get("sentences") is not None:
            n = min(where["sentences"], len(self.sentences))
            if not n:
                return 0, 0
            return (0, self.sentences[n - 1][1]) if first else (self.sentences[-n][0], size)
        if where.get("seconds") is not None:
            return self._part_of_time(float(where["seconds"]), first=first)
        length = where["chars"] if where.get("chars") is not None else round(size * where["percent"] / 100)
        return (0, length) if first else (max(0, size - length), size)

    def _part_of_time(self, seconds: float, *, first: bool) -> Span:
        start, end = self.fact("turn.start"), self.fact("turn.end")
        total = self.fact("dialogue.end")
        inside = start is not None and (start < seconds if first else total is not None and end > total - seconds)
        return (0, len(self.text)) if inside else (0, 0)

    def relative_size(self, a: Hit, b: Hit) -> float | None:
        """Return the character height at a relative to that at b, or None where sizes are unknown."""
        if self.material is None:
            return None
        original = self.normalised.original
        return relative_size(self.material, original(a.start, a.end), original(b.start, b.end))

    def fact(self, name: str) -> Any:
        """Return a fact by its dotted name: given facts first, then what was inferred."""
        if name in self.facts:
            return self.facts[name]
        node: Any = self.facts
        for part in name.split("."):
            if not isinstance(node, Mapping) or part not in node:
                break
            node = node[part]
        else:
            return node
        inferred = {"scenario": self.scenario, "role": self.role, "product": self.product}
        return inferred.get(name) or None

    def at(self, offset: int) -> int:
        """Return the first normalised position that stems from an original offset or later."""
        return int(np.searchsorted(self.normalised.ends, offset, side="right"))

    def within(self, start: int, end: int) -> Span:
        """Return the normalised span that stems from a span of the original text; at least one character."""
        first = self.at(start)
        return first, max(first + 1, int(np.searchsorted(self.normalised.starts, end)))

    @cached_property
    def values(self) -> list[tuple[Value, int, int]]:
        """Return numbers with units and their normalised spans."""
        return [(value, *self.within(value.start, value.end)) for value in values(self.normalised.source)]

    def entities(self, wanted: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return entities of the wanted kinds with their normalised spans."""
        found = recognise(self.normalised.source, kinds=set(wanted))
        return [(e.kind, *self.within(e.start, e.end)) for e in found]

    def intents(self, label: str) -> Iterable[tuple[int, int, float]]:
        """Return the passages that a trained model reads as an intent; nothing without a model."""
        return [] if self.services is None else self.services.intents(self, label)

    def similar_sentences(self, samples: Sequence[str]) -> list[tuple[int, int, str, float]]:
        """Return sentences with the closest sample and its score; nothing without an embedder."""
        return [] if self.services is None else self.services.similar(self, samples)

    def quoted_by_model(self, criterion: str) -> list[Span]:
        """Return the words a language model quoted; nothing when none is configured."""
        return [] if self.services is None else self.services.quoted(self, criterion)
