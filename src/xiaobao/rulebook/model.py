"""What a rule is: its meaning, its law, its scope, its check and its proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from xiaobao.checks import Check
from xiaobao.model import Citation, Severity

Lifecycle = Literal["draft", "shadow", "published", "retired"]
May = Literal["block", "warn", "draft"]

CATEGORIES = (
    "guaranteed_return",
    "exaggerated_yield",
    "absolute_superlative",
    "misleading_past_performance",
    "missing_risk_warning",
    "endorsement_by_authority",
    "false_urgency",
    "induced_borrowing",
    "loan_cost_concealment",
    "rate_not_annualised",
    "tie_in_sale",
    "misleading_product_nature",
    "unsuitable_recommendation",
    "collection_threat",
    "collection_harassment_third_party",
    "collection_impersonation",
    "personal_info_misuse",
    "unfair_term",
    "complaint_obstruction",
    "service_attitude",
    "black_intermediary",
    "credit_repair_scam",
    "agent_surrender_scam",
    "fraud_lure",
    "private_transfer_or_off_book",
    "discrimination_vulnerable",
    "consent_bundling",
    "other",
)
SCENARIOS = (
    "marketing_sms",
    "poster",
    "web_page",
    "social_post",
    "sales_call",
    "collection_call",
    "service_chat",
    "contract_clause",
    "education",
    "disclosure",
    "internal_script",
)
PRODUCTS = (
    "wealth",
    "fund",
    "private_fund",
    "trust",
    "insurance",
    "participating_insurance",
    "deposit",
    "structured_deposit",
    "government_bond",
    "loan",
    "credit_card",
    "payment",
    "precious_metal",
)
RIGHTS = (
    "财产安全权",
    "知情权",
    "自主选择权",
    "公平交易权",
    "依法求偿权",
    "受教育权",
    "受尊重权",
    "信息安全权",
)
ROLES = ("agent", "customer", "none")
STANCES = ("negated", "quoted", "asked", "warned", "prohibited", "reported", "customer", "education", "corrected")


@dataclass(frozen=True)
class Scope:
    """Where a rule applies; an empty set means everywhere.

    products: the text must speak of one of them; exempt_products: a hit in a text that speaks only of these is
    lawful; offer: the text must promote or sell something.
    """

    scenarios: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    exempt_products: frozenset[str] = frozenset()
    offer: bool = False
    dialogue: bool | None = None


@dataclass(frozen=True)
class Exemption:
    """A condition that excuses a hit: anywhere in the hit's clause, sentence, the document, or near it."""

    check: Check
    within: str | int = "sentence"


@dataclass(frozen=True)
class Example:
    """A text that must or must not hit, with the facts it is tried under."""

    text: str
    scenario: str = ""
    role: str = ""
    product: str = ""
    at: str = ""
    hard: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One offence (or one duty left undone) with everything that proves it."""

    id: str
    title: str
    version: int
    lifecycle: Lifecycle
    families: tuple[str, ...]
    category: str
    also: tuple[str, ...]
    severity: Severity
    rights: tuple[str, ...]
    basis: tuple[str, ...]
    citations: tuple[Citation, ...]
    may: May
    scope: Scope
    when: Check
    allow: tuple[str, ...]
    unless: tuple[Exemption, ...]
    stance_ignored: frozenset[str]
    message: str
    remedy: str
    hit: tuple[Example, ...]
    no_hit: tuple[Example, ...]
    todo: tuple[str, ...]
    owner: str
    effective_from: date | None
    effective_to: date | None
    precision: float | None

    def in_force(self, on: date) -> bool:
        """Tell whether the rule applies on a day."""
        after_start = self.effective_from is None or self.effective_from <= on
        return after_start and (self.effective_to is None or on <= self.effective_to)
