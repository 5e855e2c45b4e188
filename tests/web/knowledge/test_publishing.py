"""From draft to force: four eyes, comparison first, the overlay in every screening, retirement, broken versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from making import POSTER, RULE, TEXT, published, screened

from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Notification
from xiaobao_web.kernel.search import search
from xiaobao_web.knowledge import backtesting, drafting, mirror, rulebook
from xiaobao_web.knowledge.models import Backtest, DraftState, RuleDraft, RuleEntry, RuleVersion
from xiaobao_web.materials import engine


def test_a_published_rule_is_in_every_later_screening_without_a_restart(bank: Any, draft: RuleDraft) -> None:
    before = screened(bank)
    assert not Finding.objects.filter(rule=RULE).exists()
    version = published(draft, bank)
    assert version.current
    assert draft.state == DraftState.PUBLISHED
    after = screened(bank, POSTER + "欢迎咨询。")
    assert before.rulebook == engine.packaged_version()
    assert after.rulebook == rulebook.in_use().version != before.rulebook
    found = Finding.objects.get(rule=RULE)
    assert (found.screening, found.rule_version, found.severity) == (after, 1, "high")


def test_the_engine_is_compiled_once_a_version(bank: Any, draft: RuleDraft) -> None:
    published(draft, bank)
    assert engine.screener()[1] is engine.screener()[1]
    assert rulebook.book() is rulebook.book()


def test_who_wrote_or_changed_a_rule_does_not_publish_it(bank: Any) -> None:
    draft = drafting.start(RULE, text=TEXT, note="甲", by=bank["office"])
    drafting.save(draft, text=TEXT + "# 注\n", note="乙", seen=draft.digest, by=bank["second_reviewer"])
    draft.refresh_from_db(fields=["digest", "yaml", "changed_by"])
    drafting.propose(draft, by=bank["office"])
    backtesting.run(backtesting.ask(draft, wanted=5, by=bank["office"]).pk)
    for who in ("office", "second_reviewer"):
        with pytest.raises(Forbidden, match="他人"):
            drafting.publish(draft, by=bank[who])
    with pytest.raises(Forbidden):
        drafting.publish(draft, by=bank["reviewer"])
    assert drafting.publish(draft, by=bank["legal"]).published_by == bank["legal"]


def test_publishing_needs_a_comparison_of_this_very_text_not_older_than_a_week(bank: Any, draft: RuleDraft) -> None:
    backtesting.run(backtesting.ask(draft, wanted=5, by=bank["reviewer"]).pk)
    drafting.save(draft, text=TEXT + "# 改\n", note=draft.note, seen=draft.digest, by=bank["reviewer"])
    draft.refresh_from_db(fields=["digest", "yaml"])
    drafting.propose(draft, by=bank["reviewer"])
    with pytest.raises(Refused, match="须先回测"):
        drafting.publish(draft, by=bank["office"])
    row = backtesting.ask(draft, wanted=5, by=bank["office"])
    backtesting.run(row.pk)
    Backtest.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(days=8))
    with pytest.raises(Refused, match="超过 7 天"):
        drafting.publish(draft, by=bank["office"])
    assert not RuleVersion.objects.exists()


def test_a_rule_with_faults_cannot_be_proposed_and_says_where(bank: Any) -> None:
    draft = drafting.start(RULE, text=TEXT.replace("广告法#28", "广告法#999"), note="甲", by=bank["reviewer"])
    with pytest.raises(BadValue, match="第 5 行"):
        drafting.propose(draft, by=bank["reviewer"])
    assert RuleDraft.objects.get(pk=draft.pk).state == DraftState.DRAFT


def test_a_draft_that_changes_nothing_cannot_be_proposed(bank: Any, draft: RuleDraft) -> None:
    published(draft, bank)
    text = drafting.begin_text(RULE)
    again = drafting.start(RULE, text=text + "# 只加一行注释\n", note="甲", by=bank["reviewer"])
    with pytest.raises(Refused, match="没有差别"):
        drafting.propose(again, by=bank["reviewer"])
    drafting.save(again, text=text.replace("severity: high", "severity: low"), note="甲", seen=again.digest,
                  by=bank["reviewer"])  # fmt: skip
    again.refresh_from_db(fields=["digest", "yaml"])
    assert drafting.propose(again, by=bank["reviewer"]).state == DraftState.PROPOSED


def test_two_people_do_not_overwrite_each_other(bank: Any, draft: RuleDraft) -> None:
    seen = draft.digest
    drafting.save(draft, text=TEXT + "# 一\n", note="甲", seen=seen, by=bank["legal"])
    with pytest.raises(Refused, match="刚修改过"):
        drafting.save(draft, text=TEXT + "# 二\n", note="甲", seen=seen, by=bank["reviewer"])


def test_one_open_draft_a_rule_and_none_for_learned_ones(bank: Any, draft: RuleDraft) -> None:
    with pytest.raises(Refused, match=draft.number):
        drafting.start(RULE, text=TEXT, note="甲", by=bank["legal"])
    with pytest.raises(Refused, match="meaning"):
        drafting.start("meaning/other_thing", text=TEXT, note="甲", by=bank["legal"])
    with pytest.raises(BadValue):
        drafting.start("../etc/passwd", text=TEXT, note="甲", by=bank["legal"])
    with pytest.raises(Forbidden):
        drafting.start("wealth/new_one", text=TEXT, note="甲", by=bank["submitter"])


def retitled(rule: str, word: str) -> str:
    return drafting.begin_text(rule).replace("title: ", f"title: {word}", 1)


def test_a_change_starts_from_the_text_in_force_and_replaces_it(bank: Any) -> None:
    rule = "wealth/principal_guarantee"
    base = drafting.version_in_force(rule)
    text = retitled(rule, "一改")
    assert f"version: {base + 1}\n" in text
    draft = drafting.start(rule, text=text, note="调整", by=bank["reviewer"])
    assert (draft.kind, draft.base_version) == ("change", base)
    published(draft, bank)
    assert rulebook.book().rulebook.rule(rule).version == base + 1
    assert drafting.version_in_force(rule) == base + 1
    again = drafting.start(rule, text=retitled(rule, "再改"), note="再改", by=bank["reviewer"])
    published(again, bank)
    assert RuleVersion.objects.filter(rule=rule, current=True).count() == 1
    assert RuleDraft.objects.get(pk=draft.pk).state == DraftState.RETIRED


def test_a_rule_is_retired_for_a_reason_by_a_second_person(bank: Any) -> None:
    rule = "wealth/principal_guarantee"
    text = "本产品保本保息，年化收益率高达8%，稳赚不赔。"
    screened(bank, text)
    assert Finding.objects.filter(rule=rule).exists()
    draft = drafting.ask_to_retire(rule, reason="误报太多，另写一条", by=bank["reviewer"])
    assert draft.state == DraftState.PROPOSED
    row = backtesting.ask(draft, wanted=10, by=bank["office"])
    backtesting.run(row.pk)
    row.refresh_from_db()
    assert row.lost >= 1
    with pytest.raises(Forbidden):
        drafting.publish(draft, by=bank["reviewer"])
    assert drafting.publish(draft, by=bank["office"]).retired
    Finding.objects.all().delete()
    screened(bank, text + "欢迎选购。")
    assert not Finding.objects.filter(rule=rule).exists()
    mirror.fresh()
    assert RuleEntry.objects.get(rule=rule).state == "retired"
    with pytest.raises(Refused, match="已经停用"):
        drafting.ask_to_retire(rule, reason="再停", by=bank["reviewer"])


def test_a_version_this_engine_cannot_read_leaves_the_packaged_rule_in_force(bank: Any) -> None:
    rule = "wealth/principal_guarantee"
    draft = drafting.start(rule, text=retitled(rule, "改"), note="甲", by=bank["reviewer"])
    row = published(draft, bank)
    text = row.yaml.replace("when:", "gone:", 1)
    RuleVersion.objects.filter(pk=row.pk).update(yaml=text, digest=rulebook.digest_of(text))
    book = rulebook.book()
    assert rule in book.broken
    assert book.rulebook.rule(rule).version == draft.base_version
    assert screened(bank, "本产品保本保息，稳赚不赔，年化8%。").state == "done"
    mirror.fresh()
    assert RuleEntry.objects.get(rule=rule).problem


def test_sending_back_tells_the_author_why(bank: Any, draft: RuleDraft) -> None:
    drafting.propose(draft, by=bank["reviewer"])
    assert Notification.objects.filter(person=bank["office"], kind="knowledge.proposed").exists()
    with pytest.raises(BadValue):
        drafting.send_back(draft, by=bank["office"], reason=" ")
    drafting.send_back(draft, by=bank["office"], reason="例子太少")
    assert (draft.state, draft.reason) == (DraftState.DRAFT, "例子太少")
    assert Notification.objects.filter(person=bank["reviewer"], kind="knowledge.sent_back").exists()
    assert [event.type for event in journal.events_of(draft)][-1] == "knowledge.send_back"


def test_rules_articles_and_drafts_are_found(bank: Any, draft: RuleDraft) -> None:
    mirror.refresh()
    kinds = {group.name for group in search(bank["reviewer"], "保证性承诺")}
    assert "knowledge.articleentry" in kinds
    assert any(group.name == "knowledge.ruledraft" for group in search(bank["reviewer"], draft.number))
    assert not any(group.name == "knowledge.ruledraft" for group in search(bank["submitter"], draft.number))
    assert any(group.name == "knowledge.normentry" for group in search(bank["submitter"], "广告法"))
