"""Regular expressions over normalised text, and what they cannot match without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from xiaobao.checks import analysed
from xiaobao.checks.literals import Clause, analyse

REFUSED = re.compile(r"\(\?(?:[=!]|<[=!]|P=)|\\[1-9]|\(\?>")
"""What Python's own parser accepts and RE2 does not."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """A regular expression over normalised text with the words and characters it cannot match without."""

    text: str
    clauses: tuple[Clause, ...]
    marks: tuple[Clause, ...] = ()

    @cached_property
    def regex(self) -> Any:
        """Return the RE2 expression, compiled at its first use."""
        return _compiled(self.text)


_PATTERNS: dict[str, Pattern] = {}


def pattern_for(text: str, short: str | None = None, sets: Mapping[str, frozenset[str]] | None = None) -> Pattern:
    """Analyse a pattern; raise ValueError with the reason in Chinese when RE2 (linear time) would refuse it.

    short is the same pattern with one character in place of each word set, which is much faster to analyse.
    """
    known = _PATTERNS.get(text)
    if known is not None:
        return known
    analysis = analysed.find(text)
    if analysis is not None:
        return _PATTERNS.setdefault(text, Pattern(text, *analysis))
    try:
        analysis = analyse(short or text, sets)
    except (re.error, OverflowError) as error:
        raise ValueError(f"正则无法编译：{error}") from error
    if REFUSED.search(short or text):
        raise ValueError("正则无法编译：不支持环视与反向引用")
    analysed.add(text, analysis)
    return _PATTERNS.setdefault(text, Pattern(text, *analysis))


def _compiled(text: str) -> Any:
    """Compile a pattern with RE2; raise ValueError with the reason in Chinese."""
    options = re2.Options()
    options.log_errors = False
    try:
        regex = re2.compile(text, options)
    except re2.error as error:
        raise ValueError(f"正则无法编译：{_reason(error)}（不支持环视与反向引用）") from error
    return regex


def _reason(error: Exception) -> str:
    value = error.args[0] if error.args else error
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
