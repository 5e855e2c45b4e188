"""Reading and screening: findings with their basis, idempotent, failures told, decisions carried over."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadUpload, BadValue, Forbidden, Refused
from xiaobao_web.materials import engine, reading, screening, services, tasks
from xiaobao_web.materials.models import Reading, Screening, WorkState

OFFENDING = "本产品保本保息，年化收益率高达8%，稳赚不赔。"


def _version(bank: Any, text: str = OFFENDING, material: Any = None, **facts: Any) -> Any:
    material = material or services.add_material(
        title="理财海报", kind="poster", unit=bank.units["retail"], by=bank["submitter"], **facts
    )
    return services.add_version(material, by=bank["submitter"], text=text)


def _screened(bank: Any, version: Any) -> Screening:
    row = services.screen(version, bank["submitter"])
    screening.run(row.pk)
    row.refresh_from_db()
    return row


def test_a_text_is_read_and_screened_with_basis_and_remedy(bank: Any) -> None:
    version = _version(bank)
    row = _screened(bank, version)
    assert (row.state, row.verdict, row.rulebook) == ("done", "violation", engine.packaged_version())
    found = list(decisions.current(version))
    assert found
    first = found[0]
    assert version.text[first.start : first.end].strip() == first.text.strip()
    assert first.basis[0]["label"].startswith("《")
    assert first.basis[0]["paraphrase"]
    assert first.remedy
    assert {"norm", "article", "title", "label", "paraphrase", "text", "confidence"} == set(first.basis[0])
    version.refresh_from_db()
    assert version.reading.text == OFFENDING
    assert version.reading.passages[0]["start"] == 0


def test_a_content_is_read_once(bank: Any) -> None:
    one, two = _version(bank), _version(bank)
    assert reading.read(one).pk == reading.read(two).pk
    assert Reading.objects.count() == 1


def test_screening_twice_writes_once(bank: Any) -> None:
    version = _version(bank)
    row = services.screen(version, bank["submitter"])
    screening.run(row.pk)
    count = Finding.objects.count()
    assert screening.run(row.pk) is None
    assert Finding.objects.count() == count
    assert count


def test_an_open_screening_is_returned_as_it_is(bank: Any, django_capture_on_commit_callbacks: Any) -> None:
    version = _version(bank)
    with django_capture_on_commit_callbacks(execute=False):
        assert services.screen(version, bank["submitter"]).pk == services.screen(version, bank["submitter"]).pk


def test_who_waits_is_told_in_the_same_transaction(bank: Any) -> None:
    seen: list[tuple[int, str, bool]] = []

    def told(row: Screening) -> None:
        seen.append((row.pk, row.state, transaction.get_connection().in_atomic_block))

    screening.screened.append(told)
    try:
        row = _screened(bank, _version(bank))
    finally:
        screening.screened.remove(told)
    assert seen == [(row.pk, "done", True)]


def test_a_failing_callback_leaves_nothing_half_done(bank: Any) -> None:
    def fails(row: Screening) -> None:
        raise RuntimeError("no")

    version = _version(bank)
    row = services.screen(version, bank["submitter"])
    screening.screened.append(fails)
    try:
        with pytest.raises(RuntimeError):
            screening.run(row.pk)
    finally:
        screening.screened.remove(fails)
    row.refresh_from_db()
    assert (row.state, Finding.objects.count()) == ("queued", 0)
    assert "出错" in row.error
    screening.run(row.pk)
    row.refresh_from_db()
    assert row.state == "done"


def test_after_three_attempts_people_go_on_without_it(bank: Any) -> None:
    version = _version(bank)
    row = services.screen(version, bank["submitter"])
    told: list[str] = []
    screening.screened.append(lambda item: told.append(item.state))
    screening.allowances.append(_breaks)
    try:
        for _ in range(screening.ATTEMPTS):
            with pytest.raises(RuntimeError):
                screening.run(row.pk)
    finally:
        screening.allowances.remove(_breaks)
        screening.screened.pop()
    row.refresh_from_db()
    assert row.state == WorkState.FAILED.value
    assert told == ["failed"]
    assert "不受影响" in row.error
    again = services.screen(version, bank["submitter"])
    assert again.pk != row.pk
    screening.run(again.pk)
    assert Screening.objects.get(pk=again.pk).state == "done"


def _breaks(version: Any, found: list[Finding]) -> None:
    raise RuntimeError("broken")


def test_what_cannot_be_read_is_a_finding(bank: Any) -> None:
    from drawing import picture, upload

    material = services.add_material(title="坏文件", kind="poster", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(material, by=bank["submitter"], upload=upload(picture()))
    row = _screened(bank, version)
    found = decisions.current(version).filter(source=FindingSource.READING)
    assert row.state == "done"
    assert found
    assert found[0].title.startswith("有内容未能读取")
    version.refresh_from_db()
    assert len(version.perceptual_hash) == 16
    assert version.reading.pages[0]["page"] == 1


def test_decisions_carry_over_to_the_next_version_and_screening(bank: Any) -> None:
    version = _version(bank)
    _screened(bank, version)
    first = decisions.current(version)[0]
    decisions.dismiss(first, by=bank["reviewer"], reason="合同约定的存款产品")
    second = _version(bank, OFFENDING + "欢迎咨询。", version.material)
    _screened(bank, second)
    carried = decisions.current(second).get(carried_from=first)
    assert (carried.decision, carried.reason, carried.decided_by) == (
        "dismissed",
        "合同约定的存款产品",
        bank["reviewer"],
    )
    assert decisions.current(second).filter(decision=Decision.OPEN).exists()
    _screened(bank, second)
    assert decisions.current(second).filter(decision="dismissed").count() == 1
    assert decisions.precision()[first.rule].dismissed == 1


def test_four_eyes_and_a_reason(bank: Any) -> None:
    version = _version(bank)
    _screened(bank, version)
    found = decisions.current(version)[0]
    with pytest.raises(Forbidden):
        decisions.accept(found, by=bank["submitter"])
    with pytest.raises(BadValue, match="理由"):
        decisions.dismiss(found, by=bank["reviewer"], reason=" ")
    decisions.accept(found, by=bank["reviewer"])
    assert "采纳" in journal.sentence(journal.events_of(found).last())


def test_a_finding_by_hand_takes_its_words_and_articles(bank: Any) -> None:
    version = _version(bank)
    reading.read(version)
    row = decisions.add_by_hand(
        version, by=bank["reviewer"], title="夸大", start=0, end=7, references=["广告法#25(一)"], remedy="删去"
    )
    assert row.text == OFFENDING[:7]
    assert row.decision == "accepted"
    assert "广告法" in row.basis[0]["label"]
    with pytest.raises(BadValue, match="没有登记"):
        decisions.add_by_hand(version, by=bank["reviewer"], title="夸大", references=["没有这部法#1"])
    with pytest.raises(BadValue, match="材料之内"):
        decisions.add_by_hand(version, by=bank["reviewer"], title="夸大", start=3, end=999)
    boxed = decisions.add_by_hand(version, by=bank["reviewer"], title="图", boxes=[{"page": 1, "box": [1, 2, 30, 40]}])
    assert boxed.boxes == [{"page": 1, "box": [1.0, 2.0, 30.0, 40.0], "scale": 1.0}]
    with pytest.raises(BadValue, match="画"):
        decisions.add_by_hand(version, by=bank["reviewer"], title="图", boxes=[{"page": 1, "box": [30, 2, 1, 40]}])


def test_wilson_interval() -> None:
    low, high = decisions.wilson(8, 10) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert decisions.wilson(0, 0) is None


def test_neither_nothing_nor_both(bank: Any) -> None:
    material = services.add_material(title="空", kind="sms", unit=bank.units["retail"], by=bank["submitter"])
    with pytest.raises(BadUpload):
        services.add_version(material, by=bank["submitter"])
    with pytest.raises(Forbidden):
        services.add_material(title="越权", kind="sms", unit=bank.units["branch"], by=bank["stranger"])
    with pytest.raises(BadValue):
        services.add_material(title="", kind="sms", unit=bank.units["retail"], by=bank["submitter"])


def test_the_timetable_takes_up_what_was_left_lying(bank: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    version = _version(bank)
    row = Screening.objects.create(version=version, state=WorkState.RUNNING.value, attempts=1)
    Screening.objects.filter(pk=row.pk).update(requested_at=timezone.now() - timedelta(minutes=5))
    assert tasks.resume() == 1


def test_an_opinion_that_was_issued_keeps_its_findings(bank: Any) -> None:
    from django.utils import timezone

    from xiaobao_web.reviews.models import Opinion, Point, Review

    version = _version(bank)
    _screened(bank, version)
    found = decisions.current(version)[0]
    review = Review.objects.create(
        number="SC1", title="审查", subject="marketing", unit=bank.units["retail"], created_by=bank["submitter"]
    )
    opinion = Opinion.objects.create(review=review, round=1, written_by=bank["reviewer"], issued_at=timezone.now())
    Point.objects.create(opinion=opinion, finding=found, text="改")
    with pytest.raises(Refused, match="意见书"):
        decisions.accept(found, by=bank["reviewer"])
