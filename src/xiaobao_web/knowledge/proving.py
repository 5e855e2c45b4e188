"""Try a rule before it counts: every fault of its text with line and key, its own examples, a pasted text."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.knowledge import rulebook, wording
from xiaobao_web.materials import engine
from xiaobao_web.materials.quick import sureness

if TYPE_CHECKING:
    from xiaobao.model import Finding
    from xiaobao.rulebook.model import Rule
    from xiaobao.rulebook.source import Source
    from xiaobao.rulebook.verify import Trial

LONGEST = 60_000
"""Characters of a rule's text."""
DEEPEST = 24
"""Levels of nesting of a rule's text."""
LONGEST_TRIAL = 20_000
"""Characters of a text that a rule is tried on."""
MOST_FAULTS = 20
LEARNED_DOMAIN = "meaning"
SAMPLE: dict[str, Any] = {
    "title": "样例", "version": 1, "category": "other", "severity": "medium", "basis": ["广告法#25"],
    "when": {"words": ["样例词语"]}, "message": "样例", "remedy": "样例",
    "examples": {"hit": ["样例"], "no_hit": ["样例"]},
}  # fmt: skip
"""What stands in for a wrong field, so that the faults after it are told too."""
REQUIRED = ("title", "version", "category", "basis", "when", "message", "remedy", "examples")


@dataclass(frozen=True)
class Fault:
    """What is wrong at a line of a rule's text; an advice does not keep it from being proposed."""

    line: int
    key: str
    message: str
    advice: bool = False


@dataclass(frozen=True)
class Exhibit:
    """An example as pages show it: how it behaved, and under which circumstances."""

    trial: Trial
    where: str


def exhibits(trials: Iterable[Trial], kind: str = "") -> list[Exhibit]:
    """Return examples (of a kind, hit or no_hit) as pages show them."""
    return [Exhibit(item, wording.circumstances(item.example)) for item in trials if kind in ("", item.kind)]


@dataclass(frozen=True)
class Checked:
    """A rule's text after all checks: the rule where it can be read, what is wrong, its own examples."""

    rule: Rule | None
    faults: list[Fault] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    untried: bool = False
    """Whether its examples need a model that is not here."""

    @property
    def fatal(self) -> list[Fault]:
        """Return what keeps it from being proposed."""
        return [fault for fault in self.faults if not fault.advice]

    @property
    def advice(self) -> list[Fault]:
        """Return what its author should look at."""
        return [fault for fault in self.faults if fault.advice]

    @property
    def passed(self) -> int:
        """Return how many examples behaved as they must."""
        return sum(trial.passed for trial in self.trials)

    @property
    def wrong_lines(self) -> set[int]:
        """Return the lines with something wrong."""
        return {fault.line for fault in self.faults}


def check(text: str, rule: str, *, above: int = 0) -> Checked:
    """Return everything that is wrong with a rule's text: form first, then its examples.

    above: the version in force, which the text's own must exceed.
    """
    faults = list(_form(text)) or _named(rule)
    if faults:
        return Checked(None, faults)
    faults = _faults(text, rule)
    if faults:
        return Checked(None, faults)
    made = rulebook.parsed(text, rule)
    source = _source(text, rule)
    faults = list(_platform(source, made, above))
    trials, untried = proved(text, rule)
    return Checked(made, faults + list(_examples(source, made, trials)), list(trials), untried)


def _named(rule: str) -> list[Fault]:
    if rulebook.RULE_ID.fullmatch(rule):
        return []
    return [Fault(1, "", _("编号应写作 领域/违规，用小写字母、数字与下划线，例如 wealth/principal_guarantee。"))]


def _form(text: str) -> Iterator[Fault]:
    """Refuse what would cost more than a rule may: length, depth, anchors that multiply."""
    if not text.strip():
        yield Fault(1, "", _("规则内容是空的。"))
        return
    if len(text) > LONGEST:
        yield Fault(1, "", _("规则内容超过 %d 字，请拆成几条规则。") % LONGEST)
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                told = _("不支持 YAML 的锚点与引用（& 和 *），请把内容写全；以 * 或 & 开头的文字请加引号。")
                yield Fault(line, "", told)
                return
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                yield Fault(line, "", _("嵌套超过 %d 层，请简化。") % DEEPEST)
                return
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        yield Fault(mark.line + 1 if mark else 1, "", _("YAML 写法有误：%s") % _told(str(error.problem or "")))
    except yaml.YAMLError as error:
        yield Fault(1, "", _("YAML 写法有误：%s") % error)


PROBLEMS = (
    ("did not find expected key", "这一行缺少“键: 值”，或上一行的引号、括号没有闭合，或缩进不齐"),
    ("could not find expected ':'", "键后面缺少冒号和空格"),
    ("mapping values are not allowed", "这里不能再出现冒号：文字里含“: ”时请加引号"),
    ("found unexpected end of stream", "引号或括号没有闭合"),
    ("found character that cannot start any token", "有不能用在开头的字符（如制表符、@、`），文字请加引号"),
    ("did not find expected ',' or ']'", "列表的方括号没有闭合，或缺少逗号"),
    ("did not find expected ',' or '}'", "花括号没有闭合，或缺少逗号"),
    ("did not find expected '-' indicator", "列表各项的“- ”没有对齐"),
    ("block sequence entries are not allowed", "列表“- ”的位置不对，请另起一行并对齐"),
    ("found undefined tag handle", "以 ! 开头的文字请加引号"),
)


def _told(problem: str) -> str:
    return next((told for mark, told in PROBLEMS if mark in problem), problem)


def _source(text: str, rule: str) -> Source:
    from xiaobao.rulebook.source import Source

    return Source(f"{rule}.yaml", text)


def _faults(text: str, rule: str) -> list[Fault]:
    """Return the fault of each field: after one, its field is replaced and the rest read on."""
    from xiaobao.errors import RuleError
    from xiaobao.laws import load as laws
    from xiaobao.rulebook.load import parse_rule

    try:
        source = _source(text, rule)
    except RuleError as error:
        return [_fault(error)]
    except ValueError:
        return [Fault(1, "", _("有数字写法无法识别；时间、编号等请加引号。"))]
    found: list[Fault] = []
    while len(found) < MOST_FAULTS:
        try:
            parse_rule(source, rule, rulebook.lexicons(), laws())
        except RuleError as error:
            fault = _fault(error)
            found.append(fault)
            if not _mended(source, fault):
                break
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            found.append(Fault(1, "", _("内容的写法无法识别，请对照写法说明检查各字段是文字、列表还是一组 键: 值。")))
            break
        else:
            break
    return sorted(found, key=lambda fault: fault.line)


def _fault(error: Any) -> Fault:
    place = error.place
    if place is None:
        return Fault(1, "", error.message)
    return Fault(place.line, place.key, error.message.removeprefix(f"{place}："))


def _mended(source: Source, fault: Fault) -> bool:
    """Put a sound value in the place of the wrong field; False when there is nothing to replace."""
    if not isinstance(source.data, dict):
        return False
    key = fault.key.split(".")[0]
    if not key:
        key = next((name for name in REQUIRED if source.data.get(name) in (None, "")), "")
        if not key:
            return False
    if key in SAMPLE:
        if source.data.get(key) == SAMPLE[key]:
            return False
        source.data[key] = copy.deepcopy(SAMPLE[key])
        return True
    return source.data.pop(key, None) is not None


def _platform(source: Source, made: Rule, above: int) -> Iterator[Fault]:
    """Return what this platform asks of a rule beyond the language."""
    if made.version <= above:
        line = source.place(("version",)).line
        told = _("版本号应大于现行的第 %(old)d 版，请改为 %(new)d。") % {"old": above, "new": above + 1}
        yield Fault(line, "version", told)
    if "lifecycle" in source.data:
        line = source.place(("lifecycle",)).line
        yield Fault(line, "lifecycle", _("在平台里，规则的状态由审批流程决定，请删去 lifecycle。"))
    if len(made.title) > 160:
        yield Fault(source.place(("title",)).line, "title", _("title 不超过 160 字。"))
    if made.may == "draft":
        line = source.place(("basis",)).line
        yield Fault(line, "basis", _("依据的条文都还待核（M），这样的规则不会得出结论。"), advice=True)


def _examples(source: Source, made: Rule, trials: tuple[Trial, ...]) -> Iterator[Fault]:
    """Return which examples do not behave, and whether the rule hits none of its own."""
    place = source.place(("examples",)).line
    hits = [trial for trial in trials if trial.kind == "hit"]
    if hits and not any(trial.met for trial in hits):
        yield Fault(place, "examples.hit", _("规则没有命中自己的任何一个 hit 例子，不能提请批准。"))
    for kind, group in (("hit", made.hit), ("no_hit", made.no_hit)):
        own = [trial for trial in trials if trial.kind == kind]
        for i, trial in enumerate(own):
            if not trial.passed:
                line = source.place(("examples", kind, i)).line
                yield Fault(line, f"examples.{kind}.{i}", trial.complaint, advice=True)
        if len(group) < 3:
            yield Fault(place, f"examples.{kind}", _("%s 例子不足 3 个，建议补足。") % kind, advice=True)
    yield from _dead(source, made)


def _dead(source: Source, made: Rule) -> Iterator[Fault]:
    from xiaobao.rulebook.verify import verify

    if not made.allow:
        return
    for problem in verify(rulebook.alone(made), trials=[], judge=engine.judge()):
        if problem.code == "dead_allow":
            index = next((i for i, phrase in enumerate(made.allow) if f"“{phrase}”" in problem.message), 0)
            yield Fault(source.place(("allow", index)).line, f"allow.{index}", problem.message)


@lru_cache(maxsize=512)
def proved(text: str, rule: str) -> tuple[tuple[Trial, ...], bool]:
    """Return how a rule's own examples behave, and whether they need a model that is not here."""
    from xiaobao.rulebook.verify import try_examples, untried

    book = rulebook.alone(rulebook.parsed(text, rule))
    judge = engine.judge()
    return tuple(try_examples(book, judge=judge)), bool(untried(book.rules[0], judge))


@dataclass(frozen=True)
class Tried:
    """What one rule finds in a text, and what it met but let pass, with the reason."""

    text: str
    findings: list[Finding]
    cleared: list[tuple[str, str]]

    @property
    def told(self) -> list[tuple[Finding, str]]:
        """Return the findings with how sure each is, in words."""
        return [(item, sureness(item.decision, item.confidence)) for item in self.findings]

    @property
    def spans(self) -> list[dict[str, Any]]:
        """Return the words found, to be marked."""
        return [
            {"start": item.start, "end": item.end, "severity": item.severity, "pk": i}
            for i, item in enumerate(self.findings, 1)
            if item.start is not None
        ]


def try_text(made: Rule, text: str, *, kind: str = "", product: str = "") -> Tried:
    """Return what one rule by itself finds in a text; raises BadValue for an empty or too long one."""
    from xiaobao.model import Material, Passage
    from xiaobao.screening.engine import Engine, Row
    from xiaobao.screening.explain import STANCE_WORDS
    from xiaobao.screening.screen import Screener

    if not text.strip():
        raise BadValue(_("请粘贴要测试的文字。"), fields={"text": _("必填")})
    if len(text) > LONGEST_TRIAL:
        raise BadValue(_("一次最多测试 %d 字。") % LONGEST_TRIAL, fields={"text": _("过长")})
    compiled = Engine(rulebook.alone(made))
    scenario, named = engine.SCENARIOS.get(kind), engine.PRODUCTS.get(product)
    passages = tuple(Passage(line) for line in text.splitlines() or [""])
    material = Material("text", passages, scenario=scenario, product=named)
    found = Screener(compiled, engine.judge()).screen(material)
    row = Row(material.text, scenario or "", "", named or "")
    scanned = compiled.scan_rows([row], every=True, services=engine.judge())[0]
    cleared = []
    for candidate in scanned.candidates if scanned is not None else ():
        if candidate.cleared and not candidate.omitted and candidate.stances:
            start, end = scanned.context.normalised.original(candidate.start, candidate.end)  # type: ignore[union-attr]
            reason = STANCE_WORDS.get(candidate.stances[0].kind, candidate.stances[0].kind)
            cleared.append((material.text[start:end], reason))
    return Tried(material.text, list(found.findings), list(dict.fromkeys(cleared)))
