"""What a contact looks like (甄别建议): a complaint unless it plainly is something else; a person decides.

The words and their scores are data (`data/kinds.yaml`). Dissatisfaction and demands come first, so that what may be a
complaint is never proposed as a question.
"""

from __future__ import annotations

import re
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


class _Cue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    any: str
    score: float


class _Kinds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    complaint: tuple[_Cue, ...]
    inquiry: tuple[_Cue, ...]
    suggestion: tuple[_Cue, ...]
    report: tuple[_Cue, ...]
    petition: tuple[_Cue, ...]
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
    rules = kinds()
    scores: dict[str, float] = {}
    words: dict[str, list[str]] = {}
    plain = re.sub(rules.not_complaint, " ", text)
    denied = plain != text
    for kind in ContactKind.values:
        for cue in getattr(rules, kind):
            if found := re.search(cue.any, plain):
                scores[kind] = scores.get(kind, 0) + cue.score
                words.setdefault(kind, []).append(found[0][:12])
    if source in PETITION_OFFICES:
        return Proposal(ContactKind.PETITION.value, 0.95, _("由信访部门转来"))
    hurt = _hurt(ticket or {}, words, denied=denied)
    complaint = scores.get("complaint", 0) + (2 if hurt else 0)
    if scores.get("report", 0) >= 3 and scores["report"] >= scores.get("complaint", 0):
        return _told("report", 0.85, words["report"], "")
    if scores.get("petition", 0) and complaint < 3:
        return _told("petition", 0.8, words["petition"], "")
    if complaint or said == ContactKind.COMPLAINT:
        why = [*words.get("complaint", []), *hurt]
        return _told("complaint", min(0.97, 0.55 + 0.1 * complaint), why, _("来件人称为投诉"))
    for kind in ("suggestion", "inquiry", "report"):
        if scores.get(kind) and scores[kind] == max(scores.values()):
            return _told(kind, min(0.9, 0.55 + 0.1 * scores[kind]), words[kind], "", calm=True)
    if said:
        return Proposal(said, 0.5, _("来件人自选"))
    return Proposal(ContactKind.COMPLAINT.value, 0.4, _("看不出是咨询或建议，按投诉建议"))


def _hurt(ticket: Mapping[str, Any], words: Mapping[str, list[str]], *, denied: bool) -> list[str]:
    """Return what the ticket says of a demand or a risk that a mere question would not have."""
    if denied and not words.get("complaint"):
        return []
    wanted = [item for item in ticket.get("demand") or [] if item not in ("解释说明", "其他")]
    if words.get("inquiry") or words.get("suggestion"):  # a question of how to get an account back is no demand
        wanted = [] if not words.get("complaint") else wanted
    return [*wanted, *(flag for flag in ticket.get("risk_flags") or [] if flag in GRAVE)]


def _told(kind: str, confidence: float, words: list[str], usual: str, *, calm: bool = False) -> Proposal:
    quoted = "、".join(f"“{word}”" for word in dict.fromkeys(words))
    why = _("有%s") % quoted if quoted else usual
    if calm:
        why += _("，没有不满和诉求")
    return Proposal(kind, round(confidence, 2), why[:200])
