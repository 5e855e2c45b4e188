"""Offer what to write instead: the rule's sentence, and where a price lacks its annual rate, the missing figure."""

from __future__ import annotations

from xiaobao.credit.quotes import parse_quotes, remedy_sentence
from xiaobao.errors import InputError
from xiaobao.rulebook.model import Rule
from xiaobao.screening.context import Context

LONGEST = 2000
"""Characters of a text beyond which prices are not converted: whose price it is would be a guess."""


def remedy(rule: Rule, context: Context) -> str:
    """Return the remedy of a finding; figures are computed, never written by hand."""
    if rule.category != "rate_not_annualised" or len(context.normalised.source) > LONGEST:
        return rule.remedy
    sentences = []
    for quote in parse_quotes(context.normalised.source):
        if quote.kind == "annual_rate":
            return rule.remedy
        try:
            sentences.append(f"“{quote.text}”{remedy_sentence(quote)}")
        except InputError:
            continue
    unique = list(dict.fromkeys(sentences))[:3]
    return f"{rule.remedy}（{'；'.join(unique)}）" if unique else rule.remedy
