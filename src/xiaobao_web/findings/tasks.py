"""What the ledger adds to hand-overs, reminders and attachments."""

from __future__ import annotations

from typing import Any

from xiaobao_web.findings import queries, services
from xiaobao_web.findings.models import IssueState
from xiaobao_web.kernel import access, comments, files
from xiaobao_web.kernel.reminders import deadlines_owner
from xiaobao_web.people.services import hand_over_hooks

if services.hand_over not in hand_over_hooks:
    hand_over_hooks.append(services.hand_over)


def _owners(issue: Any) -> list[Any]:
    verifying = issue.state == IssueState.SUBMITTED or issue.owner is None
    return list(access.holders("findings.close", issue)) if verifying else [issue.owner]


def _sees(user: Any, subject_id: int) -> bool:
    return queries.visible_issues(user).filter(pk=subject_id).exists()


def _changes(user: Any, subject_id: int) -> bool:
    issue = queries.visible_issues(user).filter(pk=subject_id).first()
    return issue is not None and issue.state not in queries.DONE and bool(access.can(user, "findings.hand_in", issue))


deadlines_owner("findings.issue", _owners)
files.guard("findings.issue", _sees, _changes)
comments.audience("findings.issue")


def _notice_owners(notice: Any) -> list[Any]:
    return list(access.holders("findings.receive_notice", notice))


def _sees_notice(user: Any, subject_id: int) -> bool:
    return queries.notices(user).filter(pk=subject_id).exists()


deadlines_owner("findings.issuenotice", _notice_owners)
files.guard("findings.issuenotice", _sees_notice)
