"""What a contact looks like (甄别建议): a complaint unless it plainly is something else; a person decides.

The words and their scores are data (`data/kinds.yaml`). Dissatisfaction and demands come first, so that what may be a
complaint is never proposed as a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from xiaobao_web.complaints.data import HERE
from xiaobao_web.complaints.models import ContactKind

PETITION_OFFICES = ("petition",)
GRAVE = frozenset({"扬言上访/聚集", "自伤自杀", "群体性", "媒体曝光", "诉讼", "监管投诉"})
SORE = frozenset({"退款退费", "减免息费", "道歉", "停止催收/骚扰", "修改征信", "赔偿"})
"""Demands of somebody who is hurt, which no mere question, suggestion or report of others makes."""
DISPUTED = SORE | {"解除合同/退保", "协商还款", "恢复账户功能"}
"""Demands of a dispute over a product or a service."""
URGENT = ("high", "critical")
TOLD, SURE, MOST_SIGNS = 2, 3, 2
"""Scores from which words alone tell a calm kind, from which they tell a report or petition, and the most of signs."""
_OPENING = 12
"""Characters in which a report is called one by who writes it; further on it is often a threat."""


class _Cue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    any: str
    score: float


class _Longest(BaseModel):
    """Characters up to which a contact may be a mere question or suggestion: told in so many words, or by its shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    asked: int
    shaped: int


class _Kinds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    complaint: tuple[_Cue, ...]
    grievance: tuple[_Cue, ...]
    own: str
    beside: str
    inquiry: tuple[_Cue, ...]
    suggestion: tuple[_Cue, ...]
    report: tuple[_Cue, ...]
    petition: tuple[_Cue, ...]
    calm_longest: _Longest
    not_complaint: str


@dataclass(frozen=True)
class Proposal:
    """A kind, how sure (0..1), and why in a sentence."""

    kind: str
    confidence: float
    why: str


@cache
def kinds() -> _Kinds:
    """Return the words of each kind."""
    return _Kinds.model_validate(yaml.safe_load((HERE / "kinds.yaml").read_text(encoding="utf-8")))


def propose(text: str, *, ticket: Mapping[str, Any] | None = None, source: str = "", said: str = "") -> Proposal:
    """Return what a contact looks like by its words, the engine's ticket, the regulator's source, the sender's word."""
    rules, ticket = kinds(), ticket or {}
    plain = re.sub(rules.not_complaint, " ", text)
    scores, words = _met(rules, plain)
    if source in PETITION_OFFICES:
        return Proposal(ContactKind.PETITION.value, 0.95, _("由信访部门转来"))
    hurt = _hurt(ticket, words, scores, denied=plain != text)
    complaint = scores["complaint"] + (2 if hurt else 0)
    if _is_report(rules, plain, scores, ticket):
        return _told("report", 0.85, words["report"], "")
    if complaint < SURE and _is_petition(rules, plain, scores, ticket):
        return _told("petition", 0.8, words["petition"], "")
    signs = [found[0][:12] for cue in rules.grievance if not complaint and (found := re.search(cue.any, plain))]
    best = {kind: max((cue.score for cue in getattr(rules, kind) if re.search(cue.any, plain)), default=0.0)
            for kind in ("suggestion", "inquiry") if len(text) <= rules.calm_longest.asked}  # fmt: skip
    calm = max(best.values(), default=0.0)
    if not complaint and len(signs) >= (MOST_SIGNS if calm >= TOLD else 1):
        complaint, words["complaint"] = min(MOST_SIGNS, len(signs)), signs
    if complaint or said == ContactKind.COMPLAINT:
        why = [*words.get("complaint", []), *hurt]
        return _told("complaint", min(0.97, 0.55 + 0.1 * complaint), why, _("来件人称为投诉"))
    longest = rules.calm_longest.asked if calm >= TOLD else rules.calm_longest.shaped
    for kind, score in best.items() if len(text) <= longest else ():
        if score and score == calm:
            return _told(kind, min(0.9, 0.55 + 0.1 * scores[kind]), words[kind], "", calm=True)
    if said:
        return Proposal(said, 0.5, _("来件人自选"))
    return Proposal(ContactKind.COMPLAINT.value, 0.4, _("看不出是咨询或建议，按投诉建议"))


def _met(rules: _Kinds, plain: str) -> tuple[Counter[str], dict[str, list[str]]]:
    """Return the score of each kind and the words that gave it."""
    scores, words = Counter[str](), dict[str, list[str]]()
    for kind in ContactKind.values:
        for cue in getattr(rules, kind):
            if found := re.search(cue.any, plain):
                scores[kind] += cue.score
                words.setdefault(kind, []).append(found[0][:12])
    return scores, words


def _is_report(rules: _Kinds, plain: str, scores: Mapping[str, float], ticket: Mapping[str, Any]) -> bool:
    """Tell whether wrongdoing of others is reported: called so at once, or told by somebody who was not hurt himself.

    Who was hurt and wants something back complains, whatever he calls it.
    """
    if scores["report"] < SURE or scores["report"] < scores["complaint"]:
        return False
    sore = bool(SORE & set(ticket.get("demand") or []))
    own = re.search(rules.own, re.sub(rules.beside, " ", plain)) is not None
    called = re.search(rules.report[0].any, plain)
    if called and called.start() < _OPENING:
        return not (sore and own)
    return not (sore or own or ticket.get("urgency") == "critical")


def _is_petition(rules: _Kinds, plain: str, scores: Mapping[str, float], ticket: Mapping[str, Any]) -> bool:
    """Tell whether a contact is a petition: called so, or to those above and not of a dispute over a product."""
    if scores["petition"] < SURE:
        return False
    return re.search(rules.petition[0].any, plain) is not None or not DISPUTED & set(ticket.get("demand") or [])


def _hurt(
    ticket: Mapping[str, Any], words: Mapping[str, list[str]], scores: Mapping[str, float], *, denied: bool
) -> list[str]:
    """Return what the ticket says of a demand or a risk that a mere question would not have."""
    if denied and not words.get("complaint"):
        return []
    wanted = [item for item in ticket.get("demand") or [] if item not in ("解释说明", "其他")]
    if not words.get("complaint") and (words.get("inquiry") or scores["suggestion"] >= TOLD):
        wanted = [item for item in wanted if item in SORE]  # a question of how to get an account back is no demand
    urgent = [_("情况紧急")] if ticket.get("urgency") in URGENT else []
    return [*wanted, *(flag for flag in ticket.get("risk_flags") or [] if flag in GRAVE), *urgent]


def _told(kind: str, confidence: float, words: list[str], usual: str, *, calm: bool = False) -> Proposal:
    quoted = "、".join(f"“{word}”" for word in dict.fromkeys(words))
    why = _("有%s") % quoted if quoted else usual
    if calm:
        why += _("，没有不满和诉求")
    return Proposal(kind, round(confidence, 2), why[:200])
