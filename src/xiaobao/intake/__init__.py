"""Intake: from what a customer wrote or said to a filled ticket, every value with its place and how sure it is."""

from xiaobao.intake.fill import fill
from xiaobao.intake.ticket import (
    AMOUNT_ROLES,
    BUSINESS_TYPES,
    CAUSES,
    CHANNELS,
    DEMANDS,
    FIELDS,
    RISK_FLAGS,
    URGENCIES,
    Amount,
    Span,
    Ticket,
)

__all__ = [
    "AMOUNT_ROLES",
    "BUSINESS_TYPES",
    "CAUSES",
    "CHANNELS",
    "DEMANDS",
    "FIELDS",
    "RISK_FLAGS",
    "URGENCIES",
    "Amount",
    "Span",
    "Ticket",
    "fill",
]
