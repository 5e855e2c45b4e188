"""Which rules rest on an article."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from xiaobao.errors import LawError
from xiaobao.laws import Register, load
from xiaobao.laws.commands import laws
from xiaobao.laws.impact import impact
from xiaobao.model import Citation


@dataclass(frozen=True)
class CitedRule:
    id: str
    title: str
    basis: tuple[str | Citation, ...]


RULES = (
    CitedRule("a.whole", "整条", ("广告法#25", "人行消保办法#23(四)")),
    CitedRule("a.item", "一项", ("《广告法》第二十五条第（一）项",)),
    CitedRule("a.other", "他项", (Citation("广告法", "25(二)", "T"),)),
    CitedRule("b.far", "他法", ("PIPL#14",)),
    CitedRule("c.broken", "坏引用", ("广高法#1",)),
)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return load(texts=tmp_path)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("广告法#25", {("a.whole", "exact"), ("a.item", "within"), ("a.other", "within")}),
        ("广告法#25(一)", {("a.whole", "above"), ("a.item", "exact")}),
        ("广告法", {("a.whole", "within"), ("a.item", "within"), ("a.other", "within")}),
        ("PBoC5 Art23(四)", {("a.whole", "exact")}),
        ("PBoC5#23", {("a.whole", "within")}),
        ("广告法#28", set()),
        ("个人信息保护法第十四条", {("b.far", "exact")}),
    ],
)
def test_rules_that_rest_on_a_place(register: Register, asked: str, expected: set[tuple[str, str]]) -> None:
    found = impact(register, asked, RULES)
    assert {(i.rule, i.reach) for i in found if i.reach != "broken"} == expected
    assert [i.rule for i in found if i.reach == "broken"] == ["c.broken"]


@pytest.mark.parametrize("asked", ["广高法#25", "广告法#26", "广告法#甲", ""])
def test_a_wrong_question_is_told(register: Register, asked: str) -> None:
    with pytest.raises(LawError):
        impact(register, asked, RULES)


def test_the_command_asks_the_rulebook_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path))
    runner = CliRunner()
    done = runner.invoke(laws, ["impact", "广告法#25", "--json"])
    assert done.exit_code == 0, done.output
    found = {i["rule"]: i for i in orjson.loads(done.stdout)}
    assert found["wealth/principal_guarantee"]["reach"] == "within"
    assert "wealth/principal_guarantee" not in runner.invoke(laws, ["impact", "PIPL#14", "--json"]).stdout
    assert runner.invoke(laws, ["impact", "广高法#25"]).exit_code == 2
