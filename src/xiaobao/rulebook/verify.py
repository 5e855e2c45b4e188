"""Prove rules on their own examples, and find what can never work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xiaobao.errors import RuleError
from xiaobao.rulebook.load import Rulebook, read_folder
from xiaobao.rulebook.model import Example, Rule
from xiaobao.screening.decide import LEARNED, SURE
from xiaobao.screening.engine import Engine, Row, Scanned
from xiaobao.screening.pieces import moment
from xiaobao.screening.screen import ScreeningJudge

EVERY_LIFECYCLE = ("draft", "shadow", "published")
MODELS = frozenset({"intent", "similar", "llm"})
"""Kinds of check that only a model can meet."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a rule: fatal ones keep it from loading."""

    rule: str
    code: str
    message: str
    fatal: bool


@dataclass(frozen=True)
class Trial:
    """One example of a rule and whether it behaved as it must."""

    rule: str
    kind: str
    example: Example
    met: bool
    stance: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether a hit hit and a no_hit did not."""
        return self.met == (self.kind == "hit")

    @property
    def complaint(self) -> str:
        """Return in one sentence what went wrong with a failed example."""
        must = "应命中却未命中" if self.kind == "hit" else "不应命中却命中"
        reason = f"（因语境放行：{self.stance}）" if self.stance else ""
        return f"{must}{reason}：{self.example.text}"


def try_examples(
    rulebook: Rulebook,
    rules: Sequence[Rule] | None = None,
    engine: Engine | None = None,
    judge: ScreeningJudge | None = None,
) -> list[Trial]:
    """Run the examples of rules (all by default); a hit that a stance clears counts as not met.

    A rule of kind intent is met only when the judge's weight decides for a violation. Rules that ask for a model
    which is not at hand (`untried`) are left out.
    """
    engine = engine or Engine(rulebook, lifecycles=EVERY_LIFECYCLE)
    chosen = rulebook.rules if rules is None else rules
    plan = [
        (rule, kind, example)
        for rule in chosen
        if not untried(rule, judge)
        for kind, group in (("hit", rule.hit), ("no_hit", rule.no_hit))
        for example in group
    ]
    rows = [example_row(example) for _, _, example in plan]
    trials = []
    for (rule, kind, example), scanned in zip(plan, engine.scan_rows(rows, every=True, services=judge), strict=True):
        met, stance = _met(rule.id, scanned)
        if "intent" in _kinds(rule):
            met, stance = met_by_judge(rule, scanned, judge), ""
        trials.append(Trial(rule.id, kind, example, met, stance))
    return trials


def untried(rule: Rule, judge: ScreeningJudge | None) -> frozenset[str]:
    """Return the kinds of model a rule asks for that are not at hand: intent, similar, llm."""
    asked = _kinds(rule) & MODELS
    if judge is None:
        return asked
    return asked & {"llm"} if judge.language_model is None else frozenset()


def met_by_judge(rule: Rule, scanned: Scanned | None, judge: ScreeningJudge | None) -> bool:
    """Tell whether the judge weighs some candidate of a rule as a violation."""
    if judge is None or scanned is None or not scanned.candidates:
        return False
    weights = zip(scanned.candidates, judge.weigh(scanned), strict=True)
    learned = rule.id.startswith(LEARNED)
    least = {cleared: SURE if learned and cleared else judge.violation_from for cleared in (False, True)}
    return any(w >= least[c.cleared] for c, w in weights if c.rule.id == rule.id)


def _kinds(rule: Rule) -> frozenset[str]:
    return frozenset(c.kind for c in rule.when.walk())


def example_row(example: Example) -> Row:
    """Return the row under which an example is tried."""
    facts = dict(example.facts)
    if example.at:
        facts.setdefault("at", moment(example.at).isoformat())
    return Row(example.text, example.scenario, example.role, example.product, facts)


def _met(id: str, scanned: Scanned | None) -> tuple[bool, str]:
    own = [c for c in scanned.candidates if c.rule.id == id] if scanned else []
    if any(not c.cleared for c in own):
        return True, ""
    return False, "、".join(s.kind for c in own for s in c.stances)


def verify(
    rulebook: Rulebook, trials: Sequence[Trial] | None = None, *, judge: ScreeningJudge | None = None
) -> list[Problem]:
    """Return what keeps rules from loading (fatal) and what their authors should mend."""
    trials = try_examples(rulebook, judge=judge) if trials is None else trials
    out: list[Problem] = []
    for rule in rulebook.rules:
        own = [t for t in trials if t.rule == rule.id]
        hits = [t for t in own if t.kind == "hit"]
        if hits and not any(t.met for t in hits):
            out.append(Problem(rule.id, "never_hits", "规则没有命中自己的任何一个 hit 例子", True))
        for trial in own:
            if not trial.passed:
                out.append(Problem(rule.id, f"{trial.kind}_failed", trial.complaint, False))
        if rule.lifecycle != "draft":
            out += [
                Problem(rule.id, "few_examples", f"{kind} 例子不足 3 个", False)
                for kind, group in (("hit", rule.hit), ("no_hit", rule.no_hit))
                if len(group) < 3
            ]
    out += _dead_phrases(rulebook, judge)
    return out


def accepted(folder: Path, *, judge: ScreeningJudge | None = None) -> Rulebook:
    """Read a folder of rules and prove them; raise RuleError naming everything that keeps rules from loading.

    The rulebook that ships with the engine is proved by its tests instead of at every start.
    """
    errors: list[RuleError] = []
    rulebook = read_folder(folder, errors=errors)
    wrong = [e.message for e in errors]
    wrong += [f"{p.rule}：{p.message}" for p in verify(rulebook, judge=judge) if p.fatal]
    if wrong:
        shown = "\n".join(f"  {line}" for line in wrong[:20])
        raise RuleError(f"规则目录 {folder} 有 {len(wrong)} 处必须修正：\n{shown}")
    if not rulebook.rules:
        raise RuleError(f"规则目录 {folder} 里没有规则；规则放在 <领域>/<违规>.yaml")
    return rulebook


def _dead_phrases(rulebook: Rulebook, judge: ScreeningJudge | None) -> list[Problem]:
    """Find allow phrases that no hit of their rule lies inside: they can never win."""
    plan = [(rule, phrase) for rule in rulebook.rules if not untried(rule, judge) for phrase in rule.allow]
    if not plan:
        return []
    bare = Rulebook(tuple(replace(r, allow=()) for r in rulebook.rules), rulebook.lexicons)
    engine = Engine(bare, lifecycles=EVERY_LIFECYCLE)
    rows = [
        Row(f"现在向您推荐这款产品，{phrase}。", _scenario(rule), _role(rule), min(rule.scope.products, default=""))
        for rule, phrase in plan
    ]
    out = []
    for (rule, phrase), scanned in zip(plan, engine.scan_rows(rows, every=True, services=judge), strict=True):
        hits = [c for c in scanned.candidates if c.rule.id == rule.id] if scanned else []
        if not any(not c.omitted for c in hits):
            out.append(Problem(rule.id, "dead_allow", f"放行短语“{phrase}”里没有会命中的词，永远不会生效", True))
    return out


def _scenario(rule: Rule) -> str:
    return min(rule.scope.scenarios) if rule.scope.scenarios else "web_page"


def _role(rule: Rule) -> str:
    return "agent" if "agent" in rule.scope.roles else ""
