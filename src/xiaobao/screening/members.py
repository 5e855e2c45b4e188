"""Screen each file of an archive as a document of its own and bring the findings back to their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from mimetypes import guess_type

from xiaobao.model import Anchor, Finding, Material, Verdict
from xiaobao.screening.decide import verdict

Member = tuple[int, Material]
"""Where a member's text begins in that of its archive, and the member read as a file of its own."""


def members_of(material: Material) -> list[Member]:
    """Return the files an archive is made of; a material that is none is its own only member."""
    if all(p.anchor.member is None for p in material.passages):
        return [(0, material)]
    kinds = material.facts.get("members")
    facts = {name: value for name, value in material.facts.items() if name != "members"}
    out: list[Member] = []
    numbered = zip(material.passages, material.starts, strict=True)
    for path, run in groupby(numbered, key=lambda item: item[0].anchor.member):
        own = list(run)
        passages = tuple(replace(p, anchor=replace(p.anchor, member=None)) for p, _ in own)
        name = material.id if path is None else path
        kind = (kinds.get(path) if isinstance(kinds, Mapping) else None) or guess_type(name)[0]
        part = replace(material, id=name, passages=passages, media_type=kind or "text/plain", facts=facts, issues=())
        out.append((own[0][1], part))
    return out


def combined(material: Material, members: Sequence[Member], verdicts: Sequence[Verdict]) -> Verdict:
    """Return one verdict of an archive over its members': every finding at its place, the worst decision."""
    found = tuple(
        finding
        for (offset, member), own in zip(members, verdicts, strict=True)
        for finding in _placed(own, offset, member, material)
    )
    decision, category = verdict(found)
    if decision == "clear" and (material.issues or any(own.verdict == "review" for own in verdicts)):
        decision = "review"
    return Verdict(material.id, decision, category, found, _inferred(verdicts), material.issues, material.extra)


def _placed(own: Verdict, offset: int, member: Material, material: Material) -> Iterator[Finding]:
    path = material.passages[material.passage_at(offset)].anchor.member
    for finding in own.findings:
        shift = offset
        if finding.turn is not None and finding.start is not None:
            shift += member.starts[finding.turn]
        yield replace(
            finding,
            start=None if finding.start is None else finding.start + shift,
            end=None if finding.end is None else finding.end + shift,
            turn=None,
            anchor=_within(finding.anchor, path),
            boxes=tuple(_within(anchor, path) for anchor in finding.boxes),
            evidence=tuple(
                replace(e, start=e.start + shift, end=e.end + shift) if e.start is not None and e.end is not None else e
                for e in finding.evidence
            ),
        )


def _within(anchor: Anchor, path: str | None) -> Anchor:
    return replace(anchor, member=path)


def _inferred(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return what was inferred of the members, each value once."""
    values: dict[str, dict[str, None]] = {}
    for own in verdicts:
        for name, value in own.inferred.items():
            known = values.setdefault(name, {})
            known.update(dict.fromkeys(value.split("、")))
    return {name: next(iter(known)) if name == "at" else "、".join(known) for name, known in values.items()}
