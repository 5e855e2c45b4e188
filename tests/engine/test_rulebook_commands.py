"""The commands about rules, what keeps a folder of rules from loading, and the one place to add a rule or a kind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from xiaobao.checks import kinds
from xiaobao.cli import main
from xiaobao.errors import RuleError
from xiaobao.judge import model
from xiaobao.rulebook.load import PACKAGE, load, read_folder
from xiaobao.rulebook.model import CATEGORIES
from xiaobao.rulebook.schema import rule_schema
from xiaobao.rulebook.verify import accepted, try_examples, untried, verify
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context
from xiaobao.screening.engine import Scanned

SUPPORT = {"__init__", "analysed", "expression", "frequency", "literals", "model", "parser", "registry"}
"""Modules of checks that serve the kinds and are none."""
GOOD = """\
title: 说包赚
version: 1
category: guaranteed_return
basis: ["广告法#25(一)"]
when: {words: [包赚]}
message: 不得承诺一定赚钱。
remedy: 投资有风险，收益不作保证。
examples:
  hit: [这只产品包赚, 买了包赚, 放心包赚]
  no_hit: [这只产品不包赚, 任何人说包赚都是骗局, 天气很好]
"""


def write(folder: Path, name: str, text: str = GOOD) -> Path:
    """Write one rule file of the domain `own` and return the folder."""
    path = folder / "own" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: object, input: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=input)


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    model.default_judge.cache_clear()
    monkeypatch.setattr(model, "PACKAGED", tmp_path / "absent.npz")
    yield
    model.default_judge.cache_clear()


# commands -----------------------------------------------------------------------------------------------------------


def test_list_tells_all_rules_or_those_asked_for() -> None:
    everything = json.loads(run("rules", "list", "--json").stdout)
    assert [r["id"] for r in everything] == [r.id for r in load().rules]
    assert {r["category"] for r in everything} == set(CATEGORIES)
    collection = json.loads(run("rules", "list", "collection", "--json").stdout)
    assert {r["id"].split("/")[0] for r in collection} == {"collection"}
    threats = json.loads(run("rules", "list", "--category", "collection_threat", "--json").stdout)
    assert {r["category"] for r in threats} == {"collection_threat"}
    assert "wealth/principal_guarantee" in {
        r["id"] for r in json.loads(run("rules", "list", "--family", "WM-01", "--json").stdout)
    }
    shown = run("rules", "list", "deposit").stdout
    assert shown.startswith("规则 ")
    names = [line.split()[0] for line in shown.splitlines()[2:]]
    assert names == [r.id for r in load().rules if r.id.startswith("deposit/")]


def test_show_tells_law_and_examples() -> None:
    rule = load().rule("wealth/principal_guarantee")
    shown = json.loads(run("rules", "show", rule.id, "--json").stdout)
    assert shown["hit"] == [e.text for e in rule.hit]
    assert shown["remedy"] == rule.remedy
    assert shown["basis"][0] == {"norm": "广告法", "article": "25(一)", "confidence": "T"}
    page = run("rules", "show", rule.id).stdout
    assert rule.title in page
    assert all(word in page for word in ("应命中", "不应命中", "建议改为"))
    assert "尚未做到" in run("rules", "show", "meaning/complaint_obstruction").stdout


@pytest.mark.parametrize("asked", [("--category", "nosuch"), ("--family", "WM-1")])
def test_a_category_or_family_that_nothing_has_is_no_empty_list(asked: Sequence[str]) -> None:
    done = run("rules", "list", *asked)
    assert done.exit_code == 2
    assert f"没有“{asked[1]}”" in done.stderr


def test_where_nothing_is_near_the_list_is_named() -> None:
    said = run("rules", "show", "甲乙丙丁").stderr
    assert "rules list" in said
    assert "相近" not in said


@pytest.mark.parametrize("command", [("show",), ("test",), ("list",)])
def test_a_rule_that_is_not_there_is_answered_with_near_ones(command: Sequence[str]) -> None:
    done = run("rules", *command, "wealth/principle_guarantee")
    assert done.exit_code == 1
    assert "wealth/principal_guarantee" in done.stderr


def test_test_passes_a_shipped_rule_and_fails_a_wrong_example(tmp_path: Path) -> None:
    done = run("rules", "test", "wealth/principal_guarantee")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "1 条规则" in done.stdout
    write(tmp_path, "wrong", GOOD.replace("这只产品包赚", "这只产品稳当").replace("天气很好", "这只包赚"))
    done = run("rules", "test", "--rules", tmp_path)
    assert done.exit_code == 1
    assert "own/wrong：应命中却未命中：这只产品稳当" in done.stdout
    assert "own/wrong：不应命中却命中：这只包赚" in done.stdout
    assert "2 个失败" in done.stdout


def test_an_example_is_tried_at_its_time(tmp_path: Path) -> None:
    when = "{all: [{words: [包赚]}, {fact: at, between: ['22:00', '08:00']}]}"
    hit = "hit: [{text: 这只产品包赚, at: '2026-03-05 23:10'}]"
    late = GOOD.replace("{words: [包赚]}", when).replace("hit: [这只产品包赚, 买了包赚, 放心包赚]", hit)
    write(tmp_path, "late", late)
    assert run("rules", "test", "--rules", tmp_path).exit_code == 0
    write(tmp_path, "late", late.replace("23:10", "10:10"))
    assert "own/late：应命中却未命中：这只产品包赚" in run("rules", "test", "--rules", tmp_path).stdout


def test_a_hit_that_the_context_excuses_says_so(tmp_path: Path) -> None:
    write(tmp_path, "excused", GOOD.replace("放心包赚", "谨防包赚骗局"))
    assert "（因语境放行：" in run("rules", "test", "--rules", tmp_path).stdout


@pytest.mark.parametrize(
    ("broken", "place", "says"),
    [
        (GOOD.replace("version: 1", "version: 1\ncolour: 红"), "own/bad.yaml:3 colour", "没有“colour”这个键"),
        (GOOD.replace("category: guaranteed_return", "category: nice"), "own/bad.yaml:3 category", "guaranteed_return"),
        (GOOD.replace("广告法#25(一)", "广高法#25"), "own/bad.yaml:4 basis.0", "广告法"),
        (GOOD.replace('["广告法#25(一)"]', "[]"), "own/bad.yaml:4 basis", "必须写明依据"),
        (GOOD.replace("{words: [包赚]}", "{shout: [包赚]}"), "own/bad.yaml:5 when", "不是检查的种类"),
        (GOOD.replace("{words: [包赚]}", "{pattern: '包(赚'}"), "own/bad.yaml:5 when", "正则"),
        (GOOD.replace("message: 不得承诺一定赚钱。\n", ""), "own/bad.yaml:1", "缺少“message”"),
        (GOOD.replace("hit: [这只产品包赚", "hit: [{texts: 甲}"), "own/bad.yaml:9 examples.hit.0", "text"),
        (GOOD.replace("version: 1", "version: 1\nversion: 2"), "own/bad.yaml:3 version", "写了两次"),
        (GOOD.replace("hit: [这", "hit: [{text: 甲, facts: [乙]}, 这"), "own/bad.yaml:9 examples.hit.0.facts", "facts"),
        (GOOD.replace("hit: [这", "hit: [{text: 甲, at: 昨天}, 这"), "own/bad.yaml:9 examples.hit.0.at", "2026-01-31"),
        (GOOD.replace("version: 1", "version: 1\nprecision: 九成"), "own/bad.yaml:3 precision", "0 到 1"),
        (GOOD.replace("version: 1", "version: 0"), "own/bad.yaml:2 version", "从 1 起"),
        (GOOD + "  no: [", "own/bad.yaml:", "YAML"),
    ],
)
@pytest.mark.parametrize("command", ["test", "lint"])
def test_a_broken_file_is_told_by_file_line_and_key(
    tmp_path: Path, command: str, broken: str, place: str, says: str
) -> None:
    write(write(tmp_path, "good"), "bad", broken)
    done = run("rules", command, "--rules", tmp_path)
    assert done.exit_code == 1
    line = next(t for t in done.stdout.splitlines() if place in t)
    assert line.startswith("✗ ")
    assert says in line
    assert "1 条规则" in done.stdout


def test_lint_tells_fatal_from_advice(tmp_path: Path) -> None:
    write(tmp_path, "few", GOOD.replace("这只产品包赚, 买了包赚, 放心包赚", "这只产品包赚"))
    done = run("rules", "lint", "--rules", tmp_path)
    assert done.exit_code == 0
    assert "! own/few：hit 例子不足 3 个" in done.stdout
    write(tmp_path, "dead", GOOD + "allow: [天下太平]\n")
    done = run("rules", "lint", "--rules", tmp_path)
    assert done.exit_code == 1
    assert "✗ own/dead：放行短语“天下太平”" in done.stdout
    assert "1 个必须修正，1 个建议" in done.stdout


def test_lint_passes_the_rulebook_that_ships() -> None:
    done = run("rules", "lint")
    assert done.exit_code == 0, done.stdout
    assert "：0 个必须修正" in done.stdout


@pytest.mark.usefixtures("no_model")
def test_without_the_judge_the_untried_rules_are_named_on_stderr() -> None:
    done = run("rules", "test", "meaning")
    assert done.exit_code == 0
    assert "27 条要靠模型判断的规则未检验（meaning/absolute_superlative、" in done.stderr
    assert "absent.npz" in done.stderr
    assert done.stdout.startswith("0 条规则，0 个例子，0 个失败")


def test_docs_hold_every_rule(tmp_path: Path) -> None:
    done = run("rules", "docs", "--output", tmp_path / "pages")
    assert done.exit_code == 0
    pages = {p.stem: p.read_text("utf-8") for p in (tmp_path / "pages").glob("*.md")}
    domains = {r.id.split("/")[0] for r in load().rules}
    assert set(pages) == domains | {"README"}
    for rule in load().rules:
        page = pages[rule.id.split("/")[0]]
        assert f"## {rule.title}\n" in page
        assert f"`{rule.id}`" in page
    assert f"共 {len(load().rules)} 条规则" in pages["README"]


def test_schema_is_printed() -> None:
    assert json.loads(run("rules", "schema").stdout) == rule_schema()


@pytest.mark.parametrize("asked", ["广告法#25", "PIPL#14", "71号#83"])
def test_impact_lists_the_rules_that_rest_on_an_article(asked: str) -> None:
    found = {i["rule"] for i in json.loads(run("laws", "impact", asked, "--json").stdout)}
    citing = {
        r.id for r in load().rules if any(b == asked or b.startswith((f"{asked}(", f"{asked}第")) for b in r.basis)
    }
    assert citing
    assert citing <= found
    assert found <= {r.id for r in load().rules}
    assert len(found) < len(load().rules) / 2
    assert "wealth/" in run("laws", "impact", "广告法#25").stdout


# acceptance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("words: [包赚]", "words: [飞天遁地]"), "没有命中自己的任何一个 hit 例子"),
        (GOOD.replace('["广告法#25(一)"]', "[]"), "必须写明依据"),
        (GOOD.replace("广告法#25(一)", "广告法#999"), "广告法"),
        (GOOD + "allow: [天下太平]\n", "放行短语“天下太平”"),
        (GOOD + "colour: 红\n", "own/one.yaml:11 colour"),
        (GOOD.replace("hit: [这只产品包赚, 买了包赚, 放心包赚]", "hit: []"), "至少要有一个 hit 例子"),
    ],
)
def test_a_rule_that_proves_nothing_is_not_accepted(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, "one", text)
    with pytest.raises(RuleError, match="必须修正") as caught:
        accepted(tmp_path)
    assert says in caught.value.message


def test_all_that_is_wrong_with_a_folder_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a", GOOD + "colour: 红\n")
    write(tmp_path, "b", GOOD.replace("words: [包赚]", "words: [飞天遁地]"))
    with pytest.raises(RuleError, match="有 2 处必须修正"):
        accepted(tmp_path)


def test_a_folder_without_rules_is_not_accepted(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="没有规则"):
        accepted(tmp_path)


def test_a_proven_folder_is_accepted_and_screens(tmp_path: Path) -> None:
    write(tmp_path, "one", GOOD + "allow: [包赚不赔的故事]\n")
    assert [r.id for r in accepted(tmp_path).rules] == ["own/one"]
    line = json.dumps({"id": "1", "text": "这只产品包赚"})
    done = run("screen", "--rules", tmp_path, "--input", "-", "--no-judge", input=line)
    assert json.loads(done.stdout)["findings"][0]["rule"] == "own/one"


def test_the_rule_of_the_manual_is_accepted(tmp_path: Path) -> None:
    manual = Path(__file__).parents[2] / "docs" / "user" / "rules-and-laws.md"
    shown = manual.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    write(tmp_path, "manual", shown)
    assert len(accepted(tmp_path).rules) == 1
    assert run("rules", "test", "--rules", tmp_path).exit_code == 0


def test_screening_refuses_a_folder_that_is_not_proven(tmp_path: Path) -> None:
    write(tmp_path, "one", GOOD.replace("words: [包赚]", "words: [飞天遁地]"))
    done = run("screen", "--rules", tmp_path, "--input", "-", "--no-judge", input='{"id":"1","text":"甲"}')
    assert done.exit_code == 2
    assert "own/one：规则没有命中自己的任何一个 hit 例子" in done.stderr


class ByWord:
    """A judge that finds an intent at 坑 and is sure of it only where 坑人 stands."""

    violation_from = 0.7
    review_from = 0.4
    language_model = None

    def intents(self, context: Context, label: str) -> list[tuple[int, int, float]]:
        at = context.text.find("坑")
        return [(at, at + 1, 0.5)] if at >= 0 and label == "other" else []

    def weigh(self, scanned: Scanned) -> list[float]:
        return [0.9 if "坑人" in scanned.context.text else 0.5] * len(scanned.candidates)

    def similar(self, context: Context, samples: Sequence[str]) -> list[tuple[int, int, str, float]]:
        return []

    def quoted(self, context: Context, criterion: str) -> list[tuple[int, int]]:
        return []

    def extents(self, context: Context, candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
        return [(c.start, c.end) for c in candidates]

    def category_scores(self, context: Context) -> dict[str, float]:
        return {}


LEARNED = (
    GOOD.replace("guaranteed_return", "other")
    .replace("{words: [包赚]}", "{intent: other, at_least: 0.2}")
    .replace("这只产品包赚, 买了包赚, 放心包赚", "这家公司的东西就是坑人, 他们专门坑人不眨眼睛, 就爱坑人的一家老店铺")
    .replace("这只产品不包赚", "前面那条路上有好几个坑")
)


def test_a_learned_rule_is_met_only_when_the_judge_decides_for_it(tmp_path: Path) -> None:
    book = read_folder(write(tmp_path, "learned", LEARNED))
    assert untried(book.rules[0], None) == {"intent"}
    assert try_examples(book) == []
    trials = try_examples(book, judge=ByWord())
    assert [t.met for t in trials] == [True] * 3 + [False] * 3
    assert verify(book, judge=ByWord()) == []
    assert [r.id for r in accepted(tmp_path, judge=ByWord()).rules] == ["own/learned"]


def test_a_learned_rule_that_the_judge_never_decides_for_is_not_accepted(tmp_path: Path) -> None:
    write(tmp_path, "learned", LEARNED.replace("坑人", "坑洼"))
    with pytest.raises(RuleError, match="没有命中自己的任何一个 hit 例子"):
        accepted(tmp_path, judge=ByWord())


def test_an_allow_phrase_of_a_learned_rule_may_win(tmp_path: Path) -> None:
    write(tmp_path, "learned", LEARNED + "allow: [地坑院]\n")
    assert accepted(tmp_path, judge=ByWord())
    write(tmp_path, "learned", LEARNED + "allow: [四合院]\n")
    with pytest.raises(RuleError, match="四合院"):
        accepted(tmp_path, judge=ByWord())


def test_a_rule_that_asks_a_language_model_waits_for_one(tmp_path: Path) -> None:
    text = GOOD.replace("{words: [包赚]}", "{llm: 这句话承诺了收益}")
    book = read_folder(write(tmp_path, "asks", text))
    assert untried(book.rules[0], ByWord()) == {"llm"}
    assert verify(book, judge=ByWord()) == []


# one place to add ---------------------------------------------------------------------------------------------------


def test_one_file_adds_a_rule(tmp_path: Path) -> None:
    write(tmp_path, "one")
    assert [r.id for r in read_folder(tmp_path).rules] == ["own/one"]
    write(tmp_path, "two", GOOD.replace("说包赚", "又说包赚"))
    assert [r.id for r in read_folder(tmp_path).rules] == ["own/one", "own/two"]
    assert [r["id"] for r in json.loads(run("rules", "list", "--rules", tmp_path, "--json").stdout)] == [
        "own/one",
        "own/two",
    ]


def test_every_module_of_checks_brings_a_kind() -> None:
    import xiaobao.checks

    modules = {p.stem for p in Path(xiaobao.checks.__file__).parent.glob("*.py")} - SUPPORT
    bringing = {cls.__module__.removeprefix("xiaobao.checks.") for cls in kinds().values()}
    assert bringing == modules
    assert len(kinds()) >= len(modules)
    assert {name for name, cls in kinds().items() if not cls.doc} == set()


def test_one_module_adds_a_kind(tmp_path: Path) -> None:
    """In a process of its own, because the registry is read once."""
    module = """
        from xiaobao.checks import Check, Hit
        from xiaobao.checks.registry import check

        @check("shout")
        class Shout(Check):
            doc = "催促的字不少于几个"
            argument = {"type": "integer", "minimum": 1}

            def __init__(self, least):
                self.least = least

            @classmethod
            def parse(cls, argument, options, path, parser):
                return cls(argument)

            def hits(self, context):
                return [Hit(0, len(context.text))] if context.text.count("快") >= self.least else []
    """
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "shout.py").write_text(dedent(module), encoding="utf-8")
    rule = GOOD.replace("{words: [包赚]}", "{shout: 3}").replace(
        "这只产品包赚, 买了包赚, 放心包赚", "快来快抢快买, 快冲快抢快上, 快点快点赶快"
    )
    write(tmp_path / "rules", "shout", rule)
    script = f"""
        import json, sys, xiaobao.checks
        from pathlib import Path
        xiaobao.checks.__path__.append({str(tmp_path / "kinds")!r})
        from xiaobao.rulebook.schema import rule_schema
        from xiaobao.rulebook.verify import accepted
        book = accepted(Path({str(tmp_path / "rules")!r}))
        named = [k for o in rule_schema()["$defs"]["check"]["oneOf"] for k in o.get("properties", {{}})]
        print(json.dumps([book.rules[0].when.kind, "shout" in named]))
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(script)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["shout", True]


def test_the_published_schema_is_current() -> None:
    published = json.loads((PACKAGE / "rule.schema.json").read_text(encoding="utf-8"))
    assert published == rule_schema(), "xiaobao rules schema > src/xiaobao/rulebook/rule.schema.json"
