"""Combine checks: all, any, none, n of m."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from xiaobao.checks.expression import Pattern
from xiaobao.checks.model import LIST, WITHIN, Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context


class Group(Check):
    """Hold the checks that a combination joins."""

    argument = LIST

    def __init__(self, members: Sequence[Check]) -> None:
        self.members = tuple(members)

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the members of the list."""
        return cls(parser.check_list(argument, path))

    def children(self) -> Sequence[Check]:
        """Return the members."""
        return self.members


class Partners:
    """The hits of one member of a combination in one text, asked which of them is near enough to a hit of another."""

    def __init__(self, found: Sequence[Hit], within: str | int, context: Context) -> None:
        self._within, self._context = within, context
        self._anywhere = next((h for h in found if h.omitted), None)
        self._placed = sorted((h for h in found if not h.omitted), key=lambda h: h.start)
        self._starts = [h.start for h in self._placed]
        self._longest = max((h.end - h.start for h in self._placed), default=0)
        # How far the hits up to each reach: the first that reaches a place is found without asking those before.
        self._reached = list(accumulate((h.end for h in self._placed), max))

    def of(self, hit: Hit) -> Hit | None:
        """Return the first hit within the distance, or None; what is missing is near everything."""
        if hit.omitted:
            return self._anywhere or self._placed[0]
        low, high = self._reach(hit)
        if isinstance(self._within, int):
            at = bisect_left(self._reached, low)
            near = at < len(self._placed) and self._starts[at] <= high
            return self._placed[at] if near else self._anywhere
        for at in range(bisect_left(self._starts, low - self._longest), bisect_right(self._starts, high)):
            if self._context.together(hit, self._placed[at], self._within):
                return self._placed[at]
        return self._anywhere

    def _reach(self, hit: Hit) -> tuple[int, int]:
        """Return where hits that are near enough may stand: what `together` asks of each, asked once."""
        if isinstance(self._within, int):
            return hit.start - self._within, hit.end + self._within
        if self._within == "sentence":
            return self._context.sentence(hit.start)
        return self._context.clause(hit.start, hit.end)


@check("any")
class AnyOf(Group):
    """At least one member is met; its hits are the hits of all members."""

    doc = "任一满足"

    def needs(self) -> tuple[Need, ...]:
        """Join the members' clauses one by one: whichever member is met, one item of each is there."""
        return joined([m.needs() for m in self.members])

    def ways(self) -> tuple[tuple[Need, ...], ...]:
        """Return the ways of all members."""
        return tuple(way for m in self.members for way in m.ways())

    def hits(self, context: Context) -> list[Hit]:
        """Return the hits of every member that is met."""
        return [h for m in self.members for h in m.hits(context)]


@check("all")
class AllOf(Group):
    """Every member is met; the hits are those of the first member unless `mark` says otherwise."""

    doc = "全部满足；within 限定须在同一分句（clause）、同一句（sentence）、整篇（document，默认）或相距若干字以内"
    options = {
        "within": Option(WITHIN, "各项须在此范围内同时出现", "document"),
        "mark": Option({"enum": ["first", "all"]}, "以第一项还是全部各项的命中为命中处", "first"),
    }

    def __init__(self, members: Sequence[Check], within: str | int = "document", mark: str = "first") -> None:
        super().__init__(members)
        self.within = within
        self.mark = mark

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the members and the distance within which they must meet."""
        return cls(parser.check_list(argument, path), options["within"], options["mark"])

    def hits(self, context: Context) -> list[Hit]:
        """Return the first member's hits that have every other member within the distance."""
        groups: list[list[Hit]] = []
        for member in self.members:
            found = member.hits(context)
            if not found:
                return []
            groups.append(found)
        if self.within == "document":
            return groups[0] if self.mark == "first" else [h for g in groups for h in g]
        kept = []
        others = [Partners(g, self.within, context) for g in groups[1:]]
        for first in groups[0]:
            partners = [other.of(first) for other in others]
            if all(p is not None for p in partners):
                kept.append(first if self.mark == "first" else _span([first, *(p for p in partners if p)]))
        return kept


@check("none")
class NoneOf(Group):
    """No member is met anywhere in the document: a condition, never a hit of its own."""

    doc = "全部不满足（只作条件，不产生命中处）"

    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the members must not be there."""
        return ()

    def hits(self, context: Context) -> list[Hit]:
        """Return one omitted hit when no member is met."""
        return [] if any(m.hits(context) for m in self.members) else [Hit.omission()]


@check("n_of")
class AtLeastOf(Group):
    """At least n members are met."""

    doc = "所列各项中至少满足 n 项"
    options = {"n": Option({"type": "integer", "minimum": 1}, "至少几项", 2)}

    def __init__(self, members: Sequence[Check], n: int) -> None:
        super().__init__(members)
        self.n = n

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the members; n larger than their number can never be met and is refused."""
        members = parser.check_list(argument, path)
        if options["n"] > len(members):
            raise parser.source.error(f"要求满足 {options['n']} 项，但只列了 {len(members)} 项", path)
        return cls(members, options["n"])

    def needs(self) -> tuple[Need, ...]:
        """Join the members' clauses."""
        return joined([m.needs() for m in self.members])

    def hits(self, context: Context) -> list[Hit]:
        """Return the hits of all met members when they are enough."""
        groups = [found for m in self.members if (found := m.hits(context))]
        return [h for g in groups for h in g] if len(groups) >= self.n else []


def joined(needs: Sequence[tuple[Need, ...]]) -> tuple[Need, ...]:
    """Return clauses that hold whichever of the alternatives is met; none when one of them needs nothing."""
    if not needs or not all(needs):
        return ()
    ordered = [sorted(n, key=len) for n in needs]
    most = max(map(len, ordered))
    return tuple(frozenset[str | Pattern]().union(*(n[min(i, len(n) - 1)] for n in ordered)) for i in range(most))


def _span(hits: Sequence[Hit]) -> Hit:
    placed = [h for h in hits if not h.omitted]
    return Hit(min(h.start for h in placed), max(h.end for h in placed), next((h.note for h in placed if h.note), ""))
