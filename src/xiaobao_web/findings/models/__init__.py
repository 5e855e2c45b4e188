"""Findings on materials, and the rectification ledger."""

from xiaobao_web.findings.models.finding import Decision, Finding, FindingSource, Severity
from xiaobao_web.findings.models.issue import Issue, IssueExtension, IssueSource, IssueState

__all__ = [
    "Decision",
    "Finding",
    "FindingSource",
    "Issue",
    "IssueExtension",
    "IssueSource",
    "IssueState",
    "Severity",
]
