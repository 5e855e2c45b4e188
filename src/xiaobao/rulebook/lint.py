"""Find what makes a rulebook slow: words of the first stage that are met too often, rules that no words lead to."""

from __future__ import annotations

from xiaobao.rulebook.load import Rulebook
from xiaobao.rulebook.verify import Problem
from xiaobao.screening.program import Program
from xiaobao.text.normalise import normalise_batch

FREQUENT = 0.05
"""Share of ordinary texts above which a word is too frequent for the first stage."""


def lint(rulebook: Rulebook) -> list[Problem]:
    """Return advice on a rulebook: words met in too many of its own lawful examples, rules that no words lead to."""
    program = Program(rulebook, ("draft", "shadow", "published"))
    out = [
        Problem(rule.id, "no_trigger", "没有可定位的词，只能逐篇检查，会拖慢批量筛查", False)
        for rule in (program.rules[i] for i in program.always)
        if not any(c.kind == "fact" for c in rule.when.walk())
    ]
    ordinary = [e.text for r in rulebook.rules for e in r.no_hit]
    if len(ordinary) < 100:
        return out
    batch = normalise_batch(ordinary)
    words, starts = program.first_stage.scan(batch.units)
    seen: dict[int, set[int]] = {}
    for word, row in zip(words.tolist(), batch.locate(starts).tolist(), strict=True):
        seen.setdefault(word, set()).add(row)
    for word, rows in sorted(seen.items(), key=lambda p: -len(p[1])):
        share = len(rows) / len(ordinary)
        if share >= FREQUENT:
            text = program.first_stage.words[word]
            out.append(
                Problem(
                    "（全库）",
                    "frequent",
                    f"触发词“{text}”在 {share:.1%} 的合规例子里出现，宜改用更少见的词触发",
                    False,
                )
            )
    return out
