"""A published change of a rule or an article proposes which approved material to look at again; the office confirms."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import holders, require
from xiaobao_web.kernel.errors import BadValue, PlatformError, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.knowledge import impact
from xiaobao_web.knowledge.models import (
    BacktestChange,
    BacktestState,
    Cause,
    ChangeKind,
    Reconsideration,
    ReconsiderItem,
    ReconsiderState,
    RuleVersion,
)
from xiaobao_web.materials.models import ApprovedMaterial, ApprovedState
from xiaobao_web.reviews import services as reviews

MOST = 500
"""Materials one proposal names at most; the newest approvals first."""
NAMED = 8
"""Articles that a title names before it says how many more."""


def live() -> QuerySet[ApprovedMaterial]:
    """Return the approved material in use that a review stands behind."""
    return ApprovedMaterial.objects.filter(state=ApprovedState.VALID.value, review__isnull=False)


def _resting(findings: QuerySet[Finding]) -> set[int]:
    """Return the live approvals of materials of which some version had such a finding that was not dismissed.

    The approved version itself mostly has none left: what was found before is why it reads as it does.
    """
    touched = findings.exclude(decision=Decision.DISMISSED).values("version__material")
    return set(live().filter(version__material__in=touched).values_list("pk", flat=True))


def _newly_hit(draft: Any, rule: str) -> set[int]:
    """Return the live approvals that the newest comparison of a draft says the changed rule would now hit."""
    newest = draft.backtests.filter(digest=draft.digest, state=BacktestState.DONE.value).order_by("-pk").first()
    if newest is None:
        return set()
    hit = BacktestChange.objects.filter(backtest=newest, rule=rule, kind__in=[ChangeKind.NEW, ChangeKind.CHANGED])
    return set(live().filter(version__in=hit.values("version")).values_list("pk", flat=True))


def for_rule(version: RuleVersion) -> Reconsideration | None:
    """Propose to look again at what rests on a rule that was published or retired; None where nothing does."""
    found = {number: _("审查时的发现依据这条规则") for number in _resting(Finding.objects.filter(rule=version.rule))}
    if version.draft is not None and not version.retired:
        found |= {number: _("回测显示新规则会命中这份材料") for number in _newly_hit(version.draft, version.rule)}
    verb = _("停用") if version.retired else _("发布第 %d 版") % version.version
    title = _("规则“%(title)s”%(verb)s") % {"title": version.title, "verb": verb}
    return _propose(Cause.RULE, version.rule, title, found, note=version.note, by=version.published_by)


def for_articles(references: Collection[str], *, note: str, by: Any = None) -> Reconsideration | None:
    """Propose to look again at what rests on changed articles (广告法#25), in one proposal; None where nothing does."""
    found: dict[int, str] = {}
    for reference in references:
        rows = impact.citing(reference, [item.entry.rule for item in impact.rules(reference)])
        for number in _resting(rows):
            known = found.get(number)
            found[number] = f"{known}、{reference}" if known else _("审查时的发现依据 %s") % reference
    if not found:
        return None
    named = "、".join(list(references)[:NAMED]) + (_("等 %d 条") % len(references) if len(references) > NAMED else "")
    return _propose(Cause.LAW, ";".join(references)[:200], _("条文变化：%s") % named, found, note=note, by=by)


@transaction.atomic
def _propose(
    cause: Cause, reference: str, title: str, found: dict[int, str], *, note: str, by: Any
) -> Reconsideration | None:
    if not found:
        return None
    row = Reconsideration.objects.create(
        number=next_number("HS"), cause=cause, reference=reference[:200], title=title[:200], note=note, created_by=by
    )
    chosen = sorted(found, reverse=True)[:MOST]
    ReconsiderItem.objects.bulk_create(
        [ReconsiderItem(proposal=row, approved_id=number, why=found[number][:300]) for number in chosen]
    )
    facts = {"reference": row.reference, "materials": len(chosen), "left_out": len(found) - len(chosen)}
    journal.record("knowledge.reconsider_proposed", by=by, on=row, facts=facts)
    told = _("%(title)s：有 %(n)d 份在用材料待确认是否回溯评估") % {"title": row.title, "n": len(chosen)}
    notify(holders("knowledge.reconsider"), "knowledge.reconsider", told, on=row, body=note)
    return row


def _locked(proposal: Reconsideration, by: Any, note: str) -> Reconsideration:
    require(by, "knowledge.reconsider")
    row = Reconsideration.objects.select_for_update().get(pk=proposal.pk)
    if row.state != ReconsiderState.OPEN.value:
        raise Refused(_("这份提议已由%(who)s处理。") % {"who": row.decided_by})
    if not note.strip():
        raise BadValue(_("请写明意见。"), fields={"note": _("必填")})
    row.decided_by, row.decided_at, row.decision_note = by, timezone.now(), note.strip()
    return row


@transaction.atomic
def confirm(proposal: Reconsideration, *, by: Any, items: Iterable[int], note: str) -> Reconsideration:
    """Open a re-evaluation of each chosen material; the others are on record as looked at and left."""
    row = _locked(proposal, by, note)
    wanted = set(items)
    rows = list(row.items.select_related("approved__version__material", "approved__review"))
    chosen = [item for item in rows if item.pk in wanted]
    if not chosen:
        raise BadValue(_("请至少选一份材料；都不需要的，请选“不需要回溯”。"), fields={"items": _("请选择")})
    opened = sum(_open(item, row, by) for item in chosen)
    ReconsiderItem.objects.filter(proposal=row).exclude(pk__in=[item.pk for item in chosen]).update(chosen=False)
    row.state = ReconsiderState.CONFIRMED.value
    row.save()
    facts = {"opened": opened, "left": len(rows) - len(chosen), "comment": row.decision_note}
    journal.record("knowledge.reconsider_confirmed", by=by, on=row, facts=facts)
    return row


def _open(item: ReconsiderItem, row: Reconsideration, by: Any) -> bool:
    """Open one re-evaluation; what a rule refuses (withdrawn meanwhile) is kept as the reason and stops nothing."""
    reason = f"{row.title}（{row.number}）"
    try:
        made = reviews.trigger_reevaluation(
            material=item.approved.version.material, reason=reason, kind="law", by=by
        )  # fmt: skip
    except PlatformError as error:
        item.chosen, item.why = True, f"{item.why}；{error.message}"[:300]
        item.save(update_fields=["chosen", "why"])
        return False
    own = next((entry for entry in made if entry.review_id == item.approved.review_id), None)
    item.chosen, item.reevaluation = True, own
    item.save(update_fields=["chosen", "reevaluation"])
    return bool(made)


@transaction.atomic
def dismiss(proposal: Reconsideration, *, by: Any, note: str) -> Reconsideration:
    """Say that nothing needs to be looked at again, and why."""
    row = _locked(proposal, by, note)
    row.items.update(chosen=False)
    row.state = ReconsiderState.DISMISSED.value
    row.save()
    journal.record("knowledge.reconsider_dismissed", by=by, on=row, facts={"comment": row.decision_note})
    return row
