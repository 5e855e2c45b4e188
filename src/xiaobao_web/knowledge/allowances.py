"""Allow-lists: set aside hits on phrases that are in order here, with the reason shown, until their day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel import journal, search, states
from xiaobao_web.kernel.access import holders, require, scope
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.formats import day as day_words
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.knowledge import rulebook
from xiaobao_web.knowledge.models import AllowEntry, AllowState

LONGEST_DAYS = 366
REMIND_DAYS = 14
REASON_LENGTH = 300


@transaction.atomic
def ask(
    *,
    phrase: str,
    reason: str,
    expires_on: date,
    by: Any,
    rule: str = "",
    category: str = "",
    unit: Any = None,
    product: Any = None,
    starts_on: date | None = None,
) -> AllowEntry:
    """Ask for an entry; another person approves it. Raises Forbidden outside one's units, BadValue, Refused."""
    require(by, "knowledge.allow")
    where = scope(by, "knowledge.allow")
    if not where.everywhere and (unit is None or unit.pk not in where.units):
        raise Forbidden(_("您只能为自己负责的机构申请白名单，请选择适用机构。"))
    starts = starts_on or timezone.localdate()
    phrase = _checked(phrase, reason, rule, category, starts, expires_on)
    same = AllowEntry.objects.filter(
        phrase=phrase, rule=rule, category=category, unit=unit, product=product,
        state__in=[AllowState.PROPOSED.value, AllowState.ACTIVE.value],
    )  # fmt: skip
    if same.exists():
        raise Refused(_("已有一条相同的白名单在申请中或有效；如需延期，请在到期后重新申请。"))
    row = AllowEntry.objects.create(
        phrase=phrase, rule=rule, category=category, unit=unit, product=product, reason=reason.strip(),
        starts_on=starts, expires_on=expires_on, created_by=by,
    )  # fmt: skip
    facts = {"until": day_words(expires_on), "rule": rule, "category": category, "reason": row.reason}
    journal.record("knowledge.allow_asked", by=by, on=row, facts=facts)
    search.index(row)
    others = holders("knowledge.approve_allow").exclude(pk=by.pk)
    notify(others, "knowledge.allow_asked", _("白名单“%s”待批准") % phrase, on=row, body=row.reason)
    return row


def _checked(phrase: str, reason: str, rule: str, category: str, starts: date, expires: date) -> str:
    from xiaobao.rulebook.model import CATEGORIES

    phrase = " ".join(phrase.split())
    wrong: dict[str, str] = {}
    if not 4 <= len(phrase) <= 120:
        wrong["phrase"] = _("短语应有 4 到 120 个字，短了会误放。")
    if not 1 <= len(reason.strip()) <= REASON_LENGTH:
        wrong["reason"] = _("请写明理由，不超过 300 字。")
    if bool(rule) == bool(category):
        wrong["rule"] = _("请在规则与类别中选一项。")
    elif category and category not in CATEGORIES:
        wrong["category"] = _("没有这个类别。")
    elif rule and not (rulebook.packaged_text(rule) or _published(rule)):
        wrong["rule"] = _("没有这条规则。")
    if expires < max(starts, timezone.localdate()):
        wrong["expires_on"] = _("到期日不能早于今天或起始日。")
    elif expires > starts + timedelta(days=LONGEST_DAYS):
        wrong["expires_on"] = _("有效期最长一年，到期后可以重新申请。")
    if wrong:
        raise BadValue(" ".join(wrong.values()), fields=wrong)
    return phrase


def _published(rule: str) -> bool:
    from xiaobao_web.knowledge.models import RuleVersion

    return RuleVersion.objects.filter(rule=rule, current=True, retired=False).exists()


def approve(row: AllowEntry, *, by: Any) -> AllowEntry:
    """Approve an entry; raises Forbidden for who asked for it, Refused past its day."""
    if row.expires_on < timezone.localdate():
        raise Refused(_("这条白名单的到期日已过，请重新申请。"))
    moved = states.move(row, "approve_allow", by=by)
    notify([row.created_by], "knowledge.allow_decided", _("白名单“%s”已批准") % row.phrase, on=row)
    return moved


def end(row: AllowEntry, verb: str, *, by: Any, reason: str) -> AllowEntry:
    """Refuse or withdraw an entry for a reason."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise BadValue(_("请写明原因。"), fields={"reason": _("必填")})
    moved = states.move(row, verb, by=by, facts={"reason": reason}, reason=reason)
    notify([row.created_by], "knowledge.allow_decided", _("白名单“%s”未批准或已撤销") % row.phrase, on=row, body=reason)
    return moved


# Applying


def active(version: Any, on: date) -> QuerySet[AllowEntry]:
    """Return the entries that apply to a version's material on a day."""
    material = version.material
    units = Q(unit=None) | Q(unit__in=material.unit.ancestor_ids())
    products = Q(product=None) | Q(product=material.product_id) if material.product_id else Q(product=None)
    rows = AllowEntry.objects.filter(units & products, state=AllowState.ACTIVE.value)
    return rows.filter(starts_on__lte=on, expires_on__gte=on).order_by("pk")


def apply(version: Any, found: list[Finding]) -> None:
    """Set aside those new findings whose words an entry covers: dismissed, with the entry told as the reason."""
    rows = [item for item in found if item.source == FindingSource.RULE and item.decision == Decision.OPEN]
    entries = list(active(version, timezone.localdate())) if rows else []
    if not entries:
        return
    text = version.reading.text if version.reading is not None else version.text
    used: dict[int, int] = {}
    for entry in entries:
        places = occurrences(entry.phrase, text)
        for item in rows:
            if item.decision == Decision.OPEN and _meant(entry, item) and _covered(item, places):
                item.decision, item.decided_at = Decision.DISMISSED, timezone.now()
                item.reason = told(entry)
                used[entry.pk] = used.get(entry.pk, 0) + 1
    for pk, times in used.items():
        AllowEntry.objects.filter(pk=pk).update(used=F("used") + times, last_used_at=timezone.now())


def told(entry: AllowEntry) -> str:
    """Return the reason that a finding set aside shows."""
    return _("白名单：“%(phrase)s” 至 %(day)s；%(reason)s") % {
        "phrase": entry.phrase[:60], "day": f"{entry.expires_on:%Y-%m-%d}", "reason": entry.reason[:150],
    }  # fmt: skip


def occurrences(phrase: str, text: str) -> list[tuple[int, int]]:
    """Return where a phrase stands in a text, blanks and line breaks between its characters aside."""
    pattern = r"\s*".join(re.escape(mark) for mark in phrase if not mark.isspace())
    return [match.span() for match in re.finditer(pattern, text, re.I)]


def _meant(entry: AllowEntry, item: Finding) -> bool:
    return item.rule == entry.rule if entry.rule else item.category == entry.category


def _covered(item: Finding, places: Sequence[tuple[int, int]]) -> bool:
    """Tell whether all the words that met the rule lie inside the phrase."""
    spans = [(e["start"], e["end"]) for e in item.evidence if e.get("kind") == "words" and e.get("start") is not None]
    if not spans and item.start is not None and item.end is not None:
        spans = [(item.start, item.end)]
    return bool(spans) and all(any(low <= start and end <= high for low, high in places) for start, end in spans)


# The timetable


def watch(on: date | None = None) -> tuple[int, int]:
    """Remind of entries that end soon and end those past their day; return how many of each."""
    today = on or timezone.localdate()
    expired = reminded = 0
    for row in AllowEntry.objects.filter(state=AllowState.ACTIVE.value, expires_on__lt=today):
        states.move(row, "expire_allow", by=None)
        notify([row.created_by], "knowledge.allow_expired", _("白名单“%s”已到期，不再放行") % row.phrase, on=row)
        expired += 1
    soon = AllowEntry.objects.filter(
        state=AllowState.ACTIVE.value, expires_on__lte=today + timedelta(days=REMIND_DAYS), reminded_at=None
    ).select_related("created_by", "approved_by")
    for row in soon:
        reminded += _remind(row, today)
    return reminded, expired


@transaction.atomic
def _remind(row: AllowEntry, today: date) -> int:
    left = (row.expires_on - today).days
    title = _("白名单“%(phrase)s”还有 %(n)d 天到期") % {"phrase": row.phrase, "n": left}
    body = _("到期后同样的文字会重新成为待处理的发现；仍需放行的，请重新申请。")
    notify([row.created_by, row.approved_by], "knowledge.allow_ending", title, on=row, body=body)
    AllowEntry.objects.filter(pk=row.pk).update(reminded_at=timezone.now())
    journal.record("knowledge.allow_reminded", on=row, facts={"until": day_words(row.expires_on)})
    return 1
