"""Statutory clocks: the vectors of the table of deadlines, counted by hand, and what a case cannot have been."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from xiaobao.calendar import BEIJING, Calendar, Override
from xiaobao.calendar.clocks import EVENTS, TRACKS, Clock, Event, earliest, replay, track
from xiaobao.calendar.clocks.names import ClockKind
from xiaobao.errors import InputError, UsageError, XiaobaoError
from xiaobao.laws import load

Given = tuple[str, str] | tuple[str, str, dict[str, Any]]


def clocks(name: str, *events: Given, **more: Any) -> dict[str, Clock]:
    made = replay(name, [Event(e[0], e[1], e[2] if len(e) > 2 else {}) for e in events], **more)  # type: ignore[arg-type]
    assert len({c.name for c in made}) == len(made)
    return {c.name: c for c in made}


def due(clock: Clock) -> str:
    return clock.due.isoformat()


RECEIVED = ("received", "2026-11-02")
COMPLEX = ("complex", "2026-11-10")
APPROVED, TOLD = ("special_approved", "2026-11-27"), ("special_notified", "2026-11-30")


@pytest.mark.parametrize(
    ("events", "last", "limit"),
    [
        ([RECEIVED], "2026-11-17", 15),
        ([RECEIVED, COMPLEX], "2026-12-02", 30),
        ([RECEIVED, COMPLEX, APPROVED, TOLD], "2027-01-01", 60),
        ([RECEIVED, APPROVED, TOLD], "2027-01-01", 60),  # the article asks for no act at the first step
        ([RECEIVED, ("complex", "2026-11-17")], "2026-12-02", 30),
        ([RECEIVED, ("complex", "2026-11-18")], "2026-11-17", 15),
        ([RECEIVED, COMPLEX, APPROVED], "2026-12-02", 30),  # nobody told the customer
        ([RECEIVED, COMPLEX, TOLD], "2026-12-02", 30),  # nobody approved
        ([RECEIVED, COMPLEX, ("special_approved", "2026-12-01"), ("special_notified", "2026-12-01")], "2027-01-01", 60),
        ([RECEIVED, COMPLEX, ("special_approved", "2026-12-02"), ("special_notified", "2026-12-02")], "2026-12-02", 30),
        ([RECEIVED, COMPLEX, APPROVED, ("special_notified", "2026-12-02")], "2026-12-02", 30),
        ([RECEIVED, COMPLEX, ("special_approved", "2026-11-27", {"days": 10}), TOLD], "2026-12-12", 40),
    ],
)
def test_the_ladder_is_measured_from_receipt(events: list[Given], last: str, limit: int) -> None:
    made = clocks("direct", *events)
    assert (due(made["respond"]), made["respond"].limit) == (last, limit)
    assert due(made["notify"]) == last


def test_sixty_days_end_on_new_year() -> None:
    clock = clocks("direct", RECEIVED, COMPLEX, APPROVED, TOLD)["respond"]
    assert clock.due == date(2027, 1, 1)
    assert clock.due_rolled == date(2027, 1, 4)
    assert clock.alarm == date(2026, 12, 31)
    assert clock.provisional
    assert clock.due_at == datetime(2027, 1, 2, tzinfo=BEIJING)
    assert [str(c) for c in clock.basis] == [
        "《银行业保险业消费投诉处理管理办法》第18条",
        "《银行业保险业消费投诉处理管理办法》第43条",
    ]
    last = clock.replay[-4:]
    assert [(s.day.day, s.counted, s.why, s.article) for s in last] == [
        (1, 60, "第60日，期限届满", "投诉办法#18"),
        (2, None, "前一日为元旦，顺延", "民法典#203"),
        (3, None, "前一日为周六（元旦假期），顺延", "民法典#203"),
        (4, None, "前一日为周日（元旦假期），顺延至当日", "民法典#203"),
    ]
    assert clock.replay[0].why == "收到，当日不计入"
    assert "情况复杂，期限延至30日" in clock.replay[8].why
    assert any("放假安排尚未公布" in note for note in clock.notes)


def test_a_published_year_is_not_provisional_and_a_worked_weekend_does_not_roll() -> None:
    clock = clocks("direct", ("received", "2026-09-05"))["respond"]
    assert (due(clock), clock.due_rolled, clock.provisional) == (
        "2026-09-20",
        date(2026, 9, 20),
        False,
    )  # worked Sunday
    clock = clocks("direct", ("received", "2026-09-16"))["respond"]
    assert (due(clock), clock.due_rolled, clock.alarm) == ("2026-10-01", date(2026, 10, 8), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("pauses", "last", "paused"),
    [
        ([("appraisal_start", "2026-11-05"), ("appraisal_end", "2026-11-15")], "2026-11-27", 10),
        ([("mediation_start", "2026-11-05"), ("mediation_end", "2026-11-15")], "2026-11-27", 10),
        (
            [("appraisal_start", "2026-11-05"), ("mediation_start", "2026-11-10"), ("appraisal_end", "2026-11-12"),
             ("mediation_end", "2026-11-15")], "2026-11-27", 10,
        ),
        (
            [("appraisal_start", "2026-11-05"), ("mediation_start", "2026-11-08"), ("mediation_end", "2026-11-09"),
             ("appraisal_end", "2026-11-15")], "2026-11-27", 10,
        ),
        (
            [("appraisal_start", "2026-11-04"), ("appraisal_end", "2026-11-06"), ("appraisal_start", "2026-11-08"),
             ("appraisal_end", "2026-11-11")], "2026-11-22", 5,
        ),
        ([("appraisal_start", "2026-11-05"), ("appraisal_end", "2026-11-05")], "2026-11-17", 0),
        ([("appraisal_start", "2026-11-02"), ("appraisal_end", "2026-11-12")], "2026-11-27", 10),
        ([("appraisal_start", "2026-11-17"), ("appraisal_end", "2026-11-20")], "2026-11-20", 3),  # on the last day
        ([("appraisal_start", "2026-11-18"), ("appraisal_end", "2026-11-20")], "2026-11-17", 0),  # too late
    ],
)  # fmt: skip
def test_appraisal_and_mediation_do_not_count_and_overlaps_count_once(
    pauses: list[Given], last: str, paused: int
) -> None:
    clock = clocks("direct", RECEIVED, *pauses)["respond"]
    assert (due(clock), clock.paused_days, clock.suspended) == (last, paused, False)
    assert sum(step.counted is not None for step in clock.replay) == 15


def test_a_pause_moves_the_last_day_to_extend() -> None:
    pause: list[Given] = [("appraisal_start", "2026-11-12"), ("appraisal_end", "2026-11-22")]
    late: list[Given] = [("special_approved", "2026-12-11"), ("special_notified", "2026-12-11")]
    made = clocks("direct", RECEIVED, COMPLEX, *pause)
    assert due(made["extend_by"]) == "2026-12-11"
    assert made["extend_by"].paused_days == 10
    assert due(clocks("direct", RECEIVED, COMPLEX, *pause, *late)["respond"]) == "2027-01-11"
    late = [("special_approved", "2026-12-12"), ("special_notified", "2026-12-12")]
    assert due(clocks("direct", RECEIVED, COMPLEX, *pause, *late)["respond"]) == "2026-12-12"


def test_a_pause_begun_after_the_limit_does_not_bring_it_back() -> None:
    events: list[Given] = [
        RECEIVED, ("appraisal_start", "2026-11-25"), ("appraisal_end", "2026-12-20"),
        ("special_approved", "2026-12-10"), ("special_notified", "2026-12-10"),
    ]  # fmt: skip
    assert due(clocks("direct", *events)["respond"]) == "2026-11-17"


def test_an_open_pause_is_counted_until_the_day_asked_about() -> None:
    events: list[Given] = [RECEIVED, ("mediation_start", "2026-11-10")]
    now = clocks("direct", *events)["respond"]
    assert (due(now), now.suspended) == ("2026-11-17", True)
    later = clocks("direct", *events, at="2026-11-30")["respond"]
    assert (due(later), later.suspended, later.paused_days) == ("2026-12-07", True, 20)
    assert "尚未结束" in later.notes[-1]


@pytest.mark.parametrize(
    ("events", "last"),
    [
        ([("new_facts", "2026-11-10")], "2026-11-25"),
        ([COMPLEX, ("new_facts", "2026-11-20")], "2026-12-05"),  # the extension was of the earlier limit
        ([("new_facts", "2026-11-10"), ("complex", "2026-11-20")], "2026-12-10"),
        ([("new_facts", "2026-11-17"), ("new_facts", "2026-12-02")], "2026-12-17"),
        ([("new_facts", "2026-11-18")], "2026-11-17"),  # after the limit
        ([("decided", "2026-11-09"), ("new_facts", "2026-11-10")], "2026-11-25"),
        ([("received", "2026-11-10")], "2026-11-17"),  # the same complaint again
        ([("received", "2026-11-20")], "2026-11-17"),
        (
            [("appraisal_start", "2026-11-05"), ("new_facts", "2026-11-10"), ("appraisal_end", "2026-11-15")],
            "2026-11-30",
        ),
    ],
)  # fmt: skip
def test_new_facts_start_again_and_repetitions_change_nothing(events: list[Given], last: str) -> None:
    clock = clocks("direct", RECEIVED, *events)["respond"]
    assert due(clock) == last
    assert clock.met is None


def test_notes_say_why_a_repetition_or_an_extension_did_not_count() -> None:
    def notes(*events: Given) -> str:
        return "；".join(clocks("direct", RECEIVED, *events)["respond"].notes)

    assert "合并处理" in notes(("received", "2026-11-10"))
    assert "应另行登记" in notes(("received", "2026-11-20"))
    assert "不重新计算" in notes(("new_facts", "2026-11-20"))
    assert "认定情况复杂在2026-11-18，晚于最迟的2026-11-17" in notes(("complex", "2026-11-18"))
    assert "没有告知投诉人" in notes(COMPLEX, APPROVED)
    assert "没有批准" in notes(COMPLEX, TOLD)
    assert "“材料补齐”对直接投诉的期限没有影响" in notes(("material_complete", "2026-11-05"))


def test_withdrawal_ends_what_is_not_done() -> None:
    made = clocks("direct", RECEIVED, ("withdrawn", "2026-11-06"))
    assert made["respond"].ended == date(2026, 11, 6)
    assert not made["respond"].running
    assert "extend_by" not in made
    assert earliest(made.values()) is None
    made = clocks("direct", RECEIVED, ("decided", "2026-11-05"), ("withdrawn", "2026-11-06"))
    assert (made["respond"].met, made["respond"].ended, made["notify"].ended) == (True, None, date(2026, 11, 6))


@pytest.mark.parametrize(
    ("received", "decided", "met"),
    [
        ("2026-11-02", "2026-11-17", True),
        ("2026-11-02", "2026-11-18", False),
        ("2026-09-16", "2026-10-08", True),  # rolled over the National Day
        ("2026-09-16", "2026-10-09", False),
        ("2026-11-02T23:59", "2026-11-17T23:59", True),
        ("2026-11-02T15:59:00Z", "2026-11-17T15:59:00Z", True),
        ("2026-11-02T16:00:00Z", "2026-11-18", True),  # the 3rd in Beijing
    ],
)
def test_a_decision_is_in_time_up_to_the_rolled_day(received: str, decided: str, met: bool) -> None:
    clock = clocks("direct", ("received", received), ("decided", decided))["respond"]
    assert clock.met is met
    assert clock.met_at == Event("decided", decided).day


def test_no_later_approval_makes_a_late_decision_timely() -> None:
    after: list[Given] = [
        ("review_applied", "2026-11-20"), ("special_approved", "2026-11-21"), ("special_notified", "2026-11-21"),
    ]  # fmt: skip
    made = clocks("direct", RECEIVED, ("notified", "2026-11-19"), after[0])
    assert made["respond"].met is False
    events = [RECEIVED, ("notified", "2026-11-19"), *after]
    assert clocks("direct", *events)["respond"].met is False


def test_review_of_a_decision() -> None:
    made = clocks("direct", RECEIVED, ("decided", "2026-11-12"), ("notified", "2026-11-13"))
    assert due(made["review_apply_by"]) == "2026-12-13"
    assert (made["review_apply_by"].due_rolled, made["review_apply_by"].right) == (date(2026, 12, 14), True)
    made = clocks("direct", RECEIVED, ("notified", "2026-11-13"), ("review_applied", "2026-12-01"))
    assert due(made["review_decide_by"]) == "2026-12-31"
    assert made["review_apply_by"].met
    made = clocks("superior_review", ("notified", "2026-11-13"))
    assert list(made) == ["review_apply_by"]
    assert due(made["review_apply_by"]) == "2026-12-13"
    for opening in ("received", "review_applied"):
        made = clocks("superior_review", (opening, "2026-11-16"), ("decided", "2026-12-16"), ("notified", "2026-12-17"))
        assert (due(made["review_decide_by"]), made["review_decide_by"].met) == ("2026-12-16", True)
        assert (due(made["notify"]), made["notify"].met) == ("2026-12-16", False)
        assert "review_apply_by" not in made
    steps = [("notified", "2026-11-02"), ("review_applied", "2026-11-10"), ("received", "2026-11-12")]
    made = clocks("superior_review", *steps)
    assert (due(made["review_apply_by"]), due(made["review_decide_by"])) == ("2026-12-02", "2026-12-12")


def test_transfers_have_the_regulators_clock_and_their_own() -> None:
    made = clocks("nfra_transfer", ("received", "2026-09-23"), ("transferred", "2026-10-10"))
    assert (due(made["forward_by"]), made["forward_by"].unit, made["forward_by"].met) == ("2026-10-10", "working", True)
    assert due(made["respond"]) == "2026-10-25"
    assert made["respond"].due_rolled == date(2026, 10, 26)
    assert due(clocks("nfra_transfer", ("transferred", "2026-11-05"))["respond"]) == "2026-11-20"
    # forwarded on the 5th and received by the institution on the 7th: it counts from the 7th
    made = clocks("nfra_transfer", ("transferred", "2026-11-05"), ("received", "2026-11-07"))
    assert (due(made["respond"]), "forward_by" in made) == ("2026-11-22", False)
    made = clocks("nfra_transfer", ("received", "2026-11-02"))
    assert (due(made["forward_by"]), due(made["respond"])) == ("2026-11-11", "2026-11-17")
    assert "没有转办的记录" in made["respond"].notes[0]
    # a second transfer of what is already in hand starts nothing
    made = clocks("nfra_transfer", ("received", "2026-11-02"), COMPLEX, ("transferred", "2026-11-12"))
    assert due(made["respond"]) == "2026-12-02"
    made = clocks("nfra_transfer", ("transferred", "2026-11-05", {"report_due": "2026-11-15"}))
    assert (due(made["report_by"]), made["report_by"].due_rolled) == ("2026-11-15", date(2026, 11, 16))


@pytest.mark.parametrize("track", ["nfra_transfer", "pboc_transfer"])
def test_a_report_to_the_regulator_ends_its_clock_and_is_owed_after_a_withdrawal(track: str) -> None:
    came: Given = ("transferred", "2026-11-05", {"report_due": "2026-11-15"})
    assert clocks(track, came)["report_by"].met is None
    for day, met in (("2026-11-15", True), ("2026-11-16", True), ("2026-11-17", False)):  # the 15th is a Sunday
        clock = clocks(track, came, ("reported", day))["report_by"]
        assert (clock.met, clock.met_at) == (met, date.fromisoformat(day))
    made = clocks(track, came, ("withdrawn", "2026-11-08"), ("reported", "2026-11-12"))
    assert (made["report_by"].met, made["report_by"].ended) == (True, None)
    assert made["notify"].ended == date(2026, 11, 8)
    assert clocks(track, came, ("withdrawn", "2026-11-08"))["report_by"].running
    assert "report_by" not in clocks(track, ("transferred", "2026-11-05"), ("reported", "2026-11-12"))


def test_paying_ends_a_claims_clocks() -> None:
    """保险法 23, 25: ten days after the agreement; what is certain within sixty days of the papers."""
    opening: list[Given] = [("received", "2026-11-02"), ("decided", "2026-11-20", {"outcome": "agreed"})]
    assert clocks("insurance_claim", *opening)["pay"].met is None
    assert clocks("insurance_claim", *opening, ("paid", "2026-11-30"))["pay"].met is True
    late = clocks("insurance_claim", *opening, ("paid", "2026-12-01"))["pay"]
    assert (late.met, late.met_at) == (False, date(2026, 12, 1))
    early = clocks("insurance_claim", opening[0], ("paid", "2026-11-10"), opening[1])
    assert (early["prepay"].met, early["prepay"].met_at) == (True, date(2026, 11, 10))
    assert early["pay"].met is None, "what was advanced is not the rest"


def test_the_central_banks_transfers() -> None:
    opening: list[Given] = [("received", "2026-10-21"), ("transferred", "2026-11-02")]
    made = clocks("pboc_transfer", *opening)
    assert (due(made["forward_by"]), made["forward_by"].met) == ("2026-10-30", False)
    assert str(made["respond"].basis[0]) == "《中国人民银行金融消费者权益保护实施办法》第43条"
    assert (due(made["respond"]), due(made["extend_by"])) == ("2026-11-17", "2026-11-16")
    given: list[Given] = [
        ("special_approved", "2026-11-10", {"reason": "需调取异地凭证"}),
        ("special_notified", "2026-11-11"),
    ]
    assert due(clocks("pboc_transfer", *opening, *given)["respond"]) == "2027-01-01"
    given[0] = ("special_approved", "2026-11-10", {"reason": " "})
    made = clocks("pboc_transfer", *opening, *given)
    assert due(made["respond"]) == "2026-11-17"
    assert "没有写明理由" in made["respond"].notes[0]
    # that regulation knows no first step, no exclusion and no restart
    others: list[Given] = [
        COMPLEX, ("appraisal_start", "2026-11-05"), ("appraisal_end", "2026-11-09"), ("new_facts", "2026-11-12"),
    ]  # fmt: skip
    assert due(clocks("pboc_transfer", *opening, *others)["respond"]) == "2026-11-17"
    made = clocks("pboc_transfer", ("received", "2026-10-21"), ("material_complete", "2026-10-28"))
    assert due(made["forward_by"]) == "2026-11-06"


def test_a_consumer_authority() -> None:
    made = clocks("consumer_authority", ("received", "2026-09-23"))
    assert (due(made["respond"]), due(made["notify"])) == ("2026-10-10", "2026-10-10")
    events: list[Given] = [
        ("received", "2026-03-02"), ("decided", "2026-03-05"), ("mediation_start", "2026-03-10"),
        ("appraisal_start", "2026-03-20"), ("appraisal_end", "2026-04-09"),
    ]  # fmt: skip
    clock = clocks("consumer_authority", *events)["mediate"]
    assert (due(clock), clock.paused_days, clock.kind) == ("2026-05-24", 20, "fix_by")
    assert clocks("consumer_authority", *events, ("mediation_end", "2026-05-25"))["mediate"].met is True  # rolled


def test_a_leak_is_reported_within_hours() -> None:
    made = clocks("info_leak", ("received", "2026-11-02T09:30"))
    clock = made["report_by"]
    assert clock.due == clock.due_rolled == datetime(2026, 11, 5, 9, 30, tzinfo=BEIJING)
    assert (clock.unit, clock.limit, list(made)) == ("hours", 72, ["report_by"])
    assert clock.as_dict()["due"] == "2026-11-05T09:30:00+08:00"
    assert [s.counted for s in clock.replay] == [None, 14, 38, 62, 72]
    assert clocks("info_leak", ("received", "2026-11-02T01:30:00Z"))["report_by"].due == clock.due
    made = clocks("info_leak", ("received", "2026-11-02T09:30", {"danger": True}))
    assert made["report_by"].due == made["notify"].due == datetime(2026, 11, 2, 9, 30, tzinfo=BEIJING)
    assert made["notify"].replay[-1].why == "须立即办理"
    for told, met in (
        ("2026-11-05T09:30", True),
        ("2026-11-05T09:31", False),
        ("2026-11-05", False),
        ("2026-11-04", True),
    ):
        assert clocks("info_leak", ("received", "2026-11-02T09:30"), ("transferred", told))["report_by"].met is met
    clock = clocks("info_leak", ("received", "2026-10-01"))["report_by"]
    assert clock.due == datetime(2026, 10, 4, tzinfo=BEIJING)  # hours do not roll over a holiday
    assert "时刻不明" in clock.notes[0]


def test_credit_reports_claims_and_recordings() -> None:
    told: Given = ("notified", "2026-11-20")
    made = clocks("credit_objection", ("received", "2026-11-02"), told, ("review_applied", "2026-12-01"))
    assert (due(made["respond"]), due(made["notify"])) == ("2026-11-22", "2026-11-22")
    assert made["respond"].due_rolled == date(2026, 11, 23)
    assert due(made["review_decide_by"]) == "2026-12-31"
    made = clocks("insurance_claim", ("received", "2026-11-02"))
    assert (due(made["respond"]), due(made["prepay"])) == ("2026-12-02", "2027-01-01")
    made = clocks("insurance_claim", ("received", "2026-11-02"), ("material_complete", "2026-11-09"))
    assert due(made["prepay"]) == "2027-01-08"
    assert due(clocks("insurance_claim", ("received", "2026-11-02", {"contract_days": 10}))["respond"]) == "2026-11-12"
    made = clocks("insurance_claim", ("received", "2026-11-02"), ("decided", "2026-11-20", {"outcome": "refused"}))
    assert (due(made["notify"]), "pay" in made, made["prepay"].met) == ("2026-11-23", False, True)
    made = clocks("insurance_claim", ("received", "2026-11-02"), ("decided", "2026-11-20", {"outcome": "agreed"}))
    assert (due(made["pay"]), "notify" in made) == ("2026-11-30", False)
    made = clocks("recording_fix", ("received", "2026-09-18"), ("decided", "2026-10-15"))
    assert (due(made["fix_by"]), made["fix_by"].met) == ("2026-10-15", True)


def test_a_claim_decided_before_the_papers_were_complete_owes_no_advance() -> None:
    events: list[Given] = [("received", "2026-11-02"), ("decided", "2026-11-10"), ("material_complete", "2026-11-20")]
    clock = clocks("insurance_claim", *events)["prepay"]
    assert (due(clock), clock.met) == ("2027-01-01", True)


def test_the_authority_for_credit_reports_may_be_asked_without_an_answer() -> None:
    """征信业条例 26 sets no answer before the complaint."""
    made = clocks("credit_objection", ("received", "2026-11-02"), ("review_applied", "2026-11-05"))
    assert (due(made["respond"]), due(made["review_decide_by"])) == ("2026-11-22", "2026-12-05")
    assert list(clocks("credit_objection", ("review_applied", "2026-11-05"))) == ["review_decide_by"]


def test_what_means_nothing_on_a_track_contradicts_nothing_there() -> None:
    told: list[Given] = [("received", "2026-11-02T09:30"), ("notified", "2026-11-03T10:00")]
    made = clocks("info_leak", *told, ("decided", "2026-11-10"), ("transferred", "2026-11-04T09:00"))
    assert made["report_by"].met is True
    events: list[Given] = [("received", "2026-11-02"), ("withdrawn", "2026-11-05"), ("decided", "2026-11-10")]
    made = clocks("recording_fix", *events)
    assert (made["fix_by"].met, made["fix_by"].ended) == (True, None)


@pytest.mark.parametrize(
    ("name", "events", "says"),
    [
        ("direct", [], "没有事件"),
        ("direct", [("decided", "2026-11-02")], "缺少起算的事件"),
        ("direct", [("decided", "2026-11-01"), RECEIVED], "“作出决定”.*早于起算的事件"),
        ("direct", [RECEIVED, ("appraisal_end", "2026-11-05")], "“鉴定结束”.*没有对应的鉴定开始"),
        ("direct", [RECEIVED, ("mediation_start", "2026-11-05"), ("mediation_end", "2026-11-03")], "“调解结束”"),
        ("direct", [RECEIVED, ("appraisal_start", "2026-11-05"), ("appraisal_start", "2026-11-06")], "尚未结束"),
        ("direct", [RECEIVED, ("withdrawn", "2026-11-05"), ("decided", "2026-11-06")], "“作出决定”.*已撤回"),
        ("direct", [RECEIVED, ("decided", "2026-11-05"), COMPLEX], "“认定情况复杂”.*不能再延期"),
        ("direct", [RECEIVED, ("notified", "2026-11-05"), ("appraisal_start", "2026-11-06")], "“鉴定开始”"),
        ("direct", [RECEIVED, ("notified", "2026-11-05"), ("decided", "2026-11-06")], "“告知决定”.*早于“作出决定”"),
        ("direct", [RECEIVED, ("special_notified", "2026-11-05"), APPROVED], "“告知特别延期”.*早于“批准特别延期”"),
        ("direct", [RECEIVED, ("review_applied", "2026-11-05")], "“申请核查”.*没有作出或者告知决定"),
        ("recording_fix", [RECEIVED, ("received", "2026-11-05")], "“收到”.*重复"),
        ("direct", [RECEIVED, COMPLEX, ("special_approved", "2026-11-27", {"days": 31}), TOLD], "1 至 30 的整数"),
        ("nfra_transfer", [("transferred", "2026-11-05", {"report_due": "2026-11-04"})], "早于该事件"),
        ("nfra_transfer", [("transferred", "2026-11-05", {"report_due": "周五"})], "不是日期"),
        ("insurance_claim", [("received", "2026-11-02", {"contract_days": 0})], "整数"),
        ("direct", [("received", "2099-12-30")], "工作日历只有"),
        ("direct", [("received", "9999-12-30")], "日历|范围"),
    ],
)
def test_impossible_cases_name_the_event(name: str, events: list[Given], says: str) -> None:
    with pytest.raises(InputError, match=says):
        clocks(name, *events)


@pytest.mark.parametrize(
    "bad",
    [
        "received", {"kind": "received"}, {"at": "2026-11-02"}, {"kind": "closed", "at": "2026-11-02"},
        {"kind": "received", "at": "2026-13-02"}, {"kind": "received", "at": 20261102},
        {"kind": ["received"], "at": "2026-11-02"}, None, {"kind": "received", "at": True},
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        replay("direct", [bad])


def test_unknown_tracks_are_refused() -> None:
    for bad in ("", "complaint", None, ["direct"]):
        with pytest.raises(UsageError, match="direct、nfra_transfer"):
            replay(bad, [Event("received", "2026-11-02")])  # type: ignore[arg-type]


def test_events_come_in_any_order_and_any_form() -> None:
    shuffled = [
        {"kind": "special_notified", "at": "2026-11-30", "mode": "sms"}, Event("complex", date(2026, 11, 10)),
        Event("special_approved", datetime(2026, 11, 27, 9, tzinfo=UTC)),
        {"kind": "received", "at": "2026-11-02 08:00"},
    ]  # fmt: skip
    assert due(replay("direct", shuffled)[0]) == "2027-01-01"


def test_every_track_event_and_article_is_known() -> None:
    register, kinds = load(), set()
    for name in TRACKS:
        for rule in track(name).rules:
            kinds.add(rule.kind)
            articles = [*rule.basis, rule.ends, rule.restart, *dict(rule.pauses).values()]
            for article in [*articles, *(x.article for x in rule.extensions)]:
                assert not article or register.resolve(article).confidence == "T", article
            events = {*rule.start, *rule.met, *rule.before, *(e for x in rule.extensions for e in x.events)}
            assert events <= set(EVENTS)
    assert kinds == set(ClockKind.__args__)  # type: ignore[attr-defined]


def test_parallel_tracks_are_governed_by_the_earliest_day() -> None:
    both = [*clocks("direct", RECEIVED).values(), *clocks("pboc_transfer", ("transferred", "2026-10-30")).values()]
    first = earliest(both)
    assert first is not None
    assert (first.track, due(first)) == ("pboc_transfer", "2026-11-14")
    sent = clocks("nfra_transfer", RECEIVED)
    assert (sent["forward_by"].whose, due(sent["forward_by"])) == ("regulator", "2026-11-11")
    assert earliest(sent.values()) == sent["respond"]


def test_clocks_warn_when_four_fifths_are_gone() -> None:
    clock = clocks("direct", RECEIVED)["respond"]
    assert clock.warn_at() == datetime(2026, 11, 15, tzinfo=BEIJING)
    assert clock.warn_at(1.0) == clock.due_at == clock.rolled_at


def test_an_institutions_own_days_and_the_version_travel_with_the_clock() -> None:
    own = Calendar([Override(date(2026, 11, 17), False, "行庆", "行内通知")])
    clock = clocks("direct", RECEIVED, calendar=own)["respond"]
    assert (clock.due_rolled, clock.version) == (date(2026, 11, 18), own.version)
    assert clock.version != clocks("direct", RECEIVED)["respond"].version


def test_clocks_are_values() -> None:
    one, two = clocks("direct", RECEIVED), clocks("direct", RECEIVED)
    assert one == two
    copy = pickle.loads(pickle.dumps(one["respond"]))
    assert copy == one["respond"]
    assert copy.replay == one["respond"].replay
    with pytest.raises(AttributeError):
        one["respond"].due = date.today()  # type: ignore[misc]


def test_replay_stands_any_sequence_of_events() -> None:
    rng, kinds = random.Random(5), list(EVENTS)
    refused = 0
    for _ in range(1_500):
        events = [
            Event(rng.choice(kinds), date(2026, 1, 1) + timedelta(days=rng.randrange(60)))  # type: ignore[arg-type]
            for _ in range(rng.randrange(1, 7))
        ]
        try:
            for clock in replay(rng.choice(TRACKS), [Event("received", "2025-12-30"), *events]):
                assert clock.as_dict()["replay"]
        except XiaobaoError:
            refused += 1
    assert 100 < refused < 1_400
