"""Findings on materials, and the rectification ledger."""

from xiaobao_web.findings.models.finding import Decision, Finding, FindingSource, Severity
from xiaobao_web.findings.models.issue import (
    Issue,
    IssueAccountability,
    IssueExtension,
    IssueSource,
    IssueState,
    Measure,
)
from xiaobao_web.findings.models.notice import IssueNotice

__all__ = [
    "Decision",
    "Finding",
    "FindingSource",
    "Issue",
    "IssueAccountability",
    "IssueExtension",
    "IssueNotice",
    "IssueSource",
    "IssueState",
    "Measure",
    "Severity",
]
