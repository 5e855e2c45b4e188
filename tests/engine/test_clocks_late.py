"""What came too late for a clock is told by a note and changes no due day."""

from __future__ import annotations

import pytest

from xiaobao.calendar.clocks import Clock, Event, replay

Given = tuple[str, str]
RECEIVED, COMPLEX = ("received", "2026-11-02"), ("complex", "2026-11-10")


def clocks(name: str, *events: Given) -> dict[str, Clock]:
    return {c.name: c for c in replay(name, [Event(kind, at) for kind, at in events])}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([("mediation_start", "2026-11-18")], "调解于2026-11-18开始，期限已于2026-11-17届满，该期间不扣除"),
        (
            [("appraisal_start", "2026-11-20"), ("appraisal_end", "2026-11-25")],
            "鉴定于2026-11-20开始，期限已于2026-11-17",
        ),
        ([COMPLEX, ("mediation_start", "2026-12-03")], "调解于2026-12-03开始，期限已于2026-12-02届满"),
        ([("decided", "2026-11-20")], "作出决定在2026-11-20，晚于2026-11-17的期限，超过3日"),
        ([("withdrawn", "2026-11-20")], "撤回时期限已于2026-11-17届满，此前已经逾期"),
        ([("complex", "2026-11-18")], "晚于最迟的2026-11-17，不发生延期"),
    ],
)
def test_what_comes_late_is_told_and_moves_no_day(events: list[Given], told: str) -> None:
    clock = clocks("direct", RECEIVED, *events)["respond"]
    assert told in "；".join(clock.notes)
    assert (clock.due.isoformat(), clock.paused_days) == ("2026-12-02" if COMPLEX in events else "2026-11-17", 0)


@pytest.mark.parametrize(
    "events",
    [
        [("mediation_start", "2026-11-17"), ("mediation_end", "2026-11-20"), ("decided", "2026-11-20")],
        [("decided", "2026-11-10"), ("mediation_start", "2026-11-25")],  # nothing was left to pause
        [COMPLEX, ("mediation_start", "2026-11-20"), ("mediation_end", "2026-11-22"), ("decided", "2026-11-23")],
        [("withdrawn", "2026-11-17")],
        [("decided", "2026-11-17")],
    ],
)
def test_what_comes_in_time_is_not_called_late(events: list[Given]) -> None:
    notes = "；".join(clocks("direct", RECEIVED, *events)["respond"].notes)
    assert not any(word in notes for word in ("晚于", "届满", "逾期"))


def test_a_pause_after_the_rolled_day_of_a_round_before_new_facts_is_weighed_in_its_own_round() -> None:
    made = clocks(
        "direct",
        RECEIVED,
        ("new_facts", "2026-11-16"),
        ("mediation_start", "2026-11-18"),
        ("mediation_end", "2026-11-20"),
    )
    assert (made["respond"].due.isoformat(), made["respond"].paused_days) == ("2026-12-03", 2)
    assert "届满" not in "；".join(made["respond"].notes)


@pytest.mark.parametrize("track", ["direct", "nfra_transfer", "superior_review"])
def test_a_review_asked_for_late_is_told_where_it_is_decided(track: str) -> None:
    events = [RECEIVED] if track != "superior_review" else []
    late = clocks(track, *events, ("notified", "2026-11-10"), ("review_applied", "2026-12-11"))
    assert late["review_apply_by"].met is False
    assert "申请核查在2026-12-11，晚于2026-12-10的申请期限" in "；".join(late["review_decide_by"].notes)
    assert late["review_decide_by"].due.isoformat() == "2027-01-10"
    timely = clocks(track, *events, ("notified", "2026-11-10"), ("review_applied", "2026-12-10"))
    assert "申请期限" not in "；".join(timely["review_decide_by"].notes)


def test_papers_that_come_when_it_is_over_are_told() -> None:
    claim = clocks("insurance_claim", RECEIVED, ("decided", "2026-11-20"), ("material_complete", "2026-11-25"))
    assert "材料补齐在2026-11-25，晚于作出决定，仍自收到起算" in claim["prepay"].notes
    passed = clocks("pboc_transfer", RECEIVED, ("transferred", "2026-11-06"), ("material_complete", "2026-11-10"))
    assert "材料补齐在2026-11-10，晚于转办，仍自收到起算" in passed["forward_by"].notes


def test_a_report_after_its_hour_is_told_to_the_minute() -> None:
    clock = clocks("info_leak", ("received", "2026-11-02T08:00"), ("reported", "2026-11-05T08:01"))["report_by"]
    assert clock.met is False
    assert "晚于2026-11-05 08:00的期限" in "；".join(clock.notes)
