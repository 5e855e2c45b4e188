"""A person's ruling on a file the scan blocked: released anyway, or rejected; never by who brought it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import Answer, can, require
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.files import label_of, uses
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.notifications import notify

REASON_LENGTH = 300
OPEN = (ScanState.BLOCKED, ScanState.FAILED)
"""States that a person may rule on."""

after_release: list[Callable[[StoredFile], None]] = []
"""Functions called once a release is committed (what could not be read before is read then)."""


def brought_in(stored: StoredFile) -> set[int]:
    """Return the ids of the people who brought this content in: with the first upload, or with any later use of it."""
    people = {stored.added_by_id}
    for relation in uses():
        model: Any = relation.related_model
        if any(item.name == "added_by" for item in model._meta.fields):
            rows = model._base_manager.filter(**{relation.field.name: stored.pk})
            people |= set(rows.values_list("added_by", flat=True))
    return {number for number in people if number is not None}


def names_of(stored: StoredFile) -> list[str]:
    """Return the names under which a content was brought in, each once, the oldest first, at most five."""
    names: dict[str, None] = {}
    for relation in uses():
        model: Any = relation.related_model
        if any(item.name == "name" for item in model._meta.fields):
            rows = model._base_manager.filter(**{relation.field.name: stored.pk}).order_by("pk")
            names |= dict.fromkeys(rows.values_list("name", flat=True)[:5])
    return [name for name in names if name][:5]


def is_infected(stored: StoredFile) -> bool:
    """Tell whether the virus scanner named the content."""
    return any(remark.get("code") == "virus" for remark in stored.remarks)


def may_rule(user: Any, stored: StoredFile) -> Answer:
    """Say whether a person may release or reject a file, and if not, why."""
    answer = can(user, "kernel.release_files")
    if not answer:
        return answer
    if user.pk in brought_in(stored):
        return Answer(False, _("文件由您上传，须由他人放行或驳回。"))
    return Answer(True)


def _ruled(stored: StoredFile, by: Any, reason: str) -> StoredFile:
    """Return the row, locked, when a person may rule on it with this reason; raises Forbidden, Refused, BadValue."""
    require(by, "kernel.release_files")
    row = StoredFile.objects.select_for_update().get(pk=stored.pk)
    answer = may_rule(by, row)
    if not answer:
        raise Forbidden(answer.reason)
    if row.purged_at is not None or row.state not in OPEN:
        raise Refused(_("这个文件现在是“%s”，不需要放行或驳回。") % row.get_state_display())
    if not reason.strip():
        raise BadValue(_("请写明理由，理由会留痕。"), fields={"reason": _("必填")})
    if len(reason.strip()) > REASON_LENGTH:
        raise BadValue(_("理由不超过 %d 字。") % REASON_LENGTH, fields={"reason": _("过长")})
    return row


@transaction.atomic
def release(stored: StoredFile, *, by: Any, reason: str) -> StoredFile:
    """Release a blocked file anyway, for a reason; one with a virus in it is never released."""
    row = _ruled(stored, by, reason)
    if is_infected(row):
        raise Refused(_("文件查出病毒，不能人工放行；请驳回并让上传人清除后重新上传。误报的，更新病毒库后重新检查。"))
    before = row.state
    row.state = ScanState.RELEASED
    _put(row, by, reason)
    facts = {"sha256": row.sha256, "blocked_for": row.reason, "reason": row.ruling}
    journal.record("kernel.file_released", by=by, on=row, facts=facts, changes={"state": [before, row.state]})
    _tell(row, _("被拦截的文件已由%s人工放行，可以继续使用") % by)
    for hook in after_release:
        transaction.on_commit(partial(hook, row))
    return row


@transaction.atomic
def reject(stored: StoredFile, *, by: Any, reason: str) -> StoredFile:
    """Say that a blocked file stays blocked, and why; those who brought it in are told what to do."""
    row = _ruled(stored, by, reason)
    _put(row, by, reason)
    facts = {"sha256": row.sha256, "blocked_for": row.reason, "reason": row.ruling}
    journal.record("kernel.file_rejected", by=by, on=row, facts=facts)
    _tell(row, _("被拦截的文件未予放行，请按说明处理后重新上传"))
    return row


def _put(row: StoredFile, by: Any, reason: str) -> None:
    row.ruling, row.ruled_by, row.ruled_at = reason.strip(), by, timezone.now()
    row.save(update_fields=["state", "ruling", "ruled_by", "ruled_at"])


def _tell(row: StoredFile, title: str) -> None:
    from django.contrib.auth import get_user_model

    people: Iterable[Any] = get_user_model()._default_manager.filter(pk__in=brought_in(row), is_active=True)
    body = _("%(kind)s；拦截原因：%(why)s；理由：%(reason)s") % {
        "kind": label_of(row), "why": row.reason, "reason": row.ruling
    }  # fmt: skip
    notify(people, "kernel.file_ruled", title, body=body)
