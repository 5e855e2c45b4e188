"""The rulebook that ships: every rule proves itself, rests on law in force, and claims no more than the law allows."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.model import TextJudge, default_judge
from xiaobao.laws.register import Register
from xiaobao.laws.register import load as load_laws
from xiaobao.rulebook.load import PACKAGE, load
from xiaobao.rulebook.model import CATEGORIES, Example, Rule
from xiaobao.rulebook.schema import rule_schema
from xiaobao.rulebook.source import Source
from xiaobao.rulebook.verify import Trial, try_examples, untried, verify

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent.glob("*/reference/expression-families.json")
REFERENCE = Path(os.environ.get("XIAOBAO_REFERENCE") or next((p.parent for p in BESIDE), "absent"))
COUNTS = {
    "WM": 30, "FD": 5, "IN": 16, "LN": 18, "CO": 12, "CD": 8, "DP": 5, "CT": 8, "PI": 12, "SV": 5, "CM": 8, "EM": 6,
    "BK": 12,
}  # fmt: skip
FAMILIES = {f"{kind}-{number:02}" for kind, count in COUNTS.items() for number in range(1, count + 1)}
STRENGTH = ("draft", "warn", "block")
RULES = load().rules
LEARNED = [r for r in RULES if any(c.kind == "intent" for c in r.when.walk())]
FILES = sorted(p for p in PACKAGE.glob("*/*.yaml") if p.parent.name != "lexicons")


def judge_at_hand() -> TextJudge:
    try:
        return default_judge()
    except ModelUnavailable as error:
        pytest.skip(f"{len(LEARNED)} learned rules were NOT tried: {error.message}")


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return load_laws(texts=tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    return try_examples(load())


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = rule_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def strength(rule: Rule) -> str:
    """Return what a rule may do once its lifecycle is taken into account."""
    return "draft" if rule.lifecycle == "draft" else rule.may


# proofs -------------------------------------------------------------------------------------------------------------


def test_every_rule_meets_its_own_examples_by_rules_alone(trials: list[Trial]) -> None:
    assert {t.rule for t in trials} == {r.id for r in RULES if not untried(r, None)}
    assert [f"{t.rule}：{t.complaint}" for t in trials if not t.passed] == []


def test_learned_rules_meet_their_own_examples_with_the_judge() -> None:
    """A trained model errs: at least 19 examples of 20 over all rules, and for each rule one hit and three of four."""
    found = try_examples(load(), LEARNED, judge=judge_at_hand())
    assert {t.rule for t in found} == {r.id for r in LEARNED}
    failed = [f"{t.rule}：{t.complaint}" for t in found if not t.passed]
    assert len(failed) <= 0.05 * len(found), failed
    for rule in LEARNED:
        own = [t for t in found if t.rule == rule.id]
        assert any(t.met for t in own if t.kind == "hit"), rule.id
        assert 4 * sum(t.passed for t in own) >= 3 * len(own), rule.id


def test_nothing_in_the_rulebook_is_fatal(trials: list[Trial]) -> None:
    assert [p for p in verify(load(), trials) if p.fatal] == []


@pytest.mark.parametrize("rule", [r for r in RULES if r.lifecycle != "draft"], ids=lambda r: r.id)
def test_three_examples_either_way_with_a_hard_one_among_them(rule: Rule) -> None:
    for group in (rule.hit, rule.no_hit):
        assert len({_tried_as(e) for e in group}) >= 3
        assert any(e.hard for e in group)
    assert not {_tried_as(e) for e in rule.hit} & {_tried_as(e) for e in rule.no_hit}


def _tried_as(example: Example) -> str:
    return repr((example.text, example.scenario, example.role, example.product, example.at, example.facts))


def test_every_category_has_its_learned_rule() -> None:
    learned = Counter(r.category for r in LEARNED)
    assert learned == Counter(c for c in CATEGORIES if c != "other")


def test_no_example_is_taken_from_the_training_corpus() -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W", "", text)

    corpus = {
        bare(json.loads(line)["text"])
        for path in (ROOT / "evaluation" / "corpus").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    }
    assert len(corpus) > 1000
    texts = [(r.id, t) for r in RULES for t in (*(e.text for e in (*r.hit, *r.no_hit)), *r.todo)]
    assert [(id, text) for id, text in texts if bare(text) in corpus] == []


# law ----------------------------------------------------------------------------------------------------------------


def test_every_citation_is_in_force_or_the_rule_says_until_when(laws: Register) -> None:
    today = date.today()
    stale = []
    for rule in RULES:
        for reference, citation in zip(rule.basis, rule.citations, strict=True):
            assert laws.resolve(reference).article == citation.article
            norm, _ = laws.locate(reference)
            ends = norm.in_force_until and rule.effective_to and rule.effective_to <= norm.in_force_until
            starts = norm.in_force_from and rule.effective_from and rule.effective_from >= norm.in_force_from
            if not laws.in_force(reference, today) and not ends and not starts:
                stale.append((rule.id, reference))
    assert stale == []


def test_what_a_rule_may_do_follows_how_well_its_law_is_known() -> None:
    for rule, path in zip(RULES, FILES, strict=True):
        assert path.relative_to(PACKAGE).with_suffix("").as_posix() == rule.id
        marks = {c.confidence for c in rule.citations}
        expected = "block" if marks & {"T", "Q"} else "warn" if "S" in marks else "draft"
        ceiling = Source.read(path).data.get("at_most", "block")
        assert rule.may == min(expected, ceiling, key=STRENGTH.index), rule.id


def test_every_family_is_covered_and_none_is_invented() -> None:
    assert len(FAMILIES) == 145
    assert {f for r in RULES for f in r.families} == FAMILIES


def _families() -> list[dict[str, Any]]:
    path = REFERENCE / "expression-families.json"
    if not path.is_file():
        pytest.skip("the reference list of families is not at hand")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def test_no_rule_does_more_than_its_family_may() -> None:
    over = [
        (rule.id, family["id"], strength(rule), family["may"])
        for family in _families()
        for rule in RULES
        if family["id"] in rule.families and STRENGTH.index(strength(rule)) > STRENGTH.index(family["may"])
    ]
    assert over == []


def test_a_family_that_needs_more_than_text_has_rules_that_ask_for_facts() -> None:
    needy = [f["id"] for f in _families() if f["needs"] != "text"]
    assert len(needy) == 15
    for id in needy:
        for rule in (r for r in RULES if id in r.families):
            asks = any(c.kind == "fact" or getattr(c, "prominence", None) is not None for c in rule.when.walk())
            assert asks, (id, rule.id)
            assert any(e.facts for e in rule.hit), (id, rule.id)


# words --------------------------------------------------------------------------------------------------------------


def test_titles_are_unique() -> None:
    assert [t for t, n in Counter(r.title for r in RULES).items() if n > 1] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_message_and_remedy_are_sentences(rule: Rule) -> None:
    for text in (rule.message, rule.remedy):
        assert len(text) >= 10
        assert re.search(r"[。！？”）]$", text)
        assert re.search(r"[\u4e00-\u9fff]", text)
    assert rule.message != rule.remedy
    assert rule.rights


# schema -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).with_suffix("").as_posix())
def test_the_published_schema_accepts_every_rule_file(validator: Draft202012Validator, path: Path) -> None:
    errors = [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(_data(path))]
    assert errors == []


@pytest.mark.parametrize(
    "change",
    [
        {"basis": []},
        {"basis": ["广告法第二十五条"]},
        {"category": "saying_nice_things"},
        {"severity": "fatal"},
        {"version": 0},
        {"version": "一"},
        {"colour": "红"},
        {"scope": {"scenarios": ["billboard"]}},
        {"scope": {"weather": ["rain"]}},
        {"allow": ["保"]},
        {"stance": {"ignore": ["laughed"]}},
        {"when": {"shout": ["保本"]}},
        {"when": {"words": ["保本"], "loudly": True}},
        {"when": {"words": []}},
        {"when": {"near": ["保本", "保息"], "within": "chapter"}},
        {"unless": [{"within": "sentence"}]},
        {"examples": {"hit": [{"scenario": "poster"}], "no_hit": ["甲"]}},
        {"examples": {"hits": ["甲"]}},
        {"effective_to": 2026},
        {"families": ["WM1"]},
    ],
    ids=lambda c: json.dumps(c, ensure_ascii=False),
)
def test_the_published_schema_refuses_a_broken_rule(validator: Draft202012Validator, change: dict[str, Any]) -> None:
    good = _data(PACKAGE / "wealth" / "principal_guarantee.yaml")
    assert validator.is_valid(good)
    assert not validator.is_valid(good | change)


@pytest.mark.parametrize("key", ["title", "version", "category", "basis", "when", "message", "remedy", "examples"])
def test_the_published_schema_misses_what_is_required(validator: Draft202012Validator, key: str) -> None:
    good = _data(PACKAGE / "wealth" / "principal_guarantee.yaml")
    assert not validator.is_valid({k: v for k, v in good.items() if k != key})


def _data(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = Source.read(path).data
    return data
