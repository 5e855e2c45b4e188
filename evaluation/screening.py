"""Measure `screen` on labelled texts: by rules alone and with the judge, by tag and by class, every miss by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xiaobao.judge.corpus import Text, read_labelled
from xiaobao.judge.measure import Figures, Outcome, tally
from xiaobao.judge.model import default_judge
from xiaobao.llm import LanguageModel, Settings
from xiaobao.model import Material, Passage, Verdict
from xiaobao.screening.screen import Screener

TAGS = ("evasion", "traditional", "ocr", "spoken", "quote", "negation", "customer", "omission", "twin")


def outcome(verdict: Verdict) -> Outcome:
    """Return what counts of a verdict: only a violation is a positive."""
    chosen = [f for f in verdict.findings if f.decision == "violation"]
    spans = tuple((f.start, f.end) for f in chosen if f.start is not None and f.end is not None)
    positive = verdict.verdict == "violation"
    return Outcome(positive, verdict.category if positive else "", spans, bool(verdict.findings))


def screen(texts: Sequence[Text], screener: Screener) -> list[Verdict]:
    """Return the verdict on each labelled text."""
    return screener.screen_many([Material(t.id, (Passage(t.text),), scenario=t.scenario, role=t.role) for t in texts])


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures with the judge and by rules alone."""
    texts = read_labelled(path)
    out: dict[str, Any] = {"set": path.name, "texts": len(texts)}
    settings = Settings.from_environment()
    ways = {"with_judge": Screener(judge=default_judge()), "rules_alone": Screener()}
    if settings is not None:
        ways["with_judge_and_llm"] = Screener(judge=default_judge(), adjudicator=LanguageModel(settings))
    for name, screener in ways.items():
        verdicts = screen(texts, screener)
        outcomes = [outcome(v) for v in verdicts]
        out[name] = {
            **figures(tally(texts, outcomes)),
            "review_share": round(sum(v.verdict == "review" for v in verdicts) / len(texts), 4),
            "reliability": _reliability(texts, verdicts),
            "by_tag": _by_tag(texts, outcomes),
            "confusion": _confusion(texts, outcomes),
        }
    return out


def figures(measured: Figures) -> dict[str, Any]:
    """Return the rates rounded, and the ids of everything that went wrong."""
    rates = (
        "f1", "precision", "recall", "false_hard", "false_ordinary", "category_right", "span_covered",
        "evasion_recall", "candidate_recall",
    )  # fmt: skip
    return {
        **{name: round(getattr(measured, name), 4) for name in rates},
        "missed": [f"{id} ({category})" for id, category in measured.missed],
        "false_alarms": [f"{id} ({category})" for id, category in measured.false],
        "wrong_category": [f"{id} ({truth} → {said})" for id, truth, said in measured.wrong_category],
    }


def _reliability(texts: Sequence[Text], verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return for bands of the surest finding's confidence how many texts it names and how many of them offend."""
    bands: dict[str, list[bool]] = {}
    for text, verdict in zip(texts, verdicts, strict=True):
        if verdict.findings:
            surest = max(f.confidence for f in verdict.findings)
            low = min(int(surest * 5), 4) / 5
            bands.setdefault(f"{low:.1f}–{low + 0.2:.1f}", []).append(text.violation)
    return {band: f"{sum(truth)}/{len(truth)}" for band, truth in sorted(bands.items())}


def _by_tag(texts: Sequence[Text], outcomes: Sequence[Outcome]) -> dict[str, str]:
    out = {}
    for tag in TAGS:
        chosen = [(t, o) for t, o in zip(texts, outcomes, strict=True) if tag in t.tags]
        wrong = [(t, o) for t, o in chosen if t.violation]
        lawful = [(t, o) for t, o in chosen if not t.violation]
        found, false = sum(o.positive for _, o in wrong), sum(o.positive for _, o in lawful)
        out[tag] = f"违规命中 {found}/{len(wrong)}，合规误报 {false}/{len(lawful)}"
    return out


def _confusion(texts: Sequence[Text], outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """Return for each true category how often each was said; 合规 stands for clear and review."""
    table: dict[str, Counter[str]] = {}
    for text, result in zip(texts, outcomes, strict=True):
        said = result.category or "合规"
        if said in text.also:
            said = text.category
        table.setdefault(text.category or "合规", Counter())[said] += 1
    return {truth: dict(said.most_common()) for truth, said in sorted(table.items())}
