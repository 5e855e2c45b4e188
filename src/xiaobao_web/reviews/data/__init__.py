"""Questionnaires, guides, clocks, return reasons and rule packs as data: YAML in this folder, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

HERE = Path(__file__).parent
ANSWERS = {"yes": "是", "no": "否", "na": "不涉及"}
Reply = Literal["yes", "no", "na"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Consequence(_Value):
    """An answer that blocks submission (gate) or makes the review one of high risk, and why."""

    answer: Reply
    reason: str


class AppliesIf(_Value):
    """When a question is asked: for these kinds of product (also when no product is named), or these channels."""

    products: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class Question(_Value):
    """A question of a self-assessment with the articles it rests on and the evidence wanted."""

    id: str
    text: str
    basis: tuple[str, ...]
    evidence: str = ""
    applies_if: AppliesIf | None = None
    gate: Consequence | None = None
    risk: Consequence | None = None

    def applies(self, review: Any) -> bool:
        """Tell whether the question is asked for a review."""
        when = self.applies_if
        if when is None:
            return True
        if when.products and review.product_id and review.product.kind not in when.products:
            return False
        return not (when.channels and review.channels and not set(when.channels) & set(review.channels))


class Questionnaire(_Value):
    """The questions asked for a subject, in a version."""

    version: int
    subject: str
    title: str
    questions: tuple[Question, ...]


class RiskPoint(_Value):
    """A common risk of a subject: what to look at and how to judge."""

    title: str
    look: str
    judge: str
    basis: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def holds(self, words: Iterable[str]) -> bool:
        """Tell whether each of some words stands in it."""
        parts = (self.title, self.look, self.judge, *self.tags, *self.basis)
        return all(any(word in part for part in parts) for word in words)


class Guide(_Value):
    """How to review a subject."""

    version: int
    subject: str
    title: str
    intro: str
    risks: tuple[RiskPoint, ...]


class ReturnReason(_Value):
    """A kind of reason for a return, and at which stages it may be given."""

    code: str
    label: str
    hint: str = ""
    stages: tuple[str, ...]


class Pack(_Value):
    """Which rules a subject is read with, and whether it always needs legal or a second review.

    domains run whole, rules beside them one by one; domains that no pack names (an institution's own) always run.
    """

    scenario: str
    domains: tuple[str, ...]
    rules: tuple[str, ...] = ()
    channels: bool = False
    legal: bool = False
    second: bool = False


class Clocks(_Value):
    """Working days of each stage by lane; the institution's own terms, not the law's."""

    basis: str
    kinds: dict[str, dict[str, str | int]]
    screening_minutes: int
    periodic_months: int
    valid_months: int

    def days(self, kind: str, lane: str) -> int:
        """Return the working days of a stage in a lane."""
        row = self.kinds[kind]
        return int(row.get(lane, row["normal"]))

    def label(self, kind: str) -> str:
        """Return what people call a stage's clock."""
        return str(self.kinds[kind]["label"])


class HighRisk(_Value):
    """What makes a review one of high risk."""

    high_findings: int = Field(ge=1)
    audiences: tuple[str, ...]
    product_grades: tuple[str, ...]


class Settings(_Value):
    """Shares and limits the institution sets."""

    high_risk: HighRisk
    sample_share: float = Field(ge=0, le=1)
    batch_rows: int


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """Return the questionnaire of each subject."""
    rows = (
        Questionnaire(**_read(f"questionnaires/{p.name}")) for p in sorted((HERE / "questionnaires").glob("*.yaml"))
    )
    return {row.subject: row for row in rows}


@cache
def guides() -> Mapping[str, Guide]:
    """Return the guide of each subject."""
    rows = (Guide(**_read(f"guides/{p.name}")) for p in sorted((HERE / "guides").glob("*.yaml")))
    return {row.subject: row for row in rows}


@cache
def packs() -> Mapping[str, Pack]:
    """Return the rule pack of each subject."""
    return {name: Pack(**row) for name, row in _read("packs.yaml").items()}


def rule_pack(subject: str) -> dict[str, Any]:
    """Return a subject's pack as screenings take it: domains that are skipped, rules of them that run all the same."""
    from xiaobao_web.reviews.models import Subject

    pack = packs()[subject]
    known = {domain for item in packs().values() for domain in item.domains}
    return {
        "name": subject,
        "label": str(Subject(subject).label),
        "scenario": pack.scenario,
        "domains": sorted(pack.domains),
        "skipped": sorted(known - set(pack.domains)),
        "kept": sorted(pack.rules),
    }


@cache
def return_reasons() -> tuple[ReturnReason, ...]:
    """Return the kinds of reason for a return."""
    return tuple(ReturnReason(**row) for row in _read("returns.yaml"))


def return_label(code: str) -> str:
    """Return the label of a kind of reason; the code itself when it is no longer in the data."""
    return next((row.label for row in return_reasons() if row.code == code), code)


@cache
def clocks() -> Clocks:
    """Return the terms of each stage."""
    return Clocks(**_read("clocks.yaml"))


@cache
def settings() -> Settings:
    """Return shares and limits."""
    return Settings(**_read("settings.yaml"))


@cache
def retention() -> dict[str, Any]:
    """Return how long each class of archive is kept, and on which basis."""
    found: dict[str, Any] = _read("retention.yaml")
    return found


@cache
def clause(reference: str) -> dict[str, str]:
    """Return an article as the pages show it: norm, article, title, label, paraphrase, text, confidence."""
    from xiaobao.laws import load

    found = load().resolve(reference)
    return {
        "norm": found.norm,
        "article": found.article,
        "title": f"《{found.title}》",
        "label": str(found),
        "paraphrase": found.paraphrase,
        "text": found.text,
        "confidence": found.confidence,
    }
