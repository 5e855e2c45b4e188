"""Shadow runs kept apart, comparisons, precision, allow-lists with their days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from making import POSTER, RULE, TEXT, screened

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Notification
from xiaobao_web.knowledge import allowances, backtesting, drafting, figures, mirror, shadow
from xiaobao_web.knowledge.models import AllowEntry, BacktestChange, RuleDraft, RuleEntry, ShadowHit, ShadowRun
from xiaobao_web.materials import screening as screenings
from xiaobao_web.materials import services

CLAIM = "本产品保本保息，年化收益率高达8%，稳赚不赔。"
PRINCIPAL = "wealth/principal_guarantee"


def _on(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def _allowed(bank: Any, **values: Any) -> AllowEntry:
    facts = {"phrase": "本产品保本保息", "rule": PRINCIPAL, "reason": "产品确为保本型", "expires_on": _on(30), **values}
    return allowances.approve(allowances.ask(**facts, by=bank["reviewer"]), by=bank["office"])


def test_a_rule_in_shadow_runs_with_every_screening_and_shows_nothing(bank: Any, draft: RuleDraft) -> None:
    drafting.propose(draft, by=bank["reviewer"])
    with pytest.raises(Forbidden):
        drafting.trial(draft, by=bank["reviewer"])
    drafting.trial(draft, by=bank["office"])
    row = screened(bank)
    shadow.run(row.pk)
    assert ShadowHit.objects.filter(draft=draft).count() == 1
    assert not Finding.objects.filter(rule=RULE).exists()
    assert shadow.run(row.pk) == 0
    assert ShadowRun.objects.count() == 1
    clean = screened(bank, "理财非存款，产品有风险，投资须谨慎。")
    shadow.run(clean.pk)
    told = figures.shadow(draft)
    assert (told.runs, told.with_hits, told.hits, told.share) == (2, 1, 1, 0.5)
    assert told.precision is None


def test_hits_in_shadow_are_judged_and_measured(bank: Any, draft: RuleDraft) -> None:
    drafting.propose(draft, by=bank["reviewer"])
    drafting.trial(draft, by=bank["office"])
    shadow.run(screened(bank).pk)
    hit = ShadowHit.objects.get()
    with pytest.raises(BadValue):
        shadow.judge(hit, "maybe", by=bank["reviewer"])
    with pytest.raises(Forbidden):
        shadow.judge(hit, "right", by=bank["submitter"])
    shadow.judge(hit, "wrong", by=bank["reviewer"])
    told = figures.shadow(draft)
    assert (told.precision, told.judged) == (0.0, 1)
    assert told.interval is not None


def test_a_comparison_tells_new_lost_and_kept_with_their_passages(bank: Any, draft: RuleDraft) -> None:
    screened(bank)
    screened(bank, CLAIM)
    row = backtesting.ask(draft, wanted=10, by=bank["reviewer"])
    backtesting.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.total, row.done) == ("done", 2, 2)
    assert (row.new, row.lost) == (1, 0)
    assert row.kept >= 1
    change = BacktestChange.objects.get(backtest=row, kind="new")
    assert (change.rule, change.before) == (RULE, "")
    assert "仅限今天" in change.text
    again = row.new
    backtesting.run(row.pk)
    row.refresh_from_db()
    assert row.new == again
    assert BacktestChange.objects.filter(backtest=row, kind="new").count() == 1


def test_a_sample_is_bounded_and_the_same_each_time(bank: Any, draft: RuleDraft) -> None:
    for i in range(6):
        screened(bank, f"{POSTER}第{i}期。")
    screened(bank, f"{POSTER}第0期。")
    row = backtesting.ask(draft, wanted=4, by=bank["reviewer"])
    keys = backtesting.sample(row)
    assert len(keys) == 4
    assert keys == backtesting.sample(row)
    row.wanted = 100
    assert len(backtesting.sample(row)) == 6
    with pytest.raises(BadValue):
        backtesting.ask(draft, wanted=0, by=bank["reviewer"])


def test_precision_counts_people_and_flags_weak_rules(bank: Any) -> None:
    row = screened(bank, CLAIM)
    model = Finding.objects.filter(screening=row).first()
    assert model is not None
    mirror.refresh()
    rule = RuleEntry.objects.get(rule=PRINCIPAL)
    Finding.objects.all().delete()
    for i in range(12):
        made = Finding.objects.create(
            version=row.version, screening=row, rule=rule.rule, title=rule.title, category="x", text=f"{i}"
        )
        decide = decisions.accept if i < 5 else decisions.dismiss
        decide(made, by=bank["reviewer"], reason="已有提示")
    Finding.objects.create(
        version=row.version, screening=row, rule=rule.rule, title="x", decision=Decision.DISMISSED, reason="白名单"
    )
    figures.count()
    rule.refresh_from_db()
    assert (rule.hits, rule.accepted, rule.dismissed, rule.weak) == (13, 5, 7, True)
    told = figures.health(rule.rule)
    assert told.weak
    assert told.reasons == [("已有提示", 7)]
    low, high = told.precision.interval or (0.0, 0.0)
    assert low < 5 / 12 < high


def test_an_entry_sets_aside_with_its_reason_and_never_hides(bank: Any) -> None:
    entry = _allowed(bank)
    row = screened(bank, CLAIM)
    found = Finding.objects.get(screening=row, rule=PRINCIPAL)
    assert (found.decision, found.decided_by) == (Decision.DISMISSED, None)
    assert found.reason.startswith("白名单：“本产品保本保息” 至 ")
    assert entry.reason in found.reason
    others = Finding.objects.filter(screening=row).exclude(rule=PRINCIPAL)
    assert others.exists()
    assert not others.exclude(decision=Decision.OPEN).exists()
    entry.refresh_from_db(fields=["used"])
    assert entry.used == 1


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"phrase": "完全不同的说法"}, CLAIM),
        ({"rule": "wealth/yield_guarantee"}, CLAIM),
        ({"phrase": "本产品保本保息"}, "保本保息，稳赚不赔，年化收益率高达8%，本产品热销。"),
    ],
)
def test_an_entry_covers_only_its_rule_and_the_whole_phrase(bank: Any, values: Any, text: str) -> None:
    _allowed(bank, **values)
    row = screened(bank, text)
    assert not Finding.objects.filter(screening=row, rule=PRINCIPAL, decision=Decision.DISMISSED).exists()


def test_an_entry_applies_below_its_unit_and_not_beside_it(bank: Any) -> None:
    _allowed(bank, unit=bank.units["branch"])
    at_home = screened(bank, CLAIM, unit="branch", by="branch_submitter")
    elsewhere = screened(bank, CLAIM + "好。")
    assert Finding.objects.get(screening=at_home, rule=PRINCIPAL).decision == Decision.DISMISSED
    assert Finding.objects.get(screening=elsewhere, rule=PRINCIPAL).decision == Decision.OPEN


def test_after_its_day_the_same_words_are_open_again(bank: Any) -> None:
    entry = _allowed(bank)
    first = screened(bank, CLAIM)
    assert allowances.watch(entry.expires_on) == (1, 0)
    assert allowances.watch(entry.expires_on) == (0, 0)
    assert Notification.objects.filter(kind="knowledge.allow_ending").count() == 2
    assert allowances.watch(entry.expires_on + timedelta(days=1)) == (0, 1)
    version = services.add_version(first.version.material, by=bank["submitter"], text=CLAIM + "欢迎选购。")
    row = services.screen(version, bank["submitter"])
    screenings.run(row.pk)
    assert Finding.objects.get(screening=row, rule=PRINCIPAL).decision == Decision.OPEN
    assert journal.verify().sound


def test_an_entry_needs_a_second_person_a_reason_and_an_end(bank: Any) -> None:
    facts = {"phrase": "本产品保本保息", "reason": "保本型", "expires_on": _on(30)}
    entry = allowances.ask(**facts, rule=PRINCIPAL, by=bank["office"])
    with pytest.raises(Forbidden, match="他人"):
        allowances.approve(entry, by=bank["office"])
    with pytest.raises(Refused):
        allowances.ask(**facts, rule=PRINCIPAL, by=bank["reviewer"])
    wrong: list[dict[str, Any]] = [
        {"rule": PRINCIPAL, "category": "other"}, {}, {"rule": "no/such_rule"}, {"category": "nothing"},
        {"rule": PRINCIPAL, "expires_on": _on(500)}, {"rule": PRINCIPAL, "expires_on": _on(-1)},
        {"rule": PRINCIPAL, "phrase": "保本"}, {"rule": PRINCIPAL, "reason": " "},
    ]  # fmt: skip
    for values in wrong:
        with pytest.raises(BadValue):
            allowances.ask(**{**facts, **values}, by=bank["reviewer"])
    with pytest.raises(Forbidden, match="适用机构"):
        allowances.ask(**facts, rule=PRINCIPAL, by=bank["liaison"])
    own = allowances.ask(**facts, rule=PRINCIPAL, unit=bank.units["branch"], by=bank["liaison"])
    allowances.approve(own, by=bank["legal"])
    ended = allowances.end(own, "withdraw_allow", by=bank["office"], reason="产品已下架")
    assert ended.state == "withdrawn"


def test_changing_a_draft_in_the_queue_stops_its_comparison(bank: Any, draft: RuleDraft) -> None:
    row = backtesting.ask(draft, wanted=5, by=bank["reviewer"])
    drafting.save(draft, text=TEXT + "# 改\n", note=draft.note, seen=draft.digest, by=bank["reviewer"])
    with pytest.raises(Refused, match="重新回测"):
        backtesting.run(row.pk)
