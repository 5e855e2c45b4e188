"""A first start is as quick as any: pattern analyses ship and are current, few texts need no compiled words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.checks import analysed
from xiaobao.checks.expression import pattern_for
from xiaobao.checks.literals import analyse
from xiaobao.screening.engine import default_engine
from xiaobao.screening.matcher import _BITS, WordMatcher
from xiaobao.text.normalise import normalise_batch

COLD = """
import json, time
from xiaobao.screening.engine import Row, default_engine
default_engine().scan_rows([Row("保本保息，稳赚不赔")])
from xiaobao.checks import analysed
print(json.dumps([time.process_time(), len(analysed._fresh)]))
"""


def test_the_shipped_analyses_are_current() -> None:
    program = default_engine().program
    missing = [p.text for p in program.patterns if analysed.name(p.text) not in analysed.shipped()]
    assert not missing, f"{len(missing)} patterns are new: run scripts/analyse_patterns.py"


def test_a_shipped_analysis_is_what_analysing_gives() -> None:
    plain = [p for p in default_engine().program.patterns if len(p.text) < 60]
    assert len(plain) > 100
    for pattern in plain[::7]:
        assert (pattern.clauses, pattern.marks) == analyse(pattern.text)


def test_a_pattern_that_was_not_shipped_is_analysed() -> None:
    pattern = pattern_for("从未写过的(?:正则|模式)其一")
    assert analysed.name(pattern.text) not in analysed.shipped()
    assert pattern.clauses


def test_a_process_without_a_cache_starts_in_seconds(tmp_path: Path) -> None:
    """The limit is twice what bench_single.py aims at: test machines are busy."""
    environment = {**os.environ, "XIAOBAO_CACHE": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True, env=environment)
    seconds, fresh = (float(value) for value in done.stdout.strip("[]\n").split(","))
    assert fresh == 0
    assert seconds < 4
    assert not list(tmp_path.rglob("*.hsdb"))


@given(
    st.lists(st.text(alphabet="保本息收益一二ab", min_size=1, max_size=4), min_size=1, max_size=40),
    st.text("保本息收益一二ab ", max_size=80),
)
def test_looking_words_up_finds_what_scanning_finds(words: list[str], text: str) -> None:
    matcher = WordMatcher(sorted(set(words)))
    units = normalise_batch([text]).units
    ids, starts = matcher.scan(units)
    flat = np.array(matcher._looked_up(units), dtype=np.int64)
    found = {(int(i) >> _BITS, (int(i) & ((1 << _BITS) - 1)) // 2) for i in flat}
    assert found == {(i, s + len(matcher.words[i])) for i, s in zip(ids.tolist(), starts.tolist(), strict=True)}


@pytest.mark.parametrize("size", [10, 300_000])
def test_many_words_are_compiled_where_it_pays(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOBAO_CACHE", str(tmp_path))
    words = [chr(0x4E00 + i) + chr(0x4E00 + 7 * i % 3000) for i in range(2_500)]
    matcher = WordMatcher(words)
    ids, _ = matcher.scan(np.frombuffer((words[5] + "的" * size).encode("utf-16-le"), np.uint16))
    assert ids.tolist() == [5]
    assert (matcher._built is not None) == (size > 1_000)
