"""Run drafts in shadow beside every screening and keep what they find apart, for statistics alone."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Finding, FindingSource
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.knowledge import rulebook
from xiaobao_web.knowledge.models import DraftState, Judged, RuleDraft, ShadowHit, ShadowRun
from xiaobao_web.materials import engine, reading
from xiaobao_web.materials.models import Reading, Screening, WorkState

if TYPE_CHECKING:
    from xiaobao.screening.screen import Screener


def running() -> Any:
    """Return the drafts in shadow."""
    return RuleDraft.objects.filter(state=DraftState.SHADOW.value)


def observe(screening: Screening, read: Reading) -> None:
    """Ask for the shadow runs of a screening that has just finished, where any draft is in shadow."""
    from xiaobao_web.knowledge.tasks import run_shadow

    if running().exists():
        run_shadow.using(key=f"shadow:{screening.pk}").enqueue(screening.pk)


def run(number: int) -> int:
    """Run all drafts in shadow with a finished screening and return how often they hit; once a draft and text."""
    row = Screening.objects.select_related("version__material__product", "version__reading").filter(pk=number).first()
    if row is None or row.state != WorkState.DONE.value or row.version.reading is None:
        return 0
    hits = 0
    for draft in running():
        if not ShadowRun.objects.filter(draft=draft, screening=row, digest=draft.digest).exists():
            hits += _one(draft, row)
    return hits


def _one(draft: RuleDraft, row: Screening) -> int:
    assert row.version.reading is not None
    material = reading.as_read(row.version.reading, material=row.version.material)
    found = [item for item in _screener(draft.yaml, draft.rule).screen(material).findings if item.rule == draft.rule]
    by_rules = Finding.objects.filter(screening=row, source=FindingSource.RULE)
    told = list(by_rules.values_list("rule", "category", "start", "end"))
    with transaction.atomic():
        made, new = ShadowRun.objects.get_or_create(
            draft=draft, screening=row, digest=draft.digest, defaults={"hits": len(found)}
        )
        if not new:
            return 0
        ShadowHit.objects.bulk_create(
            ShadowHit(
                run=made, draft=draft, version=row.version, decision=item.decision,
                confidence=round(item.confidence, 4), start=item.start, end=item.end, text=item.text,
                also=_same_place(item, told),
            )
            for item in found
        )  # fmt: skip
    return len(found)


def _same_place(item: Any, told: list[tuple[str, str, int | None, int | None]]) -> str:
    """Return the first rule in force that found the same kind of offence in the same words."""
    for rule, category, start, end in told:
        if category != item.category and rule != item.rule:
            continue
        if item.start is None or start is None or end is None:
            if item.start is None and start is None:
                return rule
        elif start < item.end and item.start < end:
            return rule
    return ""


@lru_cache(maxsize=32)
def _screener(text: str, rule: str) -> Screener:
    """Return a draft's own screener, compiled once a process and text."""
    from xiaobao.screening.engine import Engine
    from xiaobao.screening.screen import Screener

    return Screener(Engine(rulebook.alone(rulebook.parsed(text, rule))), engine.judge())


@transaction.atomic
def judge(hit: ShadowHit, judged: str, *, by: Any) -> ShadowHit:
    """Say whether a hit in shadow is right; counted into the draft's expected precision."""
    require(by, "knowledge.judge")
    if judged not in Judged.values:
        raise BadValue(_("请选择判得对或误报。"), fields={"judged": _("请选择")})
    row = ShadowHit.objects.select_for_update(of=("self",)).select_related("draft").get(pk=hit.pk)
    row.judged, row.judged_by = judged, by if judged else None
    row.save(update_fields=["judged", "judged_by"])
    journal.record("knowledge.judged", by=by, on=row.draft, facts={"judged": Judged(judged).label, "hit": row.pk})
    return row


