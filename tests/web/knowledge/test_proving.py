"""Faults with their lines, own examples, texts tried, a rule in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from making import RULE, TEXT

from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.knowledge import highlighting, proving, rulebook, wording


def _faults(text: str, **values: Any) -> dict[str, tuple[int, str]]:
    return {item.key: (item.line, item.message) for item in proving.check(text, RULE, **values).fatal}


def test_every_wrong_field_is_told_at_its_line_at_once() -> None:
    text = TEXT.replace("severity: high", "severity: huge").replace("广告法#28", "广告法#999")
    text = text.replace("仅限今天, 只限今天", "今, 只限今天").replace("message:", "massage:")
    faults = _faults(text)
    assert faults["severity"][0] == 4
    assert "high" in faults["severity"][1]
    assert faults["basis.0"][0] == 5
    assert "没有登记" in faults["basis.0"][1]
    assert faults["when.words.0"][0] == 7
    assert faults["massage"][0] == 8
    assert all(not told.startswith("wealth/") for _line, told in faults.values())


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "空"),
        ("title: [甲\nversion: 1", 2, "没有闭合"),
        ("title: 甲: 乙", 1, "冒号"),
        ("a: &x [1]\nb: *x", 1, "锚点"),
        ("version: 1:30", 1, "引号"),
        ("[" * 40 + "]" * 40, 1, "嵌套"),
        ("- 甲\n- 乙", 1, "键: 值"),
        ("x" * (proving.LONGEST + 1), 1, "超过"),
    ],
)
def test_a_text_that_is_no_rule_is_refused_with_a_sentence(text: str, line: int, told: str) -> None:
    first = proving.check(text, RULE).fatal[0]
    assert first.line == line
    assert told in first.message


def test_a_rule_that_hits_none_of_its_own_examples_is_fatal() -> None:
    text = TEXT.replace("words: [仅限今天, 只限今天, 今日清仓]", "words: [绝不出现的词语]")
    assert "没有命中自己" in _faults(text)["examples.hit"][1]


def test_an_allow_phrase_that_can_never_win_is_fatal_at_its_line() -> None:
    text = TEXT + "allow: [毫不相干的话]\n"
    assert _faults(text)["allow.0"][0] == 13


def test_the_version_must_exceed_the_one_in_force_and_the_state_is_not_the_authors() -> None:
    faults = _faults(TEXT + "lifecycle: published\n", above=3)
    assert faults["version"] == (2, "版本号应大于现行的第 3 版，请改为 4。")
    assert faults["lifecycle"][0] == 13


def test_a_sound_rule_has_no_faults_and_all_examples_behave() -> None:
    checked = proving.check(TEXT, RULE)
    assert checked.faults == []
    assert checked.passed == len(checked.trials) == 6


def test_a_pasted_text_shows_what_is_found_and_what_is_let_pass() -> None:
    made = rulebook.parsed(TEXT, RULE)
    found = proving.try_text(made, "理财优惠仅限今天，错过不再有。", kind="poster")
    assert [item.rule for item in found.findings] == [RULE]
    assert found.spans
    passed = proving.try_text(made, "严禁使用“仅限今天”等说法招揽客户。", kind="policy")
    assert not passed.findings
    assert passed.cleared[0][1]
    with pytest.raises(BadValue, match="粘贴"):
        proving.try_text(made, "  ")


def test_every_packaged_rule_is_told_in_words() -> None:
    from xiaobao.rulebook.load import PACKAGE
    from xiaobao.rulebook.source import Source

    for path in sorted(PACKAGE.glob("*/*.yaml")):
        if path.parent.name == "lexicons":
            continue
        data = Source(path.name, path.read_text(encoding="utf-8")).data
        line = wording.condition(data["when"])
        assert "：{" not in line.text, path
        assert line.text.strip(), path
        assert all(item.lines for item in wording.exemptions(data)), path


def test_patterns_read_as_words() -> None:
    assert wording.plain("(保证|承诺)[^。;]{0,8}<本金>") == "(保证/承诺)…〔本金〕"


def test_the_text_is_shown_safely() -> None:
    shown = highlighting.lines('title: "<b>甲</b>"  # 注\nversion: 12\n', wrong=[2])
    assert "&lt;b&gt;" in shown[0].html
    assert 'class="y-key"' in shown[0].html
    assert 'class="y-comment"' in shown[0].html
    assert '<span class="y-number">12</span>' in shown[1].html
    assert (shown[0].wrong, shown[1].wrong) == (False, True)
