"""Show a rule's text with its keys, words, numbers and comments told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

TOKEN = re.compile(
    r"(?P<comment>(?:^|(?<=\s))#.*$)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')"
    r"|(?P<key>(?:(?<=^)|(?<=[\s{,\-]))[A-Za-z_][A-Za-z0-9_]*(?=:(?:\s|$)))"
    r"|(?P<number>(?<![\w.])-?\d+(?:\.\d+)?%?(?![\w.]))"
    r"|(?P<mark>[\[\]{},]|^\s*-(?=\s))"
    r"|(?P<lexicon><[^<>\s]{1,20}>)"
)


@dataclass(frozen=True)
class Shown:
    """A line of a rule's text: its number, its HTML, and whether something is wrong there."""

    number: int
    html: SafeString
    wrong: bool = False


def lines(text: str, wrong: Iterable[int] = ()) -> list[Shown]:
    """Return the lines of a rule's text, safe to show."""
    marked = set(wrong)
    return [Shown(i, _line(line), i in marked) for i, line in enumerate(text.rstrip("\n").split("\n"), 1)]


def _line(line: str) -> SafeString:
    out, at = [], 0
    for match in TOKEN.finditer(line):
        out.append(escape(line[at : match.start()]))
        out.append(f'<span class="y-{match.lastgroup}">{escape(match[0])}</span>')
        at = match.end()
    return mark_safe("".join([*out, escape(line[at:])]))
