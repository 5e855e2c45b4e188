"""Compare the rulebook in use with what a draft would make of it, over readings of past material."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import jobs, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.knowledge import drafting, rulebook
from xiaobao_web.knowledge.models import Backtest, BacktestChange, BacktestState, ChangeKind, DraftKind, RuleDraft
from xiaobao_web.materials import engine, reading
from xiaobao_web.materials.models import MaterialVersion

if TYPE_CHECKING:
    from xiaobao.model import Finding
    from xiaobao.rulebook.load import Rulebook
    from xiaobao.screening.screen import Screener

LEAST, MOST = 1, 5000
KEPT_SHOWN = 50
"""Unchanged findings written down a comparison; the others are counted."""
CHANGES_KEPT = 5000
AROUND = 60
"""Characters shown before and after a finding."""
STEP = 20
"""Readings compared between two notes of progress."""


@transaction.atomic
def ask(draft: RuleDraft, *, wanted: int, by: Any) -> Backtest:
    """Ask for a comparison over at most so many readings; the one under way is returned as it is.

    Raises BadValue for a text that cannot be read, Refused for a draft that is done.
    """
    from xiaobao_web.knowledge.tasks import run_backtest

    require(by, "knowledge.draft")
    if not draft.open:
        raise Refused(_("草稿已经结束，不再回测。"))
    if not LEAST <= wanted <= MOST:
        told_limits = _("样本上限应在 %(a)d 到 %(b)d 之间。") % {"a": LEAST, "b": MOST}
        raise BadValue(told_limits, fields={"wanted": _("超出范围")})
    told = drafting.check(draft)
    if draft.kind != DraftKind.RETIRE and told.rule is None:
        raise BadValue(_("规则内容还读不懂，请先按提示修正：%s") % told.fatal[0].message)
    going = draft.backtests.filter(
        digest=draft.digest, state__in=[BacktestState.QUEUED.value, BacktestState.RUNNING.value]
    ).first()
    if going is not None:
        return going
    row = Backtest.objects.create(draft=draft, digest=draft.digest, wanted=wanted, by=by)
    journal.record("knowledge.backtest_asked", by=by, on=draft, facts={"wanted": wanted, "backtest": row.pk})
    run_backtest.using(key=f"backtest:{row.pk}", by=by).enqueue(row.pk)
    return row


def sample(row: Backtest) -> list[int]:
    """Return the newest versions (keys) of a spread of readings, the same ones each time it is asked."""
    newest: dict[int, int] = {}
    for pk, read in MaterialVersion.objects.exclude(reading=None).order_by("pk").values_list("pk", "reading_id"):
        newest[read] = pk
    keys = sorted(newest.values())
    if len(keys) > row.wanted:
        keys = sorted(random.Random(row.pk).sample(keys, row.wanted))
    return keys


def run(number: int) -> str:
    """Do a comparison; done again after a crash it begins anew, so that nothing is counted twice."""
    row = Backtest.objects.select_related("draft").filter(pk=number).first()
    if row is None or row.state == BacktestState.DONE.value:
        return ""
    began = time.monotonic()
    BacktestChange.objects.filter(backtest=row).delete()
    keys = sample(row)
    version, old, new = _screeners(row.draft, row.digest)
    row.state, row.rulebook, row.total, row.done = BacktestState.RUNNING.value, version, len(keys), 0
    row.save(update_fields=["state", "rulebook", "total", "done"])
    counted: Counter[str] = Counter()
    for begin in range(0, len(keys), STEP):
        _step(row, keys[begin : begin + STEP], old, new, counted)
        row.done = min(len(keys), begin + STEP)
        Backtest.objects.filter(pk=row.pk).update(done=row.done)
        jobs.progress(row.done, len(keys), _("已比对材料"))
    return _finish(row, counted, time.monotonic() - began)


def _finish(row: Backtest, counted: Counter[str], seconds: float) -> str:
    row.new, row.lost = counted[ChangeKind.NEW], counted[ChangeKind.LOST]
    row.changed, row.kept = counted[ChangeKind.CHANGED], counted[ChangeKind.KEPT]
    row.state, row.finished_at, row.seconds = BacktestState.DONE.value, timezone.now(), round(seconds, 2)
    with transaction.atomic():
        row.save()
        facts = {"new": row.new, "lost": row.lost, "changed": row.changed, "kept": row.kept, "total": row.total}
        journal.record("knowledge.backtested", on=row.draft, facts=facts)
    return _("新增 %(new)d，减少 %(lost)d") % facts


def fail(number: int, reason: str) -> None:
    """Note that a comparison could not be done, and why."""
    open_states = [BacktestState.QUEUED.value, BacktestState.RUNNING.value]
    Backtest.objects.filter(pk=number, state__in=open_states).update(
        state=BacktestState.FAILED.value, error=reason, finished_at=timezone.now()
    )


def _screeners(draft: RuleDraft, digest: str) -> tuple[str, Screener, Screener]:
    """Return the version in use, its screener, and that of the rulebook with the draft in it."""
    from xiaobao.screening.engine import Engine
    from xiaobao.screening.screen import Screener

    if draft.digest != digest:
        raise Refused(_("草稿在回测排队时改过内容，请重新回测。"))
    version, old = engine.screener()
    return version, old, Screener(Engine(_changed(draft)), engine.judge())


def _changed(draft: RuleDraft) -> Rulebook:
    """Return the rulebook in use with a draft in it, or without the rule it retires."""
    from dataclasses import replace

    base = rulebook.book().rulebook
    if draft.kind == DraftKind.RETIRE:
        return rulebook.with_rule(base, replace(base.rule(draft.rule), lifecycle="retired"))
    return rulebook.with_rule(base, replace(rulebook.parsed(draft.yaml, draft.rule), lifecycle="published"))


def _step(row: Backtest, keys: list[int], old: Screener, new: Screener, counted: Counter[str]) -> None:
    versions = MaterialVersion.objects.select_related("material__product", "reading").filter(pk__in=keys).order_by("pk")
    made = []
    for version in versions:
        if version.reading is None:
            continue
        material = reading.as_read(version.reading, material=version.material)
        before, after = old.screen(material).findings, new.screen(material).findings
        for kind, was, now in differences(before, after):
            counted[kind] += 1
            shown = KEPT_SHOWN if kind == ChangeKind.KEPT else CHANGES_KEPT
            ours = kind != ChangeKind.KEPT or (was is not None and was.rule == row.draft.rule)
            if ours and counted[f"shown {kind}"] < shown:
                counted[f"shown {kind}"] += 1
                made.append(_change(row, version, kind, was, now, material.text))
    BacktestChange.objects.bulk_create(made)


def differences(
    before: tuple[Finding, ...], after: tuple[Finding, ...]
) -> list[tuple[ChangeKind, Finding | None, Finding | None]]:
    """Return how each finding fares: the same rule on words that overlap is the same finding."""
    out: list[tuple[ChangeKind, Finding | None, Finding | None]] = []
    left = list(after)
    for was in before:
        now = next((item for item in left if _same(was, item)), None)
        if now is None:
            out.append((ChangeKind.LOST, was, None))
            continue
        left.remove(now)
        out.append((ChangeKind.KEPT if now.decision == was.decision else ChangeKind.CHANGED, was, now))
    out += [(ChangeKind.NEW, None, now) for now in left]
    return out


def _same(was: Finding, now: Finding) -> bool:
    if was.rule != now.rule or was.turn != now.turn:
        return False
    if was.start is None or was.end is None or now.start is None or now.end is None:
        return was.start is None and now.start is None
    return was.start < now.end and now.start < was.end


def _change(
    row: Backtest, version: MaterialVersion, kind: ChangeKind, was: Finding | None, now: Finding | None, text: str
) -> BacktestChange:
    item = now or was
    assert item is not None
    start, end = (item.start, item.end) if item.turn is None else (None, None)
    lead = text[max(0, start - AROUND) : start] if start is not None else ""
    tail = text[end : end + AROUND] if end is not None else ""
    return BacktestChange(
        backtest=row, kind=kind, version=version, rule=item.rule, title=item.title[:160],
        before=was.decision if was else "", after=now.decision if now else "", start=start, end=end, text=item.text,
        lead=" ".join(lead.split()), tail=" ".join(tail.split()),
    )  # fmt: skip
