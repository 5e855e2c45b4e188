"""Screen materials: texts, dialogues, files. Rows go through together; findings come back to their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import exp
from typing import Any, Protocol

from xiaobao.checks.missing import Missing
from xiaobao.errors import InputError
from xiaobao.garbage import uncollected
from xiaobao.model import Anchor, Decision, Finding, Material, Passage, Verdict
from xiaobao.screening.blocks import WRAPPED
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context, Services
from xiaobao.screening.decide import LEARNED, Judge, drafts, merged, primary, verdict
from xiaobao.screening.draft import written
from xiaobao.screening.engine import Engine, Row, Scanned, default_engine
from xiaobao.screening.members import combined, members_of
from xiaobao.screening.overlaps import chosen, fits
from xiaobao.screening.pieces import Piece, moment, pieces_of
from xiaobao.screening.stance import taught

TOLD = ("education",)
"""Kinds of document that speak of offences rather than commit them."""
LABEL = 15
"""Characters below which a line of a document is a label, about which a reading without words says nothing."""
TURN_SURE = 0.6
"""Probability from which a reading that no words support counts in a turn of a conversation."""
ANSWER = 10
"""Characters up to which a turn says little by itself: what it means lies in the turns before it."""
ANSWER_LESS = 1.5
"""Log odds by which such a turn offends more rarely after one that does: of 23 in the training calls four do."""
WEEK = 86_400 * 7
"""Seconds a conversation may last at most; other times are not believed."""


class Adjudicator(Protocol):
    """A language model that decides what the judge is unsure of; it must quote its evidence."""

    def adjudicate(self, finding: Finding, text: str, *, scenario: str, role: str) -> Finding:
        """Return the finding, its decision changed only where the quoted words stand in the text."""


class ScreeningJudge(Judge, Services, Protocol):
    """A judge that also answers what intents a passage carries."""

    @property
    def language_model(self) -> object | None:
        """Return the language model that checks of kind llm ask, or None."""

    def category_scores(self, context: Context) -> Mapping[str, float]:
        """Return the log share (at most 0) each category has of a violation."""


class Screener:
    """Screen materials with one engine, and a judge where there is one.

    Rules of the `skipped` domains do not run, save those named in `kept`.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        judge: ScreeningJudge | None = None,
        adjudicator: Adjudicator | None = None,
        *,
        skipped: frozenset[str] = frozenset(),
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self.engine = engine or default_engine()
        self.judge = judge
        self.adjudicator = adjudicator
        self.skipped, self.kept = skipped, kept

    def limited(self, skipped: frozenset[str], kept: frozenset[str] = frozenset()) -> Screener:
        """Return a screener of the same engine and judge in which the rules of some domains do not run."""
        return Screener(self.engine, self.judge, self.adjudicator, skipped=skipped, kept=kept)

    def screen(self, material: Material) -> Verdict:
        """Return the verdict on one material."""
        return self.screen_many([material])[0]

    def screen_many(self, materials: Sequence[Material]) -> list[Verdict]:
        """Return the verdicts of many materials, in order; rows of equal date are scanned together.

        Each file of an archive is judged as a document of its own.
        """
        parts = [members_of(m) for m in materials]
        members = [member for own in parts for _, member in own]
        with uncollected(max((len(member.text) for member in members), default=0)):
            verdicts = iter(self._screened(members))
        return [
            next(verdicts) if len(own) == 1 and own[0][1] is m else combined(m, own, [next(verdicts) for _ in own])
            for m, own in zip(materials, parts, strict=True)
        ]

    def _screened(self, materials: Sequence[Material]) -> list[Verdict]:
        pieces = [p for i, m in enumerate(materials) for p in pieces_of(i, m, self.engine)]
        by_day: dict[date, list[int]] = {}
        for i, piece in enumerate(pieces):
            by_day.setdefault(moment(materials[piece.material].at).date(), []).append(i)
        scanned: list[Scanned | None] = [None] * len(pieces)
        for day, members in by_day.items():
            rows = [pieces[i].row for i in members]
            found = self.engine.scan_rows(rows, on=day, services=self.judge, every=self.judge is not None)
            for i, item in zip(members, found, strict=True):
                scanned[i] = item
        grouped: dict[int, list[tuple[Piece, Scanned]]] = {}
        for piece, item in zip(pieces, scanned, strict=True):
            if item is not None:
                grouped.setdefault(piece.material, []).append((piece, item))
        return [self._verdict(m, grouped.get(i, [])) for i, m in enumerate(materials)]

    def _verdict(self, material: Material, parts: Sequence[tuple[Piece, Scanned]]) -> Verdict:
        found: list[Finding] = []
        scores: dict[str, float] = {}
        whole = next((s for p, s in parts if p.kind == "whole"), None)
        stated = None if whole is None else _Stated(whole.context)
        known: dict[tuple[int, str, tuple[int, ...]], list[Finding]] = {}
        for piece, every in parts:
            # Rows that say the same share what was scanned.
            key = (id(every), piece.kind, piece.cuts)
            own = known.get(key)
            if own is None:
                scanned = replace(every, candidates=self._running(_wanted(piece, every, material, stated)))
                own = self._own(piece, scanned)
                if self.adjudicator is not None:
                    own = [self._adjudicated(f, piece.row, scanned) for f in own]
                known[key] = own
            found += [self._placed(f, piece, material) for f in own if f.decision != "clear"]
            if self.judge is not None and own:
                for name, score in self.judge.category_scores(every.context).items():
                    scores[name] = max(score, scores.get(name, score))
        found = merged(self._attributed(found, material) if material.is_dialogue else found)
        decision, category = verdict(found, scores)
        if decision == "clear" and material.issues:
            decision = "review"
        return Verdict(
            material.id, decision, category, tuple(found), _inferred(material, parts), material.issues, material.extra
        )

    def _attributed(self, found: Sequence[Finding], material: Material) -> list[Finding]:
        """Leave an offence with the turn that commits it, where a short answer to it was taken for one too."""
        if self.judge is None:
            return list(found)
        offending = {f.turn for f in found if f.decision == "violation"}
        out = []
        for finding in found:
            turn = finding.turn
            if turn is None or finding.decision != "violation" or not {turn - 1, turn - 2} & offending:
                out.append(finding)
                continue
            if len(material.passages[turn].text) <= ANSWER:
                less = finding.confidence / (finding.confidence + (1 - finding.confidence) * exp(ANSWER_LESS))
                worded = not finding.rule.startswith(LEARNED)
                decision: Decision = "violation" if worded and less >= self.judge.violation_from else "review"
                finding = replace(finding, decision=decision, confidence=less)
            out.append(finding)
        return out

    def _running(self, candidates: list[Candidate]) -> list[Candidate]:
        if not self.skipped:
            return candidates
        return [c for c in candidates if c.rule.id in self.kept or c.rule.id.split("/")[0] not in self.skipped]

    def _own(self, piece: Piece, scanned: Scanned) -> list[Finding]:
        """Return the findings of one piece, each offence named once."""
        context = scanned.context
        scenario = context.kind
        found = drafts(
            scanned,
            self.judge,
            fragment=piece.kind != "text",
            told=scenario in TOLD or (context.around is not None and taught(context.around)),
            cuts=piece.cuts,
        )
        if piece.kind == "block":
            found = [f for f in found if not (f.rule.startswith(LEARNED) and len(context.text) < LABEL)]
        if piece.turn is not None:
            found = [f for f in found if not (f.rule.startswith(LEARNED) and f.confidence < TURN_SURE)]
        scores = self.judge.category_scores(context) if self.judge is not None and len(found) > 1 else {}
        names = {p for seen in (context.profile, context.around) if seen for p in seen.products}
        if piece.kind != "text":
            own = piece.kind == "block"
            found = [f for f in found if (own and f.decision == "violation") or fits(f, scenario, frozenset(names))]
        lead = primary(found, scores) if piece.kind == "text" else None
        lines = [place for place, sign in enumerate(piece.row.text) if sign == "\n"] if len(found) > 1 else []
        kept = chosen(found, scores, scenario, frozenset(names), lead, lines)
        return [written(draft, context) for draft in kept]

    def _adjudicated(self, finding: Finding, row: Row, scanned: Scanned) -> Finding:
        if finding.decision != "review" or self.adjudicator is None:
            return finding
        rule = self.engine.program.rulebook.rule(finding.rule)
        if rule.may != "block":
            return finding
        return self.adjudicator.adjudicate(finding, row.text, scenario=scanned.context.kind, role=row.role)

    def _placed(self, finding: Finding, piece: Piece, material: Material) -> Finding:
        """Give a finding its offsets in the material, its anchor and the boxes of every passage it covers."""
        if finding.start is None or finding.end is None:
            apart = piece.turn is not None or material.passages[material.passage_at(piece.offset)].anchor.sheet
            anchor = material.passages[material.passage_at(piece.offset)].anchor if apart else Anchor()
            return replace(finding, turn=piece.turn, anchor=replace(anchor, box=None))
        if piece.turn is not None:
            return replace(finding, turn=piece.turn, anchor=material.passages[material.passage_at(piece.offset)].anchor)
        start, end = finding.start + piece.offset, finding.end + piece.offset
        first, last = material.passage_at(start), material.passage_at(max(start, end - 1))
        covered = tuple(p.anchor for p in material.passages[first : last + 1])
        evidence = tuple(
            replace(e, start=e.start + piece.offset, end=e.end + piece.offset)
            if e.start is not None and e.end is not None
            else e
            for e in finding.evidence
        )
        return replace(finding, start=start, end=end, anchor=covered[0], boxes=covered, evidence=evidence)


def _wanted(piece: Piece, scanned: Scanned, material: Material, stated: _Stated | None) -> list[Candidate]:
    """Take what is said from the blocks, and what is missing or runs over their borders from the whole."""
    if piece.kind == "text" or stated is None:
        return scanned.candidates
    if piece.kind == "block":
        return [c for c in scanned.candidates if not c.omitted and not stated.anywhere(c)]
    return [c for c in scanned.candidates if c.omitted or c.measured or _crosses(c, scanned.context, material)]


class _Stated:
    """What a whole document states of what its rules require, looked up once a rule."""

    def __init__(self, whole: Context) -> None:
        self._whole = whole
        self._known: dict[str, bool] = {}

    def anywhere(self, candidate: Candidate) -> bool:
        """Tell whether what a part of the document leaves out stands elsewhere in it."""
        rule = candidate.rule
        if not isinstance(rule.when, Missing):
            return False
        if rule.id not in self._known:
            self._known[rule.id] = bool(rule.when.required.hits(self._whole))
        return self._known[rule.id]


def _crosses(candidate: Candidate, whole: Context, material: Material) -> bool:
    """Tell whether the words of a rule run from one block into the next of the same printed paragraph."""
    if candidate.rule.id.startswith(LEARNED):
        return False
    if whole.in_part(candidate.hit_start, candidate.hit_end):
        return False
    start, end = whole.normalised.original(candidate.hit_start, candidate.hit_end)
    first, last = material.passage_at(start), material.passage_at(max(start, end - 1))
    lines = material.passages[first : last + 1]
    return all(p.anchor.box is not None and len(p.text) >= WRAPPED for p in lines[:-1]) or first == last


def material_of(data: Mapping[str, Any], *, defaults: Mapping[str, str] | None = None) -> Material:
    """Build a material from one line of the `screen` interface; raise InputError when it has neither text nor turns."""
    given = {**(defaults or {}), **{k: v for k, v in data.items() if isinstance(v, str) and v}}
    if isinstance(data.get("turns"), list):
        passages = tuple(_turn(turn, i) for i, turn in enumerate(data["turns"]))
        media_type = "application/x-dialogue"
    elif isinstance(data.get("text"), str):
        passages = (Passage(data["text"]),)
        media_type = "text/plain"
    else:
        raise InputError("需要 text（文字）或 turns（对话轮次）", code="input.missing")
    facts = data.get("facts")
    return Material(
        id=str(data.get("id", "")),
        passages=passages,
        media_type=media_type,
        scenario=_scenario(given.get("scenario")),
        role=given.get("role") or None,
        product=given.get("product") or None,
        channel=given.get("channel") or None,
        at=given.get("at") or None,
        facts=facts if isinstance(facts, Mapping) else {},
    )


def _turn(turn: Any, index: int) -> Passage:
    if not isinstance(turn, Mapping) or not isinstance(turn.get("text"), str):
        raise InputError(f"第 {index + 1} 轮对话缺少 text", code="input.missing")
    times = {
        k: float(turn[k]) for k in ("start", "end") if isinstance(turn.get(k), (int, float)) and abs(turn[k]) < WEEK
    }
    anchor = Anchor(
        turn=index, speaker=str(turn.get("role") or "") or None, start=times.get("start"), end=times.get("end")
    )
    return Passage(turn["text"], anchor)


def _scenario(name: str | None) -> str | None:
    """Map the scenarios of dialogues to those the rules know."""
    return {"service_call": "service_chat", "dual_recording": "sales_call"}.get(name or "", name or None)


def _inferred(material: Material, parts: Sequence[tuple[Piece, Scanned]]) -> dict[str, str]:
    """Return what was not given and had to be inferred."""
    out = {}
    if not material.scenario and parts:
        kinds = Counter(name for _, s in parts if (name := s.context.kind))
        if kinds:
            out["scenario"] = kinds.most_common(1)[0][0]
    if not material.product and parts:
        names = sorted({p for _, s in parts for p in s.context.profile.products})
        if names:
            out["product"] = "、".join(names)
    if not material.at:
        out["at"] = moment(None).isoformat(timespec="seconds")
    return out
